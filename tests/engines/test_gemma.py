"""A second embedded model, of another architecture and licence: put together, and asked.

Its weights are optional (`make gemma`); what needs them skips with that reason where they are not.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise.catalog import models
from equipoise.catalog.licence_screen import screen
from equipoise.domain.event import gather
from equipoise.domain.licence import LicenceStatus
from equipoise.domain.request import AnswerFormat, Message, Request
from equipoise.domain.workload import LicenceUse, Organisation
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.engines.weights import GEMMA3, SMOLLM2, PackagedWeights, installed, locate, verify
from equipoise.errors import WeightsMissingError

PARTS = (("first_part", "data/a"), ("second_part", "data/b"))
IN_PARTS = PackagedWeights("m", "first_part", "whole.gguf", 8, "", PARTS, install="Run `x`.")

needs_gemma = pytest.mark.skipif(
    not installed(GEMMA3), reason="the optional weights of gemma-3-270m are absent: make gemma"
)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages with a part each, and a cache of one's own."""
    for (package, file), content in zip(PARTS, (b"GGUF", b"rest"), strict=True):
        path = tmp_path / package / file
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        (tmp_path / package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_weights_in_parts_are_put_together_once(packages: Path) -> None:
    whole = locate(IN_PARTS)
    whole_again = locate(IN_PARTS)

    assert whole.read_bytes() == b"GGUFrest"
    assert whole_again == whole
    assert list(whole.parent.iterdir()) == [whole]


def test_a_file_of_the_wrong_size_is_put_together_anew(packages: Path) -> None:
    locate(IN_PARTS).write_bytes(b"GGUF")

    assert locate(IN_PARTS).read_bytes() == b"GGUFrest"


def test_a_part_that_is_absent_is_named_with_the_way_to_get_it(packages: Path) -> None:
    (packages / "second_part/data/b").unlink()
    with pytest.raises(WeightsMissingError) as caught:
        locate(IN_PARTS)

    assert "second-part" in caught.value.message
    assert caught.value.hint == "Run `x`."
    assert not installed(IN_PARTS)


def test_what_is_installed_is_known_without_reading_it() -> None:
    assert installed(SMOLLM2)
    assert not installed(replace(SMOLLM2, package="no_such_package"))


def test_its_licence_brings_obligations_that_apache_does_not() -> None:
    uses = frozenset({LicenceUse.PRODUCT})
    gemma = screen(models.find(GEMMA3.model), uses, Organisation())
    smollm = screen(models.find(SMOLLM2.model), uses, Organisation())

    assert (gemma.status, smollm.status) == (LicenceStatus.OBLIGATIONS, LicenceStatus.ALLOWED)
    assert any("hosted" in text for text in gemma.obligations)


@needs_gemma
def test_a_base_model_goes_on_from_the_worked_examples() -> None:
    messages = (
        Message("system", "Say which animal it is."),
        Message("user", "It barks."),
        Message("assistant", '{"animal": "dog"}'),
        Message("user", "It meows."),
    )
    schema = {
        "type": "object",
        "properties": {"animal": {"type": "string", "enum": ["dog", "cat", "horse"]}},
        "required": ["animal"],
        "additionalProperties": False,
    }
    request = Request(
        GEMMA3.model, messages, 16, temperature=0.0, answer_format=AnswerFormat("a", schema)
    )
    path = locate(GEMMA3)
    verify(path, GEMMA3)

    async def ask() -> str:
        settings = LlamaCppSettings(
            str(path), GEMMA3.model, threads=1, chat_template=GEMMA3.chat_template
        )
        async with LlamaCppEngine(settings) as engine:
            return gather([event async for event in engine.stream(request)]).text

    assert json.loads(asyncio.run(ask())) == {"animal": "cat"}
