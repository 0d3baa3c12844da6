"""Shapes of demand: recorded series and the curve answer the same three questions alike."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.load import CurveLoad, Load, LoadSeries
from equipoise.economics.load_curve import LoadCurve

RATES = st.lists(st.floats(0, 1e4), min_size=1, max_size=60).filter(lambda rates: max(rates) > 1e-3)


def curve(peak: float) -> CurveLoad:
    return CurveLoad(LoadCurve(peak))


def test_a_series_by_hand() -> None:
    load = LoadSeries.recorded([2, 4, 6, 8])  # relative to 5: 0.4, 0.8, 1.2, 1.6

    assert load.mean == 5.0
    assert load.peak_to_mean == pytest.approx(1.6)
    assert load.served_share(1.0) == pytest.approx((0.4 + 0.8 + 1.0 + 1.0) / 4)
    assert load.exceeded_share(0.8) == 0.5
    assert load.level_exceeded(0.25) == pytest.approx(1.2)
    assert load.level_exceeded(0.0) == pytest.approx(1.6)
    assert load.level_exceeded(1.0) == 0.0


@given(RATES, st.floats(0, 5))
def test_a_share_served_is_a_share_of_the_requests(rates: list[float], capacity: float) -> None:
    load = LoadSeries.recorded(rates)
    levels = np.array(rates) / np.mean(rates)

    assert load.served_share(capacity) == pytest.approx(np.minimum(levels, capacity).mean())
    assert load.exceeded_share(capacity) == pytest.approx((np.sort(levels) > capacity).mean())


@given(RATES, st.floats(0, 0.999))
def test_the_level_exceeded_is_the_least_that_is(rates: list[float], share: float) -> None:
    load = LoadSeries.recorded(rates)
    level = load.level_exceeded(share)

    assert load.exceeded_share(level) <= share + 1e-9
    if level > 0:
        assert load.exceeded_share(np.nextafter(level, 0) * (1 - 1e-12)) > share - 1e-9


@pytest.mark.parametrize("rates", [[], [0.0, 0.0], [-1.0, 2.0], [1.0, nan], [1.0, inf]])
def test_what_is_no_series_is_refused(rates: list[float]) -> None:
    with pytest.raises(ValueError, match="rates of 0 and more"):
        LoadSeries.recorded(rates)


@given(st.floats(1.001, 50), st.floats(0.001, 0.999))
def test_the_curve_is_undone_by_its_inverse(peak: float, share: float) -> None:
    load = curve(peak)

    assert load.exceeded_share(load.level_exceeded(share)) == pytest.approx(share, rel=1e-6)


@given(st.floats(1.05, 20))
def test_the_curve_and_a_series_drawn_from_it_agree(peak: float) -> None:
    load = curve(peak)
    series = LoadSeries.recorded(load.level_exceeded((n + 0.5) / 2_000) for n in range(2_000))

    assert series.mean == pytest.approx(1.0, rel=1e-3)
    for capacity in (0.3, 0.9, 1.0, 1.5):
        assert series.served_share(capacity) == pytest.approx(load.served_share(capacity), abs=2e-3)
        assert series.exceeded_share(capacity) == pytest.approx(
            load.exceeded_share(capacity), abs=2e-3
        )


@pytest.mark.parametrize("load", [curve(3.0), curve(1.0), LoadSeries.recorded([1, 2, 3])])
def test_the_ends_are_alike(load: Load) -> None:
    assert load.exceeded_share(0.0) == pytest.approx(1.0)
    assert load.exceeded_share(100.0) == 0.0
    assert load.served_share(0.0) == 0.0
    assert load.served_share(100.0) == pytest.approx(1.0)
    assert load.level_exceeded(1.0) == 0.0
