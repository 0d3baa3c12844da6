"""Bounds beyond which a figure is a slip and no fact: cents for dollars, a token for a million.

They are far outside any price ever charged, so that a real one passes; a figure beyond them would
turn every answer over, in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from equipoise.errors import ConfigurationError, Problem


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that a figure may be, in `unit`, and what is wrong beyond them."""

    least: float
    most: float
    unit: str
    below: str
    above: str


_SHARE = Bound(0.0, 1.0, "a share", "Give a share, such as 0.25.", "Give a share, not per cent.")
BOUNDS: Mapping[str, Bound] = {
    "usd_per_million_tokens": Bound(
        1e-3,
        2_000.0,
        "dollars a million tokens",
        "This looks like dollars a token or a thousand: give them by the million.",
        "This looks like picodollars or cents: give dollars by the million.",
    ),
    "usd_per_machine_hour": Bound(
        0.005,
        2_000.0,
        "dollars an hour for a machine",
        "This looks like dollars a second or minute: give them by the hour.",
        "This looks like dollars a month: give them by the hour.",
    ),
    "usd_per_machine": Bound(
        50.0,
        1e8,
        "dollars for a machine",
        "This looks like rent or thousands of dollars: give the price in dollars.",
        "This looks like the price of all machines: give that of one.",
    ),
    "usd_per_kwh": Bound(
        0.005,
        2.0,
        "dollars a kilowatt-hour",
        "This looks like dollars a watt-hour: give them by the kilowatt-hour.",
        "This looks like cents: give dollars.",
    ),
    "usd_per_kw_month": Bound(
        5.0,
        3_000.0,
        "dollars a month for a kilowatt",
        "This looks like dollars a kilowatt-hour: give them by the kilowatt and month.",
        "This looks like dollars for a rack or a year: give them by the kilowatt and month.",
    ),
    "usd_per_gb": Bound(
        0.0, 5.0, "dollars a gigabyte", "Give dollars.", "This looks like cents: give dollars."
    ),
    "engineer_usd_per_year": Bound(
        2_000.0,
        3e6,
        "dollars a year for an engineer",
        "This looks like thousands of dollars, or a month's: give dollars a year.",
        "This looks like cents or a whole team's: give one engineer's.",
    ),
    "power_usage_effectiveness": Bound(
        1.0, 5.0, "watts for a watt", "It cannot lie below 1.", "This looks like per cent."
    ),
    "yearly_ratio": Bound(
        1e-3,
        20.0,
        "next year's price over this year's",
        "This looks like a change: a fall by a tenth is 0.9.",
        "This looks like per cent: a rise by a tenth is 1.1.",
    ),
    "interest_per_year": Bound(0.0, 1.0, "a share a year", "Give a share.", "Give a share."),
    "share": _SHARE,
    "utilisation": _SHARE,
}


def check(figures: Mapping[str, float], kinds: Mapping[str, str] | None = None) -> None:
    """Raise ConfigurationError with every figure that cannot be meant.

    `figures` by the name a user knows; `kinds` names the bound of each whose name is no bound's.
    Raises KeyError for a figure without a bound.
    """
    problems = tuple(
        problem
        for name, figure in figures.items()
        if (problem := _problem(name, figure, BOUNDS[(kinds or {}).get(name, name)])) is not None
    )
    if problems:
        raise ConfigurationError(problems)


def _problem(name: str, figure: float, bound: Bound) -> Problem | None:
    if not isfinite(figure):
        return Problem("costs", None, name, f"{figure} is not an amount", "Give a number.")
    if bound.least <= figure <= bound.most:
        return None
    advice = bound.below if figure < bound.least else bound.above
    return Problem(
        "costs",
        None,
        name,
        f"{figure:g} is beyond what {bound.unit} can be: {bound.least:g} to {bound.most:g}",
        advice,
    )
