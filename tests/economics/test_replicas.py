"""Replicas: enough for the peak, and as few spares as the availability asks for."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.replicas import (
    BUSY_CEILING,
    REPLICA_AVAILABILITY,
    with_spares,
    working_replicas,
)

UP = Fraction(995, 1000)


def chance_up(needed: int, count: int) -> Fraction:
    """P(at least `needed` of `count` are up), summed exactly."""
    return sum(
        (comb(count, k) * UP**k * (1 - UP) ** (count - k) for k in range(needed, count + 1)),
        Fraction(0),
    )


def test_the_exact_sum_here_uses_the_availability_of_the_room() -> None:
    assert float(UP) == REPLICA_AVAILABILITY


@given(st.integers(1, 60), st.sampled_from([0.5, 0.9, 0.99, 0.995, 0.999, 0.9999, 0.9999999]))
def test_spares_are_the_fewest_that_reach_the_availability(working: int, target: float) -> None:
    count = with_spares(working, target)

    assert chance_up(working, count) >= Fraction(target)
    assert count == working or chance_up(working, count - 1) < Fraction(target)


@pytest.mark.parametrize(
    ("working", "target", "count"),
    [
        (1, 0.99, 1),  # 0.995
        (1, 0.999, 2),  # 1 − 0.005² = 0.999975
        (1, 0.99999, 3),
        (3, 0.99, 4),  # 0.985 alone; 0.99985 with one more
        (3, 0.9999, 5),
        # Quantiles of the negative binomial; whole fleets have more spares than a few have.
        (1_000, 0.99, 1_011),
        (10_000, 0.999, 10_074),
        (1_000_000, 0.99, 1_005_191),
    ],
)
def test_these_fleets_need_these_spares(working: int, target: float, count: int) -> None:
    assert with_spares(working, target) == count


@given(st.integers(1, 5_000), st.sampled_from([0.9, 0.99, 0.999]))
def test_one_more_working_replica_never_needs_fewer(working: int, target: float) -> None:
    assert with_spares(working, target) < with_spares(working + 1, target)


@pytest.mark.parametrize("target", [0.0, 1.0, -0.1, 99.9])
def test_an_availability_that_is_no_probability_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1, such as 0\.99"):
        with_spares(1, target)


def test_an_availability_that_floats_cannot_tell_from_certainty_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be told from 1"):
        with_spares(9, 1 - 2**-53)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e4))
def test_working_replicas_are_the_fewest_that_carry_the_peak(peak: float, rate: float) -> None:
    count = working_replicas(peak, rate)

    assert count >= 1
    assert count * rate * BUSY_CEILING >= peak * (1 - 1e-12)
    assert count == 1 or (count - 1) * rate * BUSY_CEILING < peak * (1 + 1e-12)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_replica_that_serves_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="must serve something"):
        working_replicas(1.0, rate)
