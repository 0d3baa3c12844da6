"""Money in other currencies is counted by a rate that somebody gave, exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.exports.tables import HEADER, dollars, problem, problems, read, said, table, write

IN = f"{HEADER},currency"


def charge(amount: str, currency: str, day: int = 1) -> str:
    return f"2026-10-{day:02d},gpt,1,1,{amount},{currency}"


def test_dollars_are_dollars_in_small_letters_and_where_nothing_is_said(tmp_path: Path) -> None:
    rows = (charge("0.1", "usd"), charge("0.2", "USD"), charge("0.4", ""))

    assert dollars(read(write(tmp_path, table(*rows, header=IN)))) == Decimal("0.7")


def test_a_rate_converts_to_the_last_digit(tmp_path: Path) -> None:
    rows = (charge("0.000000000003", "EUR"), charge("1234567.89", "eur", 2), charge("1", "USD"))
    reading = read(write(tmp_path, table(*rows, header=IN)), rates={"EUR": "1.0873"})

    assert dollars(reading) == Decimal("0.000000000003") + Decimal("1234567.89") * Decimal(
        "1.0873"
    ) + Decimal(1)
    assert said(reading, "currency") == [
        (
            "1,234,567.89 EUR of charges and credits are counted in dollars, at 1.0873 dollars "
            "for one unless the export states its own"
        )
    ]


def test_a_currency_without_a_rate_is_an_error_with_its_sum(tmp_path: Path) -> None:
    rows = (charge("1.25", "EUR"), charge("2.5", "EUR", 2), charge("9", "GBP"), charge("1", "USD"))
    found = problems(write(tmp_path, table(*rows, header=IN)))

    assert sorted((row.reason, row.suggestion) for row in found) == [
        (
            "3.75 EUR cannot be added to dollars without a rate",
            "Say what one is worth, such as --rate EUR=1.08.",
        ),
        (
            "9.00 GBP cannot be added to dollars without a rate",
            "Say what one is worth, such as --rate GBP=1.08.",
        ),
    ]


def test_nothing_in_another_currency_is_nothing(tmp_path: Path) -> None:
    reading = read(write(tmp_path, table(charge("0", "EUR"), charge("", "GBP"), header=IN)))

    assert dollars(reading) == 0


@pytest.mark.parametrize("code", ["$", "US Dollar", "EURO", "€", "E1R"])
def test_what_is_no_code_of_a_currency_is_named_with_its_row(code: str, tmp_path: Path) -> None:
    file = write(tmp_path, table(charge("1", "USD"), charge("1", code), header=IN))

    assert problem(file) == (
        f"export.csv: row 2, currency: {code!r} is no code of a currency. "
        "Write its three letters, such as EUR."
    )
