"""What another trial of the folder has paid for is not paid for again, and is nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.trials.benches import RIGHT, WRONG, ScriptedTrial

from equipoise.domain.workload import Workload
from equipoise.trials.earlier import EarlierAnswers
from equipoise.trials.journal import AnswerRow
from equipoise.trials.purse import Purse
from equipoise.trials.runner import Limits

AtOnce = Callable[[Coroutine[Any, Any, Any]], Any]
Run = Callable[..., ScriptedTrial]
SHOP = {"identity": "openai_chat https://shop.example"}


@pytest.fixture
def ran(make_workload: Callable[..., Workload], tmp_path: Path, at_once: AtOnce) -> Run:
    """A trial that was run in the folder, each by another name under another plan."""

    def run(name: str, count: int = 10, repeats: int = 1, text: str = RIGHT, **arm: Any) -> Any:
        workload = make_workload(count, ("a",))
        workload = replace(
            workload, name=name, trial=replace(workload.trial, items=count, repeats=repeats)
        )
        trial = ScriptedTrial(workload, tmp_path / f"{name}.jsonl")
        trial.arm("a", lambda number: text, **{**SHOP, **arm})
        trial.limits = Limits(Purse(usd=1.0), earlier=EarlierAnswers(tmp_path, trial.path))
        at_once(trial.run())
        return trial

    return run


def test_the_same_question_of_another_trial_is_not_asked_again(ran: Run) -> None:
    first = ran("first")
    second = ran("second", 14)

    assert len(first.seen.asked) == 10
    assert len(second.seen.asked) == 4
    assert [row.cached for row in second.rows].count(True) == 10
    assert {row.item for row in second.rows} == {item.id for item in second.items}
    assert second.limits.purse.spent_pico == 4000


def test_what_is_had_from_another_trial_is_priced_as_of_now(ran: Run) -> None:
    ran("first")
    second = ran("second", cost=lambda usage, seconds: usage.input * 7)

    assert {(row.cached, row.cost_pico) for row in second.rows} == {(True, 140)}


@pytest.mark.parametrize(
    "arm",
    [
        {"identity": "openai_chat https://other.example"},
        {"identity": ""},
    ],
)
def test_an_answer_of_another_endpoint_or_of_nobody_else_is_none(
    ran: Run, arm: dict[str, str]
) -> None:
    ran("first")

    assert len(ran("second", **arm).seen.asked) == 10


def test_a_repeat_is_had_from_the_same_repeat_alone(ran: Run) -> None:
    ran("first", repeats=2)
    second = ran("second", repeats=3)

    assert [row.repeat for row in second.rows if not row.cached] == [2] * 10
    assert len(second.seen.asked) == 10


def test_a_digest_that_is_said_inside_an_answer_is_no_digest(ran: Run, tmp_path: Path) -> None:
    first = ran("first")
    digest = first.rows[0].asked
    ran("liar", 9, text=f'"asked":"{digest}', identity="another")
    (tmp_path / "first.jsonl").unlink()

    assert len(ran("second").seen.asked) == 10


def test_damage_of_other_journals_is_passed_over(ran: Run, tmp_path: Path) -> None:
    ran("first")
    lines = (tmp_path / "first.jsonl").read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"cost_pico":', b'"cost":')
    lines[-1] = lines[-1][:60]
    (tmp_path / "first.jsonl").write_bytes(b"".join(lines))
    (tmp_path / "notes.jsonl").write_bytes(b'{"asked":"no digest"}\n\xff\n')

    assert len(ran("second").seen.asked) == 2


def test_what_was_cached_is_in_the_journal_and_not_in_its_digest(ran: Run) -> None:
    first, second = ran("first"), ran("second")
    with first.journal() as ours, second.journal() as theirs:
        same = [ours.digest(), theirs.digest()]
        bare: list[AnswerRow] = [replace(row, asked="", cached=False) for row in theirs.rows]

    assert b'"cached":true' in second.path.read_bytes()
    assert b'"cached"' not in first.path.read_bytes()
    assert [row.text for row in bare] == [RIGHT] * 10
    assert same[0] == same[1]
    assert WRONG not in {row.text for row in bare}
