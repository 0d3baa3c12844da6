"""One proportion: Wilson by enumeration of every outcome, Clopper-Pearson beside it."""

from __future__ import annotations

from math import comb
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import wilson, wilson_lower_bound
from equipoise.statistics.exact import clopper_pearson
from equipoise.statistics.normal import (
    one_sided_critical_value,
    power_quantile,
    two_sided_critical_value,
    upper_tail,
)

COUNTS = st.integers(1, 3000).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)


def chance(successes: int, trials: int, rate: float) -> float:
    return comb(trials, successes) * rate**successes * (1.0 - rate) ** (trials - successes)


def test_wilson_gives_the_textbook_interval_for_81_of_263() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
    interval = wilson(81, 263)

    assert (interval.low, interval.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval.estimate == 81 / 263
    assert interval.method == "wilson"


def test_wilson_touches_the_ends_exactly_without_success_or_failure() -> None:
    assert wilson(0, 20).low == 0.0
    assert wilson(20, 20).high == 1.0
    assert wilson(0, 20).high == pytest.approx(0.1611, abs=5e-5)


@pytest.mark.parametrize("trials", [10, 30, 50, 100, 200])
def test_wilson_covers_nearly_as_promised_at_every_rate(trials: int) -> None:
    intervals = [wilson(successes, trials) for successes in range(trials + 1)]
    coverages = [
        sum(
            chance(successes, trials, rate)
            for successes, interval in enumerate(intervals)
            if interval.contains(rate)
        )
        for rate in (step / 100 for step in range(5, 96))
    ]

    # Single dips below are known (Brown, Cai & DasGupta 2001, figure 5); the mean is what holds.
    assert fmean(coverages) == pytest.approx(0.95, abs=0.01)
    assert sum(coverage >= 0.92 for coverage in coverages) >= 0.97 * len(coverages)


@pytest.mark.parametrize(
    ("trials", "rate"), [(20, 0.5), (50, 0.7), (50, 0.9), (100, 0.8), (100, 0.95), (500, 0.97)]
)
def test_wilson_covers_92_percent_or_more_where_trials_usually_are(
    trials: int, rate: float
) -> None:
    covered = sum(
        chance(successes, trials, rate)
        for successes in range(trials + 1)
        if wilson(successes, trials).contains(rate)
    )

    assert covered >= 0.92


@given(COUNTS, st.floats(0.5, 0.999))
def test_wilson_stays_within_zero_and_one_and_rises_with_successes(
    counts: tuple[int, int], level: float
) -> None:
    successes, trials = counts
    interval = wilson(successes, trials, level)

    assert 0.0 <= interval.low <= interval.estimate <= interval.high <= 1.0
    if successes < trials:
        better = wilson(successes + 1, trials, level)
        assert better.low > interval.low
        assert better.high > interval.high


@given(COUNTS)
def test_the_one_sided_bound_is_the_lower_end_of_twice_the_alpha(counts: tuple[int, int]) -> None:
    assert wilson_lower_bound(*counts, alpha=0.05) == pytest.approx(wilson(*counts, level=0.9).low)


def test_52_of_52_show_how_bold_the_bound_is_near_one() -> None:
    assert wilson_lower_bound(52, 52) == pytest.approx(0.9505, abs=5e-5)
    assert chance(52, 52, 0.95) == pytest.approx(0.069, abs=5e-4)


@given(st.integers(0, 60), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_exact_interval_solves_its_two_equations(successes: int, level: float) -> None:
    interval = clopper_pearson(successes, 60, level)
    tail = (1.0 - level) / 2.0
    at_least = sum(chance(k, 60, interval.low) for k in range(successes, 61))
    at_most = sum(chance(k, 60, interval.high) for k in range(successes + 1))

    assert at_least == pytest.approx(tail if successes else 1.0)
    assert at_most == pytest.approx(tail if successes < 60 else 1.0)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (0, 0), (0, -3)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    for method in (wilson, wilson_lower_bound, clopper_pearson):
        with pytest.raises(ValueError, match=r"(successes|trials) must be"):
            method(successes, trials)


def test_levels_alphas_and_powers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"level .* got 95"):
        wilson(1, 2, level=95)
    with pytest.raises(ValueError, match=r"level .* got 1\.0"):
        clopper_pearson(1, 2, level=1.0)
    with pytest.raises(ValueError, match=r"alpha .* got 0\.5"):
        wilson_lower_bound(1, 2, alpha=0.5)
    with pytest.raises(ValueError, match=r"power .* got 0\.2"):
        power_quantile(0.2)


def test_critical_values_and_tails_agree() -> None:
    assert two_sided_critical_value(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert one_sided_critical_value(0.05) == pytest.approx(1.644854, abs=1e-6)
    assert upper_tail(one_sided_critical_value(1e-12)) == pytest.approx(1e-12)
    assert upper_tail(10.0) > 0.0
