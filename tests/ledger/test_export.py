"""Records as JSON lines and as Parquet."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.records import any_record, priced, record

from equipoise.domain.record import Record
from equipoise.errors import LedgerError
from equipoise.ledger.export import from_jsonl, to_jsonl, to_parquet
from equipoise.ledger.queries import named
from equipoise.ledger.rows import flat_rows


def lines_of(records: list[Record]) -> bytes:
    """Records as JSON lines."""
    file = BytesIO()
    to_jsonl(records, file)
    return file.getvalue()


@given(st.lists(any_record, max_size=5))
def test_json_lines_come_back_as_they_were_one_a_record(records: list[Record]) -> None:
    content = lines_of(records)

    assert content.count(b"\n") == len(records)
    assert list(from_jsonl(BytesIO(content))) == records
    assert lines_of(list(from_jsonl(BytesIO(content)))) == content


def test_keys_are_sorted_so_that_equal_records_are_equal_bytes() -> None:
    line = lines_of([replace(record("a"), attempts=())])

    assert line == (
        b'{"attempts":[],"data_class":"internal","dialect":"openai_chat","id":"a",'
        b'"model":"chat","outcome":"answered","policy_id":"policy-1","started_ms":1772323200000,'
        b'"status":200,"streamed":true,"total_ms":900.5,"workload":"triage"}\n'
    )


@pytest.mark.parametrize("bad", [b"{", b'{"id":"a"}', b"\n", b"[]", b'"\xff"'])
def test_a_line_that_is_no_record_is_an_error_with_its_number(bad: bytes) -> None:
    reading = from_jsonl(BytesIO(lines_of([record("a")]) + bad))

    assert next(reading) == record("a")
    with pytest.raises(LedgerError, match="line 2 is no record"):
        next(reading)


def test_parquet_has_every_column_there_is() -> None:
    text = named("parquet.sql")["write"]
    columns = [line.split(":")[0].strip() for line in text.splitlines() if line.startswith("    ")]

    assert columns == list(next(flat_rows(record("a"))))


def test_parquet_has_a_row_an_attempt_and_money_to_the_last_picodollar(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    records = [record("a"), priced("b", 2**63 - 1, -(2**63)), replace(record("c"), attempts=())]
    to_parquet(records, path)

    with duckdb.connect() as connection:
        found = connection.read_parquet(str(path))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    blank = dict.fromkeys(types)
    assert rows == [blank | row for kept in records for row in flat_rows(kept)]
    assert (types["cost_pico"], types["started_ms"], types["estimated"]) == (
        "BIGINT",
        "BIGINT",
        "BOOLEAN",
    )
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_of_nothing_has_no_rows_but_every_column(tmp_path: Path) -> None:
    to_parquet([], tmp_path / "none.parquet")

    with duckdb.connect() as connection:
        found = connection.read_parquet(str(tmp_path / "none.parquet"))
        assert (len(found.columns), found.fetchall()) == (27, [])


def test_parquet_where_nobody_can_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        to_parquet([record("a")], tmp_path / "absent" / "x.parquet")

    assert caught.value.hint
