"""When price lists disagree: the price becomes a range, and says so. It is never averaged away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.errors import ConfigurationError, Problem, UnpricedTargetError

TOLERANCE = 0.01
"""Prices within a hundredth of each other agree: lists round."""

_UNITS_MIXED = 100.0


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars a million tokens from the first source, and the range across all of them."""

    usd: float
    low: float
    high: float
    disputed: bool
    sentence: str


def settle(quotes: Mapping[str, float]) -> Price:
    """What several sources say of one price, the most trusted first.

    Raises UnpricedTargetError where no source has one, and ConfigurationError where they are a
    hundred times apart: one of them means another unit.
    """
    if not quotes:
        raise UnpricedTargetError(
            "no source has this price", hint="Give it yourself, or leave the model out."
        )
    low, high = min(quotes.values()), max(quotes.values())
    names = {value: name for name, value in reversed(list(quotes.items()))}
    if low <= 0 or high / low >= _UNITS_MIXED:
        reason = f"{names[low]} says ${low:g} and {names[high]} ${high:g} for a million tokens"
        hint = "One of them is in another unit: give the price by the million yourself."
        raise ConfigurationError((Problem("prices", None, "usd_per_million_tokens", reason, hint),))
    disputed = high > low * (1 + TOLERANCE)
    first = next(iter(quotes))
    sentence = f"{first} says ${quotes[first]:g} a million"
    if disputed:
        sentence += f"; {names[low]} ${low:g} and {names[high]} ${high:g}: disputed"
    return Price(quotes[first], low, high, disputed, f"{sentence}.")
