"""The load-duration curve: how much of a month's load lies below a capacity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import lambertw

from equipoise.economics.load_curve import LoadCurve

PEAKS = st.floats(1.0, 1000.0)
CAPACITIES = st.floats(0.0, 2000.0)


def integral(peak: float, capacity: float) -> float:
    """∫ min(capacity, peak·e^−au) du over the hours, `a` in closed form instead of by bisection."""
    decay = peak + float(lambertw(-peak * np.exp(-peak)).real)
    hours = (np.arange(200_000) + 0.5) / 200_000
    return float(np.mean(np.minimum(capacity, peak * np.exp(-decay * hours))))


@given(PEAKS, CAPACITIES)
def test_a_share_is_a_share(peak: float, capacity: float) -> None:
    assert 0.0 <= LoadCurve(peak).served_share(capacity) <= 1.0


@given(PEAKS, CAPACITIES, CAPACITIES)
def test_more_capacity_never_serves_less(peak: float, one: float, other: float) -> None:
    curve = LoadCurve(peak)

    assert curve.served_share(min(one, other)) <= curve.served_share(max(one, other)) + 1e-12


@given(PEAKS)
def test_capacity_for_the_peak_serves_everything_and_none_serves_nothing(peak: float) -> None:
    curve = LoadCurve(peak)

    assert curve.served_share(peak) == 1.0
    assert curve.served_share(peak * (1 - 1e-9)) == pytest.approx(1.0, abs=1e-6)
    assert curve.served_share(0.0) == 0.0
    assert curve.served_share(-1.0) == 0.0


@given(st.floats(0.0, 1.0))
def test_a_flat_load_is_served_as_far_as_the_capacity_goes(capacity: float) -> None:
    assert LoadCurve(1.0).served_share(capacity) == pytest.approx(capacity)


@given(st.sampled_from([1e-15, 1e-12, 1e-9, 1e-6]), st.floats(-2.0, 1.0))
def test_a_nearly_flat_load_is_served_as_a_flat_one(ripple: float, beside: float) -> None:
    capacity = 1.0 + beside * ripple

    assert LoadCurve(1.0 + ripple).served_share(capacity) == pytest.approx(1.0, abs=3 * ripple)
    assert LoadCurve(1.0 + ripple).served_share(0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("peak", [1.05, 1.5, 2.0, 3.3, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize("part", [0.01, 0.1, 0.3, 0.5, 0.8, 0.99])
def test_the_share_agrees_with_a_numeric_integral(peak: float, part: float) -> None:
    capacity = part * peak

    assert LoadCurve(peak).served_share(capacity) == pytest.approx(
        integral(peak, capacity), abs=1e-5
    )


@given(PEAKS, st.floats(0.0, 1.0))
def test_all_of_a_small_capacity_is_used_before_a_large_ones(peak: float, part: float) -> None:
    curve = LoadCurve(peak)
    half, whole = curve.served_share(part * peak / 2), curve.served_share(part * peak)

    assert half >= whole / 2 - 1e-12
    assert half <= part * peak / 2 + 1e-12


@pytest.mark.parametrize("peak", [0.99, 0.0, -1.0, float("nan")])
def test_a_peak_below_the_mean_is_refused(peak: float) -> None:
    with pytest.raises(ValueError, match="below the mean"):
        LoadCurve(peak)
