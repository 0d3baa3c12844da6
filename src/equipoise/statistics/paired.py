"""Two arms on the same items, each passed or failed: counts, Tango's interval, McNemar's test.

Does not know what margin is acceptable, nor anything but yes and no as an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, inf, sqrt

from equipoise.statistics.interval import Interval
from equipoise.statistics.normal import two_sided_critical_value

_HALVINGS = 60  # 2 / 2**60 is below the spacing of floats near any bound we would print


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """How many items both arms passed, only one of them passed, or neither passed.

    Raises ValueError if a count is negative or there is no item.
    """

    both: int
    only_candidate: int
    only_incumbent: int
    neither: int

    def __post_init__(self) -> None:
        cells = (self.both, self.only_candidate, self.only_incumbent, self.neither)
        if min(cells) < 0:
            raise ValueError(f"counts must be 0 or more; got {cells}")
        if sum(cells) == 0:
            raise ValueError("counts must hold at least one item; got none")

    @classmethod
    def from_outcomes(cls, candidate: Sequence[bool], incumbent: Sequence[bool]) -> PairedCounts:
        """Count the outcomes of two arms, item by item in the same order.

        Raises ValueError if the sequences are empty or differ in length.
        """
        if len(candidate) != len(incumbent):
            raise ValueError(
                "both arms must answer the same items; "
                f"got {len(candidate)} outcomes of the candidate, {len(incumbent)} of the incumbent"
            )
        pairs = [
            (bool(ours), bool(theirs)) for ours, theirs in zip(candidate, incumbent, strict=True)
        ]
        return cls(
            both=pairs.count((True, True)),
            only_candidate=pairs.count((True, False)),
            only_incumbent=pairs.count((False, True)),
            neither=pairs.count((False, False)),
        )

    @property
    def total(self) -> int:
        """The number of items."""
        return self.both + self.only_candidate + self.only_incumbent + self.neither

    @property
    def difference(self) -> float:
        """The candidate's rate minus the incumbent's, in [−1, 1]."""
        return (self.only_candidate - self.only_incumbent) / self.total

    @property
    def swapped(self) -> PairedCounts:
        """The same items with the arms exchanged."""
        return PairedCounts(self.both, self.only_incumbent, self.only_candidate, self.neither)


def score_variance(only_candidate: float, only_incumbent: float, difference: float) -> float:
    """Return n times the variance of the observed difference if the true one were `difference`.

    The first two are shares of the items; `difference` is in [0, 1] (for a negative one exchange
    the arms, which also keeps the root below free of cancellation).
    Source: Tango 1998, Statistics in Medicine 17:891-908, in the closed form of
    Yang, Sun & Hardin 2012, divided by n.
    """
    b = -only_candidate - only_incumbent + (2.0 - only_candidate + only_incumbent) * difference
    c = -only_incumbent * difference * (1.0 - difference)
    root = sqrt(b * b - 8.0 * c)
    share = (root - b) / 4.0 if b <= 0.0 else -2.0 * c / (b + root)
    return 2.0 * share + difference * (1.0 - difference)


def score_z(only_candidate: float, only_incumbent: float, total: float, difference: float) -> float:
    """Return the score statistic from shares: of `total` items, which need not be a whole number.

    The first two are shares of the items; standard normal if the true difference is `difference`,
    positive when the candidate does better than that, infinite where that cannot produce the data.
    A total below the number of items stands for items that say the same thing twice.
    Source: Tango 1998, Statistics in Medicine 17:891-908.
    """
    if difference < 0.0:
        return -score_z(only_incumbent, only_candidate, total, -difference)
    gap = only_candidate - only_incumbent - difference
    variance = score_variance(only_candidate, only_incumbent, difference)
    if variance <= 0.0:
        return 0.0 if gap == 0.0 else copysign(inf, gap)
    return gap * sqrt(total / variance)


def score_ends(
    only_candidate: float, only_incumbent: float, total: float, critical: float
) -> tuple[float, float]:
    """Return the differences at which `score_z` is plus and minus `critical`, within [−1, 1]."""
    low = _lower_end(only_candidate, only_incumbent, total, critical)
    return low, -_lower_end(only_incumbent, only_candidate, total, critical)


def tango_z(counts: PairedCounts, difference: float) -> float:
    """Return the score statistic of the hypothesis that candidate − incumbent is `difference`.

    Standard normal under it, positive when the candidate does better than that; infinite where
    the hypothesis cannot produce the data. Raises ValueError if `difference` is outside [−1, 1].
    Source: Tango 1998, Statistics in Medicine 17:891-908.
    """
    if not -1.0 <= difference <= 1.0:
        raise ValueError(f"difference must lie between -1 and 1, both included; got {difference}")
    total = counts.total
    return score_z(counts.only_candidate / total, counts.only_incumbent / total, total, difference)


def tango(counts: PairedCounts, level: float = 0.95) -> Interval:
    """Return the score interval for the candidate's rate minus the incumbent's, within [−1, 1].

    With no discordant pair it is ±z²/(n + z²), not a width of zero.
    Raises ValueError unless 0 < level < 1.
    Source: Tango 1998, Statistics in Medicine 17:891-908.
    """
    z = two_sided_critical_value(level)
    total = counts.total
    low, high = score_ends(counts.only_candidate / total, counts.only_incumbent / total, total, z)
    # The estimate is a quotient of whole numbers, the ends come of shares: rounding may part them.
    estimate = counts.difference
    return Interval(estimate, min(low, estimate), max(high, estimate), level, "tango")


def mcnemar_exact(counts: PairedCounts) -> float:
    """Return the exact two-sided p-value of the hypothesis that both arms are equally good.

    Source: McNemar 1947, Psychometrika 12:153-157, with the binomial in place of chi-square.
    """
    smaller = min(counts.only_candidate, counts.only_incumbent)
    discordant = counts.only_candidate + counts.only_incumbent
    ways, term = 0, 1
    for k in range(smaller + 1):
        ways += term
        term = term * (discordant - k) // (k + 1)
    return min(1.0, 2 * ways / (1 << discordant))


def _lower_end(
    only_candidate: float, only_incumbent: float, total: float, critical: float
) -> float:
    # The statistic falls as the hypothesised difference rises, so halving finds where it is z.
    low, high = -1.0, only_candidate - only_incumbent
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if score_z(only_candidate, only_incumbent, total, middle) > critical:
            low = middle
        else:
            high = middle
    return low
