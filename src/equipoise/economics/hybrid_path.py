"""Our own machines for the base of the load, a vendor for what exceeds it.

The split is a newsvendor's: one more machine pays as long as the overflow it takes over costs
more than its rent. The vendor stands in when a machine is down: no spares are rented, and what
the machines miss is paid for by the token.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.economics.draws import Draws
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.own_path import OwnPath
from equipoise.economics.path import HOURS_PER_MONTH, total
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY, working_replicas
from equipoise.economics.vendor_path import VendorPath


@dataclass(frozen=True, slots=True)
class HybridPath:
    """A pair of paths and the number of own machines."""

    own: OwnPath
    vendor: VendorPath
    machines: int

    def own_share(self, requests: float) -> float:
        """The share of requests that our machines take at the median rate."""
        return self._share(requests, self.own.rate_median)

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        return total(self.lines(requests))

    def monthly_draws(self, requests: float) -> Draws:
        """The same under the uncertainty of both sides."""
        shares = np.array([self._share(requests, rate) for rate in self.own.rate])
        fees = self.vendor.monthly_draws(requests) - self.vendor.people_usd
        rent = self.machines * self.own.rent * HOURS_PER_MONTH
        drawn: Draws = rent + (1 - shares) * fees + self._people()
        return drawn

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """Machines, fees of the overflow, and the people of both sides."""
        share = self.own_share(requests)
        fees = self.vendor.lines(requests)[0]
        rent = self.machines * self.own.machine.usd_per_hour * HOURS_PER_MONTH
        return (
            CostLine(
                "machines",
                rent,
                f"{self.machines} × {self.own.machine.name}, taking {share:.1%} of the requests",
            ),
            CostLine("fees", (1 - share) * fees.usd, f"{1 - share:.1%} of: {fees.basis}"),
            CostLine(
                "people",
                self._people(),
                f"{self.own.people_basis}; and {self.vendor.people_basis}",
            ),
        )

    def _people(self) -> float:
        return self.own.people_usd + self.vendor.people_usd

    def _share(self, requests: float, rate: float) -> float:
        """What fits under the machines' capacity, for the time that they are up.

        With several machines this counts a little too much overflow: one that is down costs less
        than its part, because the last machine is the least used.
        """
        mean = requests / (HOURS_PER_MONTH * 3600)
        if mean == 0:
            return REPLICA_AVAILABILITY
        capacity = self.machines * rate * BUSY_CEILING
        below = LoadCurve(self.own.peak_to_mean).served_share(capacity / mean)
        return REPLICA_AVAILABILITY * below


def best_hybrid(own: OwnPath, vendor: VendorPath, requests: float) -> HybridPath:
    """The number of machines, from one to those the peak needs, that costs least at the median.

    Each machine more saves less than the one before, so halving finds the first that does not pay
    for itself, at a volume of any size.
    """
    peak = requests / (HOURS_PER_MONTH * 3600) * own.peak_to_mean
    low, high = 1, working_replicas(peak, own.rate_median)
    while low < high:
        middle = (low + high) // 2
        here, more = (HybridPath(own, vendor, count) for count in (middle, middle + 1))
        if here.monthly(requests) <= more.monthly(requests):
            high = middle
        else:
            low = middle + 1
    return HybridPath(own, vendor, low)
