"""Early stopping: by the e-process and nothing else, and seldom wrong however often one looks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.evidence import Standing
from equipoise.domain.workload import StoppingRule, Workload
from equipoise.statistics import SequentialDecision, floor_test, paired_test
from equipoise.trials.journal import AnswerRow
from equipoise.trials.stopping import Stopper, sequential_standing

MakeWorkload = Callable[..., Workload]
MakeRow = Callable[..., AnswerRow]
OUTCOMES = st.lists(st.booleans(), min_size=1, max_size=40)
# A script has the outcomes of each candidate, item by item.
Script = Mapping[str, Sequence[bool]]


@pytest.fixture(scope="session")
def peeks(make_row: MakeRow) -> Callable[[Workload, Script], Iterator[frozenset[str]]]:
    """What the Stopper says after each item, looking at every one as the runner does."""

    def look(workload: Workload, script: Script) -> Iterator[frozenset[str]]:
        stopper = Stopper(workload, workload.items)
        rows: list[AnswerRow] = []
        for number, item in enumerate(workload.items):
            rows += [
                make_row(name, item.id, right=outcomes[number])
                for name, outcomes in script.items()
                if number < len(outcomes)
            ]
            yield stopper.decided(rows)

    return look


Peeks = Callable[[Workload, Script], Iterator[frozenset[str]]]


@given(OUTCOMES, st.none() | st.just(0.05))
def test_the_fixed_rule_never_stops_early(
    make_workload: MakeWorkload, peeks: Peeks, outcomes: list[bool], margin: float | None
) -> None:
    workload = make_workload(len(outcomes), margin=margin)
    script = {"a": [True] * len(outcomes), "b": outcomes}

    assert set(peeks(workload, script)) == {frozenset()}


@given(OUTCOMES, st.sampled_from([0.3, 0.6, 0.9]))
def test_a_floor_is_decided_at_the_item_where_the_e_process_crosses(
    make_workload: MakeWorkload, peeks: Peeks, outcomes: list[bool], floor: float
) -> None:
    workload = make_workload(len(outcomes), floor=floor, stopping=StoppingRule.BETTING)
    for seen, decided in enumerate(peeks(workload, {"a": outcomes}), start=1):
        found = floor_test(map(float, outcomes[:seen]), floor, 0.05)

        assert ("a" in decided) == (found.decision is not SequentialDecision.UNDECIDED)


@given(OUTCOMES, st.randoms(use_true_random=False), st.sampled_from([0.1, 0.3]))
def test_a_margin_is_decided_at_the_item_where_the_paired_e_process_crosses(
    make_workload: MakeWorkload,
    peeks: Peeks,
    outcomes: list[bool],
    draw: random.Random,
    margin: float,
) -> None:
    incumbent = [draw.random() < 0.8 for _ in outcomes]
    workload = make_workload(len(outcomes), margin=margin, stopping=StoppingRule.BETTING)
    looks = peeks(workload, {"a": incumbent, "b": outcomes})
    for seen, decided in enumerate(looks, start=1):
        pairs = zip(outcomes[:seen], incumbent[:seen], strict=True)
        found = paired_test((float(b) - float(a) for b, a in pairs), margin, 0.05)

        # With one other candidate, the incumbent is done when that one is.
        assert decided == (
            frozenset() if found.decision is SequentialDecision.UNDECIDED else frozenset({"a", "b"})
        )


@given(OUTCOMES)
def test_who_is_decided_stays_decided(
    make_workload: MakeWorkload, peeks: Peeks, outcomes: list[bool]
) -> None:
    workload = make_workload(len(outcomes), floor=0.6, stopping=StoppingRule.BETTING)
    looks = list(peeks(workload, {"a": outcomes, "b": outcomes[::-1]}))

    assert all(before <= later for before, later in pairwise(looks))


def test_at_the_bar_peeking_at_every_item_is_wrong_no_more_often_than_alpha(
    make_workload: MakeWorkload, peeks: Peeks
) -> None:
    draw = random.Random(20)
    workload = make_workload(60, ("a",), floor=0.8, stopping=StoppingRule.BETTING)
    good = bad = 0
    for _ in range(400):
        outcomes = [draw.random() < 0.8 for _ in workload.items]
        if any(peeks(workload, {"a": outcomes})):
            accepted = dict(zip((item.id for item in workload.items), outcomes, strict=True))
            found = sequential_standing(workload, workload.items, accepted, None)
            good += found.standing is Standing.MET
            bad += found.standing is Standing.NOT_MET

    assert 0 < good <= 0.05 * 400
    assert 0 < bad <= 0.05 * 400


def test_at_the_margin_peeking_at_every_item_is_wrong_no_more_often_than_alpha(
    make_workload: MakeWorkload, peeks: Peeks
) -> None:
    draw = random.Random(20)
    workload = make_workload(60, margin=0.2, stopping=StoppingRule.BETTING)
    stopped = 0
    for _ in range(300):
        # Right in 90 % and in 70 % of the items, each by itself: worse by the margin exactly.
        incumbent = [draw.random() < 0.9 for _ in workload.items]
        candidate = [draw.random() < 0.7 for _ in workload.items]
        stopped += any(peeks(workload, {"a": incumbent, "b": candidate}))

    # Either way is wrong here, and each has alpha.
    assert 0 < stopped <= 0.1 * 300


def test_the_incumbent_goes_on_until_every_other_is_decided(
    make_workload: MakeWorkload, peeks: Peeks
) -> None:
    workload = make_workload(60, ("a", "b", "c"), margin=0.3, stopping=StoppingRule.BETTING)
    every = [True] * 60
    late = [number >= 2 for number in range(60)]
    looks = list(peeks(workload, {"a": every, "b": every, "c": late}))
    (first_of_b, first_of_c, first_of_a) = (
        next(number for number, decided in enumerate(looks) if name in decided) for name in "bca"
    )

    assert first_of_b < first_of_c
    assert first_of_a == first_of_c
    assert frozenset({"b"}) in looks


def test_the_incumbent_is_never_judged_by_itself(make_workload: MakeWorkload, peeks: Peeks) -> None:
    workload = make_workload(60, margin=0.3, stopping=StoppingRule.BETTING)

    assert set(peeks(workload, {"a": [True] * 60})) == {frozenset()}
    assert set(peeks(workload, {"b": [True] * 60})) == {frozenset()}


def test_who_was_given_up_keeps_nobody_waiting_and_who_is_silent_is_not_decided(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    workload = make_workload(40, ("a", "b", "c"), margin=0.3, stopping=StoppingRule.BETTING)
    rows = [make_row(name, item.id) for item in workload.items for name in "ab"]
    rows.append(make_row("c", workload.items[0].id))
    stopper = Stopper(workload, workload.items)

    assert stopper.decided(rows) == {"b"}
    assert stopper.decided(rows, given_up={"c"}) == {"a", "b"}
    assert stopper.decided(rows, given_up={"c"}, silent={"b"}) == frozenset()


def test_what_got_no_answer_counts_as_not_accepted_whatever_its_text(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    workload = make_workload(20, ("a",), floor=0.9, stopping=StoppingRule.BETTING)
    right = [make_row("a", item.id) for item in workload.items[:2]]
    broken_off = [replace(row, failure="gone") for row in right]

    assert Stopper(workload, workload.items).decided(right) == frozenset()
    assert Stopper(workload, workload.items).decided(broken_off) == {"a"}


def test_items_that_one_side_has_not_answered_are_passed_over(
    make_workload: MakeWorkload,
) -> None:
    workload = make_workload(40, margin=0.3, stopping=StoppingRule.BETTING)
    every = {item.id: True for item in workload.items}
    evens = {item.id: True for item in workload.items[::2]}
    found = sequential_standing(workload, workload.items, evens, every)
    expected = paired_test([0.0] * 20, 0.3, 0.05)

    assert (found.standing, found.stopped_at) == (Standing.MET, expected.stopped_at)
    assert found.p_value == pytest.approx(1 / expected.evidence_for)


def test_outcomes_are_followed_in_the_order_of_asking_and_not_of_the_journal(
    make_workload: MakeWorkload, make_row: MakeRow
) -> None:
    outcomes = [*[True] * 9, *[False, True] * 8]
    workload = make_workload(len(outcomes), ("a",), floor=0.6, stopping=StoppingRule.BETTING)
    rows = [
        make_row("a", item.id, right=right)
        for item, right in zip(workload.items, outcomes, strict=True)
    ]
    backwards = floor_test(map(float, outcomes[::-1]), 0.6, 0.05)

    assert backwards.decision is SequentialDecision.UNDECIDED
    assert Stopper(workload, workload.items).decided(rows[::-1]) == {"a"}


def test_without_evidence_the_p_value_is_one(make_workload: MakeWorkload) -> None:
    workload = make_workload(30, ("a",), stopping=StoppingRule.BETTING)
    poor = {item.id: False for item in workload.items}

    assert sequential_standing(workload, workload.items, {}, None).p_value == 1.0
    assert sequential_standing(workload, workload.items, {}, None).standing is Standing.OPEN
    assert sequential_standing(workload, workload.items, poor, None).p_value == 1.0
