"""The hybrid: the split is the cheapest there is, and nothing of either side is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.workload import Way
from equipoise.economics.api.commitment import CommittedSpend
from equipoise.economics.api.path import FEES, ApiPath
from equipoise.economics.draws import Sampler
from equipoise.economics.hybrid_path import (
    HybridPath,
    best_hybrid,
    rented_tiers,
    served_per_hour,
    unit_costs,
    work_in_machines,
)
from equipoise.economics.load import CurveLoad, LoadSeries
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.newsvendor import CapacityTier, stack
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.site import Egress
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import Plan, ownership_path
from equipoise.economics.path import HOURS_PER_MONTH, total
from equipoise.economics.quantity import median

from .machines import MACHINE

MakeOwn = Callable[..., OwnershipPath]
MakeVendor = Callable[..., ApiPath]
ONE_A_SECOND = HOURS_PER_MONTH * 3600

RATES = st.floats(0.2, 50)
PEAKS = st.floats(1, 10)
REQUESTS = st.floats(1e4, 3e7)
WAYS = st.sampled_from(list(Way))


def tended(way: Way = Way.ON_DEMAND, rate: float = 5.0, gigabytes: float = 1e-5) -> OwnershipPath:
    """Machines with all that goes with them in the catalog's ranges, people included."""
    plan = Plan(way, MACHINE, rate, 0.3, 3.0, 0.99, Figures(), gigabytes)
    return ownership_path(plan, Sampler(1, count=200), "rate")


def few(vendor: ApiPath) -> ApiPath:
    """The same with as many draws as `tended` has."""
    ratio = Sampler(1, count=200).within("tokens", 0.8, 1.0, 1.25)
    return replace(vendor, drawn=replace(vendor.drawn, tokenizer_ratio=ratio), count=200)


def of_kind(path: HybridPath, requests: float, *kinds: str) -> float:
    return sum(line.usd for line in path.lines(requests) if line.kind in kinds)


def without_people(path: HybridPath, requests: float) -> float:
    return total(tuple(line for line in path.lines(requests) if line.kind != "people"))


def tried(own: OwnershipPath, vendor: ApiPath, requests: float) -> list[float]:
    """What 1, 2, 3… machines cost without people, up to more than the peak needs."""
    most = int(requests / ONE_A_SECOND * own.peak_to_mean / (own.rate_median * 0.8)) + 3
    return [
        without_people(HybridPath(own, vendor, count), requests) for count in range(1, most + 1)
    ]


