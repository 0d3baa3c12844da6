"""A linear or logarithmic axis: where a value stands in pixels, and which values get a tick."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values from `low` to `high` onto `length` pixels; `flipped` counts them from the top."""

    low: float
    high: float
    length: float
    logarithmic: bool = False
    flipped: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.logarithmic and self.low <= 0):
            raise ValueError(f"an axis needs low < high, both positive if logarithmic: {self}")

    def pixel(self, value: float) -> float:
        """Where `value` stands; values beyond an end stand on that end."""
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.length * (1 - part if self.flipped else part)

    def value(self, pixel: float) -> float:
        """The inverse of `pixel`."""
        part = pixel / self.length
        part = 1 - part if self.flipped else part
        if self.logarithmic:
            return self.low * math.pow(self.high / self.low, part)
        return self.low + (self.high - self.low) * part

    def ticks(self, most: int) -> tuple[float, ...]:
        """At most `most` round values: evenly spaced, or 1, 2, 5 or decades on a logarithmic axis.

        A logarithmic axis too short for three of those gets evenly spaced values as well.
        """
        if self.logarithmic:
            ticks = self._decades(most)
            if len(ticks) >= 3:
                return ticks
        return self._steps(most)

    def _steps(self, most: int) -> tuple[float, ...]:
        rough = (self.high - self.low) / max(1, most - 1)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(round(index * step, 12) for index in range(first, last + 1))

    def _decades(self, most: int) -> tuple[float, ...]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            ticks = self._inside(
                float(f"{factor}e{power}") for power in powers for factor in factors
            )
            if len(ticks) <= most:
                return ticks
        stride = math.ceil(len(ticks) / most)
        return ticks[::stride]

    def _inside(self, values: Iterable[float]) -> tuple[float, ...]:
        slack = 1 + 1e-9
        return tuple(value for value in values if self.low <= value * slack <= self.high * slack**2)
