"""Two arms on items that come in clusters, such as the turns of one conversation.

Knows differences of scores and which cluster each belongs to. An item is not a vote of its own
where its neighbours say the same: intervals follow the clusters.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import copysign, inf, sqrt
from typing import Protocol

from equipoise.statistics.clusters import (
    ClusteredMean,
    ClusterTotals,
    clustered_mean,
    scaled,
)
from equipoise.statistics.interval import Interval
from equipoise.statistics.paired import score_ends, score_z
from equipoise.statistics.student import t_critical, t_upper_tail

_FEW_CLUSTERS = 6
"""With fewer clusters in which anything differs, how alike their items are cannot be seen."""
_FEW_EFFECTIVE = 15
"""Fewer effective discordant items than this, and the interval is widened to the score's."""
FEW_DIFFERING = 20
"""The same for scores that are not yes or no, whose few differences may be of any size."""
_METHOD = "cluster-robust interval (CR2, t with Satterthwaite's degrees of freedom)"
_SOURCE = (
    "Bell & McCaffrey 2002, Survey Methodology 28:169-181; Pustejovsky & Tipton 2018, "
    "Journal of Business & Economic Statistics 36:672-683"
)
_WEIGHTED = "mean over weighted items, its variance that of the ratio's linear part: "
_WEIGHTED_SOURCE = "Binder 1983, International Statistical Review 51:279-292"


class _Guard(Protocol):
    """An interval for few differences, at an effective number of items."""

    def ends(self, items: float, level: float, degrees: float) -> tuple[float, float]: ...

    def p_above(self, bound: float, items: float, degrees: float) -> float: ...

    def p_below(self, bound: float, items: float, degrees: float) -> float: ...


@dataclass(frozen=True, slots=True)
class ClusteredComparison:
    """A cluster-robust comparison; where little differs it is never narrower than its guard.

    `effective` is how many independent items the sample is worth to the guard, None where there
    are differences enough to go without one. `weighted` is where items count by weights.
    """

    mean: ClusteredMean
    guard: _Guard
    guard_words: tuple[str, str]
    effective: float | None
    weighted: bool = False

    @property
    def method(self) -> str:
        """How the interval is made, in words."""
        method = f"{_WEIGHTED}{_METHOD}" if self.weighted else _METHOD
        if self.effective is None:
            return method
        return f"{method}, no narrower than {self.guard_words[0]} at the effective sample size"

    @property
    def source(self) -> str:
        """Where it is published."""
        source = f"{_SOURCE}; {_WEIGHTED_SOURCE}" if self.weighted else _SOURCE
        return source if self.effective is None else f"{source}; {self.guard_words[1]}"

    @property
    def estimate(self) -> float:
        """The mean difference over items."""
        return self.mean.mean

    @property
    def variance(self) -> float:
        """Of one item's difference."""
        return self.mean.item_variance

    @property
    def design_effect(self) -> float:
        """How many items say what one independent item would."""
        return self.mean.design_effect

    def interval(self, level: float) -> Interval:
        """The interval within [−1, 1]; raises ValueError unless 0 < level < 1."""
        reach = t_critical(level, self.mean.degrees) * sqrt(self.mean.variance)
        low, high = self.estimate - reach, self.estimate + reach
        if self.effective is not None:
            ends = self.guard.ends(self.effective, level, self.mean.degrees)
            low, high = min(low, ends[0]), max(high, ends[1])
        return Interval(self.estimate, max(-1.0, low), min(1.0, high), level, "cluster_robust")

    def plain_interval(self, level: float) -> Interval:
        """The usual sandwich with t on clusters − 1, too narrow with few clusters."""
        reach = t_critical(level, self.mean.clusters - 1) * sqrt(self.mean.plain_variance)
        return Interval(
            self.estimate, self.estimate - reach, self.estimate + reach, level, "cluster_sandwich"
        )

    def p_above(self, bound: float) -> float:
        """The one-sided p-value of the hypothesis that the difference is `bound` or less."""
        p_value = t_upper_tail(self._t(bound), self.mean.degrees)
        if self.effective is None:
            return p_value
        return max(p_value, self.guard.p_above(bound, self.effective, self.mean.degrees))

    def p_below(self, bound: float) -> float:
        """The one-sided p-value of the hypothesis that the difference is `bound` or more."""
        p_value = t_upper_tail(-self._t(bound), self.mean.degrees)
        if self.effective is None:
            return p_value
        return max(p_value, self.guard.p_below(bound, self.effective, self.mean.degrees))

    def _t(self, bound: float) -> float:
        gap = self.estimate - bound
        if self.mean.variance > 0.0:
            return gap / sqrt(self.mean.variance)
        return copysign(inf, gap) if gap else 0.0


@dataclass(frozen=True, slots=True)
class _ScoreGuard:
    """Tango's score at an effective number of items, with t for the unknown design effect."""

    better: float
    worse: float

    def ends(self, items: float, level: float, degrees: float) -> tuple[float, float]:
        return score_ends(self.better, self.worse, items, t_critical(level, degrees))

    def p_above(self, bound: float, items: float, degrees: float) -> float:
        return t_upper_tail(score_z(self.better, self.worse, items, bound), degrees)

    def p_below(self, bound: float, items: float, degrees: float) -> float:
        return t_upper_tail(-score_z(self.better, self.worse, items, bound), degrees)


