"""Tasks whose answers are free text: what is asked of an endpoint, and how long answers are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

import pytest
from tests.compose.outcome import Outcome
from tests.compose.triage import change, write_lone

from equipoise.compose.bench import open_bench
from equipoise.compose.embedded import embedded_engine
from equipoise.compose.lengths import count_lengths
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.request import AnswerFormat, Message
from equipoise.domain.workload import Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings

FREE = 'Sorted into "delivery", I would say'


@pytest.fixture
def free(tmp_path: Path) -> Callable[..., Workload]:
    """The lone candidate's workload as one of free text: its scorer, its gold, its shots."""

    def make(scorer: str, gold: object, *, shots: bool = True) -> Workload:
        write_lone(tmp_path)
        file = tmp_path / "triage.toml"
        change(file, '[task.answer]\nqueue = ["billing", "delivery"]\n', "")
        change(file, 'scorer = "exact_label"', f'scorer = "{scorer}"')
        rows = [{"id": f"t{n}", "input": "Which?", "expected": gold} for n in range(12)]
        (tmp_path / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
        if not shots:
            change(file, 'shots = "shots.jsonl"\n', "")
        return load_workload(file, load_settings(None))

    return make


def asked_format(workload: Workload) -> AnswerFormat | None:
    """The form of an answer that the lone candidate is asked for."""

    async def enter() -> AnswerFormat | None:
        engine = LlamaCppEngine(LlamaCppSettings("none.gguf", "small", threads=1))
        async with AsyncExitStack() as stack:
            day = date(2026, 11, 24)
            bench = await open_bench(stack, workload, load_settings(None), engine, day)
            return bench.arms[0].build((Message("user", "Which?"),)).answer_format

    return asyncio.run(enter())


def test_free_text_is_asked_for_in_no_form_and_fields_in_theirs(
    free: Callable[..., Workload], tmp_path: Path
) -> None:
    assert asked_format(free("exact_text", FREE)) is None

    write_lone(tmp_path)
    fields = asked_format(load_workload(tmp_path / "triage.toml", load_settings(None)))
    assert fields is not None
    assert list(fields.schema["properties"]) == ["queue"]


def test_an_answer_is_as_long_as_gold_the_examples_or_the_bound(
    decided: Outcome, free: Callable[..., Workload]
) -> None:
    said = free("exact_text", FREE)
    by_shots = free("refusal", "answer")
    unknown = free("refusal", "answer", shots=False)

    async def count() -> tuple[list[float], list[int]]:
        async with embedded_engine(load_settings(None)) as engine:
            counted = [
                await count_lengths(workload, workload.items, engine)
                for workload in (said, by_shots, unknown)
            ]
            texts = [await engine.count_text(text) for text in (FREE, "delivery", "billing")]
            return [lengths["small"].output for lengths in counted], texts

    outputs, (whole, first, second) = asyncio.run(count())

    assert outputs == [whole, (first + second) / 2, unknown.task.max_output_tokens]
