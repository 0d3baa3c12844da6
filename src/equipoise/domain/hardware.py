"""Machines: what one holds, how fast it reads, what an hour of it costs."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine that one replica may use, `devices` accelerators (or one CPU host) at a time.

    Memory and bandwidth are per device, in bytes and bytes per second; `flops` per device in
    16-bit operations a second; `usd_per_hour` rents the whole machine; `watts` is what it draws
    under load, and is part of the rent unless the machine is owned.

    `flops_fp8` and `flops_fp4` are dense 8-bit and 4-bit operations a second per device, None
    where it has no such unit; `link_bandwidth` the bytes a second that one device sends the
    others, one way, None where there is one device only. `usd_purchase` buys all the accelerators
    when new, without the server around them; None where no dated price was found.
    """

    id: str
    name: str
    devices: int
    memory_bytes: float
    bandwidth: float
    flops: float
    watts: float
    usd_per_hour: float
    usd_low: float
    usd_high: float
    price_source: Source
    spec_source: Source
    flops_fp8: float | None = None
    flops_fp4: float | None = None
    link_bandwidth: float | None = None
    usd_purchase: float | None = None
    purchase_source: Source | None = None


@dataclass(frozen=True, slots=True)
class RateCard:
    """What a vendor asks of us by the token on a given day, in picodollars per token (exact).

    `cached` is the price of input read from the vendor's prompt cache; `batch_input` and
    `batch_output` those of its batch service; None where it has none. `changes` lists announced
    changes as (ISO day, input, output). `cache_write` is the price of input that the cache is to
    keep, None where it is that of any input.
    """

    target: str
    input: int
    output: int
    cached: int | None
    batch_input: int | None
    batch_output: int | None
    source: Source
    changes: tuple[tuple[str, int, int], ...] = ()
    cache_write: int | None = None
