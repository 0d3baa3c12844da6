"""What two arms cost and took on the same items: ratios and differences by resampling pairs.

Knows items that stand for themselves or come in clusters, which are then drawn whole. Needs numpy
and scipy.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import exp, floor, inf, isfinite, log

import numpy as np
from numpy.typing import NDArray

from equipoise.statistics.clusters import ClusterTotals, clustered_mean
from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval
from equipoise.statistics.student import t_critical

_RESAMPLES = 2000
_DRAWS = 40_000_000
"""What resampling may draw in all; long item sets get fewer resamples, at least 400."""

Columns = NDArray[np.float64]
Counts = NDArray[np.intp]
Clusters = Sequence[Hashable] | None
Statistic = Callable[[Counts], float]
"""Of how often each item was drawn."""


def cost_per_success(costs: Sequence[float], successes: Sequence[float]) -> float:
    """Return what one success cost: all that was paid, failures too; infinite without a success."""
    total = sum(successes)
    return sum(costs) / total if total > 0 else inf


def cost_per_success_ratio(
    candidate: tuple[Sequence[float], Sequence[float]],
    incumbent: tuple[Sequence[float], Sequence[float]],
    clusters: Clusters,
    level: float,
    seed: int,
) -> Interval:
    """Return the candidate's cost per success over the incumbent's, items drawn in pairs.

    Each arm is its costs and its successes, item by item in the same order. An end is infinite
    where resamples without a success of the candidate are too many to leave out.
    Raises ValueError for unequal lengths, fewer than two items, a negative cost, or an arm that
    has no success or cost nothing in all.
    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, sections 10.3 and 13.3
    (percentile interval); Polsky et al. 1997, Health Economics 6:243-252 (of cost-effectiveness).
    """
    columns = _columns((*candidate, *incumbent))
    if (columns < 0.0).any():
        raise ValueError("costs and successes must be 0 or more")
    if not all(columns.sum(axis=1)):
        raise ValueError("each arm must have cost something and succeeded at least once")
    return bootstrap(columns.shape, lambda counts: _ratio(columns @ counts), clusters, level, seed)


def quantile_difference(
    candidate: Sequence[float],
    incumbent: Sequence[float],
    q: float,
    level: float,
    clusters: Clusters = None,
    seed: int = 0,
) -> Interval:
    """Return the candidate's quantile at `q` minus the incumbent's, in the values' unit.

    Raises ValueError for unequal lengths, fewer than two items or a `q` outside (0, 1).
    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 13.3.
    """
    require_fraction("q", q, "0.95 for p95")
    columns = _columns((candidate, incumbent))
    ours, theirs = map(_Ordered.of, columns)

    def difference(counts: Counts) -> float:
        return ours.quantile(counts, q) - theirs.quantile(counts, q)

    return bootstrap(columns.shape, difference, clusters, level, seed)


def log_ratio(
    candidate: Sequence[float], incumbent: Sequence[float], level: float, clusters: Clusters = None
) -> Interval:
    """Return the geometric mean of candidate / incumbent, item by item, by a t interval of logs.

    Raises ValueError for unequal lengths, fewer than two items or clusters, or a value that is not
    above 0. Source: Bland & Altman 1996, BMJ 312:1153 (logs of paired measurements).
    """
    columns = _columns((candidate, incumbent))
    if not (columns > 0.0).all():
        raise ValueError("a ratio needs values above 0")
    logs = [log(ours / theirs) for ours, theirs in zip(candidate, incumbent, strict=True)]
    mean = clustered_mean(
        ClusterTotals.of(logs, range(len(logs)) if clusters is None else clusters)
    )
    reach = t_critical(level, mean.degrees) * mean.variance**0.5
    ends = exp(mean.mean - reach), exp(mean.mean + reach)
    return Interval(exp(mean.mean), *ends, level, "paired_log_t")


def bootstrap(
    shape: tuple[int, ...], statistic: Statistic, clusters: Clusters, level: float, seed: int
) -> Interval:
    """Return a statistic of items with its percentile interval, by how often each was drawn.

    `shape` is (columns, items). Items are drawn with all their columns, clusters whole.
    Raises ValueError unless 0 < level < 1.
    """
    require_fraction("level", level, "0.95")
    generator = np.random.default_rng(seed)
    columns, items = shape
    of_cluster = _numbered(clusters) if clusters is not None else None
    drawable = items if of_cluster is None else int(of_cluster.max()) + 1
    resamples = int(min(_RESAMPLES, max(400, _DRAWS // (columns * items))))
    found = np.empty(resamples)
    for row in range(resamples):
        drawn = generator.integers(0, drawable, drawable)
        counts = np.bincount(drawn, minlength=drawable)
        found[row] = statistic(counts if of_cluster is None else counts[of_cluster])
    tail = (1.0 - level) / 2.0
    estimate = statistic(np.ones(items, dtype=np.intp))
    # Outward order statistics: interpolating towards an infinite value would not be a number.
    low = float(np.quantile(found, tail, method="lower"))
    high = float(np.quantile(found, 1.0 - tail, method="higher"))
    return Interval(estimate, min(low, estimate), max(high, estimate), level, "paired_bootstrap")


@dataclass(frozen=True, slots=True)
class _Ordered:
    """A column sorted once, whose quantiles are then had by counting."""

    order: NDArray[np.intp]
    values: Columns

    @classmethod
    def of(cls, column: Columns) -> _Ordered:
        order = np.argsort(column, kind="stable")
        return cls(order, column[order])

    def quantile(self, counts: Counts, q: float) -> float:
        """The quantile, as `quantiles.quantile`, of each value as often as it was drawn."""
        through = np.cumsum(counts[self.order])
        last = int(through[-1]) - 1
        below = min(floor(last * q), last)
        ranks = below, min(below + 1, last)
        low, high = self.values[np.searchsorted(through, ranks, side="right")].tolist()
        return float(low + (high - low) * (last * q - below))


def _numbered(clusters: Sequence[Hashable]) -> NDArray[np.intp]:
    """The number of each item's cluster."""
    numbers: dict[Hashable, int] = {}
    return np.asarray([numbers.setdefault(name, len(numbers)) for name in clusters], dtype=np.intp)


def _ratio(sums: Columns) -> float:
    costs, successes, their_costs, their_successes = sums.tolist()
    above, below = costs * their_successes, their_costs * successes
    return float(above / below) if below > 0.0 else inf


def _columns(given: Sequence[Sequence[float]]) -> Columns:
    lengths = {len(values) for values in given}
    if len(lengths) != 1 or min(lengths) < 2:
        raise ValueError(
            f"both arms must answer the same items, at least two; got {sorted(lengths)}"
        )
    if not all(isfinite(value) for values in given for value in values):
        raise ValueError("values must be finite")
    return np.asarray(given, dtype=np.float64)
