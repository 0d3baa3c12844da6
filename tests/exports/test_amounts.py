"""Days, counts and amounts: read exactly, or named with their row, never guessed at."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.exports.tables import (
    EVENT,
    HEADER,
    dollars,
    objects,
    problem,
    read,
    table,
    tokens,
    write,
)

COUNTS = {"1,234": 1234, "12.0": 12, "1e3": 1000, "1.5E3": 1500, " 7 ": 7, "": 0, "0": 0}
NO_COUNTS = (
    "1e400", "1" + "0" * 40, "NaN", "inf", "1.234,50", "1,234.50", "$5", "5 USD", "1.5", "12e-1",
    "0x10", "1_000", "٣", "--5", "1,23", "true", "null", "-", "N/A", "[]",
)  # fmt: skip
AMOUNTS = {
    "1,234.50": "1234.5", "$5": "5", "-$5": "-5", "$1,234,567.89": "1234567.89",
    "1e-7": "0.0000001", "1.5E2": "150", "-0.0": "0", ".5": "0.5", "5.": "5", "-1,234": "-1234",
    "": "0", "0.000000000001": "0.000000000001", "9" * 26: "9" * 26,
}  # fmt: skip
NO_AMOUNTS = (
    "1e400", "9" * 27, "NaN", "inf", "1.234,50", "5 USD", "USD 5", "€5", "(5.00)", "1,23", "1,2345",
    "1 234", "null", "--5", "−5", "0x1",
)  # fmt: skip
DAYS = {
    "2026-10-01": "2026-10-01",
    "20261001": "2026-10-01",
    "10/01/2026": "2026-10-01",
    "1/2/2026 23:00": "2026-01-02",
    "2026-10-01T23:30:00": "2026-10-01",
    "2026-10-01T23:30:00Z": "2026-10-01",
    "2026-10-01 23:30:00 UTC": "2026-10-01",
    "2026-10-01 23:30:00 +0000 UTC": "2026-10-01",
    "2026-10-01T23:30:00.123456789-05:00": "2026-10-02",
    "2026-10-01T23:30:00-0500": "2026-10-02",
    "2026-10-01 00:30:00+02": "2026-09-30",
    "1790812799": "2026-09-30",
    "1790812800": "2026-10-01",
    "1790812800000": "2026-10-01",
    "1790812799.9": "2026-09-30",
}
NO_DAYS = (
    "2026-13-01", "2026-02-30", "0000-00-00", "13/01/2026", "2026-10-1", "1 Oct 2026", "now",
    "infinity", "epoch", "2026-10-01T25:00:00Z", "2026-10-01 (BC)", "2026-10-01T00:00:00+99:99",
    "2026-10-01T12:00:00 America/New_York", "10/01/2026garbage", "10/1/26", "99999999999", "1e9",
)  # fmt: skip


@pytest.mark.parametrize(("count", "wanted"), COUNTS.items())
def test_a_count_is_a_whole_number(count: str, wanted: int, tmp_path: Path) -> None:
    assert tokens(read(write(tmp_path, table(f'2026-10-01,gpt,"{count}",0,0')))) == wanted


@pytest.mark.parametrize("count", NO_COUNTS)
def test_what_is_no_count_is_named_with_its_row(count: str, tmp_path: Path) -> None:
    said = problem(write(tmp_path, table("2026-10-01,gpt,1,1,1", f'2026-10-01,gpt,1,"{count}",0')))

    assert said == (
        f"export.csv: row 2, output_tokens: {count[:40]!r} is no whole number. Write it as 1234."
    )


@pytest.mark.parametrize(("amount", "wanted"), AMOUNTS.items())
def test_an_amount_is_read_to_its_last_digit(amount: str, wanted: str, tmp_path: Path) -> None:
    found = dollars(read(write(tmp_path, table(f'2026-10-01,gpt,0,0,"{amount}"'))))

    assert found == Decimal(wanted)


@pytest.mark.parametrize("amount", NO_AMOUNTS)
def test_what_is_no_amount_is_named_with_its_row(amount: str, tmp_path: Path) -> None:
    said = problem(write(tmp_path, table(f'2026-10-01,gpt,1,1,"{amount}"')))

    assert said == f"export.csv: row 1, cost: {amount!r} is no amount. Write it as 1234.50."


@pytest.mark.parametrize("delimiter", ";\t|")
def test_a_comma_that_may_be_a_decimal_point_is_not_guessed_at(
    delimiter: str, tmp_path: Path
) -> None:
    header = HEADER.replace(",", delimiter)

    def row(cost: str) -> str:
        return f"{header}\n{delimiter.join(('2026-10-01', 'gpt', '1,000', '1', cost))}\n"

    assert "row 1, cost: '1,234' may be a thousand times" in problem(write(tmp_path, row("1,234")))
    assert dollars(read(write(tmp_path, row("1,234.5")))) == Decimal("1234.5")
    assert dollars(read(write(tmp_path, row("1,234,567")))) == 1234567


@pytest.mark.parametrize(("day", "wanted"), DAYS.items())
def test_a_day_is_that_of_its_moment_in_utc(day: str, wanted: str, tmp_path: Path) -> None:
    (line,) = read(write(tmp_path, table(f'"{day}",gpt,1,1,1'))).lines

    assert str(line.day) == wanted


@pytest.mark.parametrize("day", [*NO_DAYS, ""])
def test_what_is_no_day_is_named_with_its_row(day: str, tmp_path: Path) -> None:
    said = problem(write(tmp_path, table("2026-10-01,gpt,1,1,1", f'"{day}",gpt,1,1,1')))

    assert said.startswith("export.csv: row 2, time: ")
    assert repr(day) in said or "names no day" in said


def test_a_count_below_zero_is_an_error_and_an_amount_below_zero_is_not(tmp_path: Path) -> None:
    assert "'-5' comes out below zero" in problem(write(tmp_path, table("2026-10-01,gpt,-5,0,0")))
    assert dollars(read(write(tmp_path, table("2026-10-01,gpt,5,0,-0.25")))) == Decimal("-0.25")


@pytest.mark.parametrize("number", ["1e400", "1.5", "true", '"x"', "[]", "1" + "0" * 40])
def test_a_count_in_json_is_a_whole_number_as_well(number: str, tmp_path: Path) -> None:
    text = objects(EVENT) + objects({**EVENT, "output_tokens": "?"}).replace('"?"', number)

    assert "row 2, output_tokens: " in problem(write(tmp_path, text))


def test_numbers_in_json_keep_their_digits(tmp_path: Path) -> None:
    row = '{"time": "2026-10-01", "model": "gpt", "input_tokens": 9007199254740993, "cost": 1e-7}'
    reading = read(write(tmp_path, f"{row}\n"))

    assert (tokens(reading), dollars(reading)) == (2**53 + 1, Decimal("1E-7"))


def test_unreadable_counts_are_found_inside_of_expressions(tmp_path: Path) -> None:
    header = "time,model,input_tokens,cached_tokens,output_tokens"
    said = problem(write(tmp_path, table("2026-10-01,gpt,10,many,1", header=header)))

    assert said.startswith("export.csv: row 1, cached_tokens: 'many' is no whole number.")
