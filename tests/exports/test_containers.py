"""However an export is wrapped, the same rows come out of it."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import duckdb
import pytest
from tests.exports.tables import (
    EVENT,
    HEADER,
    ROW,
    USAGE,
    dollars,
    objects,
    page,
    problem,
    read,
    said,
    sums,
    table,
    tokens,
    write,
)

TABLE = table(ROW, ROW)
TABLES = {
    "plain": TABLE.encode(),
    "with a byte order mark": codecs.BOM_UTF8 + TABLE.encode(),
    "UTF-16": TABLE.encode("utf-16"),
    "UTF-16, the other way round": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "lines of Windows": TABLE.replace("\n", "\r\n").encode(),
    "lines of an old Mac": TABLE.replace("\n", "\r").encode(),
    "lines of both": f"{HEADER}\r\n{ROW}\n{ROW}\r\n".encode(),
    "lines of both, the other way round": f"{HEADER}\n{ROW}\r\n{ROW}\n".encode(),
    "semicolons": TABLE.replace(",", ";").encode(),
    "tabs": TABLE.replace(",", "\t").encode(),
    "bars": TABLE.replace(",", "|").encode(),
    "in quotation marks": TABLE.replace(",", '","')
    .replace("\n", '"\n"')[:-1]
    .join(('"', ""))
    .encode(),
    "without a last line break": TABLE.rstrip().encode(),
    "blank lines at the end": f"{TABLE}\n\n\n".encode(),
    "blank lines between": f"\n\n{HEADER}\n{ROW}\n\n{ROW}\n".encode(),
    "an empty column more": f"{HEADER},\n{ROW},\n{ROW},\n".encode(),
    "a header in other letters": (
        f" Time ,MODEL,Input Tokens, Output-tokens,COST\n{ROW}\n{ROW}\n".encode()
    ),
    "lines about the account above": f"Account,Harbour\nMonth,October\n\n{TABLE}".encode(),
    "a line break in the lines above": f'"Account\nof Harbour",x\n\n{TABLE}'.encode(),
    "a line break in the header": f'{HEADER},"no\nte"\n{ROW},a\n{ROW},b\n'.encode(),
    "line breaks and commas in a cell": (
        f'{HEADER},note\n{ROW},"a,\nb ""c"""\n{ROW},"d\r\ne"\n'.encode()
    ),
    "a cell of 200 kB": f"{HEADER},prompt\n{ROW},{'x' * 200_000}\n{ROW},y\n".encode(),
    "a column that is no UTF-8, far down": b"".join(
        (f"{HEADER},note\n{ROW},{'x' * 2_000_000}\n{ROW},".encode(), b"\xe9\n")
    ),
}
JSON = {
    "lines": objects(EVENT, EVENT).encode(),
    "lines with blank lines": objects(EVENT, EVENT).replace("\n", "\n\n").encode(),
    "lines of Windows": objects(EVENT, EVENT).replace("\n", "\r\n").encode(),
    "one after the other": objects(EVENT, EVENT).replace("\n", "").encode(),
    "over many lines": f"{json.dumps(EVENT, indent=1)}\n{json.dumps(EVENT, indent=1)}".encode(),
    "an array": json.dumps([EVENT, EVENT]).encode(),
    "an array over many lines": json.dumps([EVENT, EVENT], indent=2).encode(),
    "a byte order mark": codecs.BOM_UTF8 + json.dumps([EVENT, EVENT]).encode(),
    "UTF-16": json.dumps([EVENT, EVENT]).encode("utf-16"),
    "keys in other letters": objects(EVENT, {key.title(): EVENT[key] for key in EVENT}).encode(),
}


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_a_table_reads_the_same_however_it_is_written(content: bytes, tmp_path: Path) -> None:
    reading = read(write(tmp_path, content))

    assert (sums(reading)["rows"], tokens(reading), str(dollars(reading))) == (2, 220, "1")


@pytest.mark.parametrize("content", JSON.values(), ids=JSON)
def test_json_reads_the_same_however_it_is_written(content: bytes, tmp_path: Path) -> None:
    reading = read(write(tmp_path, content))

    assert (sums(reading)["rows"], tokens(reading), str(dollars(reading))) == (2, 220, "1")


