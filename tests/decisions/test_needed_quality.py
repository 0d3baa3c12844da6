"""How good an unmeasured candidate would have to be: cost per accepted answer, turned round."""

from __future__ import annotations

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision, NeededQuality
from equipoise.economics.accepted import per_accepted

from .cases import DAY_MS, Ask, Entrant, claude, gpt, hosted, large, make_case, row_of, small


def run(*entrants: Entrant, ask: Ask | None = None) -> Decision:
    return decide(make_case(*entrants, ask=ask), seed=1)


def needed(decision: Decision, candidate: str) -> NeededQuality:
    (row,) = [row for row in decision.needed if row.candidate == candidate]
    return row


@settings(max_examples=40)
@given(
    accepted=st.integers(360, 400),
    tokens=st.tuples(st.floats(1, 30_000), st.just(0.0), st.floats(1, 3_000)),
    requests=st.integers(1, 10**7),
    rejected=st.sampled_from([0.0, 0.01, 0.4]),
)
def test_at_the_needed_rate_an_accepted_answer_costs_what_the_leaders_does(
    accepted: int, tokens: tuple[float, float, float], requests: int, rejected: float
) -> None:
    ask = Ask(requests=requests, rejected_usd=rejected, floor=0.5)
    decision = run(small("ours", accepted), gpt("rival", tokens=tokens), ask=ask)
    row = needed(decision, "rival")
    leader = row_of(decision, "ours").per_accepted_usd
    monthly = row_of(decision, "rival").monthly_usd or 0.0

    assert leader is not None
    if row.needed is None:
        event("at no rate")
        assert per_accepted(monthly, requests, 1.0, rejected) > leader
    elif row.needed == 0.5:
        event("at the floor")
        assert per_accepted(monthly, requests, 0.5, rejected) <= leader
    else:
        event("at a rate")
        at_the_rate = per_accepted(monthly, requests, row.needed, rejected)
        assert at_the_rate == pytest.approx(leader)


def test_the_floor_is_needed_in_any_case() -> None:
    decision = run(small("ours", 396), hosted(tokens=(1.0, 0.0, 1.0)), ask=Ask(rejected_usd=0.0))

    assert needed(decision, "hosted").needed == 0.85
    assert needed(decision, "hosted").sentence == (
        "hosted would win with 85.0% of its answers accepted or more"
    )


def test_what_is_too_dear_cannot_win_at_any_quality_and_the_sentence_says_why() -> None:
    decision = run(small("ours", 396), claude(tokens=(90_000.0, 0.0, 900.0)))

    assert needed(decision, "claude").needed is None
    assert needed(decision, "claude").sentence == (
        "at today's volume claude cannot win at any quality: at $28,850 a month it costs more per "
        "accepted answer than ours even with every answer accepted"
    )


def test_where_nobody_is_proven_the_bar_is_what_is_needed() -> None:
    assert needed(run(gpt()), "gpt") == NeededQuality(
        "gpt",
        0.85,
        "gpt needs at least 85.0% of its answers accepted, which is the bar, and some more to have "
        "it shown",
    )


def test_below_a_measured_incumbent_the_margin_is_what_is_needed() -> None:
    ask = Ask(below=("gpt", 0.05), incumbent="gpt")
    decision = run(gpt("gpt", 380), hosted(tokens=(1.0, 0.0, 1.0)), ask=ask)

    assert needed(decision, "hosted").needed is not None
    assert (needed(decision, "hosted").needed or 0) >= 0.90


def test_what_is_needed_is_taken_at_the_cheapest_way_to_use_it() -> None:
    ask = Ask(latency_ms=DAY_MS, requests=2_500_000, rejected_usd=0.0)
    decision = run(small("ours", 396), gpt(), ask=ask)
    (batches,) = [plan for plan in decision.plans if plan.note.startswith("batches")]
    monthly = batches.monthly_usd or 0.0
    leader = row_of(decision, "ours").per_accepted_usd or 0.0

    assert monthly < (row_of(decision, "gpt").monthly_usd or 0.0)
    assert needed(decision, "gpt").needed == pytest.approx(max(0.85, monthly / leader / 2_500_000))
    assert 0.85 < monthly / leader / 2_500_000 < 1.0


def test_only_those_that_are_unmeasured_and_may_be_used_are_listed() -> None:
    decision = run(small("ours", 396), gpt("gpt", 380), hosted(), large(hardware="cpu-2vcpu"))

    assert [row.candidate for row in decision.needed] == ["hosted"]


def test_what_fits_the_budget_only_as_part_of_a_split_has_no_rate_of_its_own() -> None:
    ask = Ask(budget=8_500.0, requests=30_000_000, peak=10.0, own_fte=0.0, vendor_fte=0.0)
    ours, theirs = small("ours", 396, seconds=1.0), gpt("gpt", tokens=(900.0, 0.0, 40.0))
    decision = run(ours, theirs, ask=ask)

    assert decision.excluded == ()
    assert [plan.kind.value for plan in decision.plans if plan.shares] == ["hybrid"]
    assert decision.needed == ()
