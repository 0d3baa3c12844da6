"""Clusters as items to bet on, one after the other, whole.

Knows differences and the cluster of each; does not know how bets are made.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence


def whole_clusters(
    differences: Sequence[float], clusters: Sequence[Hashable], margin: float, largest: int
) -> tuple[list[float], list[int]]:
    """Return one difference a cluster, and the size of each, for betting on clusters in turn.

    A cluster counts by its items: the sum of its differences from −margin, over the size that no
    cluster can exceed. That has a mean above −margin exactly where the mean over items has.
    `largest` is to be known before the outcomes: the size of the largest cluster that was seen
    makes every stake depend on clusters that are still to come, and the bets unfair.
    Raises ValueError for a cluster of more items than that.
    """
    sums = _sums(differences, clusters)
    seen = max((size for _, size in sums), default=0)
    if seen > largest:
        raise ValueError(f"a cluster holds {seen} items, more than the largest possible, {largest}")
    # Rounding may lead a hair beyond −1 or 1.
    whole = [
        min(1.0, max(-1.0, (total + size * margin) / largest - margin)) for total, size in sums
    ]
    return whole, [size for _, size in sums]


def cluster_means(
    differences: Sequence[float], clusters: Sequence[Hashable]
) -> tuple[list[float], list[int]]:
    """Return the mean difference of each cluster, and its size, for betting on clusters in turn.

    Needs no bound on their size; what is bet on is then the mean over clusters, in which each
    counts alike, and not that over items.
    """
    sums = _sums(differences, clusters)
    means = [min(1.0, max(-1.0, total / size)) for total, size in sums]
    return means, [size for _, size in sums]


def _sums(
    differences: Sequence[float], clusters: Sequence[Hashable]
) -> Collection[tuple[float, int]]:
    sums: dict[Hashable, tuple[float, int]] = {}
    for value, name in zip(differences, clusters, strict=True):
        total, size = sums.get(name, (0.0, 0))
        sums[name] = total + value, size + 1
    return sums.values()
