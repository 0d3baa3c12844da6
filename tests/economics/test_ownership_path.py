"""Machines of our own with all they cost: lines that add up, flows that equal them, and draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.drift import Drift
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.people import Level
from equipoise.economics.ownership.terms import Figures, power_of, purchase_usd
from equipoise.economics.ownership.ways import Plan, Way, ownership_path
from equipoise.errors import ConfigurationError, UnpricedTargetError

from .machines import MACHINE

SAMPLER = Sampler(seed=7, count=400)
HOUSED = {Way.BOUGHT, Way.LEASED}


def had(way: Way, months: int = 36, interest: float = 0.08) -> OwnershipPath:
    figures = Figures(own=(("interest_per_year", interest),))
    plan = Plan(way, MACHINE, 2.0, 0.3, 3.0, 0.99, figures, 1e-5, months)
    return ownership_path(plan, SAMPLER, "rate")


WAYS = st.sampled_from(list(Way))


@pytest.mark.parametrize("way", list(Way))
def test_the_lines_of_every_way_add_up(way: Way) -> None:
    path = had(way)
    lines = path.lines(2e6)

    assert path.monthly(2e6) == pytest.approx(sum(line.usd for line in lines))
    assert all(line.usd >= -1e-9 and line.basis for line in lines)
    kinds = {line.kind for line in lines}
    assert {"machines", "people", "refresh", "migration", "egress"} <= kinds
    assert ("financing" in kinds) is (way is Way.BOUGHT)
    assert ({"power", "hosting"} <= kinds) is (way in HOUSED)


@given(WAYS, st.floats(0, 3e7), st.integers(1, 60), st.floats(0, 0.3))
@settings(max_examples=60)
def test_a_month_is_the_annuity_of_the_cash_flow_to_a_cent(
    way: Way, requests: float, months: int, interest: float
) -> None:
    path = had(way, months, interest)

    assert path.monthly(requests) == pytest.approx(
        path.cash_flow(requests).annuity(interest), abs=0.01
    )


def test_a_bought_machine_by_hand() -> None:
    path = replace(had(Way.BOUGHT, months=36, interest=0.0), availability=0.999)
    lines = {line.kind: line.usd for line in path.lines(1_000.0)}

    # One works and one is spare; each loses 39,000 · (1 − 0.78³) in 36 months.
    assert path.machines(1_000.0) == (1, 1)
    assert lines["machines"] == pytest.approx(2 * 39_000 * (1 - 0.78**3) / 36)
    assert lines["financing"] == pytest.approx(0.0)
    assert lines["migration"] == pytest.approx(6 * 150_000 / 12 / 36)


def test_nobody_asking_still_costs() -> None:
    path = had(Way.ON_DEMAND)

    assert path.monthly(0.0) > 2_190
    assert path.utilisation(0.0) == 0.0


@given(WAYS, st.floats(0, 5e7), st.floats(0, 5e7))
@settings(max_examples=40)
def test_more_requests_never_cost_less(way: Way, one: float, other: float) -> None:
    few, many = sorted((one, other))

    assert had(way).monthly(few) <= had(way).monthly(many) * (1 + 1e-9)


@given(st.floats(1e3, 1e7))
@settings(max_examples=20)
def test_spot_and_reserved_are_never_dearer_than_on_demand(requests: float) -> None:
    assert had(Way.SPOT).monthly(requests) <= had(Way.ON_DEMAND).monthly(requests)
    assert had(Way.RESERVED).monthly(requests) <= had(Way.ON_DEMAND).monthly(requests)


def test_rents_that_fall_lower_the_flow_of_what_follows_the_market() -> None:
    falling = Drift(0.5)
    for way, moves in {Way.ON_DEMAND: True, Way.RESERVED: False, Way.BOUGHT: False}.items():
        still = had(way).cash_flow(1e6).total()
        moved = replace(had(way), rent=falling).cash_flow(1e6).total()
        assert (moved < still) is moves


def test_growth_buys_machines_later() -> None:
    flow = had(Way.BOUGHT).cash_flow(3e6, growth=Drift(2.0))
    steady = had(Way.BOUGHT).cash_flow(3e6)

    assert flow.start_usd == steady.start_usd
    assert flow.monthly_usd[-1] > steady.monthly_usd[-1]
    assert flow.monthly_usd.max() > 39_000
    assert flow.end_usd > steady.end_usd


@pytest.mark.parametrize("way", list(Way))
def test_draws_spread_around_the_median(way: Way) -> None:
    path = had(way)
    draws = path.monthly_draws(1e6)
    low, high = bounds(draws)

    assert draws.shape == (400,)
    assert 0 < low < path.monthly(1e6) < high


def test_without_uncertainty_draws_are_the_month() -> None:
    path = had(Way.BOUGHT)
    certain = replace(path, rate=np.full(5, 2.0), drawn=path.terms)

    assert certain.monthly_draws(1e6) == pytest.approx([path.monthly(1e6)] * 5)


def test_levels_and_what_the_organisation_knows_replace_the_middle() -> None:
    figures = {"electricity_usd_per_kwh": 0.05, "engineer_usd_per_year": 100_000.0, "run_fte": 0.3}
    known = Figures(own=tuple(figures.items()))

    assert power_of(MACHINE, known).usd_per_kwh == 0.05
    assert known.staff().usd_per_year == 100_000.0
    assert known.staff().run_fte == 0.3
    assert Figures(level=Level.HIGH).staff().run_fte == 1.0
    assert replace(known, sampler=SAMPLER).staff().usd_per_year == 100_000.0


def test_a_machine_without_a_purchase_price_is_not_made_up() -> None:
    with pytest.raises(UnpricedTargetError, match="no purchase price is known for Box"):
        purchase_usd(replace(MACHINE, usd_purchase=None))


def test_a_machine_in_the_office_has_no_hosting_line() -> None:
    path = had(Way.BOUGHT)
    office = replace(path, terms=replace(path.terms, hosting=None))
    kinds = [line.kind for line in office.lines(1e6)]

    assert "power" in kinds
    assert "hosting" not in kinds


def test_start_and_running_are_the_flow() -> None:
    path = had(Way.BOUGHT)
    flow = path.cash_flow(1e6)

    assert path.start_usd(1e6) == flow.start_usd
    assert path.running_usd(1e6) == pytest.approx(flow.monthly_usd[0])


def test_cents_and_per_cents_of_the_organisation_are_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Figures(own=(("electricity_usd_per_kwh", 12.0), ("reserved_discount", 40.0)))

    assert [row.key for row in caught.value.problems] == [
        "electricity_usd_per_kwh",
        "reserved_discount",
    ]
    with pytest.raises(LookupError, match="no range"):
        Figures(own=(("hope", 1.0),))
