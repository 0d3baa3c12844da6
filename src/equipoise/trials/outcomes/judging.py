"""A pair judged: the comparison that suits its scores, the verdict, and the items still needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from equipoise.statistics import Interval, PairedCounts, Verdict, holm, mcnemar_exact
from equipoise.statistics.binary import BinaryComparison
from equipoise.statistics.clustered import ClusteredComparison, clustered_binary, clustered_scores
from equipoise.statistics.comparison import Comparison, Judgement, judge, judged
from equipoise.statistics.normal import (
    one_sided_critical_value,
    power_quantile,
    upper_tail_quantile,
)
from equipoise.statistics.power import paired_items_needed
from equipoise.statistics.scores import ScoreComparison, sign_flip
from equipoise.trials.outcomes.pairs import Pair

POWER = 0.8
Adjust = Callable[[Sequence[float]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Needed:
    """Further items that would decide with a power of 80 % if the estimate is the truth.

    None is never: the estimate lies on the other side of −margin, or nothing is known at all.
    """

    non_inferior: int | None
    inferior: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and what it says at a margin: two rates, their difference, a verdict.

    `decision` is the interval at 1 − 2·alpha whose ends are the verdict's; `p_different` is two-
    sided, of no difference at all. `plain` is the usual cluster sandwich at 90 %, for comparison.
    `counts` are of items, whatever they weigh where they are `weighted`.
    """

    candidate: str
    incumbent: str
    items: int
    clusters: int | None
    rates: tuple[float, float]
    counts: PairedCounts | None
    judgement: Judgement
    decision: Interval
    at_90: Interval
    at_95: Interval
    p_different: float
    design_effect: float
    method: str
    source: str
    needed: Needed
    plain: Interval | None
    weighted: bool = False


@dataclass(frozen=True, slots=True)
class TooLittle:
    """What one item, or one cluster, says of a mean of scores: nothing."""

    estimate: float
    what: str
    variance: float = 1.0
    design_effect: float = 1.0
    source: str = "an interval needs at least two"

    @property
    def method(self) -> str:
        """Why there is none."""
        return f"none: there is only {self.what}"

    def interval(self, level: float) -> Interval:
        """All that is possible."""
        return Interval(self.estimate, -1.0, 1.0, level, "none")

    def p_above(self, _bound: float, /) -> float:
        """1: nothing is proven."""
        return 1.0

    p_below = p_above


def comparison_of(pair: Pair, seed: int) -> Comparison:
    """The comparison that suits a pair: by yes or no or by scores, by items or by clusters.

    Weighted items that stand for themselves are clusters of one.
    """
    differences, clusters, weights = pair.differences, pair.clusters, pair.weights
    rates = pair.rates
    estimate = rates[0] - rates[1]
    if len(differences) < 2:
        return TooLittle(estimate, "one item")
    if clusters is not None and len(set(clusters)) < 2:
        return TooLittle(estimate, "one cluster")
    if clusters is not None or weights is not None:
        compare = clustered_binary if pair.binary else clustered_scores
        return compare(differences, clusters or range(len(differences)), weights)
    counts = pair.counts
    if counts is not None:
        return BinaryComparison(counts)
    return ScoreComparison(tuple(differences), seed)


def judge_pair(pair: Pair, margin: float, alpha: float, seed: int) -> Judged:
    """Judge a pair at a margin of scores from 0 to 1.

    Raises ValueError for a margin outside (0, 1) or an alpha outside (0, 0.5).
    """
    found = comparison_of(pair, seed)
    judgement = judge(found, margin, alpha)
    counts, clusters = pair.counts, pair.clusters
    alone = counts is not None and clusters is None and pair.weights is None
    return Judged(
        pair.candidate,
        pair.incumbent,
        len(pair.items),
        None if clusters is None else len(set(clusters)),
        pair.rates,
        counts,
        judgement,
        found.interval(1.0 - 2.0 * alpha),
        found.interval(0.9),
        found.interval(0.95),
        mcnemar_exact(counts) if counts and alone else _different(pair, found, seed),
        found.design_effect,
        found.method,
        found.source,
        needed(found, judgement, len(pair.items), margin, alpha),
        _plain(pair, found),
        pair.weights is not None,
    )


def needed(
    comparison: Comparison, judgement: Judgement, items: int, margin: float, alpha: float
) -> Needed:
    """How many more items would decide, either way; 0 where it is decided."""
    slack = comparison.estimate + margin
    if judgement.verdict is not Verdict.UNDECIDED:
        return Needed(0, 0)
    if isinstance(comparison, TooLittle):
        return Needed(None, None)
    return Needed(
        _further(comparison, slack, judgement.p_non_inferior, items, alpha),
        _further(comparison, -slack, judgement.p_inferior, items, alpha),
    )


def _further(
    comparison: Comparison, distance: float, p_value: float, items: int, alpha: float
) -> int | None:
    planned = paired_items_needed(
        comparison.variance,
        distance,
        design_effect=comparison.design_effect,
        alpha=alpha,
        power=POWER,
    )
    if planned is None:
        return None
    if planned > items or p_value >= 0.5:
        return max(1, planned - items)
    # The formula would have had enough, the test has not: it asks more of few differences or few
    # clusters. Its own statistic grows with the root of the items.
    reach = one_sided_critical_value(alpha) + power_quantile(POWER)
    return max(1, ceil(items * (reach / upper_tail_quantile(p_value)) ** 2) - items)


def correct(rows: Sequence[Judged], alpha: float, adjust: Adjust = holm) -> list[Judgement]:
    """Verdicts of many pairs or slices, each kind of claim adjusted over all of them."""
    before = [row.judgement for row in rows]
    columns = (
        adjust([row.p_non_inferior for row in before]),
        adjust([row.p_superior for row in before]),
        adjust([row.p_inferior for row in before]),
    )
    return [judged(triple, alpha) for triple in zip(*columns, strict=True)]


def by_slice(pair: Pair, margin: float, alpha: float, seed: int) -> list[tuple[str, Judged]]:
    """Every slice of a pair judged alone, in the order of the file; nothing without slices."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(pair.slices or ()):
        places.setdefault(name, []).append(place)
    return [
        (name or "(none)", judge_pair(pair.of(found), margin, alpha, seed))
        for name, found in places.items()
    ]


def _plain(pair: Pair, comparison: Comparison) -> Interval | None:
    if pair.clusters is None or not isinstance(comparison, ClusteredComparison):
        return None
    return comparison.plain_interval(0.9)


def _different(pair: Pair, comparison: Comparison, seed: int) -> float:
    if pair.clusters is None and pair.weights is None:
        return sign_flip(pair.differences, seed)
    return min(1.0, 2.0 * min(comparison.p_above(0.0), comparison.p_below(0.0)))
