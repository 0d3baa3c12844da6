"""Prices that move: a ratio a year, dated steps, and sums with a bound."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.drift import STILL, Drift, ratio_of, summed


def test_a_price_halves_in_a_year() -> None:
    assert Drift(0.5).factor(12) == pytest.approx(0.5)
    assert Drift(0.5).factor(6) == pytest.approx(0.5**0.5)
    assert STILL.factor(600) == 1.0


def test_a_step_holds_from_its_month_on() -> None:
    drift = Drift(1.0, ((3.0, 0.5), (9.0, 2.0)))

    assert [drift.factor(month) for month in (0, 2.9, 3, 8, 9)] == [1.0, 1.0, 0.5, 0.5, 1.0]


def test_draws_move_one_by_one() -> None:
    assert Drift(np.array([0.5, 1.0])).factor(12) == pytest.approx([0.5, 1.0])
    with pytest.raises(TypeError, match="draws"):
        list(Drift(np.array([0.5, 1.0])).pieces())


@given(st.floats(0.1, 2), st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 3)), max_size=3))
def test_the_pieces_are_the_price(ratio: float, steps: list[tuple[float, float]]) -> None:
    drift = Drift(ratio, tuple(sorted(steps)))
    for start, end, factor, decay in drift.pieces():
        month = start + 0.5 * (min(end, 100.0) - start)
        assert factor * np.exp(-decay * (month - start)) == pytest.approx(drift.factor(month))


def test_a_falling_price_has_a_bounded_sum_and_others_have_none() -> None:
    assert summed(0.1, inf) == pytest.approx(10.0)
    assert summed(0.0, inf) == inf
    assert summed(-0.1, inf) == inf
    assert summed(0.0, 7.0) == 7.0
    assert summed(0.1, 7.0) < 7.0 < summed(-0.1, 7.0)


def test_ten_times_a_year_is_a_decay_of_two_point_three() -> None:
    assert ratio_of(log(10)) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("ratio", "steps"),
    [
        (0.0, ()),
        (-1.0, ()),
        (1.0, ((1.0, 0.0),)),
        (1.0, ((3.0, 0.5), (1.0, 0.5))),
        (1.0, ((-1.0, 2.0),)),
    ],
)
def test_what_cannot_be_is_refused(ratio: float, steps: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match=r"positive|order"):
        Drift(ratio, steps)
