"""What recorded calls cost, by the catalog's prices of their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.imports.test_formats import GOLDEN_CHAT, GOLDEN_MESSAGES

from equipoise.compose.call_prices import UNPRICED, Price, price_calls
from equipoise.domain.money import Money
from equipoise.domain.request import Usage
from equipoise.trials.imports.call import RecordedCall

TODAY = date(2026, 11, 24)


def price(call: RecordedCall) -> Price:
    return price_calls({"one": call}, TODAY)["one"]


def test_a_call_costs_what_its_tokens_cost_to_the_last_picodollar() -> None:
    found = price(GOLDEN_CHAT)
    # 11 at $0.4, 8 cached at $0.1 and 2 at $1.6 a million.
    assert Money(found.cost_pico).dollars == Decimal("0.0000084")
    assert not found.estimated
    assert found.price_id.startswith("openai/gpt-4.1-mini: genai-prices ")


def test_a_message_costs_its_vendors_price() -> None:
    # 8 at $1, 8 cached at $0.1 and 2 at $5 a million.
    assert Money(price(GOLDEN_MESSAGES).cost_pico).dollars == Decimal("0.0000188")


def test_a_batch_pays_batch_prices() -> None:
    found = price(replace(GOLDEN_CHAT, batch=True, usage=Usage(100, 10)))

    assert Money(found.cost_pico).dollars == Decimal("0.000028")
    assert found.price_id.endswith(" (batch)")
    assert not found.estimated


def test_what_a_batch_pays_for_cached_input_is_an_estimate() -> None:
    assert price(replace(GOLDEN_CHAT, batch=True)).estimated


@pytest.mark.parametrize("model", ["gpt-nobody-knows", "gpt-4.1-mini-tuned", "local-model"])
def test_a_model_that_the_catalog_does_not_price_is_unpriced(model: str) -> None:
    assert price(replace(GOLDEN_CHAT, model=model)) == Price(0, UNPRICED, estimated=True)


@pytest.mark.parametrize("model", ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"])
def test_a_model_is_known_with_and_without_its_date(model: str) -> None:
    assert price(replace(GOLDEN_CHAT, model=model)).cost_pico == price(GOLDEN_CHAT).cost_pico


def test_a_hosts_own_name_for_a_model_is_known() -> None:
    found = price(replace(GOLDEN_CHAT, model="llama-3.3-70b-versatile"))

    assert found.price_id.startswith("groq/llama-3.3-70b-instruct: ")


def test_tokens_that_nobody_counted_are_guessed_from_the_text() -> None:
    found = price(replace(GOLDEN_CHAT, usage=None))

    assert found.estimated
    # 28 characters asked and 8 answered, at four a token.
    assert Money(found.cost_pico).dollars == 7 * Decimal("0.0000004") + 2 * Decimal("0.0000016")


def test_without_tokens_and_without_text_no_cost_is_stated() -> None:
    call = replace(GOLDEN_CHAT, usage=None, messages=())

    assert price(call) == Price(0, UNPRICED, estimated=True)


def test_a_call_without_a_date_pays_todays_price_as_an_estimate() -> None:
    found = price(replace(GOLDEN_CHAT, started=None))

    assert found.estimated
    assert found.cost_pico == price(GOLDEN_CHAT).cost_pico
