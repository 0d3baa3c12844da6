"""A machine that can be rented and bought, at round prices."""

from __future__ import annotations

from datetime import date

from equipoise.domain.hardware import Hardware
from equipoise.domain.provenance import Source

SOURCE = Source("a price list", "https://example.org", date(2026, 11, 1))
MACHINE = Hardware(
    id="box",
    name="Box",
    devices=1,
    memory_bytes=80e9,
    bandwidth=1e12,
    flops=1e14,
    watts=700,
    usd_per_hour=3.0,
    usd_low=1.5,
    usd_high=6.0,
    price_source=SOURCE,
    spec_source=SOURCE,
    usd_purchase=30_000.0,
    purchase_source=SOURCE,
)