def test_of_a_flat_load_one_machine_takes_what_it_can_while_it_is_up(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    # One a second comes; a machine of one a second is planned for 0.8 and up 99.5 % of the time.
    path = HybridPath(own(rate=1.0, peak_to_mean=1.0), vendor(), machines=1)
    machines, sent, answered, people = path.lines(ONE_A_SECOND)

    assert path.own_share(ONE_A_SECOND) == pytest.approx(0.796)
    assert machines.usd == 3.0 * 730
    assert sent.usd + answered.usd == pytest.approx(0.204 * ONE_A_SECOND * 0.000384)
    assert people.usd == pytest.approx(1_250.0)
    assert machines.basis == "1 × Box, taking 79.6% of the requests; $3 an hour × 730 hours"
    assert sent.basis == "536,112 requests × 800.0 input tokens at $0.40 a million"
    assert people.basis == (
        "0.1 of an engineer to run 1 machine at $120,000 a year; and 0.02 of an engineer"
    )


def test_what_a_machine_misses_while_it_is_down_is_paid_to_the_vendor(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    ample = HybridPath(own(), vendor(), machines=100)

    assert ample.own_share(ONE_A_SECOND) == pytest.approx(0.995)
    assert of_kind(ample, ONE_A_SECOND, *FEES) == pytest.approx(0.005 * ONE_A_SECOND * 0.000384)


def test_a_machine_that_is_housed_is_lit_for_what_it_serves_and_egress_is_its_own_share(
    vendor: MakeVendor,
) -> None:
    ours = tended(Way.BOUGHT, rate=1.0)
    path = HybridPath(ours, vendor(), machines=2)
    share = path.own_share(ONE_A_SECOND)
    power, hosting = ours.terms.power, ours.terms.hosting

    assert power is not None
    assert hosting is not None
    assert of_kind(path, ONE_A_SECOND, "power") == pytest.approx(
        median(power.monthly_usd(2.0, share / 2))
    )
    assert of_kind(path, ONE_A_SECOND, "hosting") == pytest.approx(
        median(hosting.monthly_usd(2 * median(power.provisioned_kw())))
    )
    assert of_kind(path, ONE_A_SECOND, "egress") == pytest.approx(
        median(ours.terms.egress.monthly_usd(share * ONE_A_SECOND))
    )
    kinds = {line.kind for line in path.lines(ONE_A_SECOND)}
    assert {"machines", "financing", "refresh", "migration", "input", "output", "people"} <= kinds


def test_a_rented_machine_by_hand(vendor: MakeVendor) -> None:
    ours, theirs = tended(gigabytes=0.0), vendor((1_000_000, 4_000_000), (1_000.0, 100.0))
    costs = unit_costs(ours, theirs)

    assert costs.held_usd_per_hour == pytest.approx(3.0)
    assert costs.used_usd_per_hour == 0.0
    # 5 a second · 0.8 · 0.995 for an hour, at $0.0014.
    assert served_per_hour(ours) == pytest.approx(5 * 0.8 * 0.995 * 3600)
    assert costs.vendor_usd_per_hour == pytest.approx(5 * 0.8 * 0.995 * 3600 * 0.0014)
    assert work_in_machines(ours, 5 * 0.8 * 0.995 * 3600 * 730) == pytest.approx(1.0)


def test_a_bought_machine_draws_more_when_it_works_and_needs_a_place(vendor: MakeVendor) -> None:
    bought = tended(Way.BOUGHT)
    costs = unit_costs(bought, vendor())
    office = replace(bought, terms=replace(bought.terms, hosting=None))

    power = bought.terms.power
    assert power is not None
    # A machine's worth of work keeps it busy for 80 % of the 99.5 % of the time that it is up.
    more = median(power.monthly_usd(1.0, 0.796)) - median(power.monthly_usd(1.0, 0.0))
    egress = served_per_hour(bought) * median(bought.terms.egress.monthly_usd(1.0))
    assert costs.used_usd_per_hour == pytest.approx(more / 730 + egress)
    assert more > 0
    assert unit_costs(office, vendor()).held_usd_per_hour < costs.held_usd_per_hour


def test_what_leaves_the_data_centre_is_paid_for_while_a_machine_works(vendor: MakeVendor) -> None:
    near = tended()
    far = replace(near, terms=replace(near.terms, egress=Egress(1e-3, 0.09)))

    assert unit_costs(far, vendor()).used_usd_per_hour == pytest.approx(
        served_per_hour(far) * 1e-3 * 0.09
    )


@given(WAYS, RATES, PEAKS, st.floats(0.2, 20), st.integers(10**4, 10**7), REQUESTS)
def test_the_number_of_machines_is_the_one_that_trying_all_finds_people_apart(
    own: MakeOwn,
    vendor: MakeVendor,
    way: Way,
    rate: float,
    peak: float,
    rent: float,
    price: int,
    requests: float,
) -> None:
    ours = own(rate=rate, peak_to_mean=peak, usd_per_hour=rent, way=way)
    theirs = vendor((price, 4 * price))
    best = best_hybrid(ours, theirs, requests)

    assert without_people(best, requests) == pytest.approx(
        min(tried(ours, theirs, requests)), rel=1e-12
    )


@given(RATES, st.floats(0, 1e-3), REQUESTS)
def test_trying_all_finds_no_cheaper_number_where_each_answer_leaves_for_money(
    own: MakeOwn, vendor: MakeVendor, rate: float, gigabytes: float, requests: float
) -> None:
    ours, theirs = own(rate=rate, way=Way.BOUGHT), vendor((1_000_000, 4_000_000))
    ours = replace(ours, terms=replace(ours.terms, egress=Egress(gigabytes, 0.09)))
    best = best_hybrid(ours, theirs, requests)

    assert without_people(best, requests) == pytest.approx(
        min(tried(ours, theirs, requests)), rel=1e-12
    )


@given(RATES, PEAKS, REQUESTS)
def test_one_machine_fewer_or_more_never_costs_less_where_people_are_no_staircase(
    own: MakeOwn, vendor: MakeVendor, rate: float, peak: float, requests: float
) -> None:
    best = best_hybrid(own(rate=rate, peak_to_mean=peak), vendor(), requests)
    others = [best.machines + 1] + ([best.machines - 1] if best.machines > 1 else [])

    for count in others:
        other = replace(best, machines=count).monthly(requests)
        assert other >= best.monthly(requests) * (1 - 1e-12)


@pytest.mark.parametrize("requests", [1e6, 1e7, 1e8, 3e8])
def test_the_steps_of_people_are_not_weighed_and_are_all_that_a_better_number_could_save(
    vendor: MakeVendor, requests: float
) -> None:
    ours, theirs = tended(), vendor((1_000_000, 4_000_000))
    best = best_hybrid(ours, theirs, requests)
    every = [
        HybridPath(ours, theirs, count).monthly(requests) for count in range(1, best.machines + 30)
    ]
    fewest, needed = (
        median(ours.terms.staff.monthly_usd(float(count))) for count in (1, best.machines)
    )

    assert best.monthly(requests) - min(every) <= (needed - fewest) * (1 + 1e-9)


def test_outages_are_counted_once_a_machine_that_just_pays_is_not_one_too_many(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    ours = own(rate=24.234, peak_to_mean=2.2187, usd_per_hour=0.29296)

    assert best_hybrid(ours, vendor(), 27_875_704.0).machines == 1


def test_a_dear_vendor_brings_more_machines_and_a_cheap_one_fewer(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    requests = 20 * ONE_A_SECOND
    counts = [
        best_hybrid(own(), vendor(prices=(price, 4 * price)), requests).machines
        for price in (100_000, 2_000_000, 4_000_000, 16_000_000)
    ]

    assert counts[0] == 1
    assert counts == sorted(set(counts))


def test_a_machine_that_never_pays_is_still_one_where_a_hybrid_is_asked_for(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    assert best_hybrid(own(rate=0.01), vendor(), 1e8).machines == 1
    assert best_hybrid(own(), vendor(), 0.0).machines == 1


@given(st.integers(1, 50), st.floats(0, 1e9))
def test_the_lines_sum_to_the_month_and_the_people_of_both_sides_stay(
    own: MakeOwn, vendor: MakeVendor, machines: int, requests: float
) -> None:
    path = HybridPath(own(), vendor(), machines)

    assert total(path.lines(requests)) == pytest.approx(path.monthly(requests), rel=1e-12)
    assert of_kind(path, requests, "people") == pytest.approx(1_250.0)
    assert 0.0 <= path.own_share(requests) <= 0.995


@given(WAYS, st.integers(1, 50), st.floats(0, 1e9), st.sampled_from([None, 2_000.0]))
def test_the_lines_of_every_way_and_its_overflow_sum_to_the_month(
    vendor: MakeVendor, way: Way, machines: int, requests: float, promised: float | None
) -> None:
    commitment = None if promised is None else CommittedSpend(promised, 0.1)
    theirs = replace(
        vendor(cached_share=0.25, batch_share=0.5, retry_share=0.01), commitment=commitment
    )
    path = HybridPath(tended(way), theirs, machines)
    lines = path.lines(requests)

    assert total(lines) == pytest.approx(path.monthly(requests), rel=1e-12)
    assert [line.kind for line in lines].count("people") == 1
    assert all(line.basis for line in lines)


@pytest.mark.parametrize("requests", [0.0, 1e5, 1e6, 1e7, 1e8, 1e9])
def test_draws_lie_around_the_month_and_agree_between_calls(
    own: MakeOwn, vendor: MakeVendor, requests: float
) -> None:
    path = HybridPath(own(), vendor(), machines=4)
    drawn = path.monthly_draws(requests)

    assert np.median(drawn) == pytest.approx(path.monthly(requests), rel=0.1)
    assert np.array_equal(drawn, path.monthly_draws(requests))
    assert drawn.min() > 1_250.0


@pytest.mark.parametrize("requests", [0.0, 1e6, 1e8])
@pytest.mark.parametrize("way", list(Way))
def test_draws_without_uncertainty_are_the_month(
    vendor: MakeVendor, way: Way, requests: float
) -> None:
    ours, theirs = tended(way), few(vendor())
    certain = replace(ours, rate=np.full(200, ours.rate_median), drawn=ours.terms)
    path = HybridPath(certain, replace(theirs, drawn=theirs.use), machines=2)

    assert path.monthly_draws(requests) == pytest.approx(
        np.full(200, path.monthly(requests)), rel=1e-12
    )


@pytest.mark.parametrize("way", [Way.ON_DEMAND, Way.BOUGHT])
def test_a_draw_is_the_month_of_machines_as_fast_as_drawn(vendor: MakeVendor, way: Way) -> None:
    ours, theirs = tended(way, gigabytes=0.0), few(vendor())
    ours, theirs = replace(ours, drawn=ours.terms), replace(theirs, drawn=theirs.use)
    drawn = HybridPath(ours, theirs, machines=3).monthly_draws(5e7)

    for rate, usd in list(zip(ours.rate, drawn, strict=True))[:40]:
        as_fast = replace(ours, rate_median=float(rate))
        assert usd == pytest.approx(HybridPath(as_fast, theirs, machines=3).monthly(5e7))


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_larger_volume_never_costs_less(
    own: MakeOwn, vendor: MakeVendor, one: float, other: float
) -> None:
    path = HybridPath(own(), vendor(), machines=3)

    low, high = path.monthly(min(one, other)), path.monthly(max(one, other))
    assert low <= high * (1 + 1e-12)


def test_tiers_stack_from_reserved_to_what_comes_and_goes() -> None:
    tiers = rented_tiers(3.0, Figures())
    found = stack(LoadSeries.recorded([1, 2, 3, 4, 10]), tiers, mean_machines=4.0)

    # Spot at 0.42/0.9 · 0.85 + 0.15, and 15 % waste: $1.89 used. Reserved: $1.80 held.
    assert [part.tier.name for part in found] == ["reserved", "spot"]
    assert found[0].last == 1
    by_name = {tier.name: tier for tier in tiers}
    assert by_name["reserved"].held_usd_per_hour == pytest.approx(1.8)
    assert by_name["spot"].used_usd_per_hour == pytest.approx(1.89, abs=0.01)
    assert by_name["on demand"].used_usd_per_hour == pytest.approx(3.45)


def test_where_nothing_on_demand_is_cheaper_a_vendor_takes_the_peak() -> None:
    vendor = CapacityTier("vendor", 0.0, 1.9)
    dear_spot = [tier for tier in rented_tiers(3.0, Figures()) if tier.name != "spot"]
    found = stack(CurveLoad(LoadCurve(3.0)), [*dear_spot, vendor], mean_machines=10.0)

    assert [part.tier.name for part in found] == ["reserved", "vendor"]
