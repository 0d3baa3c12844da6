"""What two models cost and took on the same items, where the table says so."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from equipoise.statistics import Interval, quantile
from equipoise.statistics.paired_quantities import (
    cost_per_success,
    cost_per_success_ratio,
    log_ratio,
    quantile_difference,
)
from equipoise.trials.outcomes.pairs import Pair

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class CostComparison:
    """Cost per success, in the table's unit, on the `items` of which both costs are known.

    `ratio` is the candidate's over the incumbent's at 95 %; None where one of them has no success
    or cost nothing.
    """

    items: int
    candidate: float
    incumbent: float
    ratio: Interval | None


@dataclass(frozen=True, slots=True)
class LatencyComparison:
    """Times in seconds on the `items` of which both are known, at 95 %.

    `ratio` is the geometric mean of candidate / incumbent, None where a time is 0; `p95` the
    difference of the two 95th percentiles, which stand beside it.
    """

    items: int
    ratio: Interval | None
    candidate_p95: float
    incumbent_p95: float
    p95: Interval


def compare_costs(pair: Pair, seed: int) -> CostComparison | None:
    """Compare what successes cost; None below two items with both costs."""
    rows = [
        (ours.cost / ours.repeats, ours.mean, theirs.cost / theirs.repeats, theirs.mean, name)
        for ours, theirs, name in zip(pair.ours, pair.theirs, _names(pair), strict=True)
        if ours.cost is not None and theirs.cost is not None
    ]
    if len(rows) < 2:
        return None
    costs, scores, their_costs, their_scores, names = map(list, zip(*rows, strict=True))
    candidate = cost_per_success(costs, scores)
    incumbent = cost_per_success(their_costs, their_scores)
    ratio = None
    if isfinite(candidate) and isfinite(incumbent) and candidate > 0.0 and incumbent > 0.0:
        clusters = None if pair.clusters is None else names
        arms = (costs, scores), (their_costs, their_scores)
        ratio = cost_per_success_ratio(*arms, clusters, LEVEL, seed)
    return CostComparison(len(rows), candidate, incumbent, ratio)


def compare_latencies(pair: Pair, seed: int) -> LatencyComparison | None:
    """Compare how long answers took; None below two items, or clusters, with both times."""
    rows = [
        (ours.seconds / ours.repeats, theirs.seconds / theirs.repeats, name)
        for ours, theirs, name in zip(pair.ours, pair.theirs, _names(pair), strict=True)
        if ours.seconds is not None and theirs.seconds is not None
    ]
    if len({name for *_, name in rows}) < 2:
        return None
    ours, theirs = [row[0] for row in rows], [row[1] for row in rows]
    clusters = None if pair.clusters is None else [row[2] for row in rows]
    positive = min(*ours, *theirs) > 0.0
    return LatencyComparison(
        len(rows),
        log_ratio(ours, theirs, LEVEL, clusters) if positive else None,
        quantile(ours, 0.95),
        quantile(theirs, 0.95),
        quantile_difference(ours, theirs, 0.95, LEVEL, clusters, seed),
    )


def _names(pair: Pair) -> tuple[str, ...]:
    return pair.items if pair.clusters is None else pair.clusters
