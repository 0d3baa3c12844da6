"""How unevenly a month's requests come: a load-duration curve from its peak alone.

The hours of a month, sorted from the busiest to the quietest, are taken to fall off
exponentially: rate(u) = peak · exp(−a·u) for the share u of hours, with `a` such that the mean is
right. Two numbers are all a workload file states; recorded traffic replaces this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, log

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """The curve for a peak of `peak_to_mean` times the mean rate (1 is flat).

    Raises ValueError for a peak below the mean.
    """

    peak_to_mean: float

    def __post_init__(self) -> None:
        if not self.peak_to_mean >= 1:
            raise ValueError(f"the peak cannot be below the mean; got {self.peak_to_mean} times it")

    def served_share(self, capacity_to_mean: float) -> float:
        """The share of requests below a capacity, both relative to the mean rate: 0 to 1."""
        if capacity_to_mean <= 0:
            return 0.0
        if capacity_to_mean >= self.peak_to_mean:
            return 1.0
        decay = _decay(self.peak_to_mean)
        # Above the capacity for the busiest share of hours, at the curve itself for the rest.
        busy = min(1.0, log(self.peak_to_mean / capacity_to_mean) / decay)
        below = -self.peak_to_mean * exp(-decay * busy) * expm1(-decay * (1 - busy)) / decay
        return min(1.0, capacity_to_mean * busy + below)


@lru_cache
def _decay(peak_to_mean: float) -> float:
    """Solve peak · (1 − e^−a) / a = 1 for a by bisection."""
    low, high = 0.0, peak_to_mean
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if -peak_to_mean * expm1(-middle) / middle > 1:
            low = middle
        else:
            high = middle
    return high
