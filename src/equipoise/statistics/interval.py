"""An interval: an estimate, its two ends, the confidence level and the method that made it.

Does not know how any method works.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.statistics.fraction import require_fraction


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between two ends, in the unit of what was measured.

    `level` is the nominal two-sided confidence as a probability. An end is infinite where the
    sample is too small to bound that side. Raises ValueError if the ends do not enclose the
    estimate, the level is no probability or the method has no name.
    """

    estimate: float
    low: float
    high: float
    level: float
    method: str

    def __post_init__(self) -> None:
        if not self.low <= self.estimate <= self.high:  # also false for NaN
            raise ValueError(
                "an interval needs low <= estimate <= high; "
                f"got {self.low}, {self.estimate}, {self.high}"
            )
        require_fraction("level", self.level, "0.95")
        if not self.method:
            raise ValueError("method must name how the interval was made, such as 'wilson'; got ''")

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low

    def contains(self, value: float) -> bool:
        """Whether `value` lies between the ends, both included."""
        return self.low <= value <= self.high
