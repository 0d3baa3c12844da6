from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.console import format as written

SPACE = written.NBSP
amounts = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (1204.31, "$1,204"),
        (1234567.0, "$1,234,567"),
        (99.999, "$100"),
        (42.5, "$42.50"),
        (0.5, "$0.50"),
        (0.0031, "$0.0031"),
        (0.00312345, "$0.00312"),
        (0.0000021, "$0.0000021"),
        (0.0, "$0"),
        (-12.0, "−$12.00"),
        (float("nan"), "not known"),
        (None, "not known"),
    ],
)
def test_money_is_written_with_the_digits_that_mean_something(usd: float | None, text: str) -> None:
    assert written.money(usd) == text


def test_an_interval_has_the_digits_of_its_amount() -> None:
    assert written.money_range(1200.4, 950.2, 1599.9) == "$1,200 (950–1,600)"
    assert written.money_range(0.0031, 0.0028, 0.004) == "$0.0031 (0.0028–0.0040)"
    assert written.money_range(0.03, 0.0271, 0.0348) == "$0.0300 (0.0271–0.0348)"
    assert written.money_range(5.0, -1.0, float("inf")) == "$5.00 (−1.00–∞)"


def test_an_amount_without_an_interval_stands_alone() -> None:
    assert written.money_range(12.0, None, None) == "$12.00"
    assert written.money_range(float("nan"), 1.0, 2.0) == "not known"


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=6))
def test_lines_written_in_cents_add_up_to_their_sum_in_cents(lines: list[int]) -> None:
    shown = [round(100 * float(written.cents(c / 100)[1:].replace(",", ""))) for c in lines]

    assert sum(shown) == round(100 * float(written.cents(sum(lines) / 100)[1:].replace(",", "")))


@given(amounts)
def test_no_amount_is_written_as_the_repr_of_a_float(usd: float) -> None:
    for text in (written.money(usd), written.cents(usd), written.number(usd)):
        assert "e" not in text
        assert not text.endswith(".0")
        assert text.count(".") <= 1


@given(st.floats(min_value=-1e-9, max_value=0.0))
def test_nothing_is_ever_minus_zero(usd: float) -> None:
    assert written.money_range(0.0, usd, 0.0) == "$0 (0–0)"
    assert written.percent(usd) == f"0{SPACE}%"


def test_shares_show_a_decimal_only_where_it_says_something() -> None:
    assert written.percent(0.87) == f"87{SPACE}%"
    assert written.percent(0.925) == f"92.5{SPACE}%"
    assert written.percent(1.0) == f"100{SPACE}%"
    assert written.percent(None) == "not known"
    assert written.percent_range(0.93, 0.9041, 0.951) == f"93{SPACE}% (90.4–95.1)"


def test_a_simulated_chance_is_never_certain() -> None:
    assert written.chance(0.8734) == f"87{SPACE}%"
    assert written.chance(0.9999) == f"over{SPACE}99{SPACE}%"
    assert written.chance(0.0) == f"under{SPACE}1{SPACE}%"


@given(st.floats(min_value=0, max_value=1))
def test_chances_say_neither_nothing_nor_all(probability: float) -> None:
    assert written.chance(probability).replace(SPACE, " ") not in {"0 %", "100 %"}


def test_a_quantity_is_written_as_its_unit_asks() -> None:
    assert written.quantity(136_000, "requests a month") == "136,000 requests a month"
    assert written.quantity(1200, "US dollars a month") == "$1,200 a month"
    assert (
        written.quantity(7.1, "USD per million output tokens") == "$7.10 per million output tokens"
    )
    assert written.quantity(950, "usd_per_month") == "$950 per month"
    assert written.quantity(0.7, "USD/hour") == "$0.70/hour"
    assert written.quantity(0.9, "share of answers") == f"90{SPACE}% of answers"
    assert written.quantity(0.9, "accept rate") == f"90{SPACE}%"
    assert written.quantity(4.5, "") == "4.5"
    assert written.quantity_range(2.1, 1.9, float("inf"), "seconds") == "2.1 (1.9–∞) seconds"
    assert written.quantity_range(12, 9, 15.5, "$ a month") == "$12.00 (9.00–15.50) a month"


