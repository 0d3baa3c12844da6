"""The mid-p interval for one proportion: between Wilson's boldness and the exact one's caution.

Knows no second arm.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval
from equipoise.statistics.proportion import require_counts

_HALVINGS = 50


def mid_p(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Return the exact interval in which the observed count itself counts half.

    Raises ValueError unless 0 <= successes <= trials, trials >= 1 and 0 < level < 1.
    Source: Lancaster 1961, JASA 56:223-234; Berry & Armitage 1995, The Statistician 44:417-423.
    """
    require_fraction("level", level, "0.95")
    require_counts(successes, trials)
    tail = (1.0 - level) / 2.0
    low = mid_p_lower(successes, trials, tail)
    high = 1.0 - mid_p_lower(trials - successes, trials, tail)
    return Interval(successes / trials, low, high, level, "mid_p")


@lru_cache(maxsize=4096)
def mid_p_lower(successes: int, trials: int, tail: float) -> float:
    """Return the rate at which this many successes or more have the probability `tail`.

    The observed count counts half. 0 where there is no success.
    """
    if successes == 0:
        return 0.0
    low, high = 0.0, successes / trials
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _upper(successes, trials, middle) < tail:
            low = middle
        else:
            high = middle
    return low


def _upper(successes: int, trials: int, rate: float) -> float:
    # P(X > s) + P(X = s)/2 for X ~ Binomial(trials, rate), from the terms on the shorter side: the
    # rate lies below s/n, so that the terms fall from s on and soon no longer count.
    if rate <= 0.0:
        return 0.0
    ways = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    rest = (trials - successes) * log1p(-rate) if successes < trials else 0.0
    term = exp(ways + successes * log(rate) + rest)
    total, odds = term / 2.0, rate / (1.0 - rate) if rate < 1.0 else 0.0
    for count in range(successes, trials):
        term *= (trials - count) / (count + 1) * odds
        total += term
        if term < total * 1e-15:
            break
    return total
