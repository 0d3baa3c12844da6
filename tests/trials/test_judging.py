"""Answers that the scorer fails on: they are nobody's wrong answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equipoise.domain.evidence import Lengths, Standing
from equipoise.domain.workload import StoppingRule, Workload
from equipoise.trials.journal import AnswerRow
from equipoise.trials.judging import misjudged, score_row
from equipoise.trials.results import evidence
from equipoise.trials.scorers import judge_of
from equipoise.trials.scorers.score import ACCEPTED, WRONG, failed
from equipoise.trials.stopping import Stopper

MakeWorkload = Callable[..., Workload]
MakeRow = Callable[..., AnswerRow]

PROGRAM = """\
def fits(text, gold):
    if "broken" in text:
        raise KeyError(text)
    return "billing" in text
"""
LENGTHS = Lengths(10.0, 5.0, 3.0, "nobody")


def judged_by_program(workload: Workload) -> Workload:
    """The workload with a scorer of the user's own."""
    task = replace(workload.task, scorer="python:rules.py:fits", program=PROGRAM, allow_code=True)
    return replace(workload, task=task)


def test_a_candidate_with_an_answer_that_could_not_be_judged_is_unmeasured_and_says_why(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    workload = judged_by_program(make_workload(3))
    rows = [make_row(name, item.id) for name in ("a", "b") for item in workload.items]
    rows[1] = replace(rows[1], text="broken")
    lengths = {"a": LENGTHS, "b": LENGTHS}
    found = evidence(workload, workload.items, rows, {}, lengths, ("", ""))

    assert found.quality_of("a").standing is Standing.UNMEASURED
    assert dict(found.unmeasured) == {
        "a": "the scorer failed on 1 of 3 answers, first on i001: fits: KeyError: 'broken' (line 3)"
    }
    assert (found.quality_of("b").accepted, found.quality_of("b").items) == (3, 3)
    assert found.paired == ()
    assert found.serving_of("a") is None


def test_errors_are_told_from_what_was_judged() -> None:
    assert misjudged({"a": {"i1": ACCEPTED, "i2": WRONG}}) == {}
    assert misjudged({"a": {"i1": WRONG, "i2": failed("no server")}}) == {
        "a": "the scorer failed on 1 of 2 answers, first on i2: no server"
    }


def test_the_endpoint_s_word_for_a_refusal_reaches_the_scorer(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    judge = judge_of(make_workload().task)
    row = make_row("a", "i000")
    gold = {"queue": "billing"}

    assert score_row(judge, row, gold).outcome == "accepted"
    assert score_row(judge, replace(row, stop_reason="refusal"), gold).outcome == "refused"
    assert score_row(judge, replace(row, failure="no connection"), gold).outcome == "wrong"


def test_early_stopping_and_the_evidence_judge_alike(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    workload = judged_by_program(make_workload(40, ("a",), stopping=StoppingRule.BETTING))
    rows = [make_row("a", item.id) for item in workload.items]
    found = evidence(workload, workload.items, rows, {}, {"a": LENGTHS}, ("", ""))

    assert Stopper(workload, workload.items).decided(rows) == {"a"}
    assert found.quality_of("a").standing is Standing.MET
