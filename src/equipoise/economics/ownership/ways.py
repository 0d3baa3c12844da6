"""The five ways to have a machine of the catalog, each as a whole path: medians and draws alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from equipoise.domain.hardware import Hardware
from equipoise.domain.workload import Way
from equipoise.economics.draws import Sampler
from equipoise.economics.drift import STILL, Drift
from equipoise.economics.ownership import procurement
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.people import MACHINES_PER_STEP
from equipoise.economics.ownership.procurement import Procurement
from equipoise.economics.ownership.site import Egress, Hosting
from equipoise.economics.ownership.terms import (
    YEARS,
    Figures,
    OwnershipTerms,
    power_of,
    purchase_usd,
)
from equipoise.economics.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be costed: a machine, how it is had, what it serves and for how long.

    `rate_median` is requests a second of one replica and `rate_spread` the standard deviation of
    its logarithm. `rent` is how the market's rents move. `first_machines` are those that the
    first engineers look after.
    """

    way: Way
    machine: Hardware
    rate_median: float
    rate_spread: float
    peak_to_mean: float
    availability: float
    figures: Figures
    gb_per_request: float = 0.0
    months: int = 12 * YEARS
    rent: Drift = STILL
    first_machines: int = MACHINES_PER_STEP


def ownership_path(plan: Plan, sampler: Sampler, rate_stream: str) -> OwnershipPath:
    """The path of a plan, at its medians and under uncertainty.

    `rate_stream` names the draws of the rate, so that plans on the same machine share them; rents
    are drawn from the stream that other paths on this machine use. Raises UnpricedTargetError where
    the machine is to be bought or leased and has no purchase price.
    """
    machine = plan.machine
    rents = sampler.within(
        f"rent/{machine.id}", machine.usd_low, machine.usd_per_hour, machine.usd_high
    )
    return OwnershipPath(
        machine=machine,
        rate_median=plan.rate_median,
        rate=sampler.lognormal(rate_stream, plan.rate_median, plan.rate_spread),
        peak_to_mean=plan.peak_to_mean,
        availability=plan.availability,
        terms=_terms(plan, plan.figures, machine.usd_per_hour),
        drawn=_terms(plan, replace(plan.figures, sampler=sampler), rents),
        rent=plan.rent,
    )


def procure(
    way: Way, machine: Hardware, figures: Figures, rent_usd_per_hour: Quantity, months: int
) -> Procurement:
    """One machine of the catalog, had in one of the five ways; raises as `ownership_path`."""
    return _WAYS[way](machine, figures, rent_usd_per_hour, months)


def _terms(plan: Plan, figures: Figures, rent_usd_per_hour: Quantity) -> OwnershipTerms:
    had = procure(plan.way, plan.machine, figures, rent_usd_per_hour, plan.months)
    terms = OwnershipTerms(
        procurement=had,
        staff=replace(figures.staff(), first_machines=plan.first_machines),
        egress=Egress(plan.gb_per_request, figures("egress_usd_per_gb")),
        interest_per_year=figures("interest_per_year"),
        months=plan.months,
    )
    if not had.housed:
        return terms
    hosting = Hosting(figures("hosting_usd_per_kw_month"))
    return replace(terms, power=power_of(plan.machine, figures), hosting=hosting)


def _bought(machine: Hardware, figures: Figures, _rent: Quantity, _months: int) -> Procurement:
    price, kept = purchase_usd(machine), figures("value_ratio_per_year", 1.0)
    return procurement.bought(price, figures("server_share"), kept)


def _leased(machine: Hardware, figures: Figures, _rent: Quantity, months: int) -> Procurement:
    price = purchase_usd(machine) * (1 + figures("server_share"))
    left = figures("value_ratio_per_year", 1.0) ** (months / 12)
    return procurement.leased(price, figures("lease_rate_per_year"), left, months)


def _on_demand(_machine: Hardware, _figures: Figures, rent: Quantity, _months: int) -> Procurement:
    return procurement.on_demand(rent)


def _reserved(_machine: Hardware, figures: Figures, rent: Quantity, _months: int) -> Procurement:
    return procurement.reserved(rent, figures("reserved_discount", 1.0))


def _spot(_machine: Hardware, figures: Figures, rent: Quantity, _months: int) -> Procurement:
    return procurement.spot(
        rent,
        figures("spot_ratio"),
        figures("spot_overhead", 0.9),
        figures("spot_fallback_share", 1.0),
    )


_WAYS: Mapping[Way, Callable[[Hardware, Figures, Quantity, int], Procurement]] = {
    Way.BOUGHT: _bought,
    Way.LEASED: _leased,
    Way.ON_DEMAND: _on_demand,
    Way.RESERVED: _reserved,
    Way.SPOT: _spot,
}
