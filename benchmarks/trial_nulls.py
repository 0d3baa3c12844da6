"""Nulls that are hard: clusters whose size says how they do, rare large losses, weights.

Each is exactly at the margin, so that every claim of "non-inferior" is false. Seeded. Run by
`trials.py`, which needs outcomes; this needs none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from goals import Goal
from numpy.typing import NDArray

from equipoise.statistics import SequentialDecision
from equipoise.statistics.betting import replay
from equipoise.statistics.cluster_bets import cluster_means, whole_clusters
from equipoise.statistics.clustered import clustered_binary
from equipoise.statistics.scores import ScoreComparison

SEED, MARGIN, ALPHA = 20261125, 0.05, 0.05
ROUNDS = 2000
SLACK = 0.01
"""Two standard errors of a share of 5 % in 2,000 rounds."""
Numbers = NDArray[np.float64]
Sample = tuple[list[float], list[int]]
Draw = Callable[[np.random.Generator, int], Sample]


def large_do_worse(random: np.random.Generator, count: int) -> Sample:
    """3 % of the clusters have 20 items and do worse; the single ones do better."""
    better = (0.03 * 20 * 0.3 - MARGIN * (0.97 + 0.03 * 20)) / 0.97
    values: list[float] = []
    names: list[int] = []
    for name, large in enumerate(random.random(count) < 0.03):
        if large:
            own = random.choice([-1.0, 0.0], 20, p=[0.3, 0.7]).tolist()
        else:
            own = [float(random.random() < better)]
        values += own
        names += [name] * len(own)
    return values, names


def large_fail_whole(random: np.random.Generator, count: int) -> Sample:
    """2 % of the clusters have 30 items, and some of them fail whole; of the rest none differs."""
    share = MARGIN * (0.98 + 0.02 * 30) / (0.02 * 30)
    values: list[float] = []
    names: list[int] = []
    for name, large in enumerate(random.random(count) < 0.02):
        size = 30 if large else 1
        values += [-1.0 if large and random.random() < share else 0.0] * size
        names += [name] * size
    return values, names


def cluster_bets() -> list[Goal]:
    """False "non-inferior" by betting, with the size of clusters bounded beforehand and without."""
    random = np.random.default_rng(SEED)
    cells: tuple[tuple[str, Draw, int, int], ...] = (
        ("3 % of 20", large_do_worse, 20, 40),
        ("3 % of 20", large_do_worse, 20, 80),
        ("2 % of 30", large_fail_whole, 30, 80),
        ("3 % of 20", large_do_worse, 20, 1000),
        ("2 % of 30", large_fail_whole, 30, 1000),
    )
    goals = []
    for name, draw, largest, count in cells:
        samples = [draw(random, count) for _ in range(ROUNDS)]
        whole = np.array([whole_clusters(*sample, MARGIN, largest)[0] for sample in samples])
        label = f"misled by bets on {count} clusters, {name}, size bounded"
        goals.append(Goal(label, misled(whole, MARGIN), 0.0, ALPHA + SLACK, ""))
        if draw is large_fail_whole:
            # Of this one the mean over clusters is below 0, so that it can be put at a margin.
            mean = MARGIN * (0.98 + 0.02 * 30) / 30
            means = np.array([cluster_means(*sample)[0] for sample in samples])
            label = f"misled by their means, {count} clusters, {name}, of the mean over clusters"
            goals.append(Goal(label, misled(means, mean), 0.0, ALPHA + SLACK, ""))
    return goals


def misled(orders: Numbers, margin: float) -> float:
    """The share of orders in which betting says good."""
    return replay(orders, margin, ALPHA).decisions.count(SequentialDecision.GOOD) / len(orders)


def unseen_clusters() -> list[Goal]:
    """Coverage on clusters whose size says how they do, where one of the large ones was seen.

    Where none was, no interval can know of them: the verdict says so, and this leaves it out.
    """
    random = np.random.default_rng(SEED)
    seen = covered = 0
    for _ in range(ROUNDS):
        values, names = large_do_worse(random, 60)
        if len(values) > 60:
            seen += 1
            covered += clustered_binary(values, names).interval(0.95).contains(-MARGIN)
    label = "clustered coverage of 95 %, 60 clusters, 3 % of 20, of samples with a large one"
    return [Goal(label, covered / seen, 0.94, 1.0, "")]


def rare_losses() -> list[Goal]:
    """Coverage and false "non-inferior" where one difference in a hundred is −1, others +0.1."""
    random = np.random.default_rng(SEED)
    covers, false = [], []
    for items in (450, 500, 700, 1000, 1500):
        covered = claimed = 0
        for _ in range(2 * ROUNDS):
            drawn = random.choice([-1.0, 0.0, 0.1], items, p=[0.01, 0.39, 0.6])
            found = ScoreComparison(tuple(drawn.tolist()))
            covered += found.interval(0.95).contains(0.05)
            claimed += found.p_above(0.05) < ALPHA
        covers.append(covered / ROUNDS / 2)
        false.append(claimed / ROUNDS / 2)
    label = "coverage of 95 %, rare large losses, 450 to 1500 items, least"
    return [
        Goal(label, min(covers), 0.94, 1.0, ""),
        Goal("false non-inferior by scores, the same, most", max(false), 0.0, ALPHA + SLACK, ""),
    ]


def weighted() -> list[Goal]:
    """Coverage of weighted differences where heavy items do worse."""
    random = np.random.default_rng(SEED)
    kinds, often = np.array([1.0, 4.0, 20.0]), np.array([0.5, 0.3, 0.2])
    worse = 0.02 + 0.06 * np.log1p(kinds)
    truth = float((often * kinds * (0.1 - worse)).sum() / (often * kinds).sum())
    found = []
    for items in (30, 100, 300, 700):
        covered = 0
        for _ in range(ROUNDS):
            drawn = random.choice(3, items, p=often)
            chance = random.random(items)
            values = np.where(chance < worse[drawn], -1.0, np.where(chance > 0.9, 1.0, 0.0))
            compared = clustered_binary(values.tolist(), range(items), kinds[drawn].tolist())
            covered += compared.interval(0.95).contains(truth)
        found.append(covered / ROUNDS)
    return [Goal("coverage of 95 %, weighted items, least of 4", min(found), 0.935, 1.0, "")]
