"""The bill from which running ourselves saves: nothing there, less below, more above."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.break_even import break_even
from equipoise.bill.ceiling import net_saving
from equipoise.bill.facts import Facts
from equipoise.bill.fleets import plan_fleets
from equipoise.bill.page import BreakEven
from equipoise.domain.bill import ChargeKind
from equipoise.economics.draws import Sampler

from .readings import FACTS, charge, month_of, page

SAMPLER = Sampler(3, 300)


def of(dollars: float, facts: Facts = FACTS, model: str = "claude-opus-4-5") -> BreakEven:
    vendor = "anthropic" if model.startswith("claude") else "openai"
    rows = month_of(charge(f"{dollars:.2f}", model, provider=vendor))
    return break_even(plan_fleets(rows, facts), dollars, facts, SAMPLER)


@settings(max_examples=15)
@given(st.floats(1_000, 1e7), st.floats(0.1, 8))
def test_at_the_break_even_bill_nothing_is_saved(dollars: float, engineers: float) -> None:
    facts = replace(FACTS, engineers=engineers)
    found = of(dollars, facts)
    assert found.usd is not None
    rows = month_of(charge(f"{found.usd:.2f}", "claude-opus-4-5", provider="anthropic"))

    assert net_saving(rows, facts) == pytest.approx(0.0, abs=1e-3 * found.usd)


def test_the_break_even_bill_does_not_depend_on_todays() -> None:
    """Not even where today's is a hundred thousand times as large."""
    bills = [of(dollars).usd for dollars in (500.0, 50_000.0, 1e9)]

    assert bills == pytest.approx([bills[1]] * 3, rel=1e-3)


def test_the_range_holds_the_bill() -> None:
    found = of(50_000.0)
    assert found.usd is not None
    assert found.low is not None
    assert found.high is not None

    assert found.low <= found.usd <= found.high


def test_a_bill_that_never_breaks_even_says_so() -> None:
    found = of(1.0, model="gpt-5-mini")

    assert (found.usd, found.high) == (None, None)


def test_without_people_it_breaks_even_where_the_machines_do() -> None:
    alone = of(20_000.0, replace(FACTS, engineers=0.0))
    staffed = of(20_000.0)

    assert alone.usd is not None
    assert staffed.usd is not None
    assert 0 < alone.usd < staffed.usd


def test_the_curve_passes_through_todays_ceiling_and_widens_around_it() -> None:
    found = of(60_000.0)
    rows = month_of(charge("60000", "claude-opus-4-5", provider="anthropic"))
    middle = found.curve[len(found.curve) // 2]

    assert middle[0] == pytest.approx(60_000)
    assert middle[1] == pytest.approx(net_saving(rows, FACTS))
    assert all(low <= net <= high for _, net, low, high in found.curve)


def test_a_month_that_costs_nothing_has_no_break_even() -> None:
    refunded = charge("-9", "", kind=ChargeKind.TAX)

    assert page(charge("5"), refunded).break_even is None
    assert page(charge("5")).break_even is not None
