"""From rows to evidence: standings, pairs, times and lengths, each against what a hand computes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import isinf, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.evidence import Lengths, Standing, TrialEvidence
from equipoise.domain.workload import StoppingRule, Workload
from equipoise.statistics import PairedCounts, floor_test, paired_test, tango, wilson
from equipoise.trials.journal import AnswerRow
from equipoise.trials.results import evidence, without_trial
from equipoise.trials.stopping import METHOD

MakeWorkload = Callable[..., Workload]
MakeRow = Callable[..., AnswerRow]
COUNTED = Lengths(input=100.0, shared_input=90.0, output=8.0, measured_by="a tokenizer")
# A candidate's outcomes, item by item; None where no answer came.
Script = Mapping[str, Sequence[bool | None]]
Judge = Callable[..., TrialEvidence]


@pytest.fixture(scope="session")
def judge(make_row: MakeRow) -> Judge:
    """The evidence of a trial in which candidates did as the script says."""

    def make(
        workload: Workload,
        script: Script,
        unmeasured: Mapping[str, str] | None = None,
        rows: Iterable[AnswerRow] = (),
    ) -> TrialEvidence:
        made = [
            make_row(name, item.id, right=bool(outcome), failure="gone" if outcome is None else "")
            for name, outcomes in script.items()
            for item, outcome in zip(workload.items, outcomes, strict=False)
        ]
        lengths = {candidate.id: COUNTED for candidate in workload.candidates}
        return evidence(
            workload, workload.items, [*made, *rows], unmeasured or {}, lengths, ("plan", "journal")
        )

    return make


def outcomes(right: int, wrong: int) -> list[bool]:
    return [True] * right + [False] * wrong


@pytest.mark.parametrize(
    ("right", "standing"),
    [(40, Standing.MET), (36, Standing.OPEN), (32, Standing.OPEN), (20, Standing.NOT_MET)],
)
def test_against_a_floor_the_standing_is_where_the_interval_lies(
    right: int, standing: Standing, make_workload: MakeWorkload, judge: Judge
) -> None:
    workload = make_workload(40, floor=0.8)
    row = judge(workload, {"a": outcomes(right, 40 - right)}).quality_of("a")
    interval = wilson(right, 40, 0.9)

    assert row.standing is standing
    assert (interval.low >= 0.8, interval.high < 0.8) == (
        standing is Standing.MET,
        standing is Standing.NOT_MET,
    )
    assert (row.items, row.accepted, row.rate) == (40, right, right / 40)
    assert (row.low, row.high, row.method) == (interval.low, interval.high, "wilson")
    z = (right / 40 - 0.8) / sqrt(0.8 * 0.2 / 40)
    assert row.p_value == pytest.approx(1 - NormalDist().cdf(z))


# How often both were right, only the candidate, only the incumbent, neither; and the standing
# against a margin of ten points.
PAIRED = [
    ((70, 2, 2, 26), Standing.MET, "non_inferior"),
    ((60, 20, 2, 18), Standing.MET, "superior"),
    ((40, 5, 9, 46), Standing.OPEN, "undecided"),
    ((40, 1, 30, 29), Standing.NOT_MET, "inferior"),
]


@pytest.mark.parametrize(("cells", "standing", "verdict"), PAIRED)
def test_against_an_incumbent_the_difference_is_paired_and_its_interval_tangos(
    cells: tuple[int, int, int, int],
    standing: Standing,
    verdict: str,
    make_workload: MakeWorkload,
    judge: Judge,
) -> None:
    both, only_candidate, only_incumbent, neither = cells
    workload = make_workload(100, ("old", "new"), margin=0.1)
    old = outcomes(both, only_candidate) + outcomes(only_incumbent, neither)
    new = [True] * (both + only_candidate) + [False] * (only_incumbent + neither)
    found = judge(workload, {"old": old, "new": new})
    (pair,) = found.paired
    interval = tango(PairedCounts(*cells), 0.9)

    assert found.quality_of("new").standing is standing
    assert (pair.candidate, pair.reference, pair.items) == ("new", "old", 100)
    assert (pair.only_candidate, pair.only_reference) == (only_candidate, only_incumbent)
    assert pair.difference == (only_candidate - only_incumbent) / 100
    assert (pair.low, pair.high, pair.method) == (interval.low, interval.high, "tango")
    assert pair.verdict == verdict


def test_the_incumbent_meets_a_bar_that_is_itself(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    found = judge(make_workload(20, margin=0.1), {"a": outcomes(2, 18), "b": outcomes(2, 18)})
    row = found.quality_of("a")

    assert (row.standing, row.method, row.p_value) == (
        Standing.MET,
        "the incumbent itself",
        None,
    )
    assert row.rate == 0.1


def test_against_a_floor_each_is_paired_with_the_one_before_it(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    workload = make_workload(60, ("a", "b", "c"))
    found = judge(
        workload, {"a": outcomes(30, 30), "b": outcomes(55, 5), "c": outcomes(54, 6)}
    ).paired

    assert [(pair.candidate, pair.reference) for pair in found] == [("b", "a"), ("c", "b")]
    assert [pair.verdict for pair in found] == ["better", "no difference shown"]


def test_what_is_worse_is_called_so(make_workload: MakeWorkload, judge: Judge) -> None:
    (pair,) = judge(make_workload(60), {"a": outcomes(55, 5), "b": outcomes(30, 30)}).paired

    assert pair.verdict == "worse"
    assert pair.high < 0


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_a_pair_depends_on_its_items_alone_and_not_on_the_order_of_its_rows(
    make_workload: MakeWorkload,
    make_row: MakeRow,
    judge: Judge,
    pairs: list[tuple[bool, bool]],
) -> None:
    workload = make_workload(len(pairs))
    rows = [
        make_row(name, item.id, right=right)
        for item, pair in zip(workload.items, pairs, strict=True)
        for name, right in zip("ab", pair, strict=True)
    ]
    (forwards,) = judge(workload, {}, rows=rows).paired
    (backwards,) = judge(workload, {}, rows=rows[::-1]).paired
    by_hand = PairedCounts.from_outcomes([b for _, b in pairs], [a for a, _ in pairs])

    assert forwards == backwards
    assert (forwards.low, forwards.high) == (tango(by_hand, 0.9).low, tango(by_hand, 0.9).high)
    assert forwards.difference == by_hand.difference


def test_a_candidate_without_answers_is_unmeasured_and_never_scored_as_zero(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    workload = make_workload(20, ("a", "b", "c", "d"))
    script = {"a": outcomes(15, 5), "b": [None] * 2}
    found = judge(workload, script, {"c": "no key"})

    assert dict(found.unmeasured) == {"b": "gone", "c": "no key", "d": "it was not asked"}
    for name in "bcd":
        row = found.quality_of(name)
        assert (row.standing, row.items, row.p_value) == (Standing.UNMEASURED, 0, None)
        assert found.serving_of(name) is None
        assert found.lengths_of(name) == COUNTED
    assert found.paired == ()
    assert [row.candidate for row in found.quality] == ["a", "b", "c", "d"]


def test_the_answers_of_a_candidate_that_was_given_up_are_not_scored(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    script = {"a": outcomes(20, 0), "b": [True, True, None, None, None]}
    found = judge(make_workload(20), script, {"b": "gone"})

    assert found.quality_of("b").standing is Standing.UNMEASURED
    assert (found.paired, found.serving_of("b")) == ((), None)
    assert found.lengths_of("b") == COUNTED


def test_a_single_failure_counts_as_not_accepted_and_took_no_time(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    found = judge(make_workload(20, ("a",)), {"a": [None, *outcomes(19, 0)]})
    row, serving = found.quality_of("a"), found.serving_of("a")

    assert (row.items, row.accepted, row.malformed) == (20, 19, 0)
    assert serving is not None
    assert (serving.answers, serving.busy_seconds) == (19, 0.5)


def test_malformed_answers_are_counted_apart_and_are_not_accepted(
    make_workload: MakeWorkload, make_row: MakeRow, judge: Judge
) -> None:
    workload = make_workload(4, ("a",))
    texts = ['{"queue": "billing"}', '{"queue": "delivery"}', "billing", '{"queue":']
    rows = [
        replace(make_row("a", item.id), text=text)
        for item, text in zip(workload.items, texts, strict=True)
    ]
    row = judge(workload, {}, rows=rows).quality_of("a")

    assert (row.items, row.accepted, row.malformed, row.field_rate) == (4, 1, 2, 0.25)


def test_an_incumbent_without_answers_leaves_the_others_open(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    found = judge(make_workload(20, margin=0.1), {"b": outcomes(20, 0)}, {"a": "no key"})
    row = found.quality_of("b")

    assert (row.standing, row.method) == (
        Standing.OPEN,
        "no answers of the incumbent to compare with",
    )
    assert (row.rate, row.p_value, found.paired) == (1.0, None, ())


@pytest.mark.parametrize("margin", [None, 0.1])
@pytest.mark.parametrize("stopping", list(StoppingRule))
def test_two_that_share_no_item_are_not_compared(
    margin: float | None,
    stopping: StoppingRule,
    make_workload: MakeWorkload,
    make_row: MakeRow,
    judge: Judge,
) -> None:
    workload = make_workload(20, margin=margin, stopping=stopping)
    rows = [make_row("ab"[number % 2], item.id) for number, item in enumerate(workload.items)]
    found = judge(workload, {}, rows=rows)

    assert found.paired == ()
    assert found.quality_of("b").items == 10
    assert margin is None or found.quality_of("b").standing is Standing.OPEN


def test_stopped_early_the_standing_is_the_e_processs_and_so_is_the_verdict(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    workload = make_workload(60, ("old", "new", "poor"), margin=0.3, stopping=StoppingRule.BETTING)
    every = [True] * 60
    found = judge(workload, {"old": every, "new": every, "poor": [False] * 12})
    good = paired_test([0.0] * 60, 0.3, 0.05)
    row = found.quality_of("new")

    assert (row.standing, row.method, row.stopped_at) == (Standing.MET, METHOD, good.stopped_at)
    assert row.p_value == pytest.approx(1 / good.evidence_for)
    assert found.quality_of("poor").standing is Standing.NOT_MET
    assert [pair.verdict for pair in found.paired] == ["non_inferior", "inferior"]


def test_stopped_early_a_fixed_samples_verdict_is_not_given(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    # A finished sample of 30 would show superiority; looked at after every item it shows nothing
    # yet, and the two must not stand side by side.
    script = {"a": outcomes(27, 3), "b": outcomes(30, 0)}
    early = judge(make_workload(30, margin=0.05, stopping=StoppingRule.BETTING), script)
    fixed = judge(make_workload(30, margin=0.05), script)

    assert fixed.paired[0].verdict == "superior"
    assert early.paired[0].verdict == "undecided"
    assert early.quality_of("b").standing is Standing.OPEN


def test_stopped_early_a_floor_is_judged_in_the_order_of_asking(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    workload = make_workload(40, ("a",), floor=0.6, stopping=StoppingRule.BETTING)
    good = floor_test([1.0] * 20 + [0.0] * 20, 0.6, 0.05)
    row = judge(workload, {"a": outcomes(20, 20)}).quality_of("a")

    assert (row.standing, row.stopped_at) == (Standing.MET, good.stopped_at)
    assert row.rate == 0.5


def test_lengths_are_the_endpoints_own_where_it_answered(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    found = judge(make_workload(20), {"a": outcomes(20, 0)}, {"b": "no key"})

    # The rows say 20 tokens in and 8 out; a shared prefix is never longer than the whole.
    assert found.lengths_of("a") == Lengths(20.0, 20.0, 8.0, "the endpoint's own counts")
    assert found.lengths_of("b") == COUNTED
    assert [name for name, _ in found.lengths] == ["a", "b"]


def test_serving_says_what_an_answer_took(
    make_workload: MakeWorkload, make_row: MakeRow, judge: Judge
) -> None:
    workload = make_workload(100, ("a",))
    rows = [
        replace(
            make_row("a", item.id),
            seconds=float(number),
            first_token_seconds=number / 10,
            input_tokens=number * 2,
        )
        for number, item in enumerate(workload.items, start=1)
    ]
    serving = judge(workload, {}, rows=rows).serving_of("a")

    assert serving is not None
    assert (serving.input_tokens, serving.output_tokens, serving.cached_tokens) == (101.0, 8.0, 4.0)
    assert (serving.busy_seconds, serving.median_seconds) == (50.5, 50.5)
    assert serving.first_token_seconds == pytest.approx(5.05)
    assert serving.p95_seconds == pytest.approx(95.05)
    assert serving.p95_low < 95.05 < serving.p95_high
    assert (serving.longest_seconds, serving.answers, serving.concurrency) == (100.0, 100, 1)


def test_few_answers_bound_the_95th_percentile_on_one_side_only(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    serving = judge(make_workload(20, ("a",)), {"a": outcomes(20, 0)}).serving_of("a")

    assert serving is not None
    assert isinf(serving.p95_high)
    assert serving.longest_seconds == 0.5


def test_evidence_names_the_plan_and_the_journal_it_rests_on(
    make_workload: MakeWorkload, judge: Judge
) -> None:
    found = judge(make_workload(20), {"a": outcomes(20, 0)})

    assert (found.workload, found.items) == ("triage", 20)
    assert (found.plan_digest, found.journal_digest) == ("plan", "journal")


def test_a_draft_has_no_trial_and_everybodys_lengths_are_those_it_states(
    make_workload: MakeWorkload,
) -> None:
    stated = Lengths(1_850.0, 0.0, 310.0, measured_by="a bill")
    draft = replace(make_workload(), items=(), lengths=stated)
    found = without_trial(draft)

    assert (found.items, found.plan_digest, found.journal_digest) == (0, "", "")
    assert (found.paired, found.serving) == ((), ())
    for name in ("a", "b"):
        assert found.lengths_of(name) == stated
        assert found.quality_of(name).standing is Standing.UNMEASURED
    assert dict(found.unmeasured) == dict.fromkeys(("a", "b"), "there are no items yet")


def test_a_workload_with_items_does_not_go_without_a_trial(make_workload: MakeWorkload) -> None:
    with pytest.raises(ValueError, match="only a draft"):
        without_trial(make_workload())


def test_of_repeats_the_mean_of_an_item_counts_and_not_each_answer(
    make_workload: MakeWorkload, make_row: MakeRow, judge: Judge
) -> None:
    workload = make_workload(20, margin=0.1)
    # The new one is right twice in three on every item, the old one always.
    rows = [
        replace(make_row(name, item.id, right=name == "a" or repeat > 0), repeat=repeat)
        for item in workload.items
        for name in "ab"
        for repeat in range(3)
    ]
    found = judge(workload, {}, rows=rows)
    (pair,) = found.paired
    row, serving = found.quality_of("b"), found.serving_of("b")

    assert (row.items, row.accepted) == (20, 13)
    assert row.rate == pytest.approx(2 / 3)
    assert (row.standing, pair.verdict) == (Standing.NOT_MET, "inferior")
    assert pair.items == 20
    assert pair.difference == pytest.approx(-1 / 3)
    assert pair.method.startswith("paired_t")
    assert row.low <= row.rate <= row.high
    assert serving is not None
    assert serving.answers == 60


def test_one_item_by_degrees_decides_nothing(
    make_workload: MakeWorkload, make_row: MakeRow, judge: Judge
) -> None:
    workload = make_workload(1, ("a",), floor=0.4)
    wrong, right = (make_row("a", workload.items[0].id, right=good) for good in (False, True))
    row = judge(workload, {}, rows=[wrong, replace(right, repeat=1)]).quality_of("a")

    assert (row.standing, row.rate, row.low, row.high) == (Standing.OPEN, 0.5, 0.0, 1.0)
