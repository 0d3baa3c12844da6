"""The bill from which running ourselves saves anything: today's mix, larger or smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from equipoise.bill.ceiling import gains
from equipoise.bill.facts import Facts
from equipoise.bill.fleets import FleetPlan
from equipoise.bill.page import BreakEven
from equipoise.economics.crossover import crossings
from equipoise.economics.draws import Sampler, bounds

_LEAST, _MOST = 0.01, 1_000.0
_LEAST_USD = 1.0
"""Where to begin to look: at a hundredth of today's bill, or at a dollar a month."""
_CENT = 0.01
_POINTS = 33
_DECADES = 1.5
_HALVINGS = 30


def break_even(
    plans: Sequence[FleetPlan], bill_usd: float, facts: Facts, sampler: Sampler
) -> BreakEven:
    """Every bill at which the cheaper side changes, and the range of the last.

    Up to a thousand times today's. `bill_usd` is today's whole bill a month, above nothing: what
    cannot be moved grows with the rest.
    """
    movable = sum(plan.spend_usd for plan in plans)
    least = min(_LEAST, _LEAST_USD / bill_usd)
    staff = max(facts.staff_usd, _CENT)  # without it, nothing moved would be as cheap as all

    def own(scale: float) -> float:
        moved = sum(min(plan.machines_usd(scale), plan.spend_usd * scale) for plan in plans)
        return moved + staff

    def vendor(scale: float) -> float:
        return movable * scale

    def net(end: int, scale: float) -> float:
        return _net(plans, facts, sampler, scale)[end] - _CENT

    turns = [
        (row.requests, row.first_is_cheaper_below) for row in crossings(vendor, own, least, _MOST)
    ]
    last = turns[-1][0] if turns and turns[-1][1] else None
    # The bill is lowest where the saving is at its best, and highest where it is at its worst.
    low, high = (_turn(partial(net, end), least) for end in (1, 0))
    if last is not None:
        low, high = min(low or last, last), max(high, last) if high is not None else None
    return BreakEven(
        usd=last * bill_usd if last is not None else None,
        low=low * bill_usd if low is not None else None,
        high=high * bill_usd if high is not None else None,
        others=tuple(scale * bill_usd for scale, _ in turns if scale != last),
        curve=tuple(_points(plans, bill_usd, facts, sampler)),
    )


def _points(
    plans: Sequence[FleetPlan], bill_usd: float, facts: Facts, sampler: Sampler
) -> Iterable[tuple[float, float, float, float]]:
    """The net saving around today's bill, with its ends."""
    for scale in np.geomspace(10**-_DECADES, 10**_DECADES, _POINTS).tolist():
        gain = sum(max(plan.spend_usd * scale - plan.machines_usd(scale), 0.0) for plan in plans)
        net = gain - facts.staff_usd
        low, high = _net(plans, facts, sampler, scale)
        yield scale * bill_usd, net, min(low, net), max(high, net)


def _net(
    plans: Sequence[FleetPlan], facts: Facts, sampler: Sampler, scale: float
) -> tuple[float, float]:
    low, high = bounds(gains(plans, facts, sampler, scale))
    return low - facts.staff_usd, high - facts.staff_usd


def _turn(net: Callable[[float], float], least: float) -> float | None:
    """The scale at which a saving that grows with the bill becomes one; None where none is."""
    low, high = np.log(least), np.log(_MOST)
    if net(_MOST) <= 0:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if net(float(np.exp(middle))) > 0:
            high = middle
        else:
            low = middle
    return float(np.exp(high))
