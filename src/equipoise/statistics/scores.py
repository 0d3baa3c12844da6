"""Two arms scored by degrees on items that stand for themselves: the studentised bootstrap.

Knows differences of scores in [−1, 1]; knows no cluster. Needs numpy and scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cbrt, ceil, copysign, floor, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from equipoise.statistics.clustered import (
    BORROWED_WORDS,
    FEW_DIFFERING,
    BorrowedGuard,
    one_sided,
)
from equipoise.statistics.interval import Interval
from equipoise.statistics.student import t_critical, t_upper_tail

_RESAMPLES = 1999
_MANY_ITEMS = 400
"""From here on the skewness can be estimated well enough to be taken out in place of resampling."""
_FLAT = 1e-9
"""Below such a skewness the transformation is the identity, and its formula 0 over 0."""


@dataclass(frozen=True)
class ScoreComparison:
    """The mean difference of scores, by the bootstrap of its t statistic.

    Of few differences, or all on one side, no resample can show what was not seen: there it is a
    t interval, no narrower than one with a pair of opposite differences added. From 400 items on
    t is transformed by the skewness of the sample, which plain t takes for 0: with one difference
    of −1 in a hundred and small ones above it, it would still be wrong twice too often at 500.
    Raises ValueError for fewer than two items or a difference outside [−1, 1].
    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 12.5; Bonett & Price
    2012, Journal of Educational and Behavioral Statistics 37:479-488; Hall 1992, JRSS-B 54:221-228.
    """

    differences: tuple[float, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.differences) < 2:
            raise ValueError(f"differences need at least two items; got {len(self.differences)}")
        if not all(-1.0 <= value <= 1.0 for value in self.differences):
            raise ValueError("differences must lie between -1 and 1")

    @property
    def method(self) -> str:
        """How the interval is made, in words."""
        if self._sparse:
            return f"paired t interval, no narrower than {BORROWED_WORDS[0]}"
        if self._resamples:
            return "studentised bootstrap of paired scores"
        return "paired t interval, corrected for the skewness of the differences"

    @property
    def source(self) -> str:
        """Where it is published."""
        if self._sparse:
            return BORROWED_WORDS[1]
        if self._resamples:
            return "Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 12.5"
        return "Hall 1992, JRSS-B 54:221-228"

    @cached_property
    def estimate(self) -> float:
        """The mean difference."""
        return sum(self.differences) / len(self.differences)

    @cached_property
    def variance(self) -> float:
        """Of one item's difference."""
        gaps = [value - self.estimate for value in self.differences]
        return sum(gap * gap for gap in gaps) / (len(gaps) - 1)

    @property
    def design_effect(self) -> float:
        """1: every item stands for itself."""
        return 1.0

    def interval(self, level: float) -> Interval:
        """The interval within [−1, 1]; raises ValueError unless 0 < level < 1."""
        if self._sparse:
            reach = t_critical(level, self._degrees) * self._error
            low, high = self.estimate - reach, self.estimate + reach
            ends = self._guard.ends(len(self.differences), level, self._degrees + 2.0)
            low, high, method = min(low, ends[0]), max(high, ends[1]), "paired_t_guarded"
        elif not self._resamples:
            critical, method = t_critical(level, self._degrees), "paired_t_skewness"
            low = self.estimate - self._untransformed(critical) * self._error
            high = self.estimate - self._untransformed(-critical) * self._error
        else:
            lower, upper = _outward(self._statistics, (1.0 - level) / 2.0)
            low, high = self.estimate - upper * self._error, self.estimate - lower * self._error
            method = "bootstrap_t"
        low, high = max(-1.0, min(low, self.estimate)), min(1.0, max(high, self.estimate))
        return Interval(self.estimate, low, high, level, method)

    def p_above(self, bound: float) -> float:
        """The one-sided p-value of the hypothesis that the mean difference is `bound` or less."""
        p_value = t_upper_tail(self._t(bound), self._degrees)
        if self._sparse:
            items = len(self.differences)
            return max(p_value, self._guard.p_above(bound, items, self._degrees + 2.0))
        if not self._resamples:
            return t_upper_tail(self._transformed(self._t(bound)), self._degrees)
        return _bootstrap_tail(int(np.sum(self._statistics >= self._t(bound))), p_value)

    def p_below(self, bound: float) -> float:
        """The one-sided p-value of the hypothesis that the mean difference is `bound` or more."""
        p_value = t_upper_tail(-self._t(bound), self._degrees)
        if self._sparse:
            items = len(self.differences)
            return max(p_value, self._guard.p_below(bound, items, self._degrees + 2.0))
        if not self._resamples:
            return t_upper_tail(-self._transformed(self._t(bound)), self._degrees)
        return _bootstrap_tail(int(np.sum(self._statistics <= self._t(bound))), p_value)

    @property
    def _degrees(self) -> float:
        return len(self.differences) - 1.0

    @cached_property
    def _error(self) -> float:
        return sqrt(self.variance / len(self.differences))

    @cached_property
    def _sparse(self) -> bool:
        differing = sum(value != 0 for value in self.differences)
        return differing < FEW_DIFFERING or one_sided(self.differences)

    @property
    def _resamples(self) -> bool:
        return not self._sparse and len(self.differences) < _MANY_ITEMS

    @cached_property
    def _skewness(self) -> float:
        values = np.asarray(self.differences)
        gaps = values - values.mean()
        spread = float(np.mean(gaps * gaps))
        return float(np.mean(gaps**3)) / spread**1.5 if spread > 0.0 else 0.0

    def _transformed(self, t: float) -> float:
        """The t statistic with its skewness taken out, which is monotone in it."""
        skewness, root = self._skewness, sqrt(len(self.differences))
        if abs(skewness) < _FLAT:
            return t
        share = 1.0 + skewness * t / root / 3.0
        return root * ((share**3 - 1.0) / skewness + skewness / (6.0 * root**2))

    def _untransformed(self, t: float) -> float:
        """The inverse of `_transformed`."""
        skewness, root = self._skewness, sqrt(len(self.differences))
        if abs(skewness) < _FLAT:
            return t
        share = cbrt(1.0 + skewness * (t / root - skewness / (6.0 * root**2)))
        return root * 3.0 * (share - 1.0) / skewness

    @property
    def _guard(self) -> BorrowedGuard:
        items = len(self.differences)
        return BorrowedGuard(self.estimate, self.variance * (items - 1) / items)

    @cached_property
    def _statistics(self) -> NDArray[np.float64]:
        values = np.asarray(self.differences)
        drawn = np.random.default_rng(self.seed).integers(0, values.size, (_RESAMPLES, values.size))
        resampled = values[drawn]
        # A resample of one value only has no error: the smallest float keeps its sign and size.
        errors = np.maximum(resampled.std(axis=1, ddof=1), np.finfo(float).tiny)
        gaps = resampled.mean(axis=1) - self.estimate
        return np.sort(gaps * sqrt(values.size) / errors)

    def _t(self, bound: float) -> float:
        gap = self.estimate - bound
        if self._error > 0.0:
            return gap / self._error
        return copysign(inf, gap) if gap else 0.0


