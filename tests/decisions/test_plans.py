"""The six plans: why one cannot be had, and what is paid while nothing is decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.workload import DataClass

from .cases import (
    Ask,
    Entrant,
    claude,
    gpt,
    hosted,
    kinds,
    large,
    make_case,
    row_of,
    small,
)


def run(*entrants: Entrant, ask: Ask | None = None) -> Decision:
    return decide(make_case(*entrants, ask=ask), seed=1)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (PlanKind.AS_IS, "no such candidate is named in the workload file"),
        (PlanKind.OPTIMISED, "nothing to optimise: "),
        (PlanKind.OPEN_HOSTED, "no such candidate is named in the workload file"),
        (PlanKind.HYBRID, "needs one candidate of ours and one of a vendor"),
        (PlanKind.UNDECIDED, "the evidence suffices to decide"),
    ],
)
def test_a_plan_without_candidates_says_so(kind: PlanKind, why: str) -> None:
    assert kinds(run(small("ours", 396)))[kind].unavailable.startswith(why)


def test_a_plan_whose_candidates_are_all_excluded_says_so() -> None:
    ask = Ask(data_class=DataClass.RESTRICTED, incumbent="gpt")
    plans = kinds(run(small("ours", 200), hosted(), gpt(), claude(), ask=ask))

    for kind in (*PlanKind,)[:4]:
        assert plans[kind].unavailable == "every candidate of this kind is excluded"
    assert plans[PlanKind.HYBRID].unavailable.startswith("needs one candidate of ours")


def test_what_is_in_use_is_the_only_candidate_of_its_plan_even_if_it_is_ours() -> None:
    plans = kinds(run(small("ours", 396), ask=Ask(incumbent="ours")))

    assert [share.candidate for share in plans[PlanKind.AS_IS].shares] == ["ours"]
    assert plans[PlanKind.OPEN_SELF].unavailable == (
        "no such candidate is named in the workload file"
    )


@pytest.mark.parametrize("incumbent", [small("old", 340), hosted("old", 340), gpt("old", 340)])
def test_undecided_costs_what_is_in_use_whoever_runs_it(incumbent: Entrant) -> None:
    decision = run(incumbent, ask=Ask(incumbent="old"))

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.plan.monthly_usd == row_of(decision, "old").monthly_usd
    assert [share.candidate for share in decision.plan.shares] == ["old"]
    assert decision.plan.note == "what is paid today goes on until the next measurement is in"


def test_undecided_says_that_what_is_in_use_fails_and_still_what_it_costs() -> None:
    ask = Ask(data_class=DataClass.RESTRICTED, incumbent="gpt", latency_ms=500.0)
    decision = run(gpt("gpt", 396), large(), ask=ask)

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.plan.shares == ()
    assert decision.plan.note == "gpt is in use today and fails on data_class, latency"
    assert decision.plan.monthly_usd == row_of(decision, "gpt").monthly_usd
    assert (decision.plan.monthly_low or 0) <= (decision.plan.monthly_usd or 0)
    assert "gpt is in use today and fails on data_class, latency" in decision.answer


def test_undecided_has_no_cost_where_what_is_in_use_has_no_price() -> None:
    old = large("old", hardware="cpu-2vcpu")
    decision = run(old, ask=Ask(incumbent="old"))

    assert decision.plan.monthly_usd is None
    assert decision.plan.note == "old is in use today and fails on price"


def test_undecided_costs_nothing_known_where_nothing_is_in_use() -> None:
    decision = run(gpt("gpt", 340))

    assert decision.plan.monthly_usd is None
    assert decision.plan.note == "nothing is in use today"


def test_a_plan_that_costs_more_than_the_budget_though_its_candidate_may_be_used_says_so() -> None:
    ask = Ask(budget=2_500.0, incumbent="gpt", latency_ms=86_400_000.0, requests=10_000_000)
    decision = run(gpt("gpt", 340), ask=replace(ask, vendor_fte=0.0))

    assert kinds(decision)[PlanKind.AS_IS].unavailable == "costs more than the budget"
    assert decision.plan.monthly_usd == row_of(decision, "gpt").monthly_usd


def test_another_closed_model_is_the_optimised_plan_beside_the_one_in_use() -> None:
    decision = run(gpt("gpt", 340), claude("claude", 396), ask=Ask(incumbent="gpt"))

    assert decision.plan.kind is PlanKind.OPTIMISED
    assert decision.answer.startswith("Change to another commercial model: anthropic/")
