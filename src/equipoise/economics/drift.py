"""How a price moves: by a constant ratio a year, in dated steps, or both.

p(t) = p(0) · r^(t/12) · (the ratios of all steps up to t), t in months. A price that falls for ever
has a bounded sum: p(0)/δ in all, where δ = −ln(r)/12 a month.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, expm1, inf, log

import numpy as np

from equipoise.economics.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Drift:
    """`yearly_ratio` is next year's price over this year's; `steps` are (month, ratio), in order.

    Raises ValueError for a ratio that is not positive, or steps out of order or before the start.
    """

    yearly_ratio: Quantity = 1.0
    steps: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        months = [month for month, _ in self.steps]
        if np.min(self.yearly_ratio) <= 0 or any(ratio <= 0 for _, ratio in self.steps):
            raise ValueError("a price's ratio to the one before is positive")
        if months != sorted(months) or any(month < 0 for month in months):
            raise ValueError("steps stand in order, the first at month 0 or later")

    def factor(self, months: float) -> Quantity:
        """The price after so many months over today's."""
        stepped = 1.0
        for month, ratio in self.steps:
            if month <= months:
                stepped *= ratio
        return self.yearly_ratio ** (months / 12) * stepped

    def pieces(self) -> Iterator[tuple[float, float, float, float]]:
        """(from, to, factor at from, decay a month): exponentials, the last without an end.

        Only where the ratio is one number; raises TypeError for draws.
        """
        if not isinstance(self.yearly_ratio, float | int):
            raise TypeError("pieces are those of one ratio, not of draws")
        decay = -log(self.yearly_ratio) / 12
        starts = sorted({0.0, *(month for month, _ in self.steps)})
        for start, end in zip(starts, [*starts[1:], inf], strict=True):
            yield start, end, float(self.factor(start)), decay


STILL = Drift()
"""A price that stays."""


def summed(decay: float, months: float) -> float:
    """∫ e^(−δt) dt from 0 to `months`: what a price of 1 a month comes to; may be infinite."""
    if decay == 0:
        return months
    if months == inf:
        return 1 / decay if decay > 0 else inf
    return -expm1(-decay * months) / decay


def ratio_of(decay_per_year: float) -> float:
    """The yearly ratio of a price that falls as e^(−δt), with t in years."""
    return exp(-decay_per_year)
