"""Price lists as variants: short or long, now or later; and prices that cannot be meant."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.catalog.list_prices import ListPrice
from equipoise.economics.api.tariff import Tariff, stated, tariff, usd_per_token
from equipoise.errors import ConfigurationError, UnpricedTargetError

DAY = date(2026, 11, 24)


def row(name: str, *rates: int | None) -> ListPrice:
    return ListPrice("vendor", name, (*rates, *(None,) * (7 - len(rates))))


SHORT, LONG, BATCH, BATCH_LONG = (row(name, 1) for name in ("short", "long", "batch", "late"))


@pytest.mark.parametrize(
    ("known", "long", "batch", "expected"),
    [
        (Tariff("t", SHORT), False, False, SHORT),
        (Tariff("t", SHORT), True, True, SHORT),
        (Tariff("t", SHORT, LONG), True, False, LONG),
        (Tariff("t", SHORT, LONG), True, True, LONG),
        (Tariff("t", SHORT, LONG, BATCH), True, True, BATCH),
        (Tariff("t", SHORT, LONG, BATCH), False, True, BATCH),
        (Tariff("t", SHORT, LONG, BATCH, BATCH_LONG), True, True, BATCH_LONG),
        (Tariff("t", SHORT, LONG, BATCH, BATCH_LONG), False, False, SHORT),
    ],
)
def test_a_request_is_billed_by_its_variant(
    known: Tariff, long: bool, batch: bool, expected: ListPrice
) -> None:
    assert known.variant(long=long, batch=batch) is expected


def test_long_prompts_of_a_tiered_model_cost_more() -> None:
    found = tariff("google", "gemini-2.5-pro", DAY)

    assert found.long is not None
    assert usd_per_token(found.long, "input") > usd_per_token(found.standard, "input")
    assert "genai-prices" in found.source


def test_a_batch_is_the_lists_own_row_and_not_half_of_everything() -> None:
    found = tariff("openai", "gpt-5-mini", DAY)

    assert found.batch is not None
    assert usd_per_token(found.batch, "output") == usd_per_token(found.standard, "output") / 2
    assert usd_per_token(found.batch, "cached") <= usd_per_token(found.batch, "input")


def test_a_model_that_no_list_knows_has_no_cost() -> None:
    with pytest.raises(UnpricedTargetError, match="no price is known"):
        tariff("openai", "gpt-of-my-own", DAY)


def test_a_kind_of_token_without_a_price_is_not_free() -> None:
    with pytest.raises(UnpricedTargetError, match="no price for output tokens"):
        usd_per_token(SHORT, "output")


def test_what_somebody_states_is_by_the_million() -> None:
    found = stated("vendor/model", 0.4, 1.6, cached_usd=0.1)

    assert usd_per_token(found.standard, "input") == pytest.approx(0.4e-6)
    assert usd_per_token(found.standard, "cached") == pytest.approx(0.1e-6)
    assert usd_per_token(found.standard, "output") == pytest.approx(1.6e-6)
    assert usd_per_token(stated("v/m", 0.4, 1.6).standard, "cached") == pytest.approx(0.4e-6)


def test_dollars_a_token_are_refused_with_every_slip() -> None:
    with pytest.raises(ConfigurationError) as caught:
        stated("vendor/model", 0.4e-6, 1.6e-6)

    assert [one.key for one in caught.value.problems] == ["input", "cached", "output"]
