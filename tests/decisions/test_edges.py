"""The edges: nothing accepted and everything, one request and ten billion, nobody left."""

from __future__ import annotations

import json
from math import isfinite

import pytest

from equipoise.decisions.decide import decide
from equipoise.decisions.record import to_json
from equipoise.domain.decision import Decision, PlanKind, Portfolio
from equipoise.domain.evidence import Standing

from .cases import TODAY, Ask, Entrant, gpt, kinds, make_case, row_of, small, wires


def run(*entrants: Entrant, ask: Ask | None = None) -> Decision:
    """Decide, and see that the record can be written."""
    decision = decide(make_case(*entrants, ask=ask), seed=1)
    json.loads(to_json(Portfolio("0", TODAY, (decision,))), parse_constant=pytest.fail)
    return decision


def test_where_nothing_was_accepted_there_is_rework_and_no_price_of_an_accepted_answer() -> None:
    # Nought of ten does not prove that a floor of a fifth is missed.
    decision = run(gpt("gpt", 0, items=10), small("ours", 8, items=10), ask=Ask(floor=0.2))
    row = row_of(decision, "gpt")
    plan = kinds(decision)[PlanKind.AS_IS]

    assert row.standing == Standing.OPEN
    assert (row.rate, row.per_accepted_usd) == (0.0, None)
    assert [line.kind for line in row.costs] == ["input", "output", "people", "rework"]
    assert row.costs[-1].usd == pytest.approx(300_000 * 0.4)
    assert (plan.per_accepted_usd, plan.per_accepted_low) == (None, None)
    assert plan.chance_best == pytest.approx(0.0, abs=0.01)
    assert decision.plan.kind is PlanKind.OPEN_SELF


def test_where_everything_was_accepted_nothing_is_put_right_and_the_range_still_holds() -> None:
    decision = run(gpt("gpt", 400), ask=Ask(vendor_fte=0.0))
    row = row_of(decision, "gpt")

    assert decision.plan.kind is PlanKind.AS_IS
    assert row.costs[-1].usd == 0.0
    assert row.per_accepted_usd == pytest.approx((row.monthly_usd or 0) / 300_000)
    assert decision.plan.per_accepted_low == decision.plan.per_accepted_usd
    assert (decision.plan.per_accepted_high or 0) > (decision.plan.per_accepted_usd or 0)


def test_a_lone_candidate_is_decided_on_or_asked_about() -> None:
    assert run(small("ours", 396)).plan.kind is PlanKind.OPEN_SELF
    assert run(small("ours", 340)).plan.kind is PlanKind.UNDECIDED
    assert run(gpt()).next_measurement is not None
    assert run(small("ours", 396)).crossovers == ()


def test_where_everybody_is_excluded_nothing_is_drawn_chosen_or_measured() -> None:
    decision = run(small("ours", 100), gpt("gpt", 100), ask=Ask(incumbent="gpt"))

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.plan.shares == ()
    assert decision.confidence == 0.0
    assert (decision.curves, decision.crossovers, decision.needed) == ((), (), ())
    assert (decision.tripwires, decision.next_measurement) == ((), None)
    assert all(row.excluded and row.monthly_usd for row in decision.candidates)
    assert decision.answer.startswith("Undecided: every candidate fails a requirement. gpt is in ")


def test_one_request_a_month_is_answered_by_whoever_needs_the_fewest_people() -> None:
    decision = run(small("ours", 396), gpt("gpt", 396), ask=Ask(requests=1))

    assert decision.plan.kind is PlanKind.AS_IS
    assert decision.plan.monthly_usd == pytest.approx(500.0, abs=0.01)
    assert all(point.requests_per_month > 0 for row in decision.curves for point in row.points)
    assert wires(decision, "volume") == []


def test_ten_billion_requests_a_month_are_split_over_thousands_of_machines() -> None:
    ask = Ask(requests=10**10, rejected_usd=0.0)
    decision = run(small("ours", 396, seconds=0.05), gpt("gpt", 396), ask=ask)
    row = row_of(decision, "ours")

    assert decision.plan.kind in {PlanKind.OPEN_SELF, PlanKind.HYBRID}
    assert row.costs[0].basis.startswith("723 × ")
    assert row_of(decision, "gpt").monthly_usd == pytest.approx(3_840_500.0)
    assert all(isfinite(wire.threshold or 0.0) for wire in decision.tripwires)


def test_where_a_bad_answer_costs_nothing_the_cheapest_good_enough_one_wins() -> None:
    better, cheaper = small("better", 399), gpt("cheaper", 360)
    free = run(better, cheaper, ask=Ask(rejected_usd=0.0))
    dear = run(better, cheaper, ask=Ask(rejected_usd=0.4))

    assert free.plan.shares[0].candidate == "cheaper"
    assert dear.plan.shares[0].candidate == "better"
    assert row_of(free, "cheaper").costs[-1].usd == 0.0


def test_a_trial_is_not_confident_of_what_it_could_not_have_shown() -> None:
    decision = run(gpt("gpt", 56, items=60), ask=Ask(confidence=0.99))

    assert kinds(decision)[PlanKind.AS_IS].proven
    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.next_measurement is not None
    assert decision.next_measurement.what == "ask all 400 items that are labelled"
