"""The ways of having a candidate's machines side by side, and when each one's start comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import WayCost
from equipoise.decisions.offer import Offer
from equipoise.decisions.own_offer import ownership_plan, rate_stream
from equipoise.domain.workload import Way
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.drift import Drift
from equipoise.economics.hybrid_path import rented_tiers, work_in_machines
from equipoise.economics.load import CurveLoad
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.newsvendor import stack
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import ownership_path
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.payback import Outcome, Payback, Stream, payback
from equipoise.economics.quantity import median
from equipoise.errors import UnpricedTargetError

ORDER = (Way.ON_DEMAND, Way.RESERVED, Way.SPOT, Way.LEASED, Way.BOUGHT)
"""From the least to the most that is promised."""


@dataclass(frozen=True, slots=True)
class Rival:
    """The vendor that a start has to be earned back against."""

    name: str
    path: ApiPath


def way_costs(
    case: Case, offer: Offer, path: OwnershipPath, rival: Rival | None, sampler: Sampler
) -> tuple[WayCost, ...]:
    """Every way in `ORDER`; one that has no price says so.

    Raises ConfigurationError where what the organisation states of its people cannot be meant.
    """
    plan = ownership_plan(case, offer, path.machine, path.rate_median)
    rows = []
    for way in ORDER:
        try:
            had = ownership_path(replace(plan, way=way), sampler, rate_stream(offer, path.machine))
        except UnpricedTargetError as error:
            rows.append(WayCost(way.value, plan.months, unavailable=error.message))
            continue
        rows.append(_cost(case, way, plan.months, had, rival))
    return tuple(rows)


def cheapest_mix(case: Case, path: OwnershipPath) -> str:
    """Which machines of this load to reserve, and which to let come and go, in a sentence.

    What is busy most hours is cheapest reserved, the peak's few hours are not. Spares apart: what
    comes and goes stands in for a machine that is down.
    """
    figures = Figures(own=case.workload.costs.figures)
    tiers = rented_tiers(path.machine.usd_per_hour, figures)
    load = CurveLoad(LoadCurve(path.peak_to_mean))
    tranches = stack(load, tiers, work_in_machines(path, case.requests))
    if not tranches:
        return ""
    parts = (f"{row.last - row.first + 1} {row.tier.name}" for row in tranches)
    usd = sum(row.usd_per_hour for row in tranches) * HOURS_PER_MONTH
    return (
        f"Rented by the hour of use, the cheapest mix for this load is {', '.join(parts)}: "
        f"${usd:,.0f} a month for machines."
    )


def _cost(case: Case, way: Way, months: int, had: OwnershipPath, rival: Rival | None) -> WayCost:
    low, high = bounds(had.monthly_draws(case.requests))
    found = _payback(case, had, rival) if rival is not None else None
    return WayCost(
        way=way.value,
        months=months,
        costs=had.lines(case.requests),
        monthly_usd=had.monthly(case.requests),
        monthly_low=low,
        monthly_high=high,
        start_usd=had.start_usd(case.requests),
        running_usd=had.running_usd(case.requests),
        payback_months=found.months if found is not None else None,
        payback=_said(case, had, rival, found)
        if rival is not None and found is not None
        else "no vendor is priced to compare with",
    )


def _payback(case: Case, had: OwnershipPath, rival: Rival) -> Payback:
    """Fees fall and rents move; people and power keep their price, so that both sides' cancel."""
    procured = had.terms.procurement
    rent = sum(had.machines(case.requests)) * median(procured.monthly_usd)
    moving = rent if procured.moves else 0.0
    steady = had.running_usd(case.requests) - moving - rival.path.people_usd
    own = moving_bill(moving, had.rent, max(steady, 0.0))
    fees = case.requests * rival.path.request_usd()
    own_figures = Figures(own=case.workload.costs.figures)
    falling = median(own_figures("api_price_ratio_per_year"))
    api = moving_bill(fees, rival.path.announced(case.now, falling), max(-steady, 0.0))
    interest = median(had.terms.interest_per_year)
    return payback(had.start_usd(case.requests), own, api, interest)


def moving_bill(moving_usd: float, price: Drift, steady_usd: float) -> Stream:
    """A bill of which a part moves: the whole is taken to move by that part of the ratio.

    Exact where either part is nothing; otherwise, over three years, the sum is low by at most a
    hundredth where rents move and by seven where fees do.
    """
    whole = moving_usd + steady_usd
    if not moving_usd or not steady_usd:
        return Stream(whole, price if moving_usd else Drift())
    share = moving_usd / whole
    ratio = share * median(price.yearly_ratio) + 1 - share
    return Stream(whole, Drift(ratio, tuple((m, share * r + 1 - share) for m, r in price.steps)))


def _said(case: Case, had: OwnershipPath, rival: Rival, found: Payback) -> str:
    if found.outcome is Outcome.AT_ONCE:
        return f"saves from the first month against {rival.name}"
    if found.months is not None:
        return f"after {found.months:.1f} months against {rival.name}"
    start = had.start_usd(case.requests)
    if found.most_usd is not None and found.most_usd <= start:
        return (
            f"never: as its price falls, all that {rival.name} would ever charge is worth "
            f"${found.most_usd:,.0f} today, and the start costs ${start:,.0f}"
        )
    running, api = had.running_usd(case.requests), rival.path.monthly(case.requests)
    if running >= api:
        return f"never: a month of our own costs ${running:,.0f} and of {rival.name} ${api:,.0f}"
    return (
        f"never: what it saves a month shrinks with the price of {rival.name}, and ends before the "
        f"${start:,.0f} of the start are covered"
    )
