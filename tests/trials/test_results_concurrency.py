"""How many questions ran at once is part of what serving took."""

from __future__ import annotations

from collections.abc import Callable

from equipoise.domain.evidence import Lengths
from equipoise.domain.workload import Workload
from equipoise.trials.journal import AnswerRow
from equipoise.trials.results import evidence

MakeWorkload = Callable[..., Workload]
MakeRow = Callable[..., AnswerRow]
COUNTED = Lengths(input=100.0, shared_input=90.0, output=8.0, measured_by="a tokenizer")


def test_answers_that_were_asked_at_once_are_said_to_be(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    workload = make_workload(12, ("a", "b"))
    rows = [make_row(name, item.id) for name in "ab" for item in workload.items]
    lengths = dict.fromkeys("ab", COUNTED)
    found = evidence(workload, workload.items, rows, {}, lengths, ("p", "j"), {"a": 4})
    at_once = {row.candidate: row.concurrency for row in found.serving}

    assert at_once == {"a": 4, "b": 1}