@dataclass(frozen=True, slots=True)
class BorrowedGuard:
    """A t interval that has seen one more difference of +1 and one of −1 than there were."""

    mean: float
    item_variance: float

    def ends(self, items: float, level: float, degrees: float) -> tuple[float, float]:
        """Both ends, within [−1, 1]."""
        centre, error = self._moments(items)
        reach = t_critical(level, degrees) * error
        return max(-1.0, centre - reach), min(1.0, centre + reach)

    def p_above(self, bound: float, items: float, degrees: float) -> float:
        """The one-sided p-value of the hypothesis that the mean is `bound` or less."""
        centre, error = self._moments(items)
        return t_upper_tail((centre - bound) / error, degrees)

    def p_below(self, bound: float, items: float, degrees: float) -> float:
        """The one-sided p-value of the hypothesis that the mean is `bound` or more."""
        centre, error = self._moments(items)
        return t_upper_tail((bound - centre) / error, degrees)

    def _moments(self, items: float) -> tuple[float, float]:
        centre = items * self.mean / (items + 2.0)
        second = (items * (self.item_variance + self.mean**2) + 2.0) / (items + 2.0)
        return centre, sqrt((second - centre**2) / (items + 2.0))


SCORE_WORDS = ("Tango's score interval", "Tango 1998, Statistics in Medicine 17:891-908")
BORROWED_WORDS = (
    "a t interval with one pair of opposite differences added",
    "Bonett & Price 2012, Journal of Educational and Behavioral Statistics 37:479-488",
)


def clustered_binary(
    differences: Sequence[float],
    clusters: Sequence[Hashable],
    weights: Sequence[float] | None = None,
) -> ClusteredComparison:
    """Compare two arms by yes or no; `differences` are −1, 0 or 1, with the cluster of each.

    `weights` say how much each item counts; items that stand for themselves have a cluster each.
    Raises ValueError for unequal lengths, fewer than two clusters or a weight that is not above 0.
    Source: as `clusters.clustered_mean`, guarded by Tango's score where few differ (Yang, Sun &
    Hardin 2012, Pharmaceutical Statistics 11:386-393, for the score of clustered pairs).
    """
    totals = ClusterTotals.of(differences, clusters, weights)
    mean = clustered_mean(totals)
    shares = scaled(weights) if weights is not None else [1.0] * len(differences)
    rows = list(zip(differences, shares, strict=True))
    better = sum(share for value, share in rows if value > 0)
    worse = sum(share for value, share in rows if value < 0)
    few = _few_clusters(differences, clusters) or one_sided(differences)
    effective = _effective(totals, mean, few)
    differing = sum(value != 0 for value in differences)
    dense = not few and differing / mean.design_effect >= _FEW_EFFECTIVE
    guard = _ScoreGuard(better / len(rows), worse / len(rows))
    effective_or_none = None if dense else effective
    return ClusteredComparison(mean, guard, SCORE_WORDS, effective_or_none, weights is not None)


def clustered_scores(
    differences: Sequence[float],
    clusters: Sequence[Hashable],
    weights: Sequence[float] | None = None,
) -> ClusteredComparison:
    """Compare two arms by scores; `differences` lie in [−1, 1], with the cluster of each.

    `weights` say how much each item counts; items that stand for themselves have a cluster each.
    Raises ValueError for unequal lengths, fewer than two clusters or a weight that is not above 0.
    Source: as `clusters.clustered_mean`; where few differ, Bonett & Price 2012, Journal of
    Educational and Behavioral Statistics 37:479-488 (one pair of opposite differences added).
    """
    totals = ClusterTotals.of(differences, clusters, weights)
    mean = clustered_mean(totals)
    few = _few_clusters(differences, clusters) or one_sided(differences)
    effective = _effective(totals, mean, few)
    differing = sum(value != 0 for value in differences)
    dense = not few and differing / mean.design_effect >= FEW_DIFFERING
    guard = BorrowedGuard(mean.mean, mean.item_variance)
    effective_or_none = None if dense else effective
    return ClusteredComparison(mean, guard, BORROWED_WORDS, effective_or_none, weights is not None)


def _few_clusters(differences: Sequence[float], clusters: Sequence[Hashable]) -> bool:
    differing = {name for value, name in zip(differences, clusters, strict=True) if value != 0}
    return len(differing) < min(_FEW_CLUSTERS, len(set(clusters)))


def one_sided(differences: Sequence[float]) -> bool:
    """Whether no item favours one of the arms."""
    return not any(value > 0 for value in differences) or not any(v < 0 for v in differences)


def _effective(totals: ClusterTotals, mean: ClusteredMean, few: bool) -> float:
    """Independent items the sample is worth; taken for wholly alike within clusters if unseen."""
    effect = max(mean.design_effect, totals.equal_weight_size) if few else mean.design_effect
    return totals.items / effect
