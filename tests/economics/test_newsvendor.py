"""The split: closed form against brute force, on curves and on recorded weeks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.economics.load import CurveLoad, Load, LoadSeries
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.newsvendor import (
    CapacityTier,
    Split,
    UnitCosts,
    best_capacity,
    best_split,
    cost_of,
    stack,
)

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "traces" / "servegen_rate_10min.csv"
COSTS = st.builds(UnitCosts, st.floats(0.01, 10), st.floats(0, 5), st.floats(0, 20))
LOADS: st.SearchStrategy[Load] = st.one_of(
    st.floats(1, 20).map(lambda peak: CurveLoad(LoadCurve(peak))),
    st.lists(st.floats(0.1, 100), min_size=1, max_size=40).map(LoadSeries.recorded),
)


def recorded() -> dict[str, LoadSeries]:
    rates: dict[str, list[float]] = {}
    with RECORDED.open() as file:
        for row in csv.DictReader(file):
            rates.setdefault(row["model_pool"], []).append(float(row["rate_rps"]))
    return {name: LoadSeries.recorded(rows) for name, rows in rates.items()}


def test_a_machine_pays_if_it_is_busy_often_enough() -> None:
    # Demand of 1, 2, 3 and 4 machines, a quarter of the time each; a machine costs 1.1 an hour and
    # saves 2 an hour used: it has to be used for 55 % of the time. The second is for 75 %, the
    # third for 50 %.
    load = LoadSeries.recorded([1, 2, 3, 4])
    costs = UnitCosts(1.1, 0.0, 2.0)
    found = best_split(load, costs, mean_machines=2.5)

    assert costs.critical_ratio == pytest.approx(0.55)
    assert best_capacity(load, costs) * 2.5 == pytest.approx(2.0)
    assert found.machines == 2
    assert found.own_share == pytest.approx(7 / 10)
    assert found.utilisation == pytest.approx(7 / 8)
    assert found.usd_per_hour == pytest.approx(2.2 + 2.5 * 2 * 0.3)
    assert found.saving_usd_per_hour == pytest.approx(5 - found.usd_per_hour)


@pytest.mark.parametrize(
    "costs", [(2.0, 0.0, 2.0), (3.0, 1.0, 2.0), (1.0, 2.0, 2.0), (0.0, 3.0, 2.0)]
)
def test_where_the_ratio_is_one_or_more_nothing_is_run(costs: tuple[float, float, float]) -> None:
    load = CurveLoad(LoadCurve(3.0))

    assert UnitCosts(*costs).critical_ratio == 1.0
    assert best_capacity(load, UnitCosts(*costs)) == 0.0
    assert best_split(load, UnitCosts(*costs), 100.0).machines == 0


@given(LOADS, COSTS, st.floats(0.01, 60))
@settings(max_examples=80)
def test_no_number_of_machines_costs_less(load: Load, costs: UnitCosts, mean: float) -> None:
    found = best_split(load, costs, mean)
    every = [cost_of(load, costs, mean, n) for n in range(int(25 * mean) + 3)]

    assert found.usd_per_hour <= min(every) * (1 + 1e-9)


@given(LOADS, COSTS)
def test_no_capacity_costs_less_than_the_closed_form(load: Load, costs: UnitCosts) -> None:
    best = cost_of(load, costs, 1.0, best_capacity(load, costs))

    assert best <= min(cost_of(load, costs, 1.0, k) for k in np.linspace(0, 20, 300)) * (1 + 1e-6)


def test_zero_demand_runs_nothing_and_costs_nothing() -> None:
    assert best_split(CurveLoad(LoadCurve(2.0)), UnitCosts(1.0, 0.0, 9.0), 0.0) == Split(
        0, 0.0, None, 0.0, 0.0
    )
    assert stack(CurveLoad(LoadCurve(2.0)), [CapacityTier("vendor", 0.0, 1.0)], 0.0) == ()


def test_an_overhead_beyond_the_saving_leaves_it_to_the_vendor() -> None:
    load, costs = LoadSeries.recorded([1, 2, 3, 4]), UnitCosts(1.0, 0.0, 2.0)
    saving = best_split(load, costs, 2.5).saving_usd_per_hour

    assert best_split(load, costs, 2.5, overhead=saving * 0.9).saving_usd_per_hour == pytest.approx(
        saving * 0.1
    )
    assert best_split(load, costs, 2.5, overhead=saving * 1.1).machines == 0


@pytest.mark.parametrize("costs", [(-1.0, 0.0, 1.0), (1.0, -1.0, 1.0), (1.0, 0.0, -1.0)])
def test_negative_costs_are_refused(costs: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="not negative"):
        UnitCosts(*costs)


def test_negative_demand_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        best_split(CurveLoad(LoadCurve(2.0)), UnitCosts(1.0, 0.0, 9.0), -1.0)
    with pytest.raises(ValueError, match="tiers"):
        stack(CurveLoad(LoadCurve(2.0)), [], 1.0)


def test_reserved_carries_the_base_spot_the_middle_and_a_vendor_the_peak() -> None:
    load = LoadSeries.recorded([1, 2, 3, 4, 10])
    tiers = [
        CapacityTier("vendor", 0.0, 9.0),
        CapacityTier("on demand", 1.0, 3.0),
        CapacityTier("reserved", 2.0, 0.0),
        CapacityTier("never", 5.0, 5.0),
    ]
    found = stack(load, tiers, mean_machines=4.0)

    # Uses 1, 0.8, 0.6, 0.4, then 0.2 up to the tenth. Reserved beats on demand above a third of
    # the time, and on demand a vendor above a sixth.
    assert [(part.tier.name, part.first, part.last) for part in found] == [
        ("reserved", 1, 4),
        ("on demand", 5, 10),
    ]
    assert found[0].usd_per_hour == pytest.approx(8.0)
    assert found[1].usd_per_hour == pytest.approx(6 * (1 + 3 * 0.2))


TIERS = st.lists(
    st.builds(CapacityTier, st.just("t"), st.floats(0, 5), st.floats(0, 10)), min_size=1, max_size=5
)


@given(LOADS, TIERS, st.floats(0.1, 20))
@settings(max_examples=80)
def test_a_stack_costs_what_the_cheapest_tier_of_each_machine_costs(
    load: Load, tiers: list[CapacityTier], mean: float
) -> None:
    spent = sum(part.usd_per_hour for part in stack(load, tiers, mean))
    machines = int(np.ceil(load.level_exceeded(0.0) * mean))
    each = 0.0
    for n in range(machines):
        used = (load.served_share((n + 1) / mean) - load.served_share(n / mean)) * mean
        each += min(tier.held_usd_per_hour + tier.used_usd_per_hour * used for tier in tiers)

    assert spent == pytest.approx(each, rel=1e-6, abs=1e-9)


@given(LOADS, TIERS, st.floats(0.1, 20))
@settings(max_examples=40)
def test_one_more_tier_never_costs_more(load: Load, tiers: list[CapacityTier], mean: float) -> None:
    more = sum(part.usd_per_hour for part in stack(load, tiers, mean))
    fewer = sum(part.usd_per_hour for part in stack(load, tiers[:1], mean))

    assert more <= fewer * (1 + 1e-9)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded rates are not here")
@pytest.mark.parametrize("ratio", [0.3, 0.5, 0.7, 0.8, 0.9])
def test_on_recorded_weeks_the_closed_form_is_the_optimum(ratio: float) -> None:
    costs = UnitCosts(ratio, 0.0, 1.0)
    for load in recorded().values():
        best = cost_of(load, costs, 1.0, best_capacity(load, costs))
        every = min(cost_of(load, costs, 1.0, k) for k in np.linspace(0, load.peak_to_mean, 4_001))
        assert best == pytest.approx(every, rel=1e-4)
        assert best <= every * (1 + 1e-12)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded rates are not here")
def test_at_half_the_vendors_price_a_split_saves_a_third_on_recorded_weeks() -> None:
    costs, loads = UnitCosts(0.5, 0.0, 1.0), recorded()
    for name, expected in {"m-large": 0.35, "m-mid": 0.31}.items():
        load = loads[name]
        split = cost_of(load, costs, 1.0, best_capacity(load, costs))
        pure = min(1.0, cost_of(load, costs, 1.0, load.peak_to_mean))
        assert 1 - split / pure == pytest.approx(expected, abs=0.005)
