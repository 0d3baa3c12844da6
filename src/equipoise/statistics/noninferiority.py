"""Verdicts from a finished sample: against an incumbent with a margin, or against a floor.

Knows only samples of a size fixed beforehand; looking while it grows belongs to `sequential`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval
from equipoise.statistics.normal import one_sided_critical_value, upper_tail
from equipoise.statistics.paired import PairedCounts, tango, tango_z
from equipoise.statistics.proportion import wilson


class Verdict(StrEnum):
    """What the evidence says of a candidate against an incumbent."""

    SUPERIOR = "superior"
    NON_INFERIOR = "non_inferior"
    INFERIOR = "inferior"
    UNDECIDED = "undecided"


class FloorStatus(StrEnum):
    """What the evidence says of a rate against the floor it must reach."""

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """A verdict and its evidence.

    `interval` is two-sided at 1 − 2·alpha, so each end is a one-sided bound at 1 − alpha.
    `p_value` is one-sided, of the hypothesis that the candidate is worse by `margin` or more.
    """

    verdict: Verdict
    interval: Interval
    p_value: float
    margin: float
    alpha: float


@dataclass(frozen=True, slots=True)
class FloorVerdict:
    """A status and its evidence.

    `interval` is two-sided at 1 − 2·alpha, so each end is a one-sided bound at 1 − alpha.
    `p_value` is one-sided, of the hypothesis that the true rate is `floor` or less.
    """

    status: FloorStatus
    interval: Interval
    p_value: float
    floor: float
    alpha: float


def verdict(counts: PairedCounts, margin: float, alpha: float = 0.05) -> NonInferiority:
    """Judge a candidate: no worse than the incumbent by `margin`, choosing it before the run.

    `margin` is a difference of rates in (0, 1). Superiority is tested only once non-inferiority
    is proven; in that order both may use the whole of alpha (closed testing).
    Raises ValueError for a margin outside (0, 1) or an alpha outside (0, 0.5).
    Source: Tango 1998, Statistics in Medicine 17:891-908; order of the tests: EMA
    CPMP/EWP/482/99, Points to Consider on Switching between Superiority and Non-inferiority.
    """
    require_fraction("margin", margin, "0.05 for five points")
    critical = one_sided_critical_value(alpha)
    at_margin = tango_z(counts, -margin)
    found = Verdict.UNDECIDED
    if at_margin > critical:
        found = Verdict.SUPERIOR if tango_z(counts, 0.0) > critical else Verdict.NON_INFERIOR
    elif at_margin < -critical:
        found = Verdict.INFERIOR
    interval = tango(counts, level=1.0 - 2.0 * alpha)
    return NonInferiority(found, interval, upper_tail(at_margin), margin, alpha)


def floor_verdict(successes: int, trials: int, floor: float, alpha: float = 0.05) -> FloorVerdict:
    """Judge a rate: met if its lower one-sided bound reaches `floor`, not met if its upper misses.

    `floor` is a rate in (0, 1). The score test is a little bold for floors near 1; see
    `proportion.wilson_lower_bound`.
    Raises ValueError for a floor outside (0, 1), an alpha outside (0, 0.5) or impossible counts.
    Source: Wilson 1927, JASA 22:209-212.
    """
    require_fraction("floor", floor, "0.9 for 90 %")
    one_sided_critical_value(alpha)  # for its check of alpha
    interval = wilson(successes, trials, level=1.0 - 2.0 * alpha)
    status = FloorStatus.UNDECIDED
    if interval.low >= floor:
        status = FloorStatus.MET
    elif interval.high < floor:
        status = FloorStatus.NOT_MET
    z = (interval.estimate - floor) * sqrt(trials / (floor * (1.0 - floor)))
    return FloorVerdict(status, interval, upper_tail(z), floor, alpha)
