"""A file that cannot be read says what is wrong, where, and what to do; nothing is counted."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import duckdb
import pytest
from tests.exports.tables import EVENT, HEADER, ROW, objects, page, problem, problems, table, write

DEEP = "[" * 100_000 + "]" * 100_000
AGAIN = "It may be cut off: export it again."
UTF8 = "Export it again as CSV UTF-8, or as JSON."
FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty. Export it again."),
    "white space": (" \n\t\r\n", "is empty. Export it again."),
    "nothing but a byte order mark": (b"\xef\xbb\xbf", "is empty."),
    "a zip": (b"PK\x03\x04" + bytes(99), "is an archive or a spreadsheet. Unpack it, or"),
    "a gzip": (gzip.compress(table(ROW).encode()), "is compressed. Unpack it"),
    "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "is a PDF. Export the same figures as CSV or JSON."),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0" + bytes(99), "is a spreadsheet."),
    "a page to sign in": ("<!DOCTYPE html><p>Sign in, please", "is a web page or XML."),
    "all bytes there are": (bytes(range(256)) * 9, ":2: is not UTF-8 text."),
    "words": ("Nothing to see here", "holds no table and no JSON."),
    "Latin-1": (f"{HEADER},x\n{ROW},caf\xe9\n".encode("latin-1"), f":2: is not UTF-8 text. {UTF8}"),
    "Latin-1 in what is read": (
        table(*[ROW] * 40_000, "2026-10-01,\0,1,1,1").encode().replace(b"\0", b"\xe9"),
        f":40002: is not UTF-8 text. {UTF8}",
    ),
    "NUL": (table(ROW, "2026-10-01,gpt\0,1,1,1"), ":3: holds bytes that are no text."),
    "UTF-16 cut in two": (table(ROW).encode("utf-16")[:-1], "is not UTF-16 text to its end."),
    "a row too short": (
        table(ROW, "2026-10-01,gpt,1"),
        f":3: has another number of cells, 3, {''}",
    ),
    "a row too long": (table(ROW, f"{ROW},7"), ":3: has another number of cells, 6, than the"),
    "below a preamble": (f"Account,x\n\n{table(ROW, '1,2')}", ":5: has another number of cells, 2"),
    "cut within quotation marks": (table(ROW, '2026-10-01,"gpt'), ":3: has a quotation mark too"),
    "a quotation mark too many": (table('2026-10-01,"g"pt,1,1,1'), ":2: has a quotation mark too"),
    "cut within a row": (
        f"{HEADER}\n{ROW}\n2026-10-0",
        f":3: has another number of cells, 1, {''}",
    ),
    "line breaks of two kinds, far down": (
        f"{HEADER}\r\n" + f"{ROW}\r\n" * 50_000 + f"{ROW}\n" * 3,
        "has line breaks of several kinds. Save it anew with one of them.",
    ),
    "an array cut in two": (json.dumps([EVENT] * 9)[:-9], "is cut off. Export it again."),
    "an array cut after a comma": (json.dumps([EVENT] * 9)[:-1] + ",", "is cut off."),
    "an array that never ends": (json.dumps([EVENT] * 9)[:-1], "is cut off."),
    "a page cut after a brace": (page(EVENT)[: page(EVENT).index("}") + 1], "is no whole JSON"),
    "lines cut in two": (objects(EVENT, EVENT)[:-9], "is cut off."),
    "a line of something else": (objects(EVENT) + "x\n" + objects(EVENT), ":2: is no whole JSON"),
    "another line, far down": (
        objects(*[EVENT] * 9000) + "x\n" + objects(EVENT),
        f":9001: is no whole JSON: unexpected character. {AGAIN}",
    ),
    "a lone surrogate": (objects(EVENT, EVENT).replace("gpt-5-mini", "\\ud800"), "surrogate"),
    "no UTF-8, far down": (
        objects(*[EVENT] * 20_000, {**EVENT, "model": "\0"}).encode().replace(b"\\u0000", b"\xff"),
        f":20001: is not UTF-8 text. {UTF8}",
    ),
    "nested beyond reason": (DEEP, "is nested too deeply."),
    "nested beyond reason in a row": (
        objects(EVENT) + f'{{"time": {DEEP}, "model": "x"}}\n',
        "is nested too deeply.",
    ),
    "numbers": ("[1, 2]", "holds values that are no objects."),
    "a null between": (json.dumps([EVENT, None]), "holds values that are no objects."),
    "a Parquet cut off": (b"PAR1" + bytes(99), f"is no whole Parquet file. {AGAIN}"),
}


@pytest.mark.parametrize(("content", "wanted"), FILES.values(), ids=FILES)
def test_a_broken_file_says_what_is_wrong_and_where(
    content: str | bytes, wanted: str, tmp_path: Path
) -> None:
    said = problem(write(tmp_path, content))

    assert said.startswith("export.csv:")
    assert wanted in said
    assert not any(word in said for word in ("strict_mode", "Error", "DuckDB", "equipoise-", "\n"))
    assert len(said) < 200


def test_a_parquet_with_a_hole_is_no_whole_file(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    duckdb.execute(
        "COPY (SELECT '2026-10-01' AS time, 'gpt' || range AS model, range * 7 AS input_tokens "
        "FROM range(50000)) TO $file (FORMAT parquet)",
        {"file": str(whole)},
    )
    content = bytearray(whole.read_bytes())
    content[2000:9000] = bytes(7000)

    assert "is no whole Parquet file" in problem(write(tmp_path, bytes(content)))


def test_a_folder_a_missing_file_and_a_pipe_are_no_exports(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert problem(tmp_path).endswith("is a folder. Name the files in it, such as folder/*.csv.")
    assert "cannot be read: No such file" in problem(tmp_path / "nowhere.csv")
    assert problem(pipe) == "pipe: is no regular file. Save it to a file first."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, table(ROW))
    file.chmod(0)

    assert "cannot be read: Permission denied" in problem(file)


def test_all_files_that_are_broken_are_named_at_once(tmp_path: Path) -> None:
    files = [write(tmp_path, "", "a"), write(tmp_path, "x", "b"), write(tmp_path, table(ROW), "c")]

    assert [found.path for found in problems(*files)] == [str(files[0]), str(files[1])]


def test_of_several_files_of_a_layout_the_broken_one_is_named(tmp_path: Path) -> None:
    files = [write(tmp_path, table(ROW), "a"), write(tmp_path, table(ROW, "1,2"), "b")]
    (found,) = problems(*files)

    assert (found.path, found.line) == (str(files[1]), 3)


@pytest.mark.parametrize("count", ["9" * 38, "1" + "0" * 38])
def test_counts_too_large_to_add_up_are_an_error(count: str, tmp_path: Path) -> None:
    rows = [f"2026-10-01,gpt,{count},0,0"] * 9

    assert "too large to add up" in problem(write(tmp_path, table(*rows)))


def test_rows_that_cannot_be_read_are_numbered_as_they_stand(tmp_path: Path) -> None:
    good, bad = [ROW] * 300_000, "2026-10-01,gpt,1,x,1"
    found = problems(write(tmp_path, table(*good, bad, *good[:9], *[bad] * 9)))

    assert [row.key for row in found] == [
        f"row {number}, output_tokens" for number in (300_001, *range(300_011, 300_015))
    ]
    assert found[-1].reason == "'x' is no whole number (and 5 rows more)"
