"""Student's t distribution: critical values and tails. Needs scipy; knows no data and no test."""

from __future__ import annotations

from scipy.special import stdtr, stdtrit

from equipoise.statistics.fraction import require_fraction


def t_critical(level: float, degrees: float) -> float:
    """Return the t that a two-sided interval of this confidence level extends to each side.

    `degrees` of freedom need not be whole. Raises ValueError for a level outside (0, 1) or degrees
    that are not above 0.
    """
    require_fraction("level", level, "0.95")
    _require_positive(degrees)
    return float(stdtrit(degrees, (1.0 + level) / 2.0))


def t_upper_tail(t: float, degrees: float) -> float:
    """Return the probability above `t`; raises ValueError unless `degrees` is above 0."""
    _require_positive(degrees)
    return float(stdtr(degrees, -t))


def _require_positive(degrees: float) -> None:
    if not degrees > 0.0:
        raise ValueError(f"degrees of freedom must be above 0; got {degrees}")
