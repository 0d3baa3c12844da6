"""Draws: each quantity has a stream of its own, and ranges hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.economics.draws import Draws, Sampler, bounds

MANY = Sampler(seed=3, count=20_000)
NAMES = st.lists(st.text(max_size=8), unique=True, min_size=1, max_size=5)
RANGES = st.tuples(st.floats(0.01, 100), st.floats(1.05, 10), st.floats(1.05, 10))


def draw(sampler: Sampler, name: str) -> Draws:
    return sampler.within(name, 1.0, 2.0, 5.0)


@given(st.integers(0, 10**6), NAMES, st.data())
@settings(max_examples=30)
def test_a_stream_is_the_same_whatever_is_drawn_before_it(
    seed: int, names: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(names))
    first, second = Sampler(seed, 10), Sampler(seed, 10)

    in_order = {name: draw(first, name) for name in names}
    otherwise = {name: draw(second, name) for name in shuffled}

    for name in names:
        assert np.array_equal(in_order[name], otherwise[name])
        assert np.array_equal(in_order[name], draw(Sampler(seed, 10), name))


@given(st.integers(0, 10**6), NAMES)
@settings(max_examples=30)
def test_other_names_and_other_seeds_draw_other_values(seed: int, names: list[str]) -> None:
    drawn = [draw(Sampler(seed, 10), name) for name in names]
    drawn += [draw(Sampler(seed + 1, 10), name) for name in names]

    assert len({row.tobytes() for row in drawn}) == 2 * len(names)


@given(RANGES)
@settings(max_examples=25)
def test_a_tenth_lies_below_a_range_and_a_tenth_above_it(
    shape: tuple[float, float, float],
) -> None:
    median, below, above = shape
    low, high = median / below, median * above
    drawn = MANY.within("x", low, median, high)

    assert np.mean(drawn < low) == pytest.approx(0.1, abs=0.01)
    assert np.mean(drawn > high) == pytest.approx(0.1, abs=0.01)
    assert np.mean(drawn < median) == pytest.approx(0.5, abs=0.01)
    assert drawn.min() > 0


def test_a_range_without_an_upper_side_stays_at_its_median_there() -> None:
    drawn = MANY.within("x", 0.5, 1.0, 1.0)

    assert drawn.max() == 1.0
    assert np.mean(drawn == 1.0) == pytest.approx(0.5, abs=0.01)
    assert np.mean(drawn < 0.5) == pytest.approx(0.1, abs=0.01)


def test_a_range_of_one_value_is_that_value_exactly() -> None:
    assert set(MANY.within("x", 1.0, 1.0, 1.0)) == {1.0}


@pytest.mark.parametrize("ends", [(0.0, 1.0, 2.0), (-1.0, 1.0, 2.0), (2.0, 1.0, 3.0), (1, 3, 2)])
def test_a_range_out_of_order_is_refused(ends: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="0 < low <= median <= high"):
        MANY.within("x", *ends)


def test_a_lognormal_has_its_median_and_its_spread() -> None:
    drawn = MANY.lognormal("x", 3.0, 0.4)

    assert np.median(drawn) == pytest.approx(3.0, rel=0.02)
    assert np.std(np.log(drawn)) == pytest.approx(0.4, rel=0.02)


def test_a_uniform_lies_between_its_ends_and_leans_to_neither() -> None:
    drawn = MANY.uniform("x", 0.6, 0.9)

    assert 0.6 <= drawn.min() < 0.601
    assert 0.899 < drawn.max() <= 0.9
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.002)


def test_a_rate_after_successes_and_failures_is_jeffreys_posterior() -> None:
    drawn = MANY.beta("x", 47, 13)

    # Mean and variance of Beta(47.5, 13.5).
    assert np.mean(drawn) == pytest.approx(47.5 / 61, abs=0.001)
    assert np.var(drawn) == pytest.approx(47.5 * 13.5 / (61**2 * 62), rel=0.03)


def test_bounds_hold_the_middle_eighty_per_cent() -> None:
    assert bounds(np.arange(101.0)) == pytest.approx((10.0, 90.0))
