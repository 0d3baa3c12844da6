"""What every comparison of two arms on the same items can say, whatever its scores are like.

Knows no method; a verdict asks only this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval
from equipoise.statistics.noninferiority import Verdict
from equipoise.statistics.normal import one_sided_critical_value


class Comparison(Protocol):
    """A comparison of a candidate with an incumbent on a scale from 0 to 1.

    `method` says in words how its interval is made, `source` where that is published. `variance`
    is of one item's difference, `design_effect` how many items stand for one independent item.
    """

    @property
    def method(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def estimate(self) -> float: ...
    @property
    def variance(self) -> float: ...
    @property
    def design_effect(self) -> float: ...

    def interval(self, level: float) -> Interval:
        """The two-sided interval of the mean difference; raises ValueError for a wrong level."""

    def p_above(self, bound: float, /) -> float:
        """The one-sided p-value of the hypothesis that the mean difference is `bound` or less."""

    def p_below(self, bound: float, /) -> float:
        """The one-sided p-value of the hypothesis that the mean difference is `bound` or more."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the one-sided p-values that it rests on.

    `p_non_inferior` is of the hypothesis that the candidate is worse by the margin or more,
    `p_superior` that it is no better, `p_inferior` that it is worse by the margin or less.
    """

    verdict: Verdict
    p_non_inferior: float
    p_superior: float
    p_inferior: float


def judge(comparison: Comparison, margin: float, alpha: float = 0.05) -> Judgement:
    """Judge by closed testing: first non-inferior by `margin`, then superior, each at alpha.

    The order spends no alpha twice, and no sample can be non-inferior and inferior.
    Raises ValueError for a margin outside (0, 1) or an alpha outside (0, 0.5).
    Source: EMA CPMP/EWP/482/99, Points to Consider on Switching between Superiority and
    Non-inferiority.
    """
    require_fraction("margin", margin, "0.05 for five points")
    one_sided_critical_value(alpha)  # for its check of alpha
    return judged(
        (comparison.p_above(-margin), comparison.p_above(0.0), comparison.p_below(-margin)),
        alpha,
    )


def judged(p_values: tuple[float, float, float], alpha: float) -> Judgement:
    """Judge by p-values, as they are or adjusted: non-inferior, superior, inferior."""
    non_inferior, superior, inferior = p_values
    found = Verdict.UNDECIDED
    if non_inferior < alpha:
        found = Verdict.SUPERIOR if superior < alpha else Verdict.NON_INFERIOR
    elif inferior < alpha:
        found = Verdict.INFERIOR
    return Judgement(found, non_inferior, superior, inferior)
