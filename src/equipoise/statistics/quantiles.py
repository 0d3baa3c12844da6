"""Quantiles of a sample and their intervals by order statistics. Knows no distribution's shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, floor, inf, isfinite, lgamma, log, log1p

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval


def quantile(values: Sequence[float], q: float) -> float:
    """Return the sample quantile at `q` in [0, 1], in the values' unit, by linear interpolation.

    Raises ValueError if there are no values, one is not finite or `q` is outside [0, 1].
    Source: Hyndman & Fan 1996, American Statistician 50:361-365, definition 7.
    """
    if not 0.0 <= q <= 1.0:
        raise ValueError(f"q must lie between 0 and 1, such as 0.95 for p95; got {q}")
    return _interpolated(_ordered(values), q)


def quantile_interval(values: Sequence[float], q: float, level: float = 0.95) -> Interval:
    """Return an interval between two order statistics; it covers at least `level`.

    An end is infinite where the sample is too small to bound that side: p95 at 95 % has no upper
    end below 72 values. Assumes independent values, nothing of their distribution.
    Raises ValueError if there are no values, one is not finite, or q or level is outside (0, 1).
    Source: David & Nagaraja 2003, Order Statistics, 3rd edition, section 7.1.
    """
    require_fraction("level", level, "0.95")
    require_fraction("q", q, "0.95 for p95")
    ordered = _ordered(values)
    tail = (1.0 - level) / 2.0
    below = _largest_rank_within(len(ordered), q, tail)
    above = len(ordered) + 1 - _largest_rank_within(len(ordered), 1.0 - q, tail)
    estimate = _interpolated(ordered, q)
    low = ordered[below - 1] if below >= 1 else -inf
    high = ordered[above - 1] if above <= len(ordered) else inf
    # At low levels the two ranks can pass the interpolated estimate; widening keeps the coverage.
    return Interval(estimate, min(low, estimate), max(high, estimate), level, "order_statistics")


def median_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return `quantile_interval` at q = 0.5; an end is infinite below 6 values at 95 %."""
    return quantile_interval(values, 0.5, level)


def _ordered(values: Sequence[float]) -> list[float]:
    if not values:
        raise ValueError("a quantile needs at least one value; got none")
    for value in values:
        if not isfinite(value):
            raise ValueError(f"values must be finite; got {value}: leave it out or censor it first")
    return sorted(values)


def _interpolated(ordered: list[float], q: float) -> float:
    position = (len(ordered) - 1) * q
    index = min(floor(position), len(ordered) - 1)
    following = min(index + 1, len(ordered) - 1)
    weight = position - index
    # Kept between its neighbours: rounding in the weighted sum may step outside them.
    mixed = (1.0 - weight) * ordered[index] + weight * ordered[following]
    return min(max(mixed, ordered[index]), ordered[following])


def _largest_rank_within(count: int, q: float, tail: float) -> int:
    # The largest r for which the r-th smallest value exceeds the true quantile with probability
    # `tail` at most, that is P(Binomial(count, q) < r) <= tail; 0 if there is none.
    total, rank = 0.0, 0
    for k in range(count):
        ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
        total += exp(ways + k * log(q) + (count - k) * log1p(-q))
        if total > tail:
            break
        rank = k + 1
    return rank
