"""All options side by side, draw by draw: which is good enough and costs least per good answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.option import Option, per_accepted_at, per_accepted_draws
from equipoise.economics.draws import Draws, bounds


@dataclass(frozen=True, slots=True)
class Outcome:
    """An option's costs, with every uncertain quantity at its centre, and their ranges.

    Ranges hold the middle 80 % of the draws and the cost itself. `likely` says whether every offer
    in it meets the bar as far as is known. `chance_best` is the share of draws in which every
    offer in it meets the bar and no other such option is cheaper per accepted answer; the
    per-accepted figures are None where no accept rate is known or nothing is accepted.
    """

    option: Option
    monthly: float
    monthly_range: tuple[float, float]
    per_accepted: float | None
    per_accepted_range: tuple[float, float] | None
    likely: bool
    chance_best: float


def simulate(case: Case, options: Sequence[Option], bar: Bar) -> tuple[Outcome, ...]:
    """Simulate all options at the workload's volume, in the order given.

    Two options that cost the same in a draw both win it: which of two equals is taken makes no
    difference, so that a second one like it must not unsettle a choice. Chances then add up to
    more than 1.
    """
    monthly = [option.path.monthly_draws(case.requests) for option in options]
    costs = [
        per_accepted_draws(case, option, drawn)
        for option, drawn in zip(options, monthly, strict=True)
    ]
    contested = [
        np.where(_good_enough(option, bar), cost, np.inf) if cost is not None else None
        for option, cost in zip(options, costs, strict=True)
    ]
    outcomes = []
    for option, drawn, cost, chance in zip(
        options, monthly, costs, _chances(contested), strict=True
    ):
        here = option.path.monthly(case.requests)
        accepted = per_accepted_at(case, option, case.requests)
        outcomes.append(
            Outcome(
                option=option,
                monthly=here,
                monthly_range=_around(here, drawn),
                per_accepted=accepted,
                per_accepted_range=_around(accepted, cost)
                if accepted is not None and cost is not None
                else None,
                likely=bar.likely(option.offers),
                chance_best=chance,
            )
        )
    return tuple(outcomes)


def _around(value: float, draws: Draws) -> tuple[float, float]:
    low, high = bounds(draws)
    return min(low, value), max(high, value)


def _good_enough(option: Option, bar: Bar) -> NDArray[np.bool_]:
    """Draw by draw, whether every offer of the option meets the bar."""
    good = np.ones(1, dtype=bool)
    for offer in option.offers:
        good = good & bar.passed_by(offer)
    return good


def _chances(contested: Sequence[Draws | None]) -> list[float]:
    """The share of draws that each wins; a draw that nobody can win is nobody's."""
    entered = [row for row in contested if row is not None]
    if not entered:
        return [0.0] * len(contested)
    cheapest = np.min(entered, axis=0)
    return [
        float(np.mean((row == cheapest) & np.isfinite(cheapest))) if row is not None else 0.0
        for row in contested
    ]
