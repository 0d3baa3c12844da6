"""Paths to cost: a machine, a vendor's card, and the two ways to use them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.domain.hardware import RateCard
from equipoise.domain.workload import Way
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.use import Use
from equipoise.economics.draws import Sampler
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import Plan, ownership_path

from .machines import MACHINE, SOURCE

SAMPLER = Sampler(seed=7)
SALARY = 120_000.0
NOBODY = (
    ("build_months", 0.0),
    ("run_fte_per_step", 0.0),
    ("on_call_fte", 0.0),
    ("expertise_fte", 0.0),
    ("refreshes_per_year", 0.0),
    ("refresh_days", 0.0),
    ("refresh_usd", 0.0),
    ("migration_months", 0.0),
)
"""Of all that people do, only running it is left."""

MakeOwn = Callable[..., OwnershipPath]
MakeVendor = Callable[..., ApiPath]


def make_own(
    rate: float = 2.0,
    usd_per_hour: float = 3.0,
    peak_to_mean: float = 4.0,
    availability: float = 0.99,
    people_usd: float = 1_000.0,
    spread: float = 0.2,
    way: Way = Way.ON_DEMAND,
) -> OwnershipPath:
    running = (("engineer_usd_per_year", SALARY), ("run_fte", 12 * people_usd / SALARY))
    plan = Plan(
        way=way,
        machine=replace(
            MACHINE,
            usd_per_hour=usd_per_hour,
            usd_low=usd_per_hour / 2,
            usd_high=usd_per_hour * 2,
        ),
        rate_median=rate,
        rate_spread=spread,
        peak_to_mean=peak_to_mean,
        availability=availability,
        figures=Figures(own=(*running, *NOBODY)),
    )
    return ownership_path(plan, SAMPLER, "rate")


def make_vendor(
    prices: tuple[int, int] = (400_000, 1_600_000),
    lengths: tuple[float, float] = (800.0, 40.0),
    cached: int | None = 100_000,
    batches: tuple[int, int] | tuple[None, None] = (200_000, 800_000),
    written: int | None = None,
    people_usd: float = 250.0,
    **shares: float,
) -> ApiPath:
    use = Use(*lengths, **shares)
    return ApiPath(
        card=RateCard(
            target="vendor/model",
            input=prices[0],
            output=prices[1],
            cached=cached,
            batch_input=batches[0],
            batch_output=batches[1],
            source=SOURCE,
            cache_write=written,
        ),
        use=use,
        drawn=replace(use, tokenizer_ratio=SAMPLER.within("tokens", 0.8, 1.0, 1.25)),
        count=SAMPLER.count,
        people_usd=people_usd,
        people_basis="0.02 of an engineer",
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