def sign_flip(differences: Sequence[float], seed: int, flips: int = 9999) -> float:
    """Return the two-sided p-value of the hypothesis that the arms are exchangeable.

    Under it every difference could as well have had the other sign. All sign patterns are tried
    up to 12 differing items, `flips` drawn ones beyond; items without a difference say nothing.
    Source: Fisher 1935, The Design of Experiments, section 21; Phipson & Smyth 2010, Statistical
    Applications in Genetics and Molecular Biology 9:39 (the observed pattern counts as drawn).
    """
    sizes = np.abs(np.asarray([value for value in differences if value != 0], dtype=np.float64))
    if not sizes.size:
        return 1.0
    observed = abs(sum(differences)) * (1.0 - 1e-12)
    if sizes.size <= 12:
        patterns = np.arange(1 << sizes.size)[:, None] >> np.arange(sizes.size) & 1
        return float(np.mean(np.abs((2.0 * patterns - 1.0) @ sizes) >= observed))
    generator, extreme = np.random.default_rng(seed), 0
    # A thousand at a time: all flips at once would not fit for long item sets.
    for start in range(0, flips, 1000):
        signs = generator.integers(0, 2, (min(1000, flips - start), sizes.size), dtype=np.int8)
        extreme += int(np.sum(np.abs((2.0 * signs - 1.0) @ sizes) >= observed))
    return (extreme + 1) / (flips + 1)


def _outward(ordered: NDArray[np.float64], tail: float) -> tuple[float, float]:
    """The order statistics that leave `tail` of a resample's on each side, or a little less."""
    count = ordered.size
    below = max(0, floor(tail * (count + 1)) - 1)
    above = min(count - 1, ceil((1.0 - tail) * (count + 1)) - 1)
    return float(ordered[below]), float(ordered[above])


def _bootstrap_tail(extreme: int, p_value: float) -> float:
    # Beyond the outermost resample t says how far, and may not say less than the resamples can.
    if extreme == 0:
        return min(p_value, 1.0 / (_RESAMPLES + 1))
    return (extreme + 1) / (_RESAMPLES + 1)