def test_a_word_that_only_begins_like_a_currency_is_no_currency() -> None:
    assert written.quantity(3, "usdt") == "3 usdt"


def test_counts_times_and_dates_are_written_plainly() -> None:
    assert written.count(1_234_567) == "1,234,567"
    assert written.volume(145_641.0) == "146,000"
    assert written.number(0.0001234) == "0.000123"
    assert written.seconds(0.84) == f"840{SPACE}ms"
    assert written.seconds(2.134) == f"2.13{SPACE}s"
    assert written.hours(0.4) == f"24{SPACE}minutes"
    assert written.hours(1) == f"1{SPACE}hour"
    assert written.hours(6.5) == f"6.5{SPACE}hours"
    assert written.day(date(2026, 11, 2)) == "2026-11-02"
    assert written.day(None) == "undated"


def test_what_a_measurement_costs_is_not_told_in_fractions_of_a_cent() -> None:
    assert [written.outlay(usd) for usd in (0, 0.0031, 0.0139, 9.2, 250.0)] == [
        "nothing",
        "under a cent",
        "$0.01",
        "$9.20",
        "$250",
    ]


def test_percent_signs_are_bound_to_their_numbers() -> None:
    assert written.prose("85% or 90 %, not %") == f"85{SPACE}% or 90{SPACE}%, not %"
    assert written.sentence("ask 3 % more") == f"Ask 3{SPACE}% more"


def test_small_numbers_of_things_are_words() -> None:
    assert written.counted(1, "candidate") == "one candidate"
    assert written.counted(2, "candidate") == "two candidates"
    assert written.counted(14, "candidate") == "14 candidates"


def test_the_ticks_of_a_chart_are_short_prices() -> None:
    assert [written.price(usd) for usd in (0.003, 0.2, 0.25, 5, 10_000)] == [
        "$0.003",
        "$0.20",
        "$0.25",
        "$5",
        "$10,000",
    ]


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (1_234_560_000_000_000, "$1,234.56"),
        (-70_000_000_000, "−$0.07"),
        (0, "$0.00"),
        (1, "under a cent"),
        (-1, "under a cent"),
        (5_000_000_000, "under a cent"),
        (5_000_000_001, "$0.01"),
        (15_000_000_000, "$0.02"),
        (25_000_000_000, "$0.02"),
        (10**30, "$1,000,000,000,000,000,000.00"),
    ],
)
def test_an_accounted_amount_is_written_to_the_cent(pico: int, text: str) -> None:
    assert written.exact_usd(pico) == text


@given(st.integers(min_value=-(10**24), max_value=10**24))
def test_an_accounted_amount_is_off_by_half_a_cent_at_most(pico: int) -> None:
    shown = written.exact_usd(pico)
    if shown == "under a cent":
        assert 0 < abs(pico) < 10**10
        return
    cents = int(shown.replace("−", "-").replace("$", "").replace(",", "").replace(".", ""))

    assert abs(cents * 10**10 - pico) <= 5 * 10**9


def test_a_modelled_amount_has_three_digits_that_mean_something() -> None:
    assert [written.about(usd) for usd in (48_312.7, -9_264.0, 0.00312345, 0.0, None)] == [
        "$48,300",
        "−$9,260",
        "$0.00312",
        "$0",
        "not known",
    ]
    assert written.about_range(7_421.0, -1_249.0, 15_873.0) == "$7,420 (−1,250–15,900)"


def test_a_part_of_a_whole_is_never_nothing_where_it_is_something() -> None:
    assert written.part(43, 100) == f"43{SPACE}%"
    assert written.part(1, 10_000) == f"under{SPACE}0.1{SPACE}%"
    assert written.part(0, 100) == f"0{SPACE}%"
    assert written.part(-5, 100) == f"−5{SPACE}%"
    assert written.part(5, 0) == ""
