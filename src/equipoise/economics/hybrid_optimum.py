"""How many machines to run beside an API, from what both really cost: the newsvendor, applied.

A machine of our own costs what it loses in value, its interest or rent, its place, and its power
when idle; used, it draws more. The API costs its fees for what that machine would have served.
People and model refresh come with the first machine: where the saving does not cover them, none is
run.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.economics.api.path import ApiPath
from equipoise.economics.load import Load
from equipoise.economics.newsvendor import CapacityTier, Split, UnitCosts, best_split
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import median
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY

IDLE_WASTE = 0.15
"""Hours paid beyond each one used of a machine that comes and goes. Assumed."""


@dataclass(frozen=True, slots=True)
class HybridOptimum:
    """The best split at a volume and what it comes to, in dollars a month.

    `machines` is 0 where the API alone is cheaper, and `saving_usd` then 0: it is against the API
    alone, with the people of both sides counted.
    """

    machines: int
    own_share: float
    utilisation: float | None
    critical_ratio: float
    monthly_usd: float
    saving_usd: float
    sentence: str


def hybrid_optimum(own: OwnershipPath, api: ApiPath, load: Load, requests: float) -> HybridOptimum:
    """The number of machines, without spares, that costs least with the API beside it.

    The API stands in when a machine is down, so that each serves for the share of time it is up.
    """
    costs, mean_machines = unit_costs(own, api), work_in_machines(own, requests)
    plain = best_split(load, costs, mean_machines)
    overhead = _overhead_usd(own, plain.machines)
    split = best_split(load, costs, mean_machines, overhead / HOURS_PER_MONTH)
    fixed = api.people_usd
    return HybridOptimum(
        machines=split.machines,
        own_share=split.own_share,
        utilisation=split.utilisation,
        critical_ratio=costs.critical_ratio,
        monthly_usd=split.usd_per_hour * HOURS_PER_MONTH + fixed,
        saving_usd=split.saving_usd_per_hour * HOURS_PER_MONTH,
        sentence=_said(split, plain, costs, overhead),
    )


def unit_costs(own: OwnershipPath, api: ApiPath) -> UnitCosts:
    """What a machine costs an hour held and used, and what the API asks for its work."""
    terms = own.terms
    held = _machine_usd(own) / HOURS_PER_MONTH
    used = 0.0
    if terms.power is not None:
        idle, busy = (median(terms.power.monthly_usd(1.0, at)) for at in (0.0, 1.0))
        held += idle / HOURS_PER_MONTH
        used = (busy - idle) / HOURS_PER_MONTH
        if terms.hosting is not None:
            kilowatts = median(terms.power.provisioned_kw())
            held += median(terms.hosting.monthly_usd(kilowatts)) / HOURS_PER_MONTH
    return UnitCosts(held, used, api.request_usd() * _served_per_hour(own))


def work_in_machines(own: OwnershipPath, requests: float) -> float:
    """The mean demand of a month, in machines that it would keep at their planned load."""
    return requests / HOURS_PER_MONTH / _served_per_hour(own)


def rented_tiers(
    rent_usd_per_hour: float, figures: Figures, vendor_usd_per_hour: float
) -> tuple[CapacityTier, ...]:
    """Machines reserved, or that come and go on demand or spot, and a vendor: for `stack`."""
    paid = 1 + IDLE_WASTE
    reserved = rent_usd_per_hour * (1 - median(figures("reserved_discount", 1.0)))
    working = median(figures("spot_ratio")) / (1 - median(figures("spot_overhead", 0.9)))
    fallback = median(figures("spot_fallback_share", 1.0))
    spot = rent_usd_per_hour * ((1 - fallback) * working + fallback)
    return (
        CapacityTier("reserved", reserved, 0.0),
        CapacityTier("spot", 0.0, spot * paid),
        CapacityTier("on demand", 0.0, rent_usd_per_hour * paid),
        CapacityTier("vendor", 0.0, vendor_usd_per_hour),
    )


def _served_per_hour(own: OwnershipPath) -> float:
    return own.rate_median * BUSY_CEILING * REPLICA_AVAILABILITY * 3600


def _machine_usd(own: OwnershipPath) -> float:
    """A machine a month with its interest, at the median."""
    lines = {line.kind: line.usd for line in own.lines(0.0)}
    return (lines["machines"] + lines.get("financing", 0.0)) / sum(own.machines(0.0))


def _overhead_usd(own: OwnershipPath, machines: int) -> float:
    """What running anything costs a month: people, new models, and what was built at the start."""
    if machines == 0:
        return 0.0
    people = median(own.terms.staff.monthly_usd(float(machines)))
    lines = {line.kind: line.usd for line in own.lines(0.0)}
    return people + lines["refresh"] + lines["migration"]


def _said(split: Split, plain: Split, costs: UnitCosts, overhead: float) -> str:
    if split.machines:
        return (
            f"{split.machines} of our own take {split.own_share:.0%}: each pays if it is busy for "
            f"{costs.critical_ratio:.0%} of the time."
        )
    if plain.machines:
        gain = plain.saving_usd_per_hour * HOURS_PER_MONTH
        return (
            f"Stay on the API: {plain.machines} of our own would save ${gain:,.0f} a month, and "
            f"the people to run them cost ${overhead:,.0f}."
        )
    if costs.critical_ratio >= 1:
        return "Stay on the API: a machine costs more than all that it could serve."
    return "Stay on the API: not one machine would be busy often enough."
