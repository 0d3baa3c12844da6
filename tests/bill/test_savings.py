"""What could be saved without machines: golden amounts by hand, and nothing saved twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.facts import DAYS_PER_MONTH
from equipoise.bill.page import Saving
from equipoise.bill.savings import cheapest_host, savings
from equipoise.domain.bill import BillLine, Tier, Tokens

from .readings import MILLION, TODAY, charge, month_of, rows, usage

SONNET = usage(
    "claude-sonnet-4-5", Tokens(10 * MILLION, output=MILLION), provider="anthropic", requests=1_000
)


def of(*lines: BillLine, today: date = TODAY) -> dict[str, Saving]:
    return {row.title: row for row in savings(month_of(*lines), today)}


def test_a_cache_that_has_to_be_asked_for_saves_four_tenths_of_what_it_could() -> None:
    # Of $3 a million, $0.30 is paid when read and $3.75 once in ten reads to write: $2.355 less.
    found = of(SONNET)["Prompt caching"].usd

    assert found.central == pytest.approx(0.4 * 10 * 2.355)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.8 * 10 * 2.355)


def test_where_the_vendor_caches_unasked_only_a_tenth_is_left_to_gain() -> None:
    # Of $0.25 a million, $0.025 is paid when read; a miss costs what it always did.
    found = of(usage(tokens=Tokens(10 * MILLION, output=1), requests=1_000))["Prompt caching"].usd

    assert found.central == pytest.approx(0.1 * 10 * 0.9 * 0.225)


def test_prompts_too_short_for_the_cache_save_nothing_in_it() -> None:
    short = usage(tokens=Tokens(10 * MILLION, output=MILLION), requests=100_000)

    assert "Prompt caching" not in of(short)


def test_a_model_without_a_price_for_cached_input_saves_nothing() -> None:
    assert "Prompt caching" not in of(charge("50", "o3-pro"))
    assert "Prompt caching" not in of(charge("50", "no-such-model"))


def test_batches_halve_what_does_not_wait_yet() -> None:
    # $2.25 at the full price, half of that in batches, a quarter taken to be able to wait.
    found = of(usage(tokens=Tokens(MILLION, output=MILLION)))["Batches"].usd

    assert (found.low, found.high) == (0.0, 1.125)
    assert found.central == pytest.approx(0.28125)


def test_what_is_in_batches_already_saves_nothing_in_them() -> None:
    waiting = usage(tokens=Tokens(MILLION, output=MILLION), tier=Tier.BATCH)
    plain = usage(tokens=Tokens(MILLION, output=MILLION))

    assert "Batches" not in of(waiting)
    assert of(plain, waiting)["Batches"].usd.high == pytest.approx(1.125)
    assert "Prompt caching" not in of(waiting)


def test_who_has_a_discount_saves_less() -> None:
    full, half = (of(charge(dollars), usage()) for dollars in ("6", "3"))

    for title in ("Batches", "Prompt caching"):
        assert half[title].usd.central == pytest.approx(full[title].usd.central / 2)


def test_a_smaller_sibling_is_compared_in_batches_too() -> None:
    # gpt-5-nano asks a fifth: $0.05 and $0.40.
    tokens = Tokens(MILLION, output=MILLION)
    plain, waiting = (of(usage(tokens=tokens, tier=tier)) for tier in (Tier.STANDARD, Tier.BATCH))
    title = "The next smaller model of the same vendor, if as good"

    assert plain[title].usd.central == pytest.approx(0.8 * 2.25)
    assert plain[title].usd.low == 0.0
    assert waiting[title].usd.central == pytest.approx(0.4 * 2.25)
    assert plain[title].what == "gpt-5-mini → gpt-5-nano"


def test_the_same_open_weights_are_cheaper_at_another_host() -> None:
    line = charge("500", "llama-3.3-70b-versatile", provider="groq")
    found = of(line)["Open weights hosted by a vendor, if as good"]

    assert "llama-3.3-70b-instruct at " in found.what
    assert " at groq" not in found.what
    assert 0 < found.usd.low < found.usd.central < found.usd.high < 500


def test_a_host_whose_context_is_too_short_is_none() -> None:
    (short,) = month_of(charge("500", "llama-3.3-70b-versatile", provider="groq"))
    long = usage(
        "llama-3.3-70b-versatile", Tokens(10**9, output=10), provider="groq", requests=1_000
    )

    assert cheapest_host(short, TODAY) is not None
    assert cheapest_host(month_of(long)[0], TODAY) is None


def test_a_host_that_asks_more_is_no_saving() -> None:
    # Paid a hundredth of the list price, nobody hosts as cheaply.
    lines = (charge("0.01", "llama-3.3-70b-versatile", provider="groq"),)
    beside = usage("llama-3.3-70b-versatile", Tokens(10 * MILLION), provider="groq")

    assert "Open weights hosted by a vendor, if as good" not in of(*lines, beside)


def test_images_are_hosted_by_nobody_of_the_catalog() -> None:
    titles = of(charge("500", "gpt-image-1"))

    assert "Open weights hosted by a vendor, if as good" not in titles


def test_a_rise_is_shown_and_is_no_saving() -> None:
    # gemini-4-argon doubles on 1 December 2026.
    found = of(charge("100", "gemini-4-argon", provider="google"))["Price rises already announced"]

    assert found.usd.central == pytest.approx(-100)
    assert found.what == "gemini-4-argon from 2026-12-01"
    assert found.basis.endswith("a negative amount is a rise, and no saving")


def test_a_cut_and_a_rise_are_not_set_off() -> None:
    september = date(2026, 7, 1)
    lines = (
        charge("100", "gemini-4-argon", provider="google", day=september),
        charge("100", "gpt-5.6-luna", day=september),
    )
    found = of(*lines, today=date(2026, 7, 2))

    # gpt-5.6-luna fell to a fifth on 30 July 2026.
    assert found["Price cuts already announced"].usd.central == pytest.approx(80)
    assert found["Price rises already announced"].usd.central == pytest.approx(-100)


def test_a_price_that_has_changed_since_the_bill_is_told_too() -> None:
    old = charge("100", "gpt-5.6-luna", day=date(2026, 7, 1))

    assert of(old)["Price cuts already announced"].what == "gpt-5.6-luna from 2026-07-30"


def test_a_way_names_a_dozen_models_and_counts_the_rest() -> None:
    (row,) = month_of(usage())
    names = ("gpt-5-mini", "gpt-5-mini-2025-08-07", "GPT-5-mini", "GPT-5-Mini", "gpt-5-MINI")
    spellings = [f"{name}{space}" for name in names for space in ("", " ", "  ")]
    many = [replace(row, billed=name) for name in spellings]
    priced = [row for row in many if row.cost_at("openai", row.billed, TODAY) is not None]
    (caching,) = [way for way in savings(many, TODAY) if way.kind == "caching"]

    assert len(priced) >= 5
    assert caching.what.endswith(" and 3 more")
    assert caching.what.count(",") == 11


@settings(max_examples=30)
@given(
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.sampled_from(Tier),
    st.sampled_from(["gpt-5-mini", "gpt-5", "o3-pro", "text-embedding-3-small", "gpt-image-1"]),
)
def test_no_way_saves_more_than_is_spent(
    read: int, cached: int, written: int, tier: Tier, model: str
) -> None:
    found = month_of(usage(model, Tokens(read, cached, output=written), tier=tier))
    spent = sum(row.spend_usd for row in found)

    for way in savings(found, TODAY):
        if way.kind != "announced":
            assert 0 <= way.usd.low <= way.usd.central <= way.usd.high <= spent * (1 + 1e-9)


def test_a_month_of_days_saves_what_its_days_do() -> None:
    (one,) = savings(rows(usage("o4-mini")), TODAY)[:1]
    (ten,) = savings(
        rows(*[usage("o4-mini", day=TODAY - timedelta(n)) for n in range(1, 11)]), TODAY
    )[:1]

    assert one.usd.central == pytest.approx(ten.usd.central, rel=1e-6)
    assert one.usd.central < 6_000 * DAYS_PER_MONTH
