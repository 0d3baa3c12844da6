"""What a vendor's price list asks, by kind of token, day and tier."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from equipoise.catalog.list_prices import announced, list_price, listed_name, price_data
from equipoise.domain.bill import TOKEN_KINDS, Tier, Tokens

DAY = date(2026, 11, 20)
MILLION = 1_000_000


def rates(provider: str, billed: str, day: date = DAY, tier: Tier = Tier.STANDARD) -> list[float]:
    """Dollars a million tokens, in the order of the kinds; −1 where there is no price."""
    found = list_price(provider, billed, day, tier)
    assert found is not None
    return [rate / MILLION if rate is not None else -1 for rate in found.rates]


def test_every_kind_of_token_has_its_price_or_that_of_what_it_is_billed_as() -> None:
    assert rates("openai", "gpt-5-mini") == [0.25, 0.025, 0.25, 0.25, 2, 0.25, 2]
    assert rates("anthropic", "claude-sonnet-4-5") == [3, 0.3, 3.75, 6, 15, 3, 15]


def test_a_model_that_writes_nothing_has_no_price_for_it() -> None:
    found = list_price("openai", "text-embedding-3-small", DAY)

    assert found is not None
    assert found.rate("output") is None
    assert found.cost(Tokens(MILLION)) == 20_000_000_000
    assert found.cost(Tokens(1, output=1)) is None
    assert not found.media


def test_a_model_of_images_says_so() -> None:
    found = list_price("openai", "gpt-image-1", DAY)

    assert found is not None
    assert found.media


def test_a_price_is_that_of_its_day() -> None:
    assert rates("openai", "o3", date(2025, 6, 9))[0] == 10
    assert rates("openai", "o3", date(2025, 6, 10))[0] == 2


@pytest.mark.parametrize(
    ("tier", "read", "written"),
    [
        (Tier.STANDARD, 0.25, 2),
        (Tier.BATCH, 0.125, 1),
        (Tier.FLEX, 0.125, 1),
        (Tier.PRIORITY, 0.45, 3.6),
    ],
)
@pytest.mark.parametrize("day", [date(2026, 9, 1), DAY])
def test_a_tier_has_its_price_before_the_day_it_was_looked_up_on(
    tier: Tier, read: float, written: float, day: date
) -> None:
    found = rates("openai", "gpt-5-mini", day, tier)

    assert (found[0], found[4]) == (read, written)


def test_a_tiers_price_is_not_carried_back_over_a_change_of_the_standard_one() -> None:
    assert rates("openai", "o3", date(2025, 6, 9), Tier.FLEX)[0] == 10
    assert rates("openai", "o3", DAY, Tier.FLEX)[0] == 1


def test_a_vendor_without_a_tier_asks_its_standard_price() -> None:
    assert rates("anthropic", "claude-sonnet-4-5", tier=Tier.FLEX)[0] == 3


def test_long_prompts_have_the_price_of_the_longest() -> None:
    found = list_price("anthropic", "claude-sonnet-4-5", DAY, long_prompt=True)

    assert found is not None
    assert (found.rate("input"), found.rate("output")) == (6_000_000, 22_500_000)


@pytest.mark.parametrize(
    ("provider", "billed"),
    [
        ("openai", ""),
        ("", "gpt-5-mini"),
        ("nobody", "gpt-5-mini"),
        ("openai", "gpt-5-mini-9"),
        ("openai", "gpt-4o\n"),
        ("openai", "ft:gpt-4.1-mini-2025-04-14:acme::abc"),
        ("openai", "x" * 10_000),
        ("openai", "whisper-1"),
    ],
)
def test_what_no_list_knows_has_no_price_and_no_error(provider: str, billed: str) -> None:
    assert list_price(provider, billed, DAY) is None
    assert announced(provider, billed, DAY) == ()


def test_snapshots_are_listed_under_one_name() -> None:
    assert listed_name("openai", "gpt-5-mini-2025-08-07") == "gpt-5-mini"
    assert listed_name("openai", "gpt-5-mini-9") is None


def test_announced_changes_come_in_order_with_their_prices() -> None:
    ((day, price),) = announced("google", "gemini-4-argon", DAY)

    assert (day, price.rate("input")) == (date(2026, 12, 1), 4_000_000)
    assert announced("google", "gemini-4-argon", date(2026, 12, 1)) == ()
    days = [found for found, _ in announced("mistral", "mistral-large-4", date(2026, 1, 1))]
    assert days == sorted(days)
    assert len(days) == 2


def test_costs_add_up_over_kinds_and_counts() -> None:
    found = list_price("anthropic", "claude-sonnet-4-5", DAY)
    assert found is not None
    whole = found.cost(Tokens(1, 2, 3, 4, 5, 6, 7))

    assert whole == sum(
        found.cost(Tokens(**{kind: count})) or 0 for count, kind in enumerate(TOKEN_KINDS, 1)
    )
    assert found.cost(Tokens()) == 0


def test_no_price_is_below_nothing() -> None:
    names = ("gpt-5-mini", "o3", "gpt-5.6-sol", "gpt-image-1")
    for name, tier in product(names, Tier):
        assert min(rates("openai", name, tier=tier)) >= -1


def test_the_price_data_is_named_with_its_version() -> None:
    assert price_data().startswith("genai-prices ")
