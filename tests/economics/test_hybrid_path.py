"""The hybrid: the split is the cheapest there is, and nothing of either side is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.hybrid_path import HybridPath, best_hybrid
from equipoise.economics.own_path import OwnPath
from equipoise.economics.path import HOURS_PER_MONTH, total
from equipoise.economics.vendor_path import VendorPath

MakeOwn = Callable[..., OwnPath]
MakeVendor = Callable[..., VendorPath]
ONE_A_SECOND = HOURS_PER_MONTH * 3600

RATES = st.floats(0.2, 50)
PEAKS = st.floats(1, 10)
REQUESTS = st.floats(1e4, 3e7)


def test_of_a_flat_load_one_machine_takes_what_it_can_while_it_is_up(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    # One a second comes; a machine of one a second is planned for 0.8 and up 99.5 % of the time.
    path = HybridPath(own(rate=1.0, peak_to_mean=1.0), vendor(), machines=1)
    machines, fees, people = path.lines(ONE_A_SECOND)

    assert path.own_share(ONE_A_SECOND) == pytest.approx(0.796)
    assert machines.usd == 3.0 * 730
    assert fees.usd == pytest.approx(0.204 * ONE_A_SECOND * 0.000384)
    assert people.usd == 1_250.0
    assert machines.basis == "1 × Box, taking 79.6% of the requests"
    assert fees.basis.startswith("20.4% of: 2,628,000 requests × (800.0 input tokens at $0.40")
    assert people.basis == "0.1 of an engineer; and 0.02 of an engineer"


def test_what_a_machine_misses_while_it_is_down_is_paid_to_the_vendor(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    ample = HybridPath(own(), vendor(), machines=100)

    assert ample.own_share(ONE_A_SECOND) == pytest.approx(0.995)
    assert ample.lines(ONE_A_SECOND)[1].usd == pytest.approx(0.005 * ONE_A_SECOND * 0.000384)


@given(RATES, PEAKS, st.floats(0.2, 20), REQUESTS)
def test_the_number_of_machines_is_the_one_that_trying_all_finds(
    own: MakeOwn, vendor: MakeVendor, rate: float, peak: float, rent: float, requests: float
) -> None:
    ours, theirs = own(rate=rate, peak_to_mean=peak, usd_per_hour=rent), vendor()
    best = best_hybrid(ours, theirs, requests)
    most = int(requests / ONE_A_SECOND * peak / (rate * 0.8)) + 3

    costs = [
        HybridPath(ours, theirs, count).monthly(requests) for count in range(1, max(most, 2) + 1)
    ]
    assert best.monthly(requests) == min(costs)


@given(RATES, PEAKS, REQUESTS)
def test_one_machine_fewer_or_more_never_costs_less(
    own: MakeOwn, vendor: MakeVendor, rate: float, peak: float, requests: float
) -> None:
    best = best_hybrid(own(rate=rate, peak_to_mean=peak), vendor(), requests)
    others = [best.machines + 1] + ([best.machines - 1] if best.machines > 1 else [])

    for count in others:
        assert replace(best, machines=count).monthly(requests) >= best.monthly(requests)


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


@given(st.integers(1, 50), st.floats(0, 1e9))
def test_the_lines_sum_to_the_month_and_the_people_of_both_sides_stay(
    own: MakeOwn, vendor: MakeVendor, machines: int, requests: float
) -> None:
    path = HybridPath(own(), vendor(), machines)

    assert total(path.lines(requests)) == path.monthly(requests)
    assert path.lines(requests)[2].usd == 1_250.0
    assert 0.0 <= path.own_share(requests) <= 0.995


@pytest.mark.parametrize("requests", [0.0, 1e5, 1e6, 1e7, 1e8, 1e9])
def test_draws_lie_around_the_month_and_agree_between_calls(
    own: MakeOwn, vendor: MakeVendor, requests: float
) -> None:
    path = HybridPath(own(), vendor(), machines=4)
    drawn = path.monthly_draws(requests)

    assert np.median(drawn) == pytest.approx(path.monthly(requests), rel=0.1)
    assert np.array_equal(drawn, path.monthly_draws(requests))
    assert drawn.min() > 1_250.0


def test_draws_without_uncertainty_are_the_month(own: MakeOwn, vendor: MakeVendor) -> None:
    ours = own(spread=0.0)
    certain = replace(ours, rent=np.full(2_000, ours.machine.usd_per_hour))
    path = HybridPath(certain, replace(vendor(), token_ratio=np.ones(2_000)), machines=2)

    assert path.monthly_draws(1e7) == pytest.approx(path.monthly(1e7))


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_larger_volume_never_costs_less(
    own: MakeOwn, vendor: MakeVendor, one: float, other: float
) -> None:
    path = HybridPath(own(), vendor(), machines=3)

    low, high = path.monthly(min(one, other)), path.monthly(max(one, other))
    assert low <= high * (1 + 1e-12)
