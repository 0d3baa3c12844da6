"""What ownership, people and moving prices are taken to cost unless the user says: ranges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from equipoise.catalog import tables
from equipoise.domain.provenance import Assumption, Source


@dataclass(frozen=True, slots=True)
class CostRange:
    """A quantity in `unit`: a tenth of cases lie below `low`, half below `middle`, a tenth above
    `high`.
    """

    id: str
    low: float
    middle: float
    high: float
    unit: str
    source: Source

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.middle <= self.high:
            raise ValueError(
                f"{self.id}: a range needs 0 < low <= middle <= high; "
                f"got {self.low}, {self.middle}, {self.high}"
            )

    @classmethod
    def known(cls, name: str, value: float, unit: str, source: Source) -> CostRange:
        """A quantity the user knows: a range without width. Raises ValueError below or at 0."""
        return cls(name, value, value, value, unit, source)

    def assumption(self) -> Assumption:
        """The range as a record prints it."""
        value = f"{self.middle:g} ({self.low:g} to {self.high:g}) {self.unit}"
        return Assumption(
            self.id, value, "a default, wide on purpose; your own replaces it", self.source
        )


@cache
def cost_ranges() -> tuple[CostRange, ...]:
    """All of them, in the order of the files."""
    rows = tables.read("cost_ranges").items()
    return tuple(
        CostRange(**{**row, "id": name, "source": tables.source(row["source"])})
        for name, row in rows
    )


def cost_range(name: str) -> CostRange:
    """Look one up by id; raises LookupError: names are written in code, not by users."""
    for row in cost_ranges():
        if row.id == name:
            return row
    raise LookupError(f"no range of costs is called {name!r}")
