"""Paths to cost: a machine, a vendor's card, and the three ways to use them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware, RateCard
from equipoise.domain.provenance import Source
from equipoise.economics.draws import Sampler
from equipoise.economics.own_path import OwnPath
from equipoise.economics.vendor_path import VendorPath

SOURCE = Source("a price list", "https://example.org", date(2026, 11, 1))
SAMPLER = Sampler(seed=7)

MakeOwn = Callable[..., OwnPath]
MakeVendor = Callable[..., VendorPath]


def make_machine(usd_per_hour: float = 3.0) -> Hardware:
    return Hardware(
        id="box",
        name="Box",
        devices=1,
        memory_bytes=80e9,
        bandwidth=1e12,
        flops=1e14,
        watts=500,
        usd_per_hour=usd_per_hour,
        usd_low=usd_per_hour / 2,
        usd_high=usd_per_hour * 2,
        price_source=SOURCE,
        spec_source=SOURCE,
    )


def make_own(
    rate: float = 2.0,
    usd_per_hour: float = 3.0,
    peak_to_mean: float = 4.0,
    availability: float = 0.99,
    people_usd: float = 1_000.0,
    spread: float = 0.2,
) -> OwnPath:
    machine = make_machine(usd_per_hour)
    rent = SAMPLER.within("rent", machine.usd_low, machine.usd_per_hour, machine.usd_high)
    return OwnPath(
        machine=machine,
        rate_median=rate,
        rate=SAMPLER.lognormal("rate", rate, spread),
        rent=rent,
        peak_to_mean=peak_to_mean,
        availability=availability,
        people_usd=people_usd,
        people_basis="0.1 of an engineer",
    )


def make_vendor(
    prices: tuple[int, int] = (400_000, 1_600_000),
    lengths: tuple[float, float] = (800.0, 40.0),
    cached: int | None = 100_000,
    batches: tuple[int, int] | tuple[None, None] = (200_000, 800_000),
    *,
    cached_share: float = 0.0,
    batch: bool = False,
    people_usd: float = 250.0,
) -> VendorPath:
    return VendorPath(
        card=RateCard(
            target="vendor/model",
            input=prices[0],
            output=prices[1],
            cached=cached,
            batch_input=batches[0],
            batch_output=batches[1],
            source=SOURCE,
        ),
        lengths=Lengths(lengths[0], 0.0, lengths[1], "the vendor"),
        token_ratio=SAMPLER.within("tokens", 0.8, 1.0, 1.25),
        people_usd=people_usd,
        people_basis="0.02 of an engineer",
        cached_share=cached_share,
        batch=batch,
    )


@pytest.fixture(scope="session")
def own() -> MakeOwn:
    """Make a path on machines of our own."""
    return make_own


@pytest.fixture(scope="session")
def vendor() -> MakeVendor:
    """Make a path through a vendor."""
    return make_vendor


@pytest.fixture(scope="session")
def volumes() -> tuple[float, ...]:
    """Requests a month from next to nothing to more than any machine park serves."""
    return (0.0, 1.0, *np.geomspace(1e3, 1e10, 40).tolist())
