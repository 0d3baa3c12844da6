"""A way to have requests answered, and what it costs at any volume: the interface of economics.

Costs are modelled amounts in US dollars a month, as floats; accounting uses integers elsewhere.
"""

from __future__ import annotations

from typing import Protocol

from equipoise.domain.decision import CostLine
from equipoise.economics.draws import Draws

HOURS_PER_MONTH = 730.0


class CostPath(Protocol):
    """One path. `draws` arrays have one value a draw, and agree draw by draw between calls."""

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month, every uncertain quantity at its median."""
        ...

    def monthly_draws(self, requests: float) -> Draws:
        """The same under uncertainty."""
        ...

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """The parts of `monthly(requests)`, each with the sum it comes from."""
        ...


def total(lines: tuple[CostLine, ...]) -> float:
    """What the lines add up to."""
    return sum(line.usd for line in lines)
