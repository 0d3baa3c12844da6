"""Our own machines for the base of the load, a vendor for what exceeds it.

The split is a newsvendor's: one more machine pays as long as the overflow it takes over costs more
than having it. The vendor stands in when a machine is down: there are no spares, and what the
machines miss is paid for by the token.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Draws
from equipoise.economics.load import CurveLoad
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.newsvendor import CapacityTier, UnitCosts, best_split
from equipoise.economics.ownership.path import OwnershipPath, added, amounts
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import median
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY

IDLE_WASTE = 0.15
"""Hours paid beyond each one used of a machine that comes and goes. Assumed."""

_LOOKED_AT = 200
_SECONDS = HOURS_PER_MONTH * 3600


@dataclass(frozen=True, slots=True)
class HybridPath:
    """A pair of paths and the number of own machines."""

    own: OwnershipPath
    vendor: ApiPath
    machines: int

    def own_share(self, requests: float) -> float:
        """The share of requests that our machines take at the median rate."""
        return self._share(requests, self.own.rate_median)

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        share = self.own_share(requests)
        ours = amounts(self.own.terms, self.machines, self._used(requests, share), share * requests)
        return sum(median(usd) for usd in ours.values()) + self.vendor.monthly(
            (1 - share) * requests
        )

    def monthly_draws(self, requests: float) -> Draws:
        """The same under the uncertainty of both sides."""
        shares = np.array([self._share(requests, rate) for rate in self.own.rate])
        served = shares * requests
        used = np.minimum(served / (_SECONDS * self.machines * self.own.rate), 1.0)
        ours = amounts(self.own.drawn, self.machines, used, self.own_share(requests) * requests)
        theirs = self.vendor.monthly_draws((1 - shares) * requests)
        drawn: Draws = added(ours, len(shares)) + theirs
        return drawn

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """Our machines and all that goes with them, the overflow's fees, the people of both."""
        share = self.own_share(requests)
        ours = self.own.lines_of(
            self.machines,
            self._used(requests, share),
            share * requests,
            f"{self.machines} × {self.own.machine.name}, taking {share:.1%} of the requests",
        )
        theirs = self.vendor.lines((1 - share) * requests)
        fees = tuple(line for line in theirs if line.kind != "people")
        rest = tuple(line for line in ours if line.kind != "people")
        both = [line for line in (*ours, *theirs) if line.kind == "people"]
        people = CostLine(
            "people", sum(line.usd for line in both), "; and ".join(line.basis for line in both)
        )
        return (*rest, *fees, people)

    def _used(self, requests: float, share: float) -> float:
        busy = share * requests / (_SECONDS * self.machines * self.own.rate_median)
        return min(busy, 1.0)

    def _share(self, requests: float, rate: float) -> float:
        """What fits under the machines' capacity, for the time that they are up.

        With several machines this counts a little too much overflow: one that is down costs less
        than its part, because the last machine is the least used.
        """
        mean = requests / _SECONDS
        if mean == 0:
            return REPLICA_AVAILABILITY
        capacity = self.machines * rate * BUSY_CEILING
        below = LoadCurve(self.own.peak_to_mean).served_share(capacity / mean)
        return REPLICA_AVAILABILITY * below


def best_hybrid(own: OwnershipPath, vendor: ApiPath, requests: float) -> HybridPath:
    """The number of machines, from one on, that costs least at the median, people apart."""
    load = CurveLoad(LoadCurve(own.peak_to_mean))
    # Outages lower what a machine serves at every level alike, not the level that it reaches up to:
    # they are counted in its costs, and not a second time in the demand.
    demand = work_in_machines(own, requests) * REPLICA_AVAILABILITY
    split = best_split(load, unit_costs(own, vendor), demand)
    most = max(1, split.machines)
    if vendor.commitment is None:
        return HybridPath(own, vendor, most)
    # What is promised is paid in any case, and makes the rest cheaper than its list price: at most
    # as many machines pay as without it.
    counts = sorted({*range(1, min(most, _LOOKED_AT) + 1), most})
    paths = (HybridPath(own, vendor, count) for count in counts)
    return min(paths, key=lambda path: path.monthly(requests))


def unit_costs(own: OwnershipPath, vendor: ApiPath) -> UnitCosts:
    """What a machine costs an hour held and used, and what the vendor asks for its work."""
    terms = own.terms
    parts = amounts(terms, 1, 0.0, 0.0)
    held = median(parts["machines"]) + median(parts.get("financing", 0.0))
    used = median(terms.egress.monthly_usd(served_per_hour(own) * HOURS_PER_MONTH))
    if terms.power is not None:
        planned = BUSY_CEILING * REPLICA_AVAILABILITY
        idle, busy = (median(terms.power.monthly_usd(1.0, at)) for at in (0.0, planned))
        held += idle + median(parts.get("hosting", 0.0))
        used += busy - idle
    work = vendor.request_usd() * served_per_hour(own)
    return UnitCosts(held / HOURS_PER_MONTH, used / HOURS_PER_MONTH, work)


def work_in_machines(own: OwnershipPath, requests: float) -> float:
    """The mean demand of a month, in machines that it would keep at their planned load."""
    return requests / HOURS_PER_MONTH / served_per_hour(own)


def served_per_hour(own: OwnershipPath) -> float:
    """Requests that one machine answers in an hour at its planned load, its outages counted."""
    return own.rate_median * BUSY_CEILING * REPLICA_AVAILABILITY * 3600


def rented_tiers(rent_usd_per_hour: float, figures: Figures) -> tuple[CapacityTier, ...]:
    """Machines reserved, or that come and go on demand or spot: the tiers of a `stack`."""
    paid = 1 + IDLE_WASTE
    reserved = rent_usd_per_hour * (1 - median(figures("reserved_discount", 1.0)))
    working = median(figures("spot_ratio")) / (1 - median(figures("spot_overhead", 0.9)))
    fallback = median(figures("spot_fallback_share", 1.0))
    spot = rent_usd_per_hour * ((1 - fallback) * working + fallback)
    return (
        CapacityTier("reserved", reserved, 0.0),
        CapacityTier("spot", 0.0, spot * paid),
        CapacityTier("on demand", 0.0, rent_usd_per_hour * paid),
    )
