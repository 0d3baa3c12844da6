"""What vendors promise about their service, and what they pay back when they break the promise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from equipoise.catalog import tables
from equipoise.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """A promise: `uptime` as a share of a month, None where there is none.

    `credits` are pairs (uptime, share of the month's bill given back below it), the mildest first;
    they are paid on a claim within `claim_days`, None where that is not published.
    """

    id: str
    vendor: str
    service: str
    uptime: float | None
    credits: tuple[tuple[float, float], ...]
    claim_days: int | None
    note: str
    source: Source


@cache
def service_levels() -> tuple[ServiceLevel, ...]:
    """All rows, in the order of the file."""
    return tuple(_level(name, row) for name, row in tables.read("service_levels").items())


def levels_of(vendor: str) -> tuple[ServiceLevel, ...]:
    """What a vendor promises, service by service; empty where nothing is known."""
    return tuple(row for row in service_levels() if row.vendor == vendor)


def _level(name: str, row: tables.Row) -> ServiceLevel:
    return ServiceLevel(
        id=name,
        vendor=row["vendor"],
        service=row["service"],
        uptime=row.get("uptime"),
        credits=tuple((uptime, share) for uptime, share in row["credits"]),
        claim_days=row.get("claim_days"),
        note=row.get("note", ""),
        source=tables.source(row["source"]),
    )
