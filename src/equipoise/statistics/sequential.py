"""Tests by betting that hold at every look: stop when you like, the error rate stays below alpha.

Knows scores in [0, 1] and differences in [−1, 1], one item at a time; does not know what they
measure, and assumes that items come in an order shuffled before the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import exp, fsum, inf, log, log1p

from equipoise.statistics.fraction import require_fraction

_STAKES = tuple(0.9 * k / 10 for k in range(1, 11))
"""Stakes as shares of the largest that cannot be lost whole; 0.9 keeps a tenth after any item."""

_LARGEST_EXPONENT = 709.0


class Side(StrEnum):
    """The side of the null mean on which a process gathers evidence."""

    ABOVE = "above"
    BELOW = "below"


class SequentialDecision(StrEnum):
    """What a pair of opposite processes has decided so far."""

    GOOD = "good"
    BAD = "bad"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class BettingProcess:
    """Evidence that a mean in [0, 1] lies on one `side` of `null_mean`: a gambler's wealth.

    If it does not, the wealth starts at 1 and is not expected to grow, so it ever reaches 1/alpha
    with probability alpha at most (Ville's inequality). `log_products` holds the log-wealth of
    each stake, `log_peak` the largest log of their mean so far. Raises ValueError unless
    0 < null_mean < 1.
    Source: Waudby-Smith & Ramdas 2024, JRSS-B 86(1):1-27 (arXiv 2010.09686), section 4 (capital
    process) and appendix B (wealth spread evenly over a grid of stakes).
    """

    null_mean: float
    side: Side = Side.ABOVE
    log_products: tuple[float, ...] = (0.0,) * len(_STAKES)
    log_peak: float = 0.0

    def __post_init__(self) -> None:
        require_fraction("null_mean", self.null_mean, "0.475")

    def observe(self, x: float) -> BettingProcess:
        """Return the process after one more value; raises ValueError if `x` is outside [0, 1]."""
        if not 0.0 <= x <= 1.0:
            raise ValueError(f"an observation must lie between 0 and 1; got {x}")
        if self.side is Side.ABOVE:
            gain = (x - self.null_mean) / self.null_mean
        else:
            gain = (self.null_mean - x) / (1.0 - self.null_mean)
        products = tuple(
            total + log1p(stake * gain)
            for total, stake in zip(self.log_products, _STAKES, strict=True)
        )
        peak = max(self.log_peak, _log_mean(products))
        return BettingProcess(self.null_mean, self.side, products, peak)

    @property
    def wealth(self) -> float:
        """The e-value now: 1 at the start, infinite beyond the largest float."""
        return _bounded_exp(_log_mean(self.log_products))

    def crossed(self, alpha: float) -> bool:
        """Whether the wealth has ever reached 1/alpha; raises ValueError outside (0, 1)."""
        require_fraction("alpha", alpha, "0.05")
        return self.log_peak >= -log(alpha)


@dataclass(frozen=True, slots=True)
class SequentialOutcome:
    """A decision, the number of items it took (None while undecided) and both e-values there."""

    decision: SequentialDecision
    stopped_at: int | None
    evidence_for: float
    evidence_against: float


def floor_test(scores: Iterable[float], floor: float, alpha: float = 0.05) -> SequentialOutcome:
    """Decide whether the mean of `scores` in [0, 1] is above `floor` (good) or below it (bad).

    Stops at the first item that decides. Each wrong decision has probability alpha at most.
    Raises ValueError for a floor or alpha outside (0, 1) or a score outside [0, 1].
    Source: as `BettingProcess`.
    """
    require_fraction("floor", floor, "0.9 for 90 %")
    require_fraction("alpha", alpha, "0.05")
    good, bad = BettingProcess(floor, Side.ABOVE), BettingProcess(floor, Side.BELOW)
    for count, score in enumerate(scores, start=1):
        good, bad = good.observe(score), bad.observe(score)
        if good.crossed(alpha):
            return SequentialOutcome(SequentialDecision.GOOD, count, good.wealth, bad.wealth)
        if bad.crossed(alpha):
            return SequentialOutcome(SequentialDecision.BAD, count, good.wealth, bad.wealth)
    return SequentialOutcome(SequentialDecision.UNDECIDED, None, good.wealth, bad.wealth)


def paired_test(
    differences: Iterable[float], margin: float, alpha: float = 0.05
) -> SequentialOutcome:
    """Decide whether candidate − incumbent averages above −margin (good) or below it (bad).

    Differences lie in [−1, 1], item by item; `margin` in (0, 1) is chosen before the run.
    Each wrong decision has probability alpha at most, at whichever item one stops.
    Raises ValueError for a margin or alpha outside (0, 1) or a difference outside [−1, 1].
    Source: as `BettingProcess`, after mapping [−1, 1] onto [0, 1].
    """
    require_fraction("margin", margin, "0.05 for five points")
    return floor_test(map(_rescaled, differences), (1.0 - margin) / 2.0, alpha)


def _rescaled(difference: float) -> float:
    if not -1.0 <= difference <= 1.0:
        raise ValueError(f"a difference must lie between -1 and 1; got {difference}")
    return (1.0 + difference) / 2.0


def _log_mean(logs: tuple[float, ...]) -> float:
    largest = max(logs)
    return largest + log(fsum(exp(value - largest) for value in logs) / len(logs))


def _bounded_exp(exponent: float) -> float:
    return exp(exponent) if exponent <= _LARGEST_EXPONENT else inf
