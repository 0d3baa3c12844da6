"""Money: exact in any order, in any decimal context, and never made of floats."""

from __future__ import annotations

import random
from decimal import ROUND_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.money import PICO_PER_DOLLAR, ZERO, Money

AMOUNTS = st.integers(-(10**24), 10**24).map(Money)


def test_one_token_at_five_cents_a_million_is_a_whole_number() -> None:
    assert Money.of(Decimal("0.05") / 1_000_000) == Money(50_000)


@given(st.lists(AMOUNTS, max_size=20), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_its_order(amounts: list[Money], order: random.Random) -> None:
    shuffled = order.sample(amounts, len(amounts))

    assert sum(amounts, ZERO) == sum(shuffled, ZERO)


@given(AMOUNTS)
def test_dollars_and_back_is_the_same_amount(amount: Money) -> None:
    assert Money.of(amount.dollars) == amount


@given(AMOUNTS, st.integers(-(10**6), 10**6))
def test_times_a_count_is_that_many_additions(amount: Money, count: int) -> None:
    assert amount * count == count * amount == Money(amount.pico * count)
    assert amount * 2 - amount == amount


def test_the_callers_decimal_context_rounds_nothing() -> None:
    with localcontext() as context:
        context.prec, context.rounding = 6, ROUND_UP
        amount = Money.of("1234567.890123456789")

        assert amount.pico == 1_234_567_890_123_456_789
        assert amount.dollars == Decimal("1234567.890123456789")


def test_large_sums_do_not_overflow() -> None:
    assert Money.of(10**20).pico == 10**20 * PICO_PER_DOLLAR


@pytest.mark.parametrize(
    ("dollars", "pico"), [("0.0000000000005", 0), ("0.0000000000015", 2), ("-0.0000000000025", -2)]
)
def test_below_a_picodollar_halves_go_to_the_even_neighbour(dollars: str, pico: int) -> None:
    assert Money.of(dollars) == Money(pico)


def test_floats_are_refused() -> None:
    tenth: Any = 0.1
    with pytest.raises(TypeError, match="never a float"):
        Money.of(tenth)


def test_a_price_times_a_fraction_is_refused_rather_than_kept_as_a_float() -> None:
    half: Any = 0.5
    with pytest.raises(TypeError, match="whole number"):
        Money(3) * half


@pytest.mark.parametrize("nothing", ["", "two", "NaN", "Infinity", Decimal("-Infinity")])
def test_what_is_no_amount_is_refused(nothing: Decimal | str) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        Money.of(nothing)


@pytest.mark.parametrize("nothing", [float("nan"), float("inf")])
def test_a_model_that_has_lost_itself_yields_no_money(nothing: float) -> None:
    with pytest.raises(ValueError, match="not an amount of money"):
        Money.estimate(nothing)


def test_an_estimate_below_a_billionth_of_a_dollar_is_not_free() -> None:
    assert Money.estimate(4.2e-10) == Money(420)


def test_amounts_are_ordered() -> None:
    assert Money(1) < Money(2) <= Money(2)
    assert max(Money(5), Money(-7)) == Money(5)


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0", "$0"),
        ("123456.4", "$123,456"),
        ("12.345", "$12.34"),
        ("0.5", "$0.50"),
        ("0.125", "$0.125"),
        ("0.0375", "$0.0375"),
        ("0.9996", "$1.00"),
        ("0.0000123", "$1.2e-5"),
        ("-3", "−$3.00"),
    ],
)
def test_an_amount_is_written_with_the_digits_a_price_has(dollars: str, text: str) -> None:
    assert str(Money.of(dollars)) == text
