"""Uncertain quantities as arrays of draws, reproducible whatever else is drawn.

Every quantity has a random stream of its own, seeded by the run's seed and the quantity's name:
adding a candidate or a chart moves no other number.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Draws = NDArray[np.float64]

LEVEL = 0.8
"""The level of every range here: its ends are the 10th and 90th percentiles."""

_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Sampler:
    """Draws `count` values a quantity from streams that `seed` fixes."""

    seed: int
    count: int = 2000

    def lognormal(self, name: str, median: float, sd_log: float) -> Draws:
        """Positive values around `median`, with logarithms of standard deviation `sd_log`."""
        normals = self._stream(name).standard_normal(self.count)
        drawn: Draws = median * np.exp(sd_log * normals)
        return drawn

    def within(self, name: str, low: float, median: float, high: float) -> Draws:
        """Positive values, a tenth of them below `low` and a tenth above `high`.

        Each side is lognormal of its own width, so that a lopsided range keeps its median.
        Raises ValueError unless 0 < low <= median <= high.
        """
        if not 0 < low <= median <= high:
            raise ValueError(
                f"a range needs 0 < low <= median <= high; got {low}, {median}, {high}"
            )
        normals = self._stream(name).standard_normal(self.count)
        down, up = np.log(median / low) / _Z, np.log(high / median) / _Z
        drawn: Draws = median * np.exp(np.where(normals < 0, down, up) * normals)
        return drawn

    def uniform(self, name: str, low: float, high: float) -> Draws:
        """Values anywhere between `low` and `high`, all alike."""
        return self._stream(name).uniform(low, high, self.count)

    def beta(self, name: str, successes: int, failures: int) -> Draws:
        """A rate after so many successes and failures, from Jeffreys' prior Beta(½, ½)."""
        return self._stream(name).beta(successes + 0.5, failures + 0.5, self.count)

    def _stream(self, name: str) -> np.random.Generator:
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def bounds(draws: Draws) -> tuple[float, float]:
    """The 10th and 90th percentiles: a range in which 80 % of the draws lie."""
    tail = (1 - LEVEL) / 2
    return float(np.quantile(draws, tail)), float(np.quantile(draws, 1 - tail))
