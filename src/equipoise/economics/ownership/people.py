"""The people behind a service of one's own, as steps: build, run, on call, expertise, refresh.

A step is paid whole: the ninth machine asks for the next part of an engineer. The presets are the
low, middle and high ends of the catalog's ranges; none of them is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from equipoise.catalog.cost_ranges import CostRange, cost_range
from equipoise.economics.draws import Sampler
from equipoise.economics.quantity import Quantity, drawn, median

MACHINES_PER_STEP = 8
"""Machines after which the next part of an engineer is needed. Assumed."""

_WORKING_DAYS = 220
_SALARY = "engineer_usd_per_year"


class Level(StrEnum):
    """How much experience and calm an organisation brings: low means that few people do."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Staff:
    """People in full-time equivalents, and what one costs a year.

    `build_months` are an engineer's months until the service carries traffic, paid at the start;
    `migration_months` those of moving the callers over. `run_fte` looks after the first machines,
    `first_machines` of them, and `run_fte_per_step` after every eight more. `on_call_fte` is this
    service's part of a rota around the clock, which is four to five people shared. `refresh_days`
    and `refresh_usd` are what one evaluation and deployment of a new model takes,
    `refreshes_per_year` times.
    """

    usd_per_year: Quantity
    build_months: Quantity
    run_fte: Quantity
    run_fte_per_step: Quantity
    on_call_fte: Quantity
    expertise_fte: Quantity
    refreshes_per_year: Quantity
    refresh_days: Quantity
    refresh_usd: Quantity
    migration_months: Quantity
    first_machines: Quantity = MACHINES_PER_STEP

    def run(self, machines: Quantity) -> Quantity:
        """Engineers who run so many machines."""
        more = np.maximum(0, machines - self.first_machines)
        steps = np.ceil(more / MACHINES_PER_STEP)
        engineers: Quantity = self.run_fte + self.run_fte_per_step * steps
        return engineers

    def monthly_usd(self, machines: Quantity) -> Quantity:
        """Dollars a month for those who run it, stand by and keep learning."""
        engineers = self.run(machines) + self.on_call_fte + self.expertise_fte
        return engineers * self.usd_per_year / 12

    def refresh_monthly_usd(self) -> Quantity:
        """Dollars a month for new models: they come whether one likes them or not."""
        one = self.refresh_days / _WORKING_DAYS * self.usd_per_year + self.refresh_usd
        return self.refreshes_per_year * one / 12

    def start_usd(self) -> Quantity:
        """Dollars before the first answer: build and migration."""
        return (self.build_months + self.migration_months) * self.usd_per_year / 12

    def basis(self, machines: float) -> str:
        """Those who run it, in words."""
        return (
            f"{median(self.run(machines)):.3g} of an engineer to run {machines:.0f} "
            f"machine{'' if machines == 1 else 's'}{self._beside()} "
            f"at ${median(self.usd_per_year):,.0f} a year"
        )

    def _beside(self) -> str:
        rota, expertise = median(self.on_call_fte), median(self.expertise_fte)
        if not rota and not expertise:
            return ""
        return f", {rota:.3g} of a rota on call, {expertise:.3g} of expertise,"

    def refresh_basis(self) -> str:
        """New models, in words."""
        return (
            f"{median(self.refreshes_per_year):.3g} new models a year, each "
            f"{median(self.refresh_days):.3g} days of an engineer "
            f"and ${median(self.refresh_usd):,.0f}"
        )

    def start_basis(self) -> str:
        """Build and migration, in words."""
        return (
            f"{median(self.build_months):.3g} months of an engineer to build and "
            f"{median(self.migration_months):.3g} to move the callers"
        )


PEOPLE = (
    "usd_per_year",
    "build_months",
    "run_fte",
    "run_fte_per_step",
    "on_call_fte",
    "expertise_fte",
    "refreshes_per_year",
    "refresh_days",
    "refresh_usd",
    "migration_months",
)
"""The fields of `Staff`, each the id of a range; the salary's is `engineer_usd_per_year`."""


def preset(level: Level, known: Mapping[str, float] | None = None) -> Staff:
    """One of the three presets; `known` is what the organisation says itself, by the range's id."""
    return _staff(known or {}, lambda row: _at(row, level))


def drawn_staff(sampler: Sampler, known: Mapping[str, float] | None = None) -> Staff:
    """People under uncertainty: draws across all three presets, around the middle one."""
    return _staff(known or {}, lambda row: drawn(row, sampler))


def _staff(known: Mapping[str, float], of: Callable[[CostRange], Quantity]) -> Staff:
    ids = {field: _SALARY if field == "usd_per_year" else field for field in PEOPLE}
    return Staff(
        **{
            field: known[name] if name in known else of(cost_range(name))
            for field, name in ids.items()
        }
    )


def _at(row: CostRange, level: Level) -> float:
    return {Level.LOW: row.low, Level.MIDDLE: row.middle, Level.HIGH: row.high}[level]
