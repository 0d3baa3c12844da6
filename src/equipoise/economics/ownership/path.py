"""Open weights on machines of one's own, with everything that ownership costs: a cost path.

Machines are sized for the busiest hour, with spares for the availability asked for, and cost what
the terms say. A month's cost is the level one: what is paid at the start
and got back at the end is spread over the life with interest, so that it equals the annuity of the
cash flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.domain.hardware import Hardware
from equipoise.economics.draws import Draws
from equipoise.economics.drift import STILL, Drift
from equipoise.economics.finance import (
    CashFlow,
    capital_recovery_factor,
    sinking_fund_factor,
    straight_line,
)
from equipoise.economics.ownership.terms import OwnershipTerms
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import Quantity, median, spread
from equipoise.economics.replicas import BUSY_CEILING, with_spares, working_replicas

_SECONDS = HOURS_PER_MONTH * 3600


@dataclass(frozen=True, slots=True)
class OwnershipPath:
    """What it takes to serve from machines of one kind.

    `rate` draws requests a second that one replica serves, around `rate_median`. `terms` hold
    medians and `drawn` the same terms as draws. `rent` moves the monthly price of procurement that
    follows the market; everything else is taken to keep its price.
    """

    machine: Hardware
    rate_median: float
    rate: Draws
    peak_to_mean: float
    availability: float
    terms: OwnershipTerms
    drawn: OwnershipTerms
    rent: Drift = STILL

    def machines(self, requests: float) -> tuple[int, int]:
        """(working for the busiest hour, spares) at the median rate."""
        working = working_replicas(self._mean(requests) * self.peak_to_mean, self.rate_median)
        return working, with_spares(working, self.availability) - working

    def utilisation(self, requests: float) -> float:
        """The share of all machines' capacity that a month's requests use, at the median rate."""
        return self._mean(requests) / (sum(self.machines(requests)) * self.rate_median)

    def monthly(self, requests: float) -> float:
        """The level cost of so many requests a month at the median."""
        machines = sum(self.machines(requests))
        parts = amounts(self.terms, machines, self.utilisation(requests), requests)
        return sum(median(usd) for usd in parts.values())

    def monthly_draws(self, requests: float) -> Draws:
        """The same under the uncertainty of rate and terms."""
        machines = self._machine_draws(requests)
        used = self._mean(requests) / (machines * self.rate)
        parts = amounts(self.drawn, machines, np.minimum(used, 1.0), requests)
        return added(parts, len(machines))

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """Machines, financing, power, hosting, egress, people, refresh and migration, as there are.

        "machines" is what they lose in value a month or what their rent is, "financing" interest on
        that, "migration" what was built and moved at the start, spread over the life.
        """
        working, spares = self.machines(requests)
        why = (
            f"{working + spares} × {self.machine.name}: {working} for the busiest hour and "
            f"{spares or 'no'} spare{'' if spares == 1 else 's'} for "
            f"{100 * self.availability:.8g}% availability"
        )
        return self.lines_of(working + spares, self.utilisation(requests), requests, why)

    def lines_of(
        self, machines: int, used: float, requests: float, why: str
    ) -> tuple[CostLine, ...]:
        """The lines of so many machines, used for a share of their capacity; `why` so many.

        What comes to nothing, as egress that nobody states, has no line.
        """
        parts = amounts(self.terms, machines, used, requests)
        bases = self._bases(machines, used, requests)
        bases["machines"] = f"{why}; {self.terms.procurement.basis}"
        rows = ((kind, median(usd)) for kind, usd in parts.items())
        shown = ((kind, usd) for kind, usd in rows if usd or kind in {"machines", "people"})
        return tuple(CostLine(kind, usd, bases[kind]) for kind, usd in shown)

    def start_usd(self, requests: float) -> float:
        """What is paid before the first month: machines bought, what is built and moved."""
        machines = sum(self.machines(requests))
        terms = self.terms
        return machines * median(terms.procurement.start_usd) + median(terms.staff.start_usd())

    def running_usd(self, requests: float) -> float:
        """What the first month costs beyond the start: what has to pay it back."""
        machines = sum(self.machines(requests))
        running = _running(self.terms, machines, self.utilisation(requests), requests)
        rent = machines * self.terms.procurement.monthly_usd
        return median(rent) + sum(median(usd) for usd in running.values())

    def cash_flow(self, requests: float, growth: Drift = STILL) -> CashFlow:
        """What is paid and when, at the median, over the terms' life.

        `growth` moves the requests. Machines that are added later are bought then, at today's
        price, and all are sold at the end, each for what its age leaves of it.
        """
        terms, months = self.terms, self.terms.months
        had = terms.procurement
        volumes = [requests * median(growth.factor(month)) for month in range(months)]
        counts = [sum(self.machines(volume)) for volume in volumes]
        flow = np.zeros(months)
        owned, sold = counts[0], counts[0] * median(had.end_usd(months))
        for month, (volume, count) in enumerate(zip(volumes, counts, strict=True)):
            used = self._mean(volume) / (count * self.rate_median)
            running = _running(terms, count, used, volume)
            moved = median(self.rent.factor(month)) if had.moves else 1.0
            flow[month] = median(count * had.monthly_usd) * moved + median(sum(running.values()))
            more = max(0, count - owned)
            flow[month] += more * median(had.start_usd)
            owned, sold = owned + more, sold + more * median(had.end_usd(months - month))
        return CashFlow(self.start_usd(requests), flow, sold)

    def _bases(self, machines: int, used: float, requests: float) -> dict[str, str]:
        terms = self.terms
        life = f"over {terms.months} months at {median(terms.interest_per_year):.1%} a year"
        bases = {
            "financing": f"interest on the machines {life}",
            "egress": terms.egress.basis(requests),
            "people": terms.staff.basis(machines),
            "refresh": terms.staff.refresh_basis(),
            "migration": f"{terms.staff.start_basis()}, {life}",
        }
        if terms.power is not None:
            bases["power"] = terms.power.basis(machines, used)
            if terms.hosting is not None:
                kilowatts = machines * median(terms.power.provisioned_kw())
                bases["hosting"] = terms.hosting.basis(kilowatts)
        return bases

    def _machine_draws(self, requests: float) -> Draws:
        peak = self._mean(requests) * self.peak_to_mean
        working = np.maximum(1, np.ceil(peak / (self.rate * BUSY_CEILING))).astype(int)
        machines = np.empty(len(working))
        for count in np.unique(working):
            machines[working == count] = with_spares(int(count), self.availability)
        return machines

    def _mean(self, requests: float) -> float:
        return requests / _SECONDS


def added(parts: Mapping[str, Quantity], count: int) -> Draws:
    """The sum of amounts as so many draws."""
    drawn: Draws = sum((spread(usd, count) for usd in parts.values()), np.zeros(count))
    return drawn


def amounts(
    terms: OwnershipTerms, machines: Quantity, utilisation: Quantity, requests: float
) -> dict[str, Quantity]:
    """Dollars a month by kind of cost."""
    had, months, interest = terms.procurement, terms.months, terms.interest_per_year
    recovery = capital_recovery_factor(interest, months)
    level = had.start_usd * recovery - had.end_usd(months) * sinking_fund_factor(interest, months)
    worn = straight_line(had.start_usd, had.end_usd(months), months)
    parts = {"machines": machines * (worn + had.monthly_usd)}
    if np.max(had.start_usd) > 0:
        parts["financing"] = machines * (level - worn)
    parts |= _running(terms, machines, utilisation, requests)
    parts["migration"] = terms.staff.start_usd() * recovery
    return parts


def _running(
    terms: OwnershipTerms, machines: Quantity, utilisation: Quantity, requests: float
) -> dict[str, Quantity]:
    """What a month costs besides the machines themselves."""
    parts: dict[str, Quantity] = {}
    if terms.power is not None:
        parts["power"] = terms.power.monthly_usd(machines, utilisation)
        if terms.hosting is not None:
            kilowatts = machines * terms.power.provisioned_kw()
            parts["hosting"] = terms.hosting.monthly_usd(kilowatts)
    parts["egress"] = terms.egress.monthly_usd(requests)
    parts["people"] = terms.staff.monthly_usd(machines)
    parts["refresh"] = terms.staff.refresh_monthly_usd()
    return parts
