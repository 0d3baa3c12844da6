"""How demand is spread over time: recorded, or a curve drawn from its peak.

Rates are relative to their mean throughout, so that a shape may be used at any volume.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log
from typing import Protocol

import numpy as np
from scipy.special import lambertw

from equipoise.economics.draws import Draws
from equipoise.economics.load_curve import LoadCurve

_FLAT = 1e-6


class Load(Protocol):
    """A shape of demand over time."""

    def served_share(self, capacity_to_mean: float) -> float:
        """The share of requests below a capacity: E[min(D, K)]/E[D]."""
        ...

    def exceeded_share(self, capacity_to_mean: float) -> float:
        """The share of time in which demand is above a capacity: P(D > K)."""
        ...

    def level_exceeded(self, share: float) -> float:
        """The least capacity that demand exceeds for at most `share` of the time."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LoadSeries:
    """Recorded rates at even intervals. Made by `recorded`; `mean` is in the rates' own unit."""

    mean: float
    levels: Draws
    below: Draws

    @classmethod
    def recorded(cls, rates: Iterable[float]) -> LoadSeries:
        """From rates in any unit; raises ValueError where there are none, or a negative one."""
        levels = np.sort(np.fromiter(rates, dtype=float))
        if not len(levels) or levels[0] < 0 or levels[-1] <= 0 or not np.isfinite(levels).all():
            raise ValueError("a series holds rates of 0 and more, and not only zeros")
        mean = float(levels.mean())
        levels = levels / mean
        return cls(mean, levels, np.concatenate(([0.0], np.cumsum(levels))))

    @property
    def peak_to_mean(self) -> float:
        """The highest rate over the mean."""
        return float(self.levels[-1])

    def served_share(self, capacity_to_mean: float) -> float:
        """The share of requests below a capacity."""
        under = int(np.searchsorted(self.levels, capacity_to_mean, side="right"))
        count = len(self.levels)
        served = self.below[under] + max(capacity_to_mean, 0.0) * (count - under)
        return float(served / count)

    def exceeded_share(self, capacity_to_mean: float) -> float:
        """The share of intervals with a rate above a capacity."""
        under = int(np.searchsorted(self.levels, capacity_to_mean, side="right"))
        return 1 - under / len(self.levels)

    def level_exceeded(self, share: float) -> float:
        """The least rate that at most `share` of intervals exceed."""
        if share >= 1:
            return 0.0
        above = int(np.floor(share * len(self.levels) + 1e-9))
        return float(self.levels[len(self.levels) - 1 - min(above, len(self.levels) - 1)])


@dataclass(frozen=True, slots=True)
class CurveLoad:
    """The exponential curve that `LoadCurve` draws from a peak: rate(u) = peak · e^(−a·u)."""

    curve: LoadCurve

    def served_share(self, capacity_to_mean: float) -> float:
        """The share of requests below a capacity."""
        return self.curve.served_share(capacity_to_mean)

    def exceeded_share(self, capacity_to_mean: float) -> float:
        """The share of hours above a capacity."""
        if capacity_to_mean <= 0:
            return 1.0
        if capacity_to_mean >= self.curve.peak_to_mean:
            return 0.0
        return min(1.0, log(self.curve.peak_to_mean / capacity_to_mean) / self._decay())

    def level_exceeded(self, share: float) -> float:
        """The rate at the busiest `share` of hours."""
        if share >= 1:
            return 0.0
        return self.curve.peak_to_mean * exp(-self._decay() * max(share, 0.0))

    def _decay(self) -> float:
        """Solve peak · (1 − e^−a)/a = 1 exactly: a = peak + W(−peak · e^−peak)."""
        peak = self.curve.peak_to_mean
        if peak - 1 < _FLAT:
            # Lambert's W loses half its digits at the branch point, where a is 2(peak − 1).
            return max(2 * (peak - 1), 1e-12)
        return float(np.real(lambertw(-peak * exp(-peak)))) + peak
