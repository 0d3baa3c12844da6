"""The figures behind the charts: what each path costs over volumes, and where two cross."""

from __future__ import annotations

import pytest

from equipoise.decisions.decide import decide
from equipoise.domain.decision import PlanKind
from equipoise.domain.endpoint import Operator
from equipoise.domain.model import Weights
from equipoise.domain.workload import DataClass

from .cases import Ask, gpt, hosted, large, make_case, row_of, small


def test_everybody_who_may_be_used_has_a_curve_through_what_it_costs_here() -> None:
    decision = decide(make_case(small("ours", 396), gpt("gpt", 372), hosted()), 1)

    assert [curve.candidate for curve in decision.curves] == ["ours", "gpt", "hosted"]
    for curve in decision.curves:
        here = [p for p in curve.points if p.requests_per_month == pytest.approx(300_000)]
        row = row_of(decision, curve.candidate)

        assert (curve.target, curve.weights, curve.operator) == (
            row.target,
            row.weights,
            row.operator,
        )
        assert here[0].cost_usd == pytest.approx(row.monthly_usd)
        assert here[0].low_usd == pytest.approx(row.monthly_low)
        assert here[0].high_usd == pytest.approx(row.monthly_high)
    assert decision.curves[1].weights is Weights.CLOSED
    assert decision.curves[2].operator is Operator.VENDOR


def test_whoever_is_excluded_has_no_curve_and_crosses_nobody() -> None:
    ask = Ask(data_class=DataClass.RESTRICTED)
    decision = decide(make_case(small("ours", 396), gpt("gpt", 396), ask=ask), 1)

    assert [curve.candidate for curve in decision.curves] == ["ours"]
    assert decision.crossovers == ()


def test_a_crossover_says_who_is_cheaper_on_which_side_in_money_alone() -> None:
    case = make_case(small("ours", 396, seconds=0.05), gpt("gpt", 372))
    decision = decide(case, 1)
    (crossing, *_) = decision.crossovers

    assert decision.plan.kind is PlanKind.OPEN_SELF
    assert {crossing.first, crossing.second} == {"ours", "gpt"}
    assert (crossing.cheaper_below, crossing.cheaper_above) == ("gpt", "ours")
    # $1,062.05 for the machine and its people; $500 and $0.000384 a request for the vendor.
    assert crossing.requests_per_month == pytest.approx(562.05 / 0.000384, rel=1e-3)


@pytest.mark.parametrize(("requests", "listed"), [(140_000_000, True), (160_000_000, False)])
def test_a_crossover_more_than_a_hundredfold_away_is_not_listed(
    requests: int, listed: bool
) -> None:
    # They cross at 1.46 million; a flat peak, so that one machine is one step.
    ask = Ask(requests=requests, peak=1.0)
    decision = decide(make_case(small("ours", 396, seconds=0.05), gpt("gpt", 372), ask=ask), 1)
    low = [row for row in decision.crossovers if row.requests_per_month < 2e6]

    assert bool(low) is listed


def test_compared_are_the_leader_with_all_and_the_same_weights_here_and_there() -> None:
    decision = decide(
        make_case(
            small("ours", 396, seconds=0.05),
            gpt("gpt", 372),
            hosted("hosted", 372, tokens=(8_000.0, 0.0, 400.0)),
            large("large", 372, seconds=0.02),
            ask=Ask(requests=3_000_000),
        ),
        1,
    )
    pairs = {frozenset((row.first, row.second)) for row in decision.crossovers}

    assert decision.plan.shares[0].candidate == "ours"
    assert frozenset(("hosted", "large")) in pairs
    assert frozenset(("gpt", "hosted")) not in pairs
    assert frozenset(("gpt", "large")) not in pairs
    assert [row.requests_per_month for row in decision.crossovers] == sorted(
        row.requests_per_month for row in decision.crossovers
    )
