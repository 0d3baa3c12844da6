"""Quantities that are one number at the median and an array of draws under uncertainty.

A formula is written once and evaluated twice: with medians it gives the lines that a reader checks,
with draws the range around them.
"""

from __future__ import annotations

from math import inf
from typing import TypeAlias

import numpy as np

from equipoise.catalog.cost_ranges import CostRange
from equipoise.economics.draws import Draws, Sampler

Quantity: TypeAlias = float | Draws


def drawn(row: CostRange, sampler: Sampler, most: float = inf) -> Quantity:
    """Draws of a range from a stream of its own, none above `most`; a number if it is known."""
    if row.low == row.high:
        return min(row.middle, most)
    drawn_values: Draws = np.minimum(
        sampler.within(f"range/{row.id}", row.low, row.middle, row.high), most
    )
    return drawn_values


def median(quantity: Quantity) -> float:
    """The number itself, or the median of its draws."""
    if isinstance(quantity, float | int):  # most are, and numpy takes twenty times as long
        return float(quantity)
    return float(np.median(quantity))


def spread(quantity: Quantity, count: int) -> Draws:
    """As many draws as asked for, all alike where the quantity is one number."""
    values: Draws = np.broadcast_to(np.asarray(quantity, dtype=float), (count,))
    return values
