"""Where shares of accepted answers stand against a floor, whole or by degrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equipoise.statistics import FloorStatus, FloorVerdict, Interval, floor_verdict
from equipoise.statistics.scores import ScoreComparison


def floor_standing(shares: Mapping[str, float], floor: float, alpha: float) -> FloorVerdict:
    """Judge the mean of shares in [0, 1], one an item, against a floor.

    Of whole acceptances it is `statistics.floor_verdict`; of means over repeats the interval of a
    mean of scores. Raises ValueError for an alpha outside (0, 0.5), or a floor outside (0, 1) where
    acceptances are whole.
    """
    values = list(shares.values())
    if all(value in {0.0, 1.0} for value in values):
        return floor_verdict(int(sum(values)), len(values), floor, alpha)
    level = 1.0 - 2.0 * alpha
    if len(values) < 2:
        alone = Interval(values[0], 0.0, 1.0, level, "none")
        return FloorVerdict(FloorStatus.UNDECIDED, alone, 1.0, floor, alpha)
    compared = ScoreComparison(tuple(values))
    found = compared.interval(level)
    interval = replace(found, low=max(0.0, found.low))
    status = FloorStatus.UNDECIDED
    if interval.low >= floor:
        status = FloorStatus.MET
    elif interval.high < floor:
        status = FloorStatus.NOT_MET
    return FloorVerdict(status, interval, compared.p_above(floor), floor, alpha)
