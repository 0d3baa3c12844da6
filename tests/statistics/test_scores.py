"""Scores by degrees: coverage, small samples, and the permutation test beside its enumeration."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics.scores import ScoreComparison, sign_flip
from equipoise.statistics.student import t_critical

Draw = Callable[[np.random.Generator, int], tuple[float, ...]]
DIFFERENCES = st.lists(
    st.integers(-10, 10).map(lambda tenth: tenth / 10), min_size=2, max_size=60
).map(tuple)


def skewed(random: np.random.Generator, items: int) -> tuple[float, ...]:
    return tuple((random.beta(0.5, 3, items) - random.beta(2, 8, items)).tolist())


def sparse(random: np.random.Generator, items: int) -> tuple[float, ...]:
    some = random.random(items) < 0.1
    return tuple(np.where(some, random.uniform(-1, 0.6, items), 0.0).tolist())


def coverage(draw: Draw, truth: float, items: int, rounds: int = 500) -> float:
    random = np.random.default_rng(items)
    held = [
        ScoreComparison(draw(random, items)).interval(0.95).contains(truth) for _ in range(rounds)
    ]
    return sum(held) / rounds


@pytest.mark.parametrize("items", [10, 30, 100])
def test_skewed_scores_are_covered(items: int) -> None:
    assert coverage(skewed, 0.5 / 3.5 - 0.2, items) >= 0.925


@pytest.mark.parametrize("items", [10, 30, 100, 200])
def test_few_differences_are_covered_rather_too_well(items: int) -> None:
    assert coverage(sparse, -0.02, items) >= 0.94


MANY = DIFFERENCES.map(lambda values: (values * 400)[:400])


@given(DIFFERENCES | MANY, st.sampled_from([0.05, 0.1]))
def test_what_p_says_is_proven_lies_outside_the_interval(
    differences: tuple[float, ...], alpha: float
) -> None:
    comparison = ScoreComparison(differences)
    interval = comparison.interval(1 - 2 * alpha)

    assert -1.0 <= interval.low <= interval.estimate <= interval.high <= 1.0
    for bound in (-0.3, -0.05, 0.0, 0.2):
        if comparison.p_above(bound) < alpha:
            assert interval.low > bound
        if comparison.p_below(bound) < alpha:
            assert interval.high < bound


def test_no_difference_at_all_still_leaves_a_width() -> None:
    found = ScoreComparison((0.0,) * 30)

    assert 0.08 < found.interval(0.95).high < 0.12
    assert found.p_above(0.0) == pytest.approx(0.5)
    assert found.p_above(-0.3) < 0.001
    assert found.p_below(-0.3) > 0.999
    assert found.p_below(0.3) < 0.001
    assert "opposite differences" in found.method
    assert "Bonett" in found.source


def test_many_items_need_no_bootstrap() -> None:
    values = tuple(np.random.default_rng(1).uniform(-0.5, 0.5, 600).tolist())
    found = ScoreComparison(values)
    error = np.std(values, ddof=1) / np.sqrt(600)

    assert found.method == "paired t interval, corrected for the skewness of the differences"
    assert found.source.startswith("Hall")
    assert found.interval(0.95).width == pytest.approx(2 * 1.9639 * error, rel=2e-3)
    assert found.interval(0.95).method == "paired_t_skewness"
    assert found.p_above(-0.1) < 0.001
    assert found.p_below(0.1) < 0.001


def rare_and_small(random: np.random.Generator, items: int) -> tuple[float, ...]:
    """One difference in a hundred is −1, most others are +0.1."""
    return tuple(random.choice([-1.0, 0.0, 0.1], items, p=[0.01, 0.39, 0.6]).tolist())


@pytest.mark.parametrize("items", [450, 500, 700, 1000, 1500])
def test_a_rare_large_loss_among_many_items_is_covered(items: int) -> None:
    rounds = 1500 if items >= 500 else 4000
    random = np.random.default_rng(items)
    found = [ScoreComparison(rare_and_small(random, items)) for _ in range(rounds)]

    assert sum(row.interval(0.95).contains(0.05) for row in found) / rounds >= 0.94
    assert sum(row.p_above(0.05) < 0.05 for row in found) / rounds <= 0.06


def test_without_skewness_the_correction_changes_nothing() -> None:
    half = tuple(np.random.default_rng(2).uniform(0.0, 0.5, 300).round(3).tolist())
    found = ScoreComparison((*half, *(-value for value in half)))
    error = sqrt(found.variance / 600)

    assert found.interval(0.9).high == pytest.approx(t_critical(0.9, 599) * error)


def test_the_seed_repeats_the_bootstrap() -> None:
    values = tuple(np.random.default_rng(1).uniform(-0.5, 0.5, 60).tolist())

    assert ScoreComparison(values, 3).interval(0.9) == ScoreComparison(values, 3).interval(0.9)
    assert ScoreComparison(values, 3).interval(0.9) != ScoreComparison(values, 4).interval(0.9)
    assert ScoreComparison(values).method == "studentised bootstrap of paired scores"
    assert "section 12.5" in ScoreComparison(values).source
    assert ScoreComparison(values).design_effect == 1.0
    assert ScoreComparison(values).p_above(-0.9) <= 1 / 2000
    assert ScoreComparison(values).p_below(0.9) <= 1 / 2000


def test_one_item_and_impossible_differences_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two items; got 1"):
        ScoreComparison((0.1,))
    with pytest.raises(ValueError, match="between -1 and 1"):
        ScoreComparison((0.1, 1.2))


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8))
def test_flips_of_few_items_are_all_tried(values: list[int]) -> None:
    signed = [float(value) for value in values]
    sums = [
        abs(sum(sign * value for sign, value in zip(signs, signed, strict=True)))
        for signs in product((-1, 1), repeat=len(signed))
    ]
    share = sum(total >= abs(sum(signed)) for total in sums) / len(sums)

    assert sign_flip(signed, seed=0) == pytest.approx(share)


def test_flips_of_many_items_agree_with_the_normal_tail() -> None:
    values = np.random.default_rng(8).normal(0.2, 1.0, 100).clip(-3, 3) / 3

    assert sign_flip(values.tolist(), seed=1) == pytest.approx(0.05, abs=0.06)
    assert sign_flip(values.tolist(), seed=1) == sign_flip(values.tolist(), seed=1)
    assert sign_flip((values + 1).clip(-1, 1).tolist(), seed=1) == 1 / 10_000
    assert sign_flip([0.0, 0.0], seed=1) == 1.0
