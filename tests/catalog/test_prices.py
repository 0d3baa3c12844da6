"""Rate cards: exact to the picodollar, dated, and never zero for want of a price."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import models, prices
from equipoise.catalog.endpoints import endpoints
from equipoise.catalog.prices import rate_card
from equipoise.domain.endpoint import Dialect, Endpoint, Operator, Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.model import Model, Weights
from equipoise.domain.provenance import Source
from equipoise.errors import UnpricedTargetError

TODAY = date(2026, 11, 24)
SOURCE = Source("a page", "https://example.org", date(2026, 11, 1))
ENDPOINTS = {row.id: row for row in endpoints()}


def known(name: str) -> Target:
    """A target of the catalog, as users write it."""
    endpoint, _, model = name.partition("/")
    return Target(models.find(model), ENDPOINTS[endpoint])


def elsewhere(provider: str | None, model: str) -> Target:
    """A target the catalog does not have."""
    endpoint = Endpoint(
        id="vendor",
        name="Vendor",
        dialect=Dialect.OPENAI_CHAT,
        operator=Operator.VENDOR,
        base_url="https://example.org/v1",
        api_key=None,
        region="eu",
        terms=(),
        served_names={},
        renamed_fields={},
        price_provider=provider,
        source=SOURCE,
    )
    closed = Model(model, model, "Acme", Weights.CLOSED, "LicenseRef-acme", frozenset(), SOURCE)
    return Target(closed, endpoint)


def figures(card: RateCard) -> tuple[int | None, ...]:
    return card.input, card.output, card.cached, card.batch_input, card.batch_output


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("openai/gpt-4.1-mini", (400_000, 1_600_000, 100_000, 200_000, 800_000)),
        ("openai/gpt-5-mini", (250_000, 2_000_000, 25_000, 125_000, 1_000_000)),
        ("anthropic/claude-haiku-4-5", (1_000_000, 5_000_000, 100_000, 500_000, 2_500_000)),
        ("anthropic/claude-haiku-5-5", (100_000, 500_000, 10_000, 50_000, 250_000)),
        ("groq/llama-3.1-8b-instruct", (50_000, 80_000, None, None, None)),
        ("groq/llama-3.3-70b-instruct", (590_000, 790_000, None, None, None)),
        ("mistral/ministral-3-8b-instruct", (150_000, 150_000, 15_000, 75_000, 75_000)),
        ("together/llama-3.1-8b-instruct", (180_000, 180_000, None, None, None)),
        ("together/llama-3.3-70b-instruct", (880_000, 880_000, None, None, None)),
    ],
)
def test_these_targets_cost_this_many_picodollars_a_token(
    target: str, expected: tuple[int | None, ...]
) -> None:
    card = rate_card(known(target), TODAY)

    assert figures(card) == expected
    assert card.target == target
    assert card.changes == ()


def test_every_model_that_a_vendor_of_the_catalog_serves_by_another_name_has_a_price() -> None:
    for endpoint in ENDPOINTS.values():
        for model in endpoint.served_names:
            assert rate_card(Target(models.find(model), endpoint), TODAY).output > 0


def test_a_card_says_which_data_it_comes_from_and_when_that_was_published() -> None:
    source = rate_card(known("openai/gpt-4.1-mini"), TODAY).source

    assert source.name == f"genai-prices {version('genai-prices')}"
    assert source.url.startswith("https://")
    assert source.checked == prices._PUBLISHED[version("genai-prices")]


def test_the_source_is_the_providers_own_page_however_its_id_is_spelt() -> None:
    plain, shouted = (
        rate_card(elsewhere(provider, "gpt-4.1-mini"), TODAY) for provider in ("openai", "OpenAI")
    )

    assert shouted.source == plain.source


def test_a_price_that_fell_is_the_old_one_before_the_day_and_the_new_one_from_then_on() -> None:
    luna, day = elsewhere("openai", "gpt-5.6-luna"), date(2026, 7, 30)

    before, after = rate_card(luna, day - timedelta(days=1)), rate_card(luna, day)

    assert figures(before)[:3] == (1_000_000, 6_000_000, 100_000)
    assert figures(after)[:3] == (200_000, 1_200_000, 20_000)
    assert before.changes == (("2026-07-30", 200_000, 1_200_000),)
    assert after.changes == ()


def test_an_announced_rise_is_a_change_until_it_is_the_price() -> None:
    argon = elsewhere("google", "gemini-4-argon")

    assert figures(rate_card(argon, TODAY))[:2] == (2_000_000, 10_000_000)
    assert rate_card(argon, TODAY).changes == (("2026-12-01", 4_000_000, 20_000_000),)
    assert figures(rate_card(argon, date(2026, 12, 1)))[:2] == (4_000_000, 20_000_000)
    assert rate_card(argon, date(2026, 12, 1)).changes == ()


@pytest.mark.parametrize(
    ("provider", "model", "tier", "below", "above"),
    [
        ("anthropic", "claude-haiku-5-5", 100_000, (100_000, 500_000), (500_000, 2_500_000)),
        ("openai", "gpt-5.6-luna", 272_000, (200_000, 1_200_000), (400_000, 1_800_000)),
    ],
)
def test_one_token_over_a_tier_reprices_all_of_them(
    provider: str, model: str, tier: int, below: tuple[int, int], above: tuple[int, int]
) -> None:
    target = elsewhere(provider, model)

    assert figures(rate_card(target, TODAY, tier))[:2] == below
    assert figures(rate_card(target, TODAY, tier + 1))[:2] == above


@given(st.integers(-5, 100_000))
def test_within_a_tier_no_length_of_a_prompt_rounds_the_price(tokens: int) -> None:
    card = rate_card(known("anthropic/claude-haiku-5-5"), TODAY, tokens)

    assert figures(card) == (100_000, 500_000, 10_000, 50_000, 250_000)


def test_where_prices_depend_on_the_hour_the_dearest_counts() -> None:
    card = rate_card(elsewhere("deepseek", "deepseek-v4-flash"), TODAY)

    assert figures(card)[:3] == (300_000, 1_200_000, 6_000)


@pytest.mark.parametrize(
    ("provider", "model", "why"),
    [
        (None, "gpt-4.1-mini", "names no price_provider"),
        ("openai", "gpt-99", "has none"),
        ("acme", "gpt-4.1-mini", "has none"),
        ("google", "gemma-3", "without a token price"),
        ("openai", "whisper-1", "without a token price"),
        ("openai", "text-embedding-3-small", "without a token price"),
    ],
)
def test_a_target_without_a_price_is_an_error_and_never_free(
    provider: str | None, model: str, why: str
) -> None:
    with pytest.raises(UnpricedTargetError, match=f"vendor/{model}.*{why}") as found:
        rate_card(elsewhere(provider, model), TODAY)

    assert "price_provider" in found.value.hint


def test_what_we_run_ourselves_has_no_price_by_the_token() -> None:
    with pytest.raises(UnpricedTargetError, match=r"own/llama-3\.1-8b-instruct"):
        rate_card(known("own/llama-3.1-8b-instruct"), TODAY)
