"""Names by the ten thousand become one, in bounded memory, and no sum changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exports.tables import read, said, sums, table, write


def log(folder: Path, rows: int, column: str) -> Path:
    lines = [
        f"2026-10-0{1 + number % 3},gpt,{number % 1000},{number * 100}e-6,n{number}"
        for number in range(rows)
    ]
    return write(folder, table(*lines, header=f"time,model,input_tokens,cost,{column}"))


@pytest.mark.parametrize(
    ("column", "field", "word"),
    [("api_key_id", "key", "keys"), ("project", "project", "projects"), ("x", "group", "groups")],
)
def test_more_than_ten_thousand_names_are_folded_and_the_largest_stay(
    column: str, field: str, word: str, tmp_path: Path
) -> None:
    reading = read(log(tmp_path, 10_001, column), by=column if field == "group" else None)
    names = {getattr(line, field) for line in reading.lines}

    assert names == {f"n{number}" for number in range(9_001, 10_001)} | {f"(9,001 other {word})"}
    assert sums(reading)["pico"] == sum(range(10_001)) * 10**8
    assert sums(reading)["input"] == sum(number % 1000 for number in range(10_001))
    assert sums(reading)["rows"] == 10_001
    (note,) = said(reading, "folded")
    assert note == (
        f"Request log names 10,001 {word}: the 1,000 largest stand alone, the others are counted "
        f"together as (9,001 other {word})"
    )


def test_ten_thousand_names_stand_each_for_itself(tmp_path: Path) -> None:
    reading = read(log(tmp_path, 10_000, "api_key_id"))

    assert len({line.key for line in reading.lines}) == 10_000
    assert said(reading, "folded") == []
