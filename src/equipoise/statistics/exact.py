"""The exact interval for one proportion. Knows no approximation; the only file that needs scipy."""

from __future__ import annotations

from scipy.stats import beta

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.interval import Interval
from equipoise.statistics.proportion import require_counts


def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Return the Clopper-Pearson interval, which covers at least `level` at every true rate.

    It is wider than Wilson's: the price of the guarantee.
    Raises ValueError unless 0 <= successes <= trials, trials >= 1 and 0 < level < 1.
    Source: Clopper & Pearson 1934, Biometrika 26:404-413, in the beta form.
    """
    require_fraction("level", level, "0.95")
    require_counts(successes, trials)
    tail = (1.0 - level) / 2.0
    failures = trials - successes
    low = float(beta.ppf(tail, successes, failures + 1)) if successes else 0.0
    high = float(beta.isf(tail, successes + 1, failures)) if failures else 1.0
    return Interval(successes / trials, low, high, level, "clopper_pearson")
