"""Quantiles: numpy's definition, exact binomial ranks, honest infinities."""

from __future__ import annotations

from math import comb, inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import median_interval, quantile, quantile_interval

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80)


@given(VALUES, st.floats(0.0, 1.0))
def test_quantiles_are_numpys(values: list[float], q: float) -> None:
    assert quantile(values, q) == pytest.approx(float(np.quantile(values, q)), rel=1e-9, abs=1e-6)


@given(VALUES, st.floats(0.01, 0.99), st.floats(0.05, 0.99))
def test_an_interval_contains_its_quantile(values: list[float], q: float, level: float) -> None:
    interval = quantile_interval(values, q, level)

    assert interval.estimate == quantile(values, q)
    assert interval.low in {-inf, *values, interval.estimate}
    assert interval.high in {inf, *values, interval.estimate}


def test_the_median_of_ten_lies_between_the_second_and_the_ninth() -> None:
    interval = median_interval([float(value) for value in range(10, 0, -1)])

    assert (interval.low, interval.estimate, interval.high) == (2.0, 5.5, 9.0)
    assert interval.method == "order_statistics"


def test_ends_are_infinite_just_below_the_size_that_bounds_them() -> None:
    assert median_interval([1.0] * 5).high == inf
    assert median_interval([1.0] * 6).high == 1.0
    assert quantile_interval([1.0] * 71, 0.95).high == inf
    assert quantile_interval([1.0] * 72, 0.95).high == 1.0
    assert quantile_interval([1.0] * 71, 0.95).low == 1.0


@pytest.mark.parametrize(("count", "q"), [(20, 0.5), (100, 0.5), (100, 0.95), (400, 0.99)])
def test_the_ranks_cover_at_least_as_promised_and_could_not_be_nearer(count: int, q: float) -> None:
    interval = quantile_interval([float(rank) for rank in range(1, count + 1)], q)
    masses = [comb(count, k) * q**k * (1 - q) ** (count - k) for k in range(count + 1)]
    low = int(interval.low) if interval.low > 0 else 0
    high = int(interval.high) if interval.high < inf else count + 1

    # The quantile lies between ranks low and high when low <= Binomial < high.
    assert sum(masses[:low]) <= 0.025 < sum(masses[: low + 1])
    assert sum(masses[high:]) <= 0.025
    assert high > count or sum(masses[high - 1 :]) > 0.025


def test_a_low_level_still_encloses_the_interpolated_estimate() -> None:
    interval = quantile_interval([0.0, 1.0, 2.0, 3.0], 0.9, level=0.01)

    assert interval.low <= 2.7 <= interval.high


def test_an_empty_sample_and_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        quantile([], 0.5)
    with pytest.raises(ValueError, match="at least one value"):
        median_interval([])
    for wrong in (nan, inf):
        with pytest.raises(ValueError, match="must be finite"):
            quantile([1.0, wrong], 0.5)


def test_quantiles_and_levels_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"q must lie .* got 95"):
        quantile([1.0], 95)
    with pytest.raises(ValueError, match=r"q must lie strictly .* got 1"):
        quantile_interval([1.0], 1.0)
    with pytest.raises(ValueError, match=r"level .* got 0"):
        median_interval([1.0], level=0.0)
