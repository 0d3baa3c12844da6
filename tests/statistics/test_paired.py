"""Two arms on the same items: golden numbers, symmetries and coverage of Tango's interval."""

from __future__ import annotations

from functools import cache
from math import comb, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from equipoise.statistics import Interval, PairedCounts, mcnemar_exact, tango, tango_z

CELL = st.integers(0, 400)
COUNTS = st.tuples(CELL, CELL, CELL, CELL).filter(any).map(lambda cells: PairedCounts(*cells))


def test_without_discordant_pairs_the_interval_is_as_wide_as_the_sample_is_small() -> None:
    interval = tango(PairedCounts(both=20, only_candidate=0, only_incumbent=0, neither=10))

    assert (interval.low, interval.high) == pytest.approx((-0.1135, 0.1135), abs=5e-5)
    z = 1.959963984540054
    assert interval.high == pytest.approx(z * z / (30 + z * z), abs=1e-12)


@pytest.mark.parametrize("difference", [-0.4, -0.05, 0.0, 0.1, 0.6])
@pytest.mark.parametrize(
    "counts", [PairedCounts(43, 0, 1, 0), PairedCounts(50, 12, 5, 33), PairedCounts(5, 0, 9, 6)]
)
def test_the_score_uses_the_most_likely_shares_that_have_the_difference(
    counts: PairedCounts, difference: float
) -> None:
    better, worse = counts.only_candidate, counts.only_incumbent

    def misfit(share: float) -> float:
        alike = 1.0 - 2.0 * share - difference
        terms = (
            (better, share + difference),
            (worse, share),
            (counts.total - better - worse, alike),
        )
        return -sum(count * log(part) for count, part in terms if count)

    least, most = max(0.0, -difference), (1.0 - difference) / 2.0
    share = minimize_scalar(
        misfit, bounds=(least + 1e-12, most - 1e-12), method="bounded", options={"xatol": 1e-12}
    ).x
    variance = (2.0 * share + difference - difference**2) / counts.total
    expected = (counts.difference - difference) / variance**0.5 if variance > 1e-9 else 0.0

    assert tango_z(counts, difference) == pytest.approx(expected, rel=1e-3)


def test_the_score_at_no_difference_is_mcnemars() -> None:
    counts = PairedCounts(50, 12, 5, 33)

    assert tango_z(counts, 0.0) == pytest.approx((12 - 5) / (12 + 5) ** 0.5)


def test_a_hypothesis_that_cannot_produce_the_data_is_infinitely_far() -> None:
    assert tango_z(PairedCounts(0, 5, 0, 0), 1.0) == 0.0
    assert tango_z(PairedCounts(0, 4, 1, 0), 1.0) == -inf
    assert tango_z(PairedCounts(0, 4, 1, 0), -1.0) == inf


@given(COUNTS, st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_the_interval_contains_its_estimate_within_minus_one_and_one(
    counts: PairedCounts, level: float
) -> None:
    interval = tango(counts, level)

    assert -1.0 <= interval.low <= counts.difference <= interval.high <= 1.0
    assert interval.width > 0.0


@given(COUNTS)
def test_swapping_the_arms_mirrors_the_interval(counts: PairedCounts) -> None:
    interval, mirrored = tango(counts), tango(counts.swapped)

    assert (mirrored.low, mirrored.high) == (-interval.high, -interval.low)
    assert mcnemar_exact(counts) == mcnemar_exact(counts.swapped)


@given(COUNTS, st.floats(-0.999, 0.999), st.floats(-0.999, 0.999))
def test_the_score_falls_as_the_hypothesised_difference_rises(
    counts: PairedCounts, one: float, other: float
) -> None:
    low, high = sorted((one, other))

    assert tango_z(counts, low) >= tango_z(counts, high) - 1e-7


@given(COUNTS)
def test_the_ends_are_where_the_score_reaches_the_critical_value(counts: PairedCounts) -> None:
    interval = tango(counts)

    if interval.low > -0.999:
        assert tango_z(counts, interval.low) == pytest.approx(1.959964, abs=1e-4)
    if interval.high < 0.999:
        assert tango_z(counts, interval.high) == pytest.approx(-1.959964, abs=1e-4)


@pytest.mark.parametrize("difference", [0.0, -0.05])
def test_tango_covers_94_percent_or_more_at_50_items_of_which_7_percent_differ(
    difference: float,
) -> None:
    @cache
    def interval(better: int, worse: int) -> Interval:
        return tango(PairedCounts(50 - better - worse, better, worse, 0))

    shares = [(0.07 + difference) / 2, (0.07 - difference) / 2, 0.93]
    draws = np.random.default_rng(7).multinomial(50, shares, size=4000)
    covered = sum(interval(int(b), int(c)).contains(difference) for b, c, _ in draws)

    assert covered / len(draws) >= 0.94


@given(COUNTS)
def test_mcnemar_is_the_exact_binomial_probability(counts: PairedCounts) -> None:
    discordant = counts.only_candidate + counts.only_incumbent
    smaller = min(counts.only_candidate, counts.only_incumbent)
    tail = sum(comb(discordant, k) for k in range(smaller + 1))

    assert mcnemar_exact(counts) == min(1.0, 2 * tail / 2**discordant)


def test_mcnemar_without_discordant_pairs_finds_nothing() -> None:
    assert mcnemar_exact(PairedCounts(3, 0, 0, 4)) == 1.0
    assert mcnemar_exact(PairedCounts(0, 6, 0, 0)) == 2 / 64


def test_outcomes_are_counted_item_by_item() -> None:
    candidate = [True, True, False, False, True]
    incumbent = [True, False, True, False, True]

    counts = PairedCounts.from_outcomes(candidate, incumbent)

    assert counts == PairedCounts(2, 1, 1, 1)
    assert counts.total == 5
    assert counts.difference == 0.0


def test_outcomes_of_different_items_are_refused() -> None:
    with pytest.raises(ValueError, match="2 outcomes of the candidate, 1 of the incumbent"):
        PairedCounts.from_outcomes([True, False], [True])
    with pytest.raises(ValueError, match="at least one item"):
        PairedCounts.from_outcomes([], [])


def test_negative_counts_and_impossible_hypotheses_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        PairedCounts(1, -1, 0, 0)
    with pytest.raises(ValueError, match=r"difference .* got 1\.5"):
        tango_z(PairedCounts(1, 0, 0, 0), 1.5)
    with pytest.raises(ValueError, match=r"level .* got 0"):
        tango(PairedCounts(1, 0, 0, 0), level=0)
