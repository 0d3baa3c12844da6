"""Measured, assumed and unknown are three things: only the first is ever chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.decisions.decide import decide
from equipoise.domain.decision import PlanKind
from equipoise.domain.evidence import Standing

from .cases import Ask, claude, entrant, gpt, hosted, kinds, large, make_case, row_of, small

FREE = (1.0, 0.0, 1.0)


@settings(max_examples=40)
@given(
    low=st.floats(0.5, 1.0),
    width=st.floats(0, 0.3),
    tokens=st.tuples(st.floats(1, 5_000), st.just(0.0), st.floats(1, 500)),
    requests=st.integers(1, 10**7),
    measured=st.integers(300, 400),
    rejected=st.sampled_from([0.0, 0.4]),
    own=st.booleans(),
)
def test_a_plan_that_rests_on_an_assumption_is_never_chosen_however_cheap(
    low: float,
    width: float,
    tokens: tuple[float, float, float],
    requests: int,
    measured: int,
    rejected: float,
    own: bool,
) -> None:
    believed = (low, min(1.0, low + width))
    rival = (
        large("rival", assumed=believed, tokens=tokens)
        if own
        else hosted("rival", assumed=believed, tokens=tokens)
    )
    ask = Ask(requests=requests, rejected_usd=rejected, own_fte=0.0, vendor_fte=0.0)
    decision = decide(make_case(small("ours", measured), rival, gpt("gpt", measured), ask=ask), 1)

    assert "rival" not in {share.candidate for share in decision.plan.shares}
    assert all(
        not plan.proven
        for plan in decision.plans
        if "rival" in {share.candidate for share in plan.shares}
    )


@settings(max_examples=25)
@given(accepted=st.integers(0, 60), floor=st.sampled_from([0.5, 0.85, 0.99]))
def test_what_is_measured_but_still_open_is_never_chosen_either(
    accepted: int, floor: float
) -> None:
    case = make_case(
        gpt("gpt", accepted, items=60, standing=Standing.OPEN, tokens=FREE),
        ask=Ask(floor=floor, vendor_fte=0.0),
    )

    assert decide(case, 1).plan.kind is PlanKind.UNDECIDED


def test_an_unmeasured_rival_can_unsettle_a_choice_and_its_measurement_settles_it() -> None:
    alone = decide(make_case(small("ours", 396)), 1)
    rival = gpt("gpt", assumed=(0.95, 1.0))
    unsettled = decide(make_case(small("ours", 396), rival), 1)
    settled = decide(make_case(small("ours", 396), gpt("gpt", 398)), 1)

    assert alone.plan.kind is PlanKind.OPEN_SELF
    assert unsettled.plan.kind is PlanKind.UNDECIDED
    assert "small" not in unsettled.answer
    assert "ours is good enough" in unsettled.answer
    assert settled.plan.kind is PlanKind.AS_IS


def test_a_rival_that_is_assumed_to_miss_the_floor_unsettles_nothing() -> None:
    rival = gpt("gpt", assumed=(0.5, 0.84), tokens=FREE)
    decision = decide(make_case(small("ours", 396), rival, ask=Ask(rejected_usd=0.0)), 1)

    assert decision.plan.kind is PlanKind.OPEN_SELF
    assert decision.confidence == 1.0
    assert kinds(decision)[PlanKind.AS_IS].chance_best == 0.0


@pytest.mark.parametrize("rejected", [0.0, 0.4])
def test_what_nobody_measured_or_assumed_is_priced_and_never_wins(rejected: float) -> None:
    unknown = claude("claude", tokens=FREE)
    case = make_case(small("ours", 396), unknown, ask=Ask(rejected_usd=rejected))
    decision = decide(case, 1)
    row = row_of(decision, "claude")

    assert decision.plan.kind is PlanKind.OPEN_SELF
    assert kinds(decision)[PlanKind.AS_IS].monthly_usd == row.monthly_usd
    assert kinds(decision)[PlanKind.AS_IS].chance_best == 0.0
    assert kinds(decision)[PlanKind.AS_IS].note == "quality neither measured nor assumed"
    assert (row.rate, row.per_accepted_usd, row.items) == (None, None, 0)
    assert [line.kind for line in row.costs] == ["input", "output", "people"]
    assert [needed.candidate for needed in decision.needed] == ["claude"]
    assert ("accept rate of claude", "unknown") in {
        (given.subject, given.value) for given in decision.assumptions
    }


def test_a_plan_says_what_its_quality_rests_on() -> None:
    measured = decide(make_case(hosted("open", 340), gpt("guessed", assumed=(0.9, 1.0))), 1)

    assert kinds(measured)[PlanKind.OPEN_HOSTED].note == "measured, not yet shown to meet the bar"
    assert kinds(measured)[PlanKind.AS_IS].note == "quality assumed, not measured"


def test_a_proven_candidate_stands_for_its_plan_before_a_cheaper_one_that_is_assumed() -> None:
    case = make_case(
        hosted("guessed", assumed=(0.97, 1.0), tokens=FREE),
        entrant("proven", "ministral-3-8b-instruct", "mistral", 380),
    )
    plan = kinds(decide(case, 1))[PlanKind.OPEN_HOSTED]

    assert [share.candidate for share in plan.shares] == ["proven"]


def test_a_likely_candidate_stands_for_its_plan_before_a_cheaper_one_that_is_not() -> None:
    case = make_case(
        hosted("poor", assumed=(0.4, 0.86), tokens=FREE),
        entrant("fair", "ministral-3-8b-instruct", "mistral", None, assumed=(0.86, 0.9)),
        ask=Ask(rejected_usd=0.0),
    )
    plan = kinds(decide(case, 1))[PlanKind.OPEN_HOSTED]

    assert [share.candidate for share in plan.shares] == ["fair"]


def test_another_half_that_is_assumed_keeps_a_split_from_being_proven() -> None:
    decision = decide(make_case(small("ours", 396), gpt("gpt", assumed=(0.99, 1.0))), 1)
    split = kinds(decision)[PlanKind.HYBRID]

    assert not split.proven
    assert split.note.endswith("; quality assumed, not measured")


def test_a_row_says_what_was_not_measured_and_what_could_not_be_read() -> None:
    case = make_case(gpt("gpt", 380), large(), small("ours", 396))
    first, *others = case.trial.quality
    quality = (replace(first, malformed=7), *others)
    decision = decide(replace(case, trial=replace(case.trial, quality=quality)), 1)

    assert row_of(decision, "gpt").note == "7 answers could not be read at all"
    assert row_of(decision, "large").note == "unmeasured: no key; speed estimated"
    assert row_of(decision, "ours").note == ""


def test_a_row_holds_the_interval_that_was_measured_or_assumed() -> None:
    decision = decide(make_case(gpt("gpt", 380), hosted(assumed=(0.8, 0.95))), 1)
    measured, assumed = decision.candidates

    assert (measured.rate, measured.items, measured.p95_seconds) == (0.95, 400, 0.75)
    assert (measured.rate_low or 0) < 0.95 < (measured.rate_high or 0)
    assert (assumed.rate_low, assumed.rate_high, assumed.items) == (0.8, 0.95, 0)
    assert assumed.rate == pytest.approx(0.875)
    assert assumed.p95_seconds is None
