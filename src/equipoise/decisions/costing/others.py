"""What else the same candidates would cost: with a vendor's discounts, or sharing the load."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import OtherPlan
from equipoise.decisions.offer import Offer
from equipoise.decisions.option import Option, make_options
from equipoise.domain.decision import PlanKind
from equipoise.economics.draws import bounds


def other_plans(case: Case, offers: Mapping[str, Offer]) -> tuple[OtherPlan, ...]:
    """Every vendor's discount that applies, and the cheapest split between our own and a vendor.

    A split that is dearer than its own vendor alone is none: it is left out.
    """
    options = make_options(case, offers)
    discounts = [row for row in options if row.note and row.kind is not PlanKind.HYBRID]
    splits = [row for row in options if row.kind is PlanKind.HYBRID and _pays(case, row)]
    best = min(splits, key=lambda row: row.path.monthly(case.requests), default=None)
    return tuple(_plan(case, row) for row in [*discounts, *([best] if best is not None else [])])


def _pays(case: Case, option: Option) -> bool:
    alone = [offer.path.monthly(case.requests) for offer in option.offers if offer.path is not None]
    return option.path.monthly(case.requests) < min(alone)


def _plan(case: Case, option: Option) -> OtherPlan:
    low, high = bounds(option.path.monthly_draws(case.requests))
    kind = "hybrid" if option.kind is PlanKind.HYBRID else "discounted"
    return OtherPlan(
        kind=kind,
        candidates=tuple(offer.id for offer in option.offers),
        note=option.note,
        costs=option.path.lines(case.requests),
        monthly_usd=option.path.monthly(case.requests),
        monthly_low=low,
        monthly_high=high,
    )
