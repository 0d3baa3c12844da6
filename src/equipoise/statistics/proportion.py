"""Intervals for one proportion by Wilson's score method. Knows no second arm and no floor."""

from __future__ import annotations

from math import sqrt

from equipoise.statistics.interval import Interval
from equipoise.statistics.normal import one_sided_critical_value, two_sided_critical_value


def wilson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Return the two-sided Wilson score interval for a proportion; its ends lie in [0, 1].

    Raises ValueError unless 0 <= successes <= trials, trials >= 1 and 0 < level < 1.
    Source: Wilson 1927, JASA 22:209-212; recommended by Brown, Cai & DasGupta 2001,
    Statistical Science 16(2):101-133.
    """
    z = two_sided_critical_value(level)
    require_counts(successes, trials)
    return Interval(
        estimate=successes / trials,
        low=_score_root(successes, trials, z),
        high=1.0 - _score_root(trials - successes, trials, z),
        level=level,
        method="wilson",
    )


def wilson_lower_bound(successes: int, trials: int, alpha: float = 0.05) -> float:
    """Return the one-sided lower score bound: the true rate lies above it with 1 − alpha.

    Near a rate of 1 the bound is a little bold: 52 of 52 gives 0.9505, although a true rate of
    0.95 does that 6.9 % of the time. `exact.clopper_pearson` never is.
    Raises ValueError unless 0 <= successes <= trials, trials >= 1 and 0 < alpha < 0.5.
    Source: Wilson 1927, as in `wilson`.
    """
    z = one_sided_critical_value(alpha)
    require_counts(successes, trials)
    return _score_root(successes, trials, z)


def require_counts(successes: int, trials: int) -> None:
    """Raise ValueError unless 0 <= successes <= trials and trials >= 1."""
    if trials < 1:
        raise ValueError(f"trials must be at least 1; got {trials}")
    if not 0 <= successes <= trials:
        raise ValueError(
            f"successes must be between 0 and the number of trials, {trials}; got {successes}"
        )


def _score_root(successes: int, trials: int, z: float) -> float:
    # The smaller root of (n + z²)θ² − (2s + z²)θ + s²/n = 0, in the form without a difference of
    # two near-equal numbers, so that no success gives exactly 0.
    square = z * z
    spread = z * sqrt(square + 4.0 * successes * (trials - successes) / trials)
    if successes == 0:
        return 0.0
    return 2.0 * successes * successes / trials / (2.0 * successes + square + spread)
