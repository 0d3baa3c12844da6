"""The split from what both sides really cost: by hand, against every other number of machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.tariff import stated
from equipoise.economics.api.use import Prompts, Use
from equipoise.economics.draws import Sampler
from equipoise.economics.hybrid_optimum import (
    HybridOptimum,
    hybrid_optimum,
    rented_tiers,
    unit_costs,
    work_in_machines,
)
from equipoise.economics.load import CurveLoad, LoadSeries
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.newsvendor import cost_of, stack
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import Plan, Way, ownership_path

from .machines import MACHINE

LOAD = CurveLoad(LoadCurve(3.0))


def own(way: Way = Way.ON_DEMAND, rate: float = 5.0) -> OwnershipPath:
    plan = Plan(way, MACHINE, rate, 0.3, 3.0, 0.99, Figures())
    return ownership_path(plan, Sampler(1, count=50), "rate")


def api(usd: float = 1.0) -> ApiPath:
    use = Use((Prompts(1.0, 1_000.0, 100.0),))
    return ApiPath(stated("vendor/m", usd, 4 * usd), use, use, 50, 250.0, "someone")


def test_a_rented_machine_by_hand() -> None:
    costs = unit_costs(own(), api())

    assert costs.held_usd_per_hour == pytest.approx(3.0)
    assert costs.used_usd_per_hour == 0.0
    # 5 a second · 0.8 · 0.995 for an hour, at $0.0014.
    assert costs.vendor_usd_per_hour == pytest.approx(5 * 0.8 * 0.995 * 3600 * 0.0014)
    assert work_in_machines(own(), 5 * 0.8 * 0.995 * 3600 * 730) == pytest.approx(1.0)


def test_a_bought_machine_draws_more_when_it_works_and_needs_a_place() -> None:
    costs = unit_costs(own(Way.BOUGHT), api())
    office = own(Way.BOUGHT)
    office = replace(office, terms=replace(office.terms, hosting=None))

    assert costs.used_usd_per_hour > 0
    assert unit_costs(office, api()).held_usd_per_hour < costs.held_usd_per_hour


@pytest.mark.parametrize("way", list(Way))
def test_no_other_number_of_machines_is_cheaper(way: Way) -> None:
    ours, theirs, requests = own(way), api(), 2e8
    found = hybrid_optimum(ours, theirs, LOAD, requests)
    costs, work = unit_costs(ours, theirs), work_in_machines(ours, requests)
    every = [cost_of(LOAD, costs, work, n) for n in range(int(4 * work))]

    assert found.machines == every.index(min(every))
    assert found.saving_usd > 0
    assert found.sentence.startswith(f"{found.machines} of our own take ")
    assert found.monthly_usd + found.saving_usd == pytest.approx(theirs.monthly(requests))


def test_people_alone_may_be_more_than_is_saved() -> None:
    found = hybrid_optimum(own(), api(), LOAD, 7e6)

    assert found.machines == 0
    assert "the people to run them cost" in found.sentence
    assert found.monthly_usd == pytest.approx(api().monthly(7e6))


def test_a_machine_that_makes_less_than_it_costs_is_not_run() -> None:
    found = hybrid_optimum(own(rate=0.1), api(0.05), LOAD, 1e8)

    assert (found.machines, found.critical_ratio) == (0, 1.0)
    assert "more than all that it could serve" in found.sentence


def test_next_to_no_demand_keeps_no_machine_busy() -> None:
    found = hybrid_optimum(own(), api(), LOAD, 1.0)

    assert isinstance(found, HybridOptimum)
    assert found.sentence == "Stay on the API: not one machine would be busy often enough."
    assert hybrid_optimum(own(), api(), LOAD, 0.0).monthly_usd == pytest.approx(250.0)


def test_tiers_stack_from_reserved_to_what_comes_and_goes() -> None:
    tiers = rented_tiers(3.0, Figures(), vendor_usd_per_hour=20.0)
    found = stack(LoadSeries.recorded([1, 2, 3, 4, 10]), tiers, mean_machines=4.0)

    # Spot at 0.42/0.9 · 0.85 + 0.15, and 15 % waste: $1.89 used. Reserved: $1.80 held.
    assert [part.tier.name for part in found] == ["reserved", "spot"]
    assert found[0].last == 1


def test_where_nothing_on_demand_is_cheaper_a_vendor_takes_the_peak() -> None:
    tiers = rented_tiers(3.0, Figures(), vendor_usd_per_hour=1.9)
    dear_spot = [tier for tier in tiers if tier.name != "spot"]
    found = stack(LOAD, dear_spot, mean_machines=10.0)

    assert [part.tier.name for part in found] == ["reserved", "vendor"]
