"""Rate cards token by token: now or later, anew or cached; and prices that cannot be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import models, prices
from equipoise.catalog.endpoints import endpoints
from equipoise.domain.endpoint import Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.economics.api.tariff import KINDS, stated, usd_per_token
from equipoise.errors import ConfigurationError

from .machines import SOURCE

DAY = date(2026, 11, 24)
PICO = st.integers(1, 10**9)
CARDS = st.builds(
    lambda usual, cached, late, written: RateCard(
        target="vendor/model",
        input=usual[0],
        output=usual[1],
        cached=cached,
        batch_input=late[0],
        batch_output=late[1],
        source=SOURCE,
        cache_write=written,
    ),
    st.tuples(PICO, PICO),
    st.none() | PICO,
    st.just((None, None)) | st.tuples(PICO, PICO),
    st.none() | PICO,
)
HAIKU = RateCard(
    "vendor/haiku", 1_000_000, 5_000_000, 100_000, 500_000, 2_500_000, SOURCE, cache_write=1_250_000
)


def listed(name: str) -> RateCard:
    """The card of a target of the catalog."""
    endpoint, _, model = name.partition("/")
    place = next(row for row in endpoints() if row.id == endpoint)
    return prices.rate_card(Target(models.find(model), place), DAY)


@pytest.mark.parametrize(
    ("kind", "now", "late"),
    [("input", 1.0, 0.5), ("cached", 0.1, 0.1), ("cache_write", 1.25, 0.625), ("output", 5.0, 2.5)],
)
def test_a_token_is_billed_by_its_kind_and_by_whether_it_waits(
    kind: str, now: float, late: float
) -> None:
    assert usd_per_token(HAIKU, kind) == pytest.approx(now * 1e-6)
    assert usd_per_token(HAIKU, kind, batch=True) == pytest.approx(late * 1e-6)


@given(CARDS, st.sampled_from(KINDS))
def test_a_vendor_without_a_batch_service_bills_what_waits_like_the_rest(
    card: RateCard, kind: str
) -> None:
    without = replace(card, batch_input=None, batch_output=None)

    assert usd_per_token(without, kind, batch=True) == usd_per_token(without, kind)


@given(CARDS, st.booleans())
def test_a_kind_of_token_without_a_price_of_its_own_is_billed_as_input_and_is_not_free(
    card: RateCard, batch: bool
) -> None:
    plain = replace(card, cached=None, cache_write=None)
    sent = usd_per_token(plain, "input", batch=batch)

    assert sent > 0
    assert usd_per_token(plain, "cached", batch=batch) == sent
    assert usd_per_token(plain, "cache_write", batch=batch) == sent


@given(CARDS, st.booleans())
def test_what_is_read_from_the_cache_is_never_dearer_than_the_same_anew(
    card: RateCard, batch: bool
) -> None:
    assert usd_per_token(card, "cached", batch=batch) <= usd_per_token(card, "input", batch=batch)


@given(CARDS)
def test_writing_to_the_cache_keeps_its_premium_over_input_in_a_batch(card: RateCard) -> None:
    now, late = (
        usd_per_token(card, "cache_write", batch=batch) / usd_per_token(card, "input", batch=batch)
        for batch in (False, True)
    )

    assert late == pytest.approx(now)
    if card.cache_write is not None:
        assert usd_per_token(card, "cache_write") * PICO_PER_DOLLAR == pytest.approx(
            card.cache_write
        )


def test_a_batch_is_the_lists_own_row_and_not_half_of_everything() -> None:
    found = listed("openai/gpt-5-mini")

    assert usd_per_token(found, "output", batch=True) == usd_per_token(found, "output") / 2
    assert usd_per_token(found, "cached", batch=True) > usd_per_token(found, "cached") / 2
    assert usd_per_token(found, "cached", batch=True) <= usd_per_token(found, "input", batch=True)


def test_a_vendor_that_charges_for_writing_to_its_cache_says_so_on_its_card() -> None:
    haiku, mini = listed("anthropic/claude-haiku-4-5"), listed("openai/gpt-4.1-mini")

    assert haiku.cache_write == 1_250_000
    assert mini.cache_write is None
    assert usd_per_token(mini, "cache_write") == usd_per_token(mini, "input")


def test_what_somebody_states_is_by_the_million() -> None:
    found = stated("vendor/model", 0.4, 1.6, SOURCE, cached_usd=0.1)

    assert (found.target, found.source) == ("vendor/model", SOURCE)
    assert (found.input, found.output, found.cached) == (400_000, 1_600_000, 100_000)
    assert usd_per_token(found, "input") == pytest.approx(0.4e-6)
    assert usd_per_token(found, "cached") == pytest.approx(0.1e-6)
    assert usd_per_token(found, "output") == pytest.approx(1.6e-6)


def test_a_stated_price_promises_no_batch_no_cache_and_no_change() -> None:
    found = stated("vendor/model", 0.4, 1.6, SOURCE)

    assert (found.cached, found.cache_write) == (None, None)
    assert (found.batch_input, found.batch_output, found.changes) == (None, None, ())
    assert usd_per_token(found, "cached") == pytest.approx(0.4e-6)
    assert usd_per_token(found, "output", batch=True) == pytest.approx(1.6e-6)


@given(st.floats(1e-3, 2_000), st.floats(1e-3, 2_000))
def test_a_stated_price_is_billed_to_the_picodollar(into: float, out: float) -> None:
    found = stated("vendor/model", into, out, SOURCE)

    for kind, usd in (("input", into), ("output", out)):
        assert usd_per_token(found, kind) * 1e6 == pytest.approx(usd, abs=0.5000001e-6)


def test_dollars_a_token_are_refused_with_every_slip() -> None:
    with pytest.raises(ConfigurationError) as caught:
        stated("vendor/model", 0.4e-6, 1.6e-6, SOURCE)
    with pytest.raises(ConfigurationError) as also:
        stated("vendor/model", 0.4, 1.6, SOURCE, cached_usd=0.1e-6)

    assert [one.key for one in caught.value.problems] == ["input", "output"]
    assert [one.key for one in also.value.problems] == ["cached"]
