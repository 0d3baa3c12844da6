"""Open weights on machines of our own: rent by the hour, spares, and the people who run them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.domain.hardware import Hardware
from equipoise.economics.draws import Draws
from equipoise.economics.path import HOURS_PER_MONTH, total
from equipoise.economics.replicas import BUSY_CEILING, with_spares, working_replicas


@dataclass(frozen=True, slots=True)
class OwnPath:
    """What it takes to serve from one kind of machine.

    `rate` draws requests a second that one replica serves, with median `rate_median`; `rent`
    draws dollars an hour for one machine. Machines run all month, sized for the busiest hour:
    idle time is paid for. `people_usd` is per month.
    """

    machine: Hardware
    rate_median: float
    rate: Draws
    rent: Draws
    peak_to_mean: float
    availability: float
    people_usd: float
    people_basis: str

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        return total(self.lines(requests))

    def monthly_draws(self, requests: float) -> Draws:
        """The same under uncertainty of the replica's rate and the rent."""
        peak = self._peak(requests)
        working = np.maximum(1, np.ceil(peak / (self.rate * BUSY_CEILING))).astype(int)
        machines = np.empty(len(working))
        for count in np.unique(working):
            machines[working == count] = with_spares(int(count), self.availability)
        drawn: Draws = machines * self.rent * HOURS_PER_MONTH + self.people_usd
        return drawn

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """Machines and people."""
        working = working_replicas(self._peak(requests), self.rate_median)
        machines = with_spares(working, self.availability)
        spares = machines - working
        basis = (
            f"{machines} × {self.machine.name} at ${self.machine.usd_per_hour:,.4g} an hour "
            f"× {HOURS_PER_MONTH:.0f} hours: {working} for the busiest hour and "
            f"{spares or 'no'} spare{'' if spares == 1 else 's'} for "
            f"{100 * self.availability:.8g}% availability"
        )
        return (
            CostLine("machines", machines * self.machine.usd_per_hour * HOURS_PER_MONTH, basis),
            CostLine("people", self.people_usd, self.people_basis),
        )

    def _peak(self, requests: float) -> float:
        return requests / (HOURS_PER_MONTH * 3600) * self.peak_to_mean
