"""The mid-p interval: between Wilson's and the exact one, and where it starts and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from equipoise.statistics.exact import clopper_pearson
from equipoise.statistics.midp import mid_p

COUNTS = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_it_lies_within_the_exact_interval(counts: tuple[int, int]) -> None:
    found, exact = mid_p(*counts), clopper_pearson(*counts)

    assert exact.low - 1e-9 <= found.low <= found.estimate <= found.high <= exact.high + 1e-9


@given(COUNTS)
def test_at_its_lower_end_what_was_seen_or_more_has_the_tail(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low = mid_p(*counts).low
    upper = binom.sf(successes, trials, low) + binom.pmf(successes, trials, low) / 2

    # With every item a success no rate is too high, and the tail is met at the half itself.
    assert upper == pytest.approx(0.025, rel=1e-4) if 0 < successes < trials else True
    assert low == 0.0 if successes == 0 else low > 0.0


def test_no_success_in_thirty_bounds_the_rate_at_the_thirtieth_root() -> None:
    assert mid_p(0, 30).high == pytest.approx(1 - 0.05 ** (1 / 30))
    assert mid_p(30, 30).low == pytest.approx(0.05 ** (1 / 30))


def test_impossible_counts_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and the number of trials"):
        mid_p(3, 2)
    with pytest.raises(ValueError, match=r"level .* got 95"):
        mid_p(1, 2, level=95)
