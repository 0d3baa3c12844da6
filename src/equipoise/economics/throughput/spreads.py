"""How far estimates are off on what their fit has not seen, as ranges of four cases in five.

One request at a time is measured on people's own machines, many at once on served ones, and the two
are off by different amounts: each has its own range. Within known campaigns, that of many at once
are the 10th and 90th percentile. Elsewhere, and one at a time, a range is as wide to both sides:
each of few campaigns is off to a side of its own, which says nothing of the next one's. One at a
time elsewhere it is (1 + 1/C)^(1/2) wider than C campaigns' errors, whose mean is not known better.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.catalog.efficiencies import Spread
from equipoise.economics.throughput.points import Point
from equipoise.economics.throughput.work import Column

Mask = NDArray[np.bool_]
ALONE = ".alone"
"""How the name of a range ends that is for one request at a time."""

_EVEN = 30
_TAIL = 0.1
_COUNTS = 4  # points from which a campaign, or a machine, has a bias to speak of
_NORMAL = 1.2816  # standard deviations from the middle to either end of four cases in five
_GUESS = 2.0


def alone(points: Sequence[Point]) -> Mask:
    """Which points are of one request at a time."""
    return np.array([(point.load.concurrency or np.inf) <= 1 for point in points], dtype=bool)


def ranges(errors: Column, points: Sequence[Point], *, elsewhere: bool) -> dict[str, Spread]:
    """The range of true over estimated from left-out errors, by the ending of its name.

    `errors` are logarithms; `elsewhere` is set where whole campaigns were left out, so that none
    outweighs the others by its size.
    """
    single = alone(points)
    campaigns = [point.campaign for point in points]
    weights = even(campaigns) if elsewhere else np.ones(len(points))
    every = np.ones(len(points), dtype=bool)
    if elsewhere or single.all():
        # Few campaigns measured many at once: all that is known of a new one's bias counts.
        found = {"": both_sides(errors, weights, 1.0)}
    else:
        found = {"": spread(errors[~single], weights[~single])}
    one = single if biased(campaigns, single) > 1 else every
    held = np.array([campaign for campaign, use in zip(campaigns, one, strict=True) if use])
    wide = _widening(held) if elsewhere else 1.0
    return found | {ALONE: both_sides(errors[one], even(list(held)), wide)}


def within(errors: Column, points: Sequence[Point]) -> Spread:
    """How points of one model on one machine lie about their own bias: one device and engine."""
    machines = [machine(point) for point in points]
    labels, counts = np.array(machines), Counter(machines)
    about = np.full(len(errors), np.nan)
    for label, count in counts.items():
        rows = labels == label
        if count >= _COUNTS and np.isfinite(errors[rows]).any():
            about[rows] = errors[rows] - np.nanmedian(errors[rows])
    return both_sides(about, even(machines), 1.0)


def machine(point: Point) -> str:
    """What has a bias of its own: a model under an engine on a device, in one campaign."""
    on = point.deployment
    return f"{point.campaign} {on.device.id} {on.engine} {point.architecture}"


def deviation(found: Spread) -> float:
    """The standard deviation of the logarithm that a range of four cases in five stands for."""
    return float(np.log(found.high / found.low)) / 2 / _NORMAL


def even(groups: Sequence[str]) -> Column:
    """Weights of rows by their groups, so that a group of many counts as `_EVEN` rows at most."""
    counts = Counter(groups)
    return np.array([min(1.0, _EVEN / counts[group]) for group in groups])


def biased(campaigns: Sequence[str], rows: Mask) -> int:
    """How many campaigns have points enough among some rows to have a bias to speak of."""
    counts = Counter(campaign for campaign, use in zip(campaigns, rows, strict=True) if use)
    return sum(count >= _COUNTS for count in counts.values())


def spread(off: Column, weights: Column) -> Spread:
    """Weighted 10th and 90th percentiles; those of a guess where nothing could be left out."""
    known = np.isfinite(off)
    if known.sum() < 2:
        return Spread(1 / _GUESS, _GUESS)
    low, high = (
        float(np.exp(_percentile(off[known], weights[known], end))) for end in (_TAIL, 1 - _TAIL)
    )
    return Spread(min(low, 1.0), max(high, 1.0))


def both_sides(off: Column, weights: Column, wide: float) -> Spread:
    """As far to both sides as four cases in five are off, `wide` times that."""
    known = np.isfinite(off)
    if known.sum() < 2:
        return Spread(1 / _GUESS, _GUESS)
    end = wide * _percentile(np.abs(off[known]), weights[known], 1 - 2 * _TAIL)
    return Spread(float(np.exp(-end)), float(np.exp(end)))


def _widening(campaigns: NDArray[np.str_]) -> float:
    every = np.ones(len(campaigns), dtype=bool)
    return float((1 + 1 / max(biased(list(campaigns), every), 1)) ** 0.5)


def _percentile(values: Column, weights: Column, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(np.interp(share, reached / reached[-1], values[order]))
