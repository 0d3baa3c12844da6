"""Guarded Tango: coverage enumerated exactly, and Tango itself wherever enough items differ."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import Interval, PairedCounts, tango
from equipoise.statistics.binary import FEW_DISCORDANT, BinaryComparison
from equipoise.statistics.normal import upper_tail
from equipoise.statistics.paired import tango_z

CELL = st.integers(0, 60)
COUNTS = st.tuples(CELL, CELL, CELL, CELL).filter(any).map(lambda cells: PairedCounts(*cells))


@cache
def interval(items: int, better: int, worse: int, level: float) -> Interval:
    counts = PairedCounts(items - better - worse, better, worse, 0)
    return BinaryComparison(counts).interval(level)


def coverage(items: int, better: float, worse: float, level: float = 0.95) -> float:
    """The exact probability that the interval holds the truth."""
    total = 0.0
    for ours in range(items + 1):
        for theirs in range(items + 1 - ours):
            rest = items - ours - theirs
            ways = comb(items, ours) * comb(items - ours, theirs)
            mass = ways * better**ours * worse**theirs * (1 - better - worse) ** rest
            if mass > 1e-12 and interval(items, ours, theirs, level).contains(better - worse):
                total += mass
    return total


@pytest.mark.parametrize("items", [20, 30, 50])
def test_it_covers_at_least_94_percent_in_every_cell(items: int) -> None:
    cells = [
        ((discordance + difference) / 2, (discordance - difference) / 2)
        for discordance, difference in product(
            (0.02, 0.05, 0.1, 0.2, 0.3, 0.5), (0.0, 0.02, 0.05, 0.1, 0.15, 0.3)
        )
        if difference <= discordance
    ]

    assert min(coverage(items, *cell) for cell in cells) >= 0.94


def test_it_covers_no_more_than_it_should_where_ten_items_or_more_differ() -> None:
    cells = product((20, 30, 50), ((0.25, 0.25), (0.3, 0.2), (0.25, 0.3)))
    found = [coverage(items, *shares) for items, shares in cells]

    assert 0.94 <= min(found) <= max(found) <= 0.965


def test_tango_alone_falls_short_where_all_differences_are_on_one_side() -> None:
    truth = 0.3
    covered = sum(
        comb(30, k) * 0.3**k * 0.7 ** (30 - k)
        for k in range(31)
        if tango(PairedCounts(30 - k, k, 0, 0)).contains(truth)
    )

    assert covered < 0.935
    assert coverage(30, 0.3, 0.0) >= 0.945


@given(COUNTS, st.sampled_from([0.8, 0.9, 0.95]))
def test_it_is_tangos_wherever_enough_items_differ_on_both_sides(
    counts: PairedCounts, level: float
) -> None:
    found, plain = BinaryComparison(counts).interval(level), tango(counts, level)
    both = min(counts.only_candidate, counts.only_incumbent) > 0
    enough = counts.only_candidate + counts.only_incumbent >= FEW_DISCORDANT

    assert found.low <= plain.low <= plain.high <= found.high
    if both and enough:
        assert found == plain
        assert BinaryComparison(counts).p_above(-0.05) == upper_tail(tango_z(counts, -0.05))


def test_without_discordant_pairs_it_is_tangos_too() -> None:
    found = interval(30, 0, 0, 0.95)

    assert (found.low, found.high) == pytest.approx((-0.1135, 0.1135), abs=5e-5)


@given(COUNTS, st.sampled_from([0.01, 0.05, 0.2]))
def test_p_values_and_ends_say_the_same(counts: PairedCounts, alpha: float) -> None:
    comparison = BinaryComparison(counts)
    found = comparison.interval(1 - 2 * alpha)

    if found.low > -0.999:
        assert comparison.p_above(found.low) == pytest.approx(alpha, rel=1e-4)
    if found.high < 0.999:
        assert comparison.p_below(found.high) == pytest.approx(alpha, rel=1e-4)


@given(COUNTS, st.floats(-0.9, 0.9))
def test_swapping_the_arms_mirrors_everything(counts: PairedCounts, bound: float) -> None:
    one, other = BinaryComparison(counts), BinaryComparison(counts.swapped)

    assert one.interval(0.9).low == -other.interval(0.9).high
    assert one.p_above(bound) == other.p_below(-bound)
    assert one.variance == pytest.approx(other.variance)


def test_the_guard_is_named_where_it_works() -> None:
    few, many = (
        BinaryComparison(PairedCounts(90, 2, 1, 7)),
        BinaryComparison(PairedCounts(5, 9, 9, 1)),
    )

    assert "guarded" in few.method
    assert "Newcombe" in few.source
    assert (many.method, many.design_effect) == ("Tango's score interval for paired rates", 1.0)
    assert many.source == "Tango 1998, Statistics in Medicine 17:891-908"
