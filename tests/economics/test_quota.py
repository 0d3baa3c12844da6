"""Limits a minute against the busiest hour: which tier carries it, or that none does."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog.vendor_limits import UsageTier, VendorLimits
from equipoise.domain.provenance import Source
from equipoise.economics.api.quota import a_minute, quota
from equipoise.economics.api.use import Use

SOURCE = Source("the vendor", "https://example.org", date(2026, 11, 1))
TOGETHER = VendorLimits(
    "v",
    "vendor",
    ("m",),
    cached_counts=True,
    tiers=(UsageTier("1", 100, 100_000), UsageTier("2", 1_000, 2_000_000)),
    source=SOURCE,
)
APART = VendorLimits(
    "a",
    "vendor",
    ("m",),
    cached_counts=False,
    tiers=(UsageTier("1", 100, input_tokens_per_minute=50_000, output_tokens_per_minute=10_000),),
    source=SOURCE,
)
# 43,800 minutes a month: one request a minute.
MONTH = 43_800.0


def use(**changes: float) -> Use:
    return Use(1_000.0, 100.0, **changes)


def test_the_mean_minute_by_hand() -> None:
    minute = a_minute(use(cached_share=0.4, written_share=0.1, retry_share=0.1), MONTH, 2.0)

    assert minute.requests == pytest.approx(2.2)
    assert minute.input_tokens == pytest.approx(2.2 * 600)
    assert minute.cached_tokens == pytest.approx(2.2 * 400)
    assert minute.output_tokens == pytest.approx(2.2 * 100)


def test_what_waits_takes_no_minute() -> None:
    assert a_minute(use(batch_share=0.75), MONTH).requests == pytest.approx(0.25)
    assert a_minute(use(batch_share=1.0), MONTH).requests == 0.0


def test_the_lowest_tier_that_carries_it_is_named() -> None:
    small = quota(TOGETHER, a_minute(use(), 50 * MONTH))
    large = quota(TOGETHER, a_minute(use(), 500 * MONTH))

    assert (small.tier, small.binding, small.fits) == ("1", "tokens", True)
    assert small.used == pytest.approx(55_000 / 100_000)
    assert large.tier == "2"
    assert large.sentence == (
        "The busiest minute takes 50% of its requests a minute; tier 2 of vendor carries it."
    )


def test_beyond_the_tier_in_force_a_higher_one_is_needed() -> None:
    found = quota(TOGETHER, a_minute(use(), 500 * MONTH), tier="1")

    assert not found.fits
    assert "a higher tier is needed" in found.sentence


def test_beyond_the_last_tier_it_does_not_fit_at_all() -> None:
    found = quota(TOGETHER, a_minute(use(), 5_000 * MONTH))

    assert not found.fits
    assert "agree on more first" in found.sentence


def test_a_vendor_that_does_not_count_the_cache_carries_more() -> None:
    busy = a_minute(use(cached_share=0.9), 90 * MONTH)
    found = quota(APART, busy)

    assert found.fits
    assert found.binding == "requests"
    assert not quota(APART, a_minute(use(), 90 * MONTH)).fits


def test_unknown_limits_are_no_permission() -> None:
    found = quota(None, a_minute(use(), MONTH))

    assert not found.known
    assert not found.fits
    assert "ask the vendor" in found.sentence


def test_a_tier_that_the_vendor_has_not_is_an_error() -> None:
    with pytest.raises(LookupError, match="no tier '9'"):
        quota(TOGETHER, a_minute(use(), MONTH), tier="9")


@given(st.floats(1, 1e8), st.floats(1, 1e8))
def test_what_fits_fits_with_less(one: float, other: float) -> None:
    few, many = sorted((one, other))
    if quota(TOGETHER, a_minute(use(), many)).fits:
        assert quota(TOGETHER, a_minute(use(), few)).fits
