"""Closed testing: the order of the claims, and that no sample proves two of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import PairedCounts, Verdict, verdict
from equipoise.statistics.binary import BinaryComparison
from equipoise.statistics.comparison import judge, judged

CELL = st.integers(0, 200)
COUNTS = st.tuples(CELL, CELL, CELL, CELL).filter(any).map(lambda cells: PairedCounts(*cells))


@given(COUNTS, st.sampled_from([0.02, 0.05, 0.1]))
def test_where_enough_items_differ_it_is_the_verdict_of_tangos_test(
    counts: PairedCounts, margin: float
) -> None:
    found = judge(BinaryComparison(counts), margin)
    plain = verdict(counts, margin)

    if min(counts.only_candidate, counts.only_incumbent) >= 5:
        assert found.verdict is plain.verdict
        assert found.p_non_inferior == pytest.approx(plain.p_value)


@given(COUNTS, st.sampled_from([0.02, 0.05, 0.1]))
def test_nothing_is_proven_both_ways(counts: PairedCounts, margin: float) -> None:
    found = judge(BinaryComparison(counts), margin)

    assert found.p_non_inferior >= 0.05 or found.p_inferior >= 0.05
    assert found.p_superior >= found.p_non_inferior - 1e-12


def test_superiority_is_not_asked_before_non_inferiority_is_proven() -> None:
    assert judged((0.2, 0.01, 0.9), 0.05).verdict is Verdict.UNDECIDED
    assert judged((0.01, 0.01, 0.9), 0.05).verdict is Verdict.SUPERIOR
    assert judged((0.01, 0.3, 0.9), 0.05).verdict is Verdict.NON_INFERIOR
    assert judged((0.9, 0.99, 0.01), 0.05).verdict is Verdict.INFERIOR


def test_margins_and_alphas_out_of_range_are_refused() -> None:
    comparison = BinaryComparison(PairedCounts(5, 1, 1, 3))
    for margin in (0.0, 1.0, -0.05):
        with pytest.raises(ValueError, match="margin must lie strictly between 0 and 1"):
            judge(comparison, margin)
    with pytest.raises(ValueError, match=r"alpha .* got 0\.5"):
        judge(comparison, 0.05, alpha=0.5)
