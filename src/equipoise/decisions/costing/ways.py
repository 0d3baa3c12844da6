"""The ways of having a candidate's machines side by side, and when each one's start comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from equipoise.catalog.cost_ranges import cost_range
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import WayCost
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.workload import CostAssumptions
from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.drift import Drift
from equipoise.economics.own_path import OwnPath
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import Plan, Way, ownership_path
from equipoise.economics.payback import Outcome, Payback, Stream, payback
from equipoise.economics.quantity import median
from equipoise.economics.vendor_path import VendorPath
from equipoise.errors import UnpricedTargetError

ORDER = (Way.ON_DEMAND, Way.RESERVED, Way.SPOT, Way.LEASED, Way.BOUGHT)
"""From the least to the most that is promised."""

_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Rival:
    """The vendor that a start has to be earned back against."""

    name: str
    path: VendorPath


def own_figures(costs: CostAssumptions) -> tuple[tuple[str, float], ...]:
    """What the organisation says of its people, by the ids of the ranges it replaces.

    Its full-time equivalents are all that running takes at this volume: on call and expertise are
    in them. Building, moving and refreshing stay the catalog's.
    """
    return (
        ("engineer_usd_per_year", costs.engineer_usd_per_year),
        ("run_fte", costs.self_hosting_fte),
        ("run_fte_per_step", 0.0),
        ("on_call_fte", 0.0),
        ("expertise_fte", 0.0),
    )


def way_costs(
    case: Case, model: str, path: OwnPath, rate_spread: float, rival: Rival | None, sampler: Sampler
) -> tuple[WayCost, ...]:
    """Every way in `ORDER`; one that has no price says so.

    Raises ConfigurationError where what the organisation states of its people cannot be meant.
    """
    figures = Figures(own=own_figures(case.workload.costs))
    rows = []
    for way in ORDER:
        plan = Plan(
            way=way,
            machine=path.machine,
            rate_median=path.rate_median,
            rate_spread=rate_spread,
            peak_to_mean=path.peak_to_mean,
            availability=path.availability,
            figures=figures,
            rent=Drift(cost_range("rent_ratio_per_year").middle),
        )
        try:
            had = ownership_path(plan, sampler, f"rate/{path.machine.id}/{model}")
        except UnpricedTargetError as error:
            rows.append(WayCost(way.value, plan.months, unavailable=error.message))
            continue
        rows.append(_cost(case, way, plan.months, had, rival))
    return tuple(rows)


def _cost(case: Case, way: Way, months: int, had: OwnershipPath, rival: Rival | None) -> WayCost:
    low, high = bounds(had.monthly_draws(case.requests))
    found = _payback(case, had, rival) if rival is not None else None
    return WayCost(
        way=way.value,
        months=months,
        costs=tuple(line for line in had.lines(case.requests) if line.usd),
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
    api = moving_bill(fees, api_price(rival.path, case.now), max(-steady, 0.0))
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


def api_price(path: VendorPath, now: date) -> Drift:
    """How a vendor's fees are taken to move: by the catalog's ratio, and as it has announced."""
    steps = []
    before = path.request_usd()
    for day, price_in, price_out in path.card.changes:
        after = (path.lengths.input * price_in + path.lengths.output * price_out) / PICO_PER_DOLLAR
        months = (date.fromisoformat(day) - now).days / _DAYS_PER_MONTH
        if before > 0 and after > 0:
            steps.append((months, after / before))
        before = after
    return Drift(cost_range("api_price_ratio_per_year").middle, tuple(steps))


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
