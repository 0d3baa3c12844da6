"""The standard normal distribution: critical values and tails. Knows no data and no test."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist

from equipoise.statistics.fraction import require_fraction

_STANDARD = NormalDist()


def two_sided_critical_value(level: float) -> float:
    """Return the z that a two-sided interval of this confidence level extends to each side.

    `level` is a probability, 0.95 for a 95 % interval. Raises ValueError outside (0, 1).
    """
    require_fraction("level", level, "0.95")
    return _STANDARD.inv_cdf((1.0 + level) / 2.0)


def one_sided_critical_value(alpha: float) -> float:
    """Return the z that a one-sided test at significance `alpha` has to exceed.

    Raises ValueError outside (0, 0.5): from 0.5 on, evidence against a claim would pass as proof.
    """
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"alpha must lie strictly between 0 and 0.5, such as 0.05; got {alpha}")
    return -_STANDARD.inv_cdf(alpha)


def power_quantile(power: float) -> float:
    """Return the z below which a share `power` of the standard normal lies.

    Raises ValueError outside [0.5, 1): planning to fail more often than not is no plan.
    """
    if not 0.5 <= power < 1.0:
        raise ValueError(f"power must be at least 0.5 and below 1, such as 0.8; got {power}")
    return _STANDARD.inv_cdf(power)


def upper_tail(z: float) -> float:
    """Return the probability above `z`, accurate in the far tail where 1 − cdf would round to 0."""
    return erfc(z / sqrt(2.0)) / 2.0


def upper_tail_quantile(probability: float) -> float:
    """Return the z above which lies `probability`; raises ValueError outside (0, 1)."""
    require_fraction("probability", probability, "0.05")
    return -_STANDARD.inv_cdf(probability)
