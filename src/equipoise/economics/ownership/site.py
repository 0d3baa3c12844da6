"""What a machine draws, where it stands and what leaves it: power, hosting and egress a month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import Quantity, median


@dataclass(frozen=True, slots=True)
class Power:
    """The power of one machine: N(P_idle + (P_load − P_idle)u)(1 + host share) · PUE · 730 h.

    `rated_watts` is the rated power of its accelerators together; what they draw idle and under
    load are shares of it.
    """

    rated_watts: float
    idle_share: Quantity
    load_share: Quantity
    host_share: Quantity
    usage_effectiveness: Quantity
    usd_per_kwh: Quantity

    def machine_kw(self, utilisation: Quantity) -> Quantity:
        """Kilowatts that one machine draws at a mean utilisation from 0 to 1."""
        # An idle range that reaches above the load's says no more than that they are alike.
        idle = np.minimum(self.idle_share, self.load_share)
        share = idle + (self.load_share - idle) * utilisation
        kilowatts: Quantity = self.rated_watts / 1000 * share * (1 + self.host_share)
        return kilowatts

    def monthly_usd(self, machines: Quantity, utilisation: Quantity) -> Quantity:
        """Dollars a month for the electricity of so many machines and the building around them."""
        drawn = machines * self.machine_kw(utilisation) * self.usage_effectiveness
        return drawn * HOURS_PER_MONTH * self.usd_per_kwh

    def provisioned_kw(self) -> Quantity:
        """Kilowatts to be kept ready for one machine: its rating and its host's share."""
        return self.rated_watts / 1000 * (1 + self.host_share)

    def basis(self, machines: float, utilisation: float) -> str:
        """The sum in words."""
        return (
            f"{machines:.0f} × {median(self.machine_kw(utilisation)):.3g} kW at {utilisation:.0%} "
            f"utilisation × {median(self.usage_effectiveness):.3g} for the building "
            f"× {HOURS_PER_MONTH:.0f} hours × ${median(self.usd_per_kwh):.3g} a kWh"
        )


@dataclass(frozen=True, slots=True)
class Hosting:
    """A place in a data centre, by the kilowatt kept ready; or by the rack where one is named."""

    usd_per_kw_month: Quantity
    usd_per_rack_month: Quantity = 0.0
    rack_kw: float | None = None

    def monthly_usd(self, kilowatts: Quantity) -> Quantity:
        """Dollars a month; racks come whole."""
        if self.rack_kw is None:
            return kilowatts * self.usd_per_kw_month
        racks: Quantity = np.ceil(np.round(kilowatts / self.rack_kw, 9))
        return racks * self.usd_per_rack_month

    def basis(self, kilowatts: float) -> str:
        """The sum in words."""
        if self.rack_kw is None:
            return f"{kilowatts:.3g} kW kept ready × ${median(self.usd_per_kw_month):,.4g} a month"
        racks = np.ceil(round(kilowatts / self.rack_kw, 9))
        return (
            f"{racks:.0f} racks of {self.rack_kw:g} kW for {kilowatts:.3g} kW "
            f"× ${median(self.usd_per_rack_month):,.4g} a month"
        )


@dataclass(frozen=True, slots=True)
class Egress:
    """What leaves the data centre: gigabytes a request, and their price."""

    gb_per_request: float
    usd_per_gb: Quantity

    def monthly_usd(self, requests: float) -> Quantity:
        """Dollars a month."""
        return requests * self.gb_per_request * self.usd_per_gb

    def basis(self, requests: float) -> str:
        """The sum in words."""
        volume = requests * self.gb_per_request
        return f"{volume:,.4g} GB × ${median(self.usd_per_gb):.3g}"
