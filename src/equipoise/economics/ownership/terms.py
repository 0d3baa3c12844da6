"""What machines of one's own cost besides their number: the terms of an ownership path."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.catalog.cost_ranges import cost_range
from equipoise.domain.hardware import Hardware
from equipoise.economics import sanity
from equipoise.economics.draws import Sampler
from equipoise.economics.ownership.people import Level, Staff, drawn_staff, preset
from equipoise.economics.ownership.procurement import Procurement
from equipoise.economics.ownership.site import Egress, Hosting, Power
from equipoise.economics.quantity import Quantity, drawn
from equipoise.errors import UnpricedTargetError

YEARS = 3
"""How long a machine is kept: it is then three generations old. Assumed."""

BOUNDS = {
    "electricity_usd_per_kwh": "usd_per_kwh",
    "power_usage_effectiveness": "power_usage_effectiveness",
    "load_share_of_rating": "share",
    "idle_share_of_rating": "share",
    "hosting_usd_per_kw_month": "usd_per_kw_month",
    "value_ratio_per_year": "share",
    "interest_per_year": "interest_per_year",
    "lease_rate_per_year": "interest_per_year",
    "reserved_discount": "share",
    "spot_fallback_share": "share",
    "egress_usd_per_gb": "usd_per_gb",
    "engineer_usd_per_year": "engineer_usd_per_year",
}
"""Which bound of `sanity` a figure of the organisation's has to lie within, by its id."""


@dataclass(frozen=True, slots=True)
class OwnershipTerms:
    """How machines are had, housed and tended, over `months`; quantities may be draws.

    `power` and `hosting` are None where rent includes them.
    """

    procurement: Procurement
    staff: Staff
    egress: Egress
    interest_per_year: Quantity
    months: int = 12 * YEARS
    power: Power | None = None
    hosting: Hosting | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Where the numbers come from: the middle of the catalog's ranges, or draws across them.

    People are those of `level`, where nothing is drawn. `own` replaces any figure by what the
    organisation knows, by the id of the range. Raises LookupError for an id that is no range's, and
    ConfigurationError for a figure that cannot be meant.
    """

    level: Level = Level.MIDDLE
    sampler: Sampler | None = None
    own: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name, _ in self.own:
            cost_range(name)
        bounded = {name: figure for name, figure in self.own if name in BOUNDS}
        sanity.check(bounded, {name: BOUNDS[name] for name in bounded})

    def __call__(self, name: str, most: float = 1e12) -> Quantity:
        """The figure, or its draws, none above `most`."""
        known = dict(self.own).get(name)
        if known is not None:
            return known
        row = cost_range(name)
        if self.sampler is not None:
            return drawn(row, self.sampler, most)
        return row.middle

    def staff(self) -> Staff:
        """The people, of this level or drawn."""
        known = dict(self.own)
        if self.sampler is not None:
            return drawn_staff(self.sampler, known)
        return preset(self.level, known)


def power_of(machine: Hardware, figures: Figures) -> Power:
    """What the machine's accelerators and its host draw."""
    return Power(
        rated_watts=machine.watts,
        idle_share=figures("idle_share_of_rating", 1.0),
        load_share=figures("load_share_of_rating", 1.0),
        host_share=figures("host_share"),
        usage_effectiveness=figures("power_usage_effectiveness"),
        usd_per_kwh=figures("electricity_usd_per_kwh"),
    )


def purchase_usd(machine: Hardware) -> float:
    """What all accelerators of a machine cost new; raises UnpricedTargetError where unknown."""
    if machine.usd_purchase is None:
        raise UnpricedTargetError(
            f"no purchase price is known for {machine.name}",
            hint="Give its price, or rent it instead.",
        )
    return machine.usd_purchase