@pytest.mark.parametrize(
    "name",
    [
        "it's.csv",
        'a "b" {c}.csv',
        "*.csv",
        "[ab]?.csv",
        "x.csv.gz",
        "x.json.zst",
        "-x.csv",
        "é\n.csv",
    ],
)
def test_a_files_name_means_nothing(name: str, tmp_path: Path) -> None:
    write(tmp_path, table(ROW, ROW, ROW), "other.csv")
    folder = tmp_path / "model=other"
    folder.mkdir()

    assert tokens(read(write(folder, table(ROW), name))) == 110
    assert tokens(read(write(tmp_path, table(ROW), name))) == 110


def test_the_last_row_of_a_table_that_just_ends_may_be_cut_off_and_is_said_to_be(
    tmp_path: Path,
) -> None:
    assert said(read(write(tmp_path, table(ROW).rstrip())), "unended") == [
        "export.csv does not end its last line: if it was cut off, its last row is wrong"
    ]
    assert said(read(write(tmp_path, table(ROW))), "unended") == []


def test_typed_columns_and_structures_of_parquet_are_read(tmp_path: Path) -> None:
    file = tmp_path / "it's.parquet"
    duckdb.execute(
        "COPY (SELECT TIMESTAMPTZ '2026-10-01 23:00:00-05:00' AS \"Created At\", 'gpt-5' AS model, "
        "{'prompt_tokens': 18446744073709551615::UBIGINT, 'completion_tokens': 7::TINYINT} "
        "AS usage, "
        "0.1::DECIMAL(9, 4) AS cost, {'x y': 'a'} AS metadata, [1, 2] AS list, 1.0::DOUBLE AS x) "
        "TO $file (FORMAT parquet)",
        {"file": str(file)},
    )

    reading = read(file, by="metadata.x_y")
    (line,) = reading.lines

    assert (str(line.day), line.tokens.input, line.tokens.output) == ("2026-10-02", 2**64 - 1, 7)
    assert (line.group, dollars(reading)) == ("a", dollars(read(file)))
    assert set(reading.sources[0].kept) >= {"metadata.x_y", "list", "x"}


def test_what_only_late_rows_have_is_counted_whatever_its_letters(tmp_path: Path) -> None:
    early = {
        "time": "2026-10-01",
        "model": "gemini-2.5-pro",
        "usageMetadata": {"promptTokenCount": 9},
    }
    late = {**early, "usageMetadata": {"promptTokenCount": 9, "cachedContentTokenCount": 4}}
    reading = read(write(tmp_path, objects(*[early] * 3000, late)))

    assert (sums(reading)["input"], sums(reading)["cached"]) == (9 * 3000 + 5, 4)


def test_pages_read_the_same_one_by_one_as_lines_and_as_an_array(tmp_path: Path) -> None:
    first, second = page(USAGE), page({**USAGE, "input_tokens": 7}, day=1)
    one = read(write(tmp_path, first, "1.json"), write(tmp_path, second, "2.json"))
    lines = read(write(tmp_path, f"{first}\n{second}\n", "lines.json"))
    array = read(write(tmp_path, f"[{first},{second}]", "array.json"))

    assert sums(one) == sums(lines) == sums(array)
    assert tokens(one) == 127


def test_a_page_without_results_among_others_is_said_to_hold_nothing(tmp_path: Path) -> None:
    full, empty = write(tmp_path, page(USAGE), "a.json"), write(tmp_path, page(), "b.json")

    assert said(read(full, empty), "empty") == ["b.json holds no rows"]


@pytest.mark.parametrize("content", [page(), '{"object": "page", "data": []}', "[]"])
def test_a_page_without_results_holds_no_rows(content: str, tmp_path: Path) -> None:
    assert "holds no rows" in problem(write(tmp_path, content))


def test_a_header_alone_is_said_to_hold_no_rows(tmp_path: Path) -> None:
    reading = read(write(tmp_path, table()))

    assert said(reading, "empty") == ["export.csv holds no rows"]
    assert reading.lines == ()


def test_a_chain_of_pages_without_its_end_is_said_to_be_incomplete(tmp_path: Path) -> None:
    open_end = write(tmp_path, page(USAGE, has_more=True), "1.json")
    end = write(tmp_path, page(USAGE, day=1), "2.json")

    assert len(said(read(open_end), "pages")) == 1
    assert said(read(open_end, end), "pages") == []
    assert said(read(end), "pages") == []


def test_pages_that_count_themselves_are_counted(tmp_path: Path) -> None:
    first = write(tmp_path, page(USAGE, page=1, total_pages=2), "1.json")
    second = write(tmp_path, page(USAGE, day=1, page=2, total_pages=2), "2.json")

    assert said(read(first), "pages") == ["1.json: 1 more page is missing here (total_pages)"]
    assert said(read(first, second), "pages") == []
