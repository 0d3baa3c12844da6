"""What vendors let an organisation ask in a minute, tier by tier. Dated, like prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from equipoise.catalog import tables
from equipoise.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class UsageTier:
    """The limits of one tier, a minute; None where the vendor sets none of the kind.

    `spent_usd` is what an organisation has to have paid before to be in it, None where that is not
    published.
    """

    tier: str
    requests_per_minute: int
    tokens_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    spent_usd: int | None = None


@dataclass(frozen=True, slots=True)
class VendorLimits:
    """A vendor's tiers for some of its models, from the least to the most.

    `cached_counts` is whether input that was read from the prompt cache counts towards a limit.
    """

    id: str
    vendor: str
    models: tuple[str, ...]
    cached_counts: bool
    tiers: tuple[UsageTier, ...]
    source: Source


@cache
def vendor_limits() -> tuple[VendorLimits, ...]:
    """All rows, in the order of the file."""
    return tuple(_limits(name, row) for name, row in tables.read("vendor_limits").items())


def limits_of(vendor: str, model: str) -> VendorLimits | None:
    """The limits for a vendor's model by the vendor's own name; None where none are known.

    Unknown limits are no permission: whoever asks has to say that they are unknown.
    """
    rows = (row for row in vendor_limits() if row.vendor == vendor and model in row.models)
    return next(rows, None)


def _limits(name: str, row: tables.Row) -> VendorLimits:
    return VendorLimits(
        id=name,
        vendor=row["vendor"],
        models=tuple(row["models"]),
        cached_counts=row["cached_counts"],
        tiers=tuple(UsageTier(**tier) for tier in row["tiers"]),
        source=tables.source(row["source"]),
    )
