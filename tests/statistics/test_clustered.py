"""Clustered comparisons: coverage with few and many clusters, and what the guard is for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import PairedCounts
from equipoise.statistics.binary import BinaryComparison
from equipoise.statistics.clustered import (
    ClusteredComparison,
    clustered_binary,
    clustered_scores,
)

Compare = Callable[[list[float], list[int]], ClusteredComparison]
SAMPLES = st.integers(2, 9).flatmap(
    lambda count: st.lists(
        st.tuples(st.sampled_from([-1.0, 0.0, 1.0]), st.integers(0, count - 1)),
        min_size=4,
        max_size=60,
    ).filter(lambda rows: len({name for _, name in rows}) > 1)
)


def draws(
    rounds: int, count: int, size: int, shares: tuple[float, float], alike: float
) -> list[list[float]]:
    """Samples of clusters whose shares of better and worse items vary."""
    random = np.random.default_rng(count * 100 + size)
    whole = np.array([*shares, 1 - sum(shares)])
    found = []
    for _ in range(rounds):
        own = random.dirichlet(whole * (1 - alike) / alike, count) if alike else [whole] * count
        parts = [random.choice([1.0, -1.0, 0.0], size, p=np.asarray(p) / np.sum(p)) for p in own]
        found.append(np.concatenate(parts).tolist())
    return found


def coverage(
    compare: Compare, samples: list[list[float]], size: int, truth: float, plain: bool = False
) -> float:
    covered = 0
    for values in samples:
        names = [place // size for place in range(len(values))]
        found = compare(values, names)
        interval = found.plain_interval(0.95) if plain else found.interval(0.95)
        covered += interval.contains(truth)
    return covered / len(samples)


@pytest.mark.parametrize(
    ("count", "size", "shares", "alike"),
    [
        (5, 4, (0.025, 0.075), 0.3),
        (5, 20, (0.1, 0.15), 0.1),
        (8, 10, (0.02, 0.07), 0.6),
        (12, 10, (0.1, 0.15), 0.3),
        (12, 25, (0.0, 0.05), 0.3),
        (40, 5, (0.05, 0.1), 0.1),
        (40, 5, (0.1, 0.1), 0.0),
    ],
)
def test_it_covers_94_percent_with_few_and_with_many_clusters(
    count: int, size: int, shares: tuple[float, float], alike: float
) -> None:
    samples = draws(800, count, size, shares, alike)

    assert coverage(clustered_binary, samples, size, shares[0] - shares[1]) >= 0.94


def test_the_usual_sandwich_covers_too_little_where_few_differ() -> None:
    samples = draws(800, 12, 10, (0.02, 0.07), 0.6)

    assert coverage(clustered_binary, samples, 10, -0.05, plain=True) < 0.85


def test_items_taken_for_independent_would_cover_far_too_little() -> None:
    samples = draws(400, 12, 20, (0.1, 0.15), 0.3)
    covered = 0
    for values in samples:
        better, worse = values.count(1.0), values.count(-1.0)
        counts = PairedCounts(len(values) - better - worse, better, worse, 0)
        covered += BinaryComparison(counts).interval(0.95).contains(-0.05)

    assert covered / len(samples) < 0.8


@pytest.mark.parametrize(("count", "size", "alike"), [(6, 5, 0.3), (20, 5, 0.3), (30, 3, 0.0)])
def test_scores_by_degrees_are_covered_as_well(count: int, size: int, alike: float) -> None:
    random = np.random.default_rng(4)
    samples = [
        [value * float(random.uniform(0.2, 1.0)) for value in values]
        for values in draws(600, count, size, (0.15, 0.25), alike)
    ]

    assert coverage(clustered_scores, samples, size, -0.1 * 0.6) >= 0.94


@pytest.mark.parametrize("compare", [clustered_binary, clustered_scores])
@given(rows=SAMPLES, bound=st.floats(-0.9, 0.9))
def test_swapping_the_arms_mirrors_everything(
    compare: Compare, rows: list[tuple[float, int]], bound: float
) -> None:
    values, names = [value for value, _ in rows], [name for _, name in rows]
    one, other = compare(values, names), compare([-value for value in values], names)

    assert one.interval(0.9).low == pytest.approx(-other.interval(0.9).high, abs=1e-9)
    assert one.p_above(bound) == pytest.approx(other.p_below(-bound), abs=1e-9)


@pytest.mark.parametrize("compare", [clustered_binary, clustered_scores])
@given(rows=SAMPLES)
def test_p_values_and_ends_say_the_same(compare: Compare, rows: list[tuple[float, int]]) -> None:
    found = compare([value for value, _ in rows], [name for _, name in rows])
    interval = found.interval(0.9)

    assert -1.0 <= interval.low <= interval.estimate <= interval.high <= 1.0
    if -0.999 < interval.low < interval.estimate - 1e-6:
        assert found.p_above(interval.low) == pytest.approx(0.05, rel=1e-3)
    if interval.estimate + 1e-6 < interval.high < 0.999:
        assert found.p_below(interval.high) == pytest.approx(0.05, rel=1e-3)


def test_where_nothing_differs_a_cluster_counts_as_one_item() -> None:
    found = clustered_binary([0.0] * 100, [k // 10 for k in range(100)])

    assert found.effective == pytest.approx(10.0)
    assert found.interval(0.95).high > 0.25
    assert found.p_above(0.0) == pytest.approx(0.5)
    assert found.plain_interval(0.95).width == 0.0


def test_where_much_differs_no_guard_is_needed() -> None:
    random = np.random.default_rng(5)
    values = random.choice([1.0, -1.0, 0.0], 400).tolist()
    found = clustered_binary(values, [k // 4 for k in range(400)])

    assert found.effective is None
    assert "no narrower" not in found.method
    assert found.source.startswith("Bell & McCaffrey")
    assert found.design_effect >= 1.0
    assert found.variance == pytest.approx(np.var(values))


def test_the_guard_is_named() -> None:
    few = [1.0, -1.0] + [0.0] * 38

    assert "Tango" in clustered_binary(few, [k // 4 for k in range(40)]).source
    assert "Bonett" in clustered_scores(few, [k // 4 for k in range(40)]).source
    assert "no narrower" in clustered_scores(few, [k // 4 for k in range(40)]).method


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        clustered_binary([1.0, 0.0], ["a"])


@pytest.mark.parametrize("items", [30, 100, 300])
def test_weighted_items_are_covered_where_weight_and_difference_go_together(items: int) -> None:
    random = np.random.default_rng(items)
    kinds = np.array([1.0, 4.0, 20.0])
    worse = 0.02 + 0.06 * np.log1p(kinds)
    often = np.array([0.5, 0.3, 0.2])
    truth = float((often * kinds * (0.1 - worse)).sum() / (often * kinds).sum())
    covered = 0
    for _ in range(800):
        drawn = random.choice(3, items, p=often)
        chance = random.random(items)
        differences = np.where(chance < worse[drawn], -1.0, 0.0)
        differences[chance > 0.9] = 1.0
        found = clustered_binary(differences.tolist(), range(items), kinds[drawn].tolist())
        covered += found.interval(0.95).contains(truth)

    assert covered / 800 >= 0.935
    assert "weighted" in found.method
    assert "Binder" in found.source
