"""Answers that were given before stand in a trial as the candidate's own, and nothing is asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.compose.triage import change, label, write_lone
from tests.imports.lines import COMPLETION, jsonl

from equipoise.compose.bench import Bench, open_bench
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.request import Message, Request
from equipoise.domain.workload import Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.engines.recorded import RecordedEngine
from equipoise.errors import ConfigurationError, RequestRefusedError
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import draw_items, make_plan
from equipoise.trials.runner import run

Load = Callable[[], Workload]
TODAY = date(2026, 11, 24)
ITEMS = 12


class Silent:
    """Nobody watches."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def logged(text: str, **other: Any) -> dict[str, Any]:
    """A call that asked an item's text, among other words of the house's own."""
    message = {"content": json.dumps({"queue": label(text)})}
    response = {**COMPLETION, "choices": [{"message": message, "finish_reason": "stop"}]}
    asked = [{"role": "system", "content": "Other words."}, {"role": "user", "content": text}]
    return {"request": {"messages": asked}, "response": response, "seconds": 0.75, **other}


@pytest.fixture
def log(tmp_path: Path) -> Callable[..., None]:
    """Write the log with a call an item, but for the `skipped` first ones of the trial."""

    def write(skipped: int = 0, **other: Any) -> None:
        rows = load_workload(tmp_path / "triage.toml", load_settings(None))
        texts = [item.input for item in draw_items(rows)[skipped:]]
        (tmp_path / "log.jsonl").write_bytes(
            jsonl([], *(logged(f"  {text}\n", **other) for text in texts))
        )

    return write


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """A workload whose one candidate is a vendor's, without a key, recorded in log.jsonl."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    write_lone(tmp_path)
    change(
        tmp_path / "triage.toml",
        'target = "local/smollm2-135m-instruct"\nhardware = "cpu-2vcpu"\n',
        'target = "openai/gpt-4.1-mini"\nrecorded = "log.jsonl"\n',
    )
    (tmp_path / "log.jsonl").write_bytes(b"\n")
    return lambda: load_workload(tmp_path / "triage.toml", load_settings(None))


async def _open(workload: Workload) -> Bench:
    embedded = LlamaCppEngine(LlamaCppSettings("none.gguf", "small", threads=1))
    async with AsyncExitStack() as stack:
        return await open_bench(stack, workload, load_settings(None), embedded, TODAY)


def journaled(folder: Path, workload: Workload) -> tuple[AnswerRow, ...]:
    """What a trial writes down."""

    async def ask() -> tuple[AnswerRow, ...]:
        bench = await _open(workload)
        assert bench.unreachable == {}
        items = draw_items(workload)
        with Journal(folder / "journal.jsonl", make_plan(workload, workload.candidates)) as journal:
            silence = await run(workload, items, bench.arms, journal, Silent())
            assert silence.failures == []
            return journal.rows

    return asyncio.run(ask())


def test_recorded_answers_are_journaled_with_their_own_times_tokens_and_price(
    tmp_path: Path, load: Load, log: Callable[..., None]
) -> None:
    log()
    rows = journaled(tmp_path, load())

    assert len(rows) == ITEMS
    assert {(row.seconds, row.first_token_seconds) for row in rows} == {(0.75, 0.75)}
    assert {(row.input_tokens, row.cached_tokens, row.output_tokens) for row in rows} == {
        (19, 8, 2)
    }
    assert {row.cost_pico for row in rows} == {8_400_000}
    texts = {item.id: item.input for item in load().items}
    assert all(json.loads(row.text) == {"queue": label(texts[row.item])} for row in rows)


@pytest.mark.parametrize(
    ("other", "missing"),
    [
        ({"skipped": 2}, 2),
        ({"seconds": None}, 12),
        ({"response": {**COMPLETION, "usage": None}}, 12),
        ({"response": {**COMPLETION, "model": "gpt-5-mini"}}, 12),
    ],
    ids=["not asked", "not timed", "not counted", "another model"],
)
def test_a_log_that_lacks_answers_leaves_the_candidate_unmeasured_with_the_count(
    load: Load, log: Callable[..., None], other: dict[str, Any], missing: int
) -> None:
    log(**other)
    bench = asyncio.run(_open(load()))
    calls = ITEMS - other.get("skipped", 0)

    assert bench.arms == ()
    assert bench.unreachable == {
        "small": f"{missing} of 12 items have no answer of gpt-4.1-mini with tokens and seconds "
        f"in log.jsonl ({calls} calls, 1 bad lines)"
    }


def test_answers_of_another_log_are_another_trial(load: Load, log: Callable[..., None]) -> None:
    log()
    first = load()
    log(seconds=0.5)
    second = load()
    plans = [make_plan(workload, workload.candidates) for workload in (first, second)]

    assert plans[0].digest != plans[1].digest


def test_a_log_that_is_not_there_is_a_problem_of_the_workload_file(
    tmp_path: Path, load: Load
) -> None:
    (tmp_path / "log.jsonl").unlink()
    with pytest.raises(ConfigurationError) as raised:
        load()

    (problem,) = raised.value.problems
    assert (problem.key, problem.reason) == ("candidates[1].recorded", "no such file")


def test_a_question_that_was_never_answered_is_refused() -> None:
    request = Request("m", (Message("user", "?"),), 8)

    async def ask() -> None:
        async for _ in RecordedEngine({}).stream(request):
            pass

    with pytest.raises(RequestRefusedError):
        asyncio.run(ask())
