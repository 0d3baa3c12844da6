"""The figures behind the charts: what each path costs over a range of volumes, and crossings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import CostCurve, CostPoint, Crossover
from equipoise.economics.crossover import crossings, volumes
from equipoise.economics.draws import bounds

_DECADES = 100.0


def cost_curves(case: Case, allowed: Mapping[str, Offer]) -> tuple[CostCurve, ...]:
    """The monthly cost of every offer that may be used, around the workload's volume."""
    return tuple(_curve(case, offer) for offer in allowed.values() if offer.path is not None)


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
        if same_weights or first.id in leading or second.id in leading:
            found += _between(case, first, second)
    return tuple(sorted(found, key=lambda row: row.requests_per_month))


def _between(case: Case, first: Offer, second: Offer) -> Iterable[Crossover]:
    if first.path is None or second.path is None:
        return
    low, high = max(1.0, case.requests / _DECADES), case.requests * _DECADES
    for crossing in crossings(first.path.monthly, second.path.monthly, low, high):
        cheap, dear = (first, second) if crossing.first_is_cheaper_below else (second, first)
        yield Crossover(first.id, second.id, crossing.requests, cheap.id, dear.id)


def _curve(case: Case, offer: Offer) -> CostCurve:
    return CostCurve(
        candidate=offer.id,
        target=offer.target.id,
        weights=offer.target.model.weights,
        operator=offer.target.endpoint.operator,
        points=tuple(_point(offer, volume) for volume in volumes(case.requests)),
    )


def _point(offer: Offer, volume: float) -> CostPoint:
    if offer.path is None:
        raise TypeError(f"{offer.id} has no price to draw")
    low, high = bounds(offer.path.monthly_draws(volume))
    return CostPoint(volume, offer.path.monthly(volume), low, high)
