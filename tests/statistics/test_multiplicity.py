"""Many tests at once: known numbers, order, and the error rates they promise."""

from __future__ import annotations

from math import inf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from equipoise.statistics import benjamini_hochberg, e_benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0.0, 1.0), max_size=20)


def test_holm_gives_the_textbook_values_in_input_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_nothing_tested_is_nothing_adjusted() -> None:
    assert holm([]) == ()
    assert benjamini_hochberg([]) == ()
    assert e_benjamini_hochberg([], 0.05) == ()


@given(P_VALUES, st.randoms(use_true_random=False))
def test_adjustment_follows_each_test_wherever_it_stands(
    p_values: list[float], random: Random
) -> None:
    order = list(range(len(p_values)))
    random.shuffle(order)
    for adjust in (holm, benjamini_hochberg):
        straight = adjust(p_values)
        shuffled = adjust([p_values[index] for index in order])
        assert shuffled == tuple(straight[index] for index in order)


@given(P_VALUES)
def test_adjusted_values_keep_the_order_and_never_shrink(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p_values)
        assert all(raw <= new <= 1.0 for raw, new in zip(p_values, adjusted, strict=True))
        by_raw = sorted(zip(p_values, adjusted, strict=True))
        assert [new for _, new in by_raw] == sorted(adjusted)


@given(P_VALUES)
def test_holm_is_at_least_as_strict_as_benjamini_hochberg(p_values: list[float]) -> None:
    pairs = zip(holm(p_values), benjamini_hochberg(p_values), strict=True)

    assert all(strict >= lenient for strict, lenient in pairs)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_benjamini_hochberg_agrees_with_scipy(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(tuple(false_discovery_control(p_values)))


def test_twenty_candidates_at_the_margin_seldom_yield_one_false_pass() -> None:
    draws = np.random.default_rng(5).random((2000, 20))
    naive = np.mean([(row < 0.05).any() for row in draws])
    corrected = np.mean([min(holm(row.tolist())) < 0.05 for row in draws])

    assert naive > 0.6
    assert corrected <= 0.06


def test_e_values_are_rejected_by_rank() -> None:
    # At alpha 0.1 of 4: ranks need 40, 20, 13.3, 10.
    assert e_benjamini_hochberg([1.0, 25.0, 21.0, 5.0], 0.1) == (False, True, True, False)
    assert e_benjamini_hochberg([39.0, 19.0, 13.0, 9.0], 0.1) == (False,) * 4
    assert e_benjamini_hochberg([10.0] * 4, 0.1) == (True,) * 4
    assert e_benjamini_hochberg([inf, 0.0], 0.1) == (True, False)


@given(st.lists(st.floats(0.0, 1000.0), max_size=20), st.floats(0.01, 0.5))
def test_e_values_agree_with_benjamini_hochberg_on_their_reciprocals(
    e_values: list[float], alpha: float
) -> None:
    reciprocals = [min(1.0, 1.0 / value) if value > 0.0 else 1.0 for value in e_values]
    adjusted = benjamini_hochberg(reciprocals)
    assume(all(abs(value - alpha) > 1e-9 for value in adjusted))

    assert e_benjamini_hochberg(e_values, alpha) == tuple(value <= alpha for value in adjusted)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, nan])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="p-value must lie between 0 and 1"):
            adjust([0.5, wrong])


def test_what_is_no_e_value_is_refused() -> None:
    for wrong in (-1.0, nan):
        with pytest.raises(ValueError, match="e-value must be 0 or more"):
            e_benjamini_hochberg([wrong], 0.05)
    with pytest.raises(ValueError, match=r"alpha .* got 1"):
        e_benjamini_hochberg([2.0], 1.0)
