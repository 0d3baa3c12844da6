"""The figures behind the charts: what each path costs over a range of volumes, and crossings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import CostCurve, CostPoint, Crossover
from equipoise.economics.crossover import Crossing, crossings, volumes
from equipoise.economics.draws import bounds
from equipoise.economics.path import CostPath

_FOLD = 100.0


def cost_curves(case: Case, allowed: Mapping[str, Offer]) -> tuple[CostCurve, ...]:
    """The monthly cost of every offer that may be used, around the workload's volume."""
    return tuple(
        _curve(case, offer, offer.path) for offer in allowed.values() if offer.path is not None
    )


def crossovers(
    case: Case, allowed: Mapping[str, Offer], lead: Outcome | None
) -> tuple[Crossover, ...]:
    """Volumes where the cheaper of two paths changes, in monthly cost, up to a hundredfold away.

    Compared are the same weights at a vendor and at home, which is infrastructure alone, and the
    leading option's offers with all others.
    """
    leading = {offer.id for offer in lead.option.offers} if lead is not None else set()
    found: list[Crossover] = []
    for first, second in combinations(allowed.values(), 2):
        same_weights = first.target.model.id == second.target.model.id and first.own != second.own
        if first.path is None or second.path is None:
            continue
        if same_weights or first.id in leading or second.id in leading:
            for turn in _between(case, first.path, second.path):
                pair = (first.id, second.id)
                cheap, dear = pair if turn.first_is_cheaper_below else pair[::-1]
                found.append(Crossover(*pair, turn.requests, cheap, dear))
    return tuple(sorted(found, key=lambda row: row.requests_per_month))


def _between(case: Case, first: CostPath, second: CostPath) -> Iterable[Crossing]:
    low, high = max(1.0, case.requests / _FOLD), case.requests * _FOLD
    return crossings(first.monthly, second.monthly, low, high)


def _curve(case: Case, offer: Offer, path: CostPath) -> CostCurve:
    return CostCurve(
        candidate=offer.id,
        target=offer.target.id,
        weights=offer.target.model.weights,
        operator=offer.target.endpoint.operator,
        points=tuple(_point(path, volume) for volume in volumes(case.requests)),
    )


def _point(path: CostPath, volume: float) -> CostPoint:
    low, high = bounds(path.monthly_draws(volume))
    return CostPoint(volume, path.monthly(volume), low, high)
