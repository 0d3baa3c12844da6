"""Betting on clusters: on the right side, and no bolder where their size says how they do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import SequentialDecision
from equipoise.statistics.betting import replay
from equipoise.statistics.cluster_bets import cluster_means, whole_clusters

ROWS = st.lists(st.tuples(st.sampled_from([-1.0, 0.0, 1.0]), st.integers(0, 4)), min_size=1)
Rows = tuple[list[float], list[int]]


def misleading(random: np.random.Generator, count: int) -> Rows:
    """Three clusters in a hundred have 20 items and do worse: the mean over items is −0.05."""
    values: list[float] = []
    names: list[int] = []
    for name in range(count):
        if random.random() < 0.03:
            values += random.choice([-1.0, 0.0], 20, p=[0.3, 0.7]).tolist()
            names += [name] * 20
        else:
            values.append(float(random.random() < (0.03 * 20 * 0.3 - 0.0785) / 0.97))
            names.append(name)
    return values, names


def share_misled(largest: int | None, count: int, rounds: int = 400) -> float:
    random = np.random.default_rng(count)
    orders = []
    for _ in range(rounds):
        values, names = misleading(random, count)
        seen = max(names.count(name) for name in set(names))
        orders.append(whole_clusters(values, names, 0.05, largest or seen)[0])
    found = replay(np.array(orders), 0.05)
    return found.decisions.count(SequentialDecision.GOOD) / rounds


@given(ROWS, st.integers(0, 9))
def test_whole_clusters_lie_on_the_same_side_as_their_items(
    rows: list[tuple[float, int]], spare: int
) -> None:
    values, names = [value for value, _ in rows], [name for _, name in rows]
    largest = max(map(names.count, names)) + spare
    whole, sizes = whole_clusters(values, names, 0.05, largest)
    slack = sum(values) / len(values) + 0.05

    assert sum(sizes) == len(values)
    assert all(-1.0 <= value <= 1.0 for value in whole)
    assert sum(value + 0.05 for value in whole) * largest == pytest.approx(slack * len(values))


@given(ROWS)
def test_a_cluster_s_mean_is_that_of_its_items(rows: list[tuple[float, int]]) -> None:
    values, names = [value for value, _ in rows], [name for _, name in rows]
    means, sizes = cluster_means(values, names)

    for mean, size, name in zip(means, sizes, dict.fromkeys(names), strict=True):
        own = [value for value, other in rows if other == name]
        assert mean == pytest.approx(np.mean(own))
        assert size == len(own)


@pytest.mark.parametrize("count", [40, 80])
def test_a_bound_known_beforehand_holds_where_the_largest_seen_misleads(count: int) -> None:
    assert share_misled(20, count) <= 0.06
    assert share_misled(60, count) <= 0.06


def test_the_largest_cluster_seen_is_no_bound() -> None:
    assert share_misled(None, 40) > 0.15


def test_means_of_clusters_mislead_no_more_about_the_mean_over_clusters() -> None:
    random = np.random.default_rng(5)
    orders = []
    for _ in range(400):
        big = random.random(60) < 0.1
        own = np.where(big, -0.5, 0.0)  # the mean over clusters is the margin
        orders.append(own)

    found = replay(np.array(orders), 0.05)
    assert found.decisions.count(SequentialDecision.GOOD) / 400 <= 0.05


def test_clusters_that_agree_mislead_only_where_they_are_not_whole() -> None:
    random = np.random.default_rng(3)
    runs, count, size = 400, 30, 10
    truth = random.choice([1.0, -1.0, 0.0], (runs, count), p=[0.075, 0.125, 0.8])
    items = np.repeat(truth, size, axis=1)
    shuffled = random.permuted(items, axis=1)
    names = [place // size for place in range(count * size)]
    whole = np.array([whole_clusters(row.tolist(), names, 0.05, size)[0] for row in items])

    alone = replay(shuffled, 0.05).decisions.count(SequentialDecision.GOOD) / runs
    together = replay(whole, 0.05).decisions.count(SequentialDecision.GOOD) / runs

    assert alone > 0.15
    assert together <= 0.05


def test_a_cluster_larger_than_the_largest_possible_is_refused() -> None:
    with pytest.raises(ValueError, match="holds 3 items, more than the largest possible, 2"):
        whole_clusters([0.0] * 3, ["a"] * 3, 0.05, 2)
