"""What a trial that was run says of its candidates: from rows to verdicts, XML and Markdown."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.domain.workload import StoppingRule, Workload
from equipoise.statistics import floor_sample_size, wilson
from equipoise.trials.journal import AnswerRow
from equipoise.trials.plan import make_plan
from equipoise.trials.runs.junit import to_xml
from equipoise.trials.runs.markdown import to_markdown
from equipoise.trials.runs.record import to_values
from equipoise.trials.runs.report import RunReport, fails, further
from equipoise.trials.runs.tally import count
from equipoise.trials.runs.verdicts import CandidateVerdict, judge_all

MakeWorkload = Callable[..., Workload]
MakeRow = Callable[..., AnswerRow]
# A candidate's outcomes, item by item; None where no answer came.
Script = Mapping[str, Sequence[bool | None]]


@pytest.fixture(scope="session")
def report(make_row: MakeRow) -> Callable[..., RunReport]:
    """The report of a trial in which candidates did as the script says."""

    def make(
        workload: Workload, script: Script, seed: int = 0, reasons: Mapping[str, str] | None = None
    ) -> RunReport:
        rows = [
            make_row(name, item.id, right=bool(outcome), failure="gone" if outcome is None else "")
            for name, outcomes in script.items()
            for item, outcome in zip(workload.items, outcomes, strict=False)
        ]
        random.Random(seed).shuffle(rows)
        found = judge_all(
            workload, workload.items, count(workload, workload.items, rows, "j"), reasons or {}
        )
        plan = make_plan(workload, workload.candidates)
        return RunReport(workload, plan, "j", found, (), "", (), 0.0)

    return make


Report = Callable[..., RunReport]


def of(report: RunReport, name: str) -> CandidateVerdict:
    (found,) = [row for row in report.candidates if row.tally.candidate == name]
    return found


def sliced(workload: Workload, **values: Callable[[int], Any]) -> Workload:
    """The same workload with fields of its items made from their numbers."""
    items = tuple(
        replace(item, **{name: made(number) for name, made in values.items()})
        for number, item in enumerate(workload.items)
    )
    return replace(workload, items=items)


@settings(max_examples=15)
@given(st.lists(st.sampled_from([True, False, None]), min_size=12, max_size=12), st.integers(0, 9))
def test_no_figure_depends_on_who_answered_first(
    make_workload: MakeWorkload, report: Report, outcomes: list[bool | None], seed: int
) -> None:
    workload = sliced(make_workload(margin=0.1), slice=lambda n: "xy"[n % 2])
    script = {"a": [True] * 12, "b": outcomes}

    assert to_values(report(workload, script, seed)) == to_values(report(workload, script, 99))


def test_a_floor_is_judged_by_wilson_and_says_how_many_more_items_it_takes(
    make_workload: MakeWorkload, report: Report
) -> None:
    workload = make_workload(40, ("a",), floor=0.8)
    found = of(report(workload, {"a": [True] * 36 + [False] * 4}), "a")
    interval = wilson(36, 40, 0.9)

    assert found.floor is not None
    assert found.verdict == "undecided"
    assert (found.floor.interval.low, found.floor.interval.high) == (interval.low, interval.high)
    assert further(found) == floor_sample_size(0.9, 0.8) - 40
    assert f"about {further(found)} more would decide" in found.sentence


def test_a_fixed_sample_is_not_judged_before_it_is_whole(
    make_workload: MakeWorkload, report: Report
) -> None:
    workload = make_workload(20, floor=0.5)
    found = report(workload, {"a": [True] * 19, "b": [True] * 20}, reasons={"a": "no money"})

    assert [row.verdict for row in found.candidates] == ["undecided", "met"]
    assert "1 of 20 answers are missing (no money)" in of(found, "a").sentence
    assert found.missing == [("a", 1)]


def test_without_the_incumbents_answers_nobody_is_held_against_it(
    make_workload: MakeWorkload, report: Report
) -> None:
    found = report(make_workload(20, margin=0.1), {"b": [True] * 20}, reasons={"a": "no key"})

    assert [row.verdict for row in found.candidates] == ["unmeasured", "undecided"]
    assert "no incumbent to be held against. a is unmeasured: no key" in of(found, "b").sentence


def test_items_of_one_cluster_are_no_independent_votes(
    make_workload: MakeWorkload, report: Report
) -> None:
    plain = make_workload(60, margin=0.2)
    script = {"a": [True] * 60, "b": [n % 20 >= 5 for n in range(60)]}
    alone = of(report(plain, script), "b").pair
    clustered = of(report(sliced(plain, cluster=lambda n: f"c{n // 5}"), script), "b").pair

    assert alone is not None
    assert clustered is not None
    assert clustered.judged.clusters == 12
    assert clustered.judged.decision.width > 1.5 * alone.judged.decision.width


def test_many_slices_need_more_each(make_workload: MakeWorkload, report: Report) -> None:
    workload = make_workload(30, ("a",), floor=0.5)
    outcomes = [True] * 30
    alone = report(workload, {"a": [*outcomes[:8]]}, reasons={})
    many = report(sliced(workload, slice=lambda n: f"s{n // 5}"), {"a": outcomes})
    (first, *_) = of(many, "a").slices

    assert len(of(many, "a").slices) == 6
    assert of(many, "a").verdict == "met"
    # Five right of five: p of 0.013 alone, six times that among six.
    assert first.p_value == pytest.approx(6 * 0.01267, abs=0.001)
    assert first.verdict == "undecided"
    assert of(alone, "a").slices == ()


def test_below_the_floor_fails_as_inferior_and_unmeasured_as_undecided() -> None:
    assert fails("not met", {"inferior"})
    assert not fails("not met", {"undecided"})
    assert fails("unmeasured", {"undecided"})
    assert not fails("met", {"inferior", "undecided"})


@given(st.text(st.characters(exclude_categories=[]), max_size=8), st.integers(0, 1))
def test_any_name_of_a_slice_is_well_formed_xml_and_one_row_of_a_table(
    make_workload: MakeWorkload, report: Report, name: str, right: int
) -> None:
    workload = sliced(make_workload(12, ("a",)), slice=lambda n: name if n % 2 else "other")
    found = report(workload, {"a": [bool(right)] * 12})
    found = replace(found, workload=replace(workload, title=f"Title {name}"))
    xml = to_xml(found, {"inferior"}).encode("utf-8", "strict")
    cases: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, values: cases.append(tag)
    parser.Parse(xml, True)
    table = [line for line in to_markdown(found).split("\n") if line.startswith("| a |")]

    assert cases.count("testcase") == 1 + len(of(found, "a").slices)
    assert len(table) == 1 + len(of(found, "a").slices)


def test_betting_has_no_slices_and_its_own_verdict(
    make_workload: MakeWorkload, report: Report
) -> None:
    workload = make_workload(60, margin=0.3, stopping=StoppingRule.BETTING)
    workload = sliced(workload, slice=lambda n: "xy"[n % 2])
    found = of(report(workload, {"a": [True] * 40, "b": [True] * 40}), "b")

    assert found.verdict == "non-inferior"
    assert "Betting decided it at item" in found.sentence
    assert found.slices == ()
