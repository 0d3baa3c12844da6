"""The same items out of every kind of file, and `[items]`, which says in which columns."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests.config.conftest import Reader
from tests.imports.lines import ASKED, BATCH_INPUT, CHAT, MESSAGES, jsonl

from equipoise.config.items_columns import Columns
from equipoise.config.items_file import ItemsFile, ItemsOrder, read_ordered
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.config.workload_schema import answer_schema
from equipoise.domain.workload import Item

LABEL = answer_schema({"queue": ["billing", "delivery"]})
DOSE = answer_schema({"dose": "number"})
STATED = {"input": "text", "expected": "label", "id": "ticket", "cluster": "meta.customer"}
COLUMNS = Columns(STATED, alone=False)
ROWS = [
    {"ticket": n, "text": f"where, is “{n}”?\nplease", "label": label, "meta": {"customer": 7}}
    for n, label in enumerate(["billing", "delivery", "billing"])
]
ITEMS = tuple(
    Item(str(row["ticket"]), str(row["text"]), {"queue": row["label"]}, "7") for row in ROWS
)


def lines(path: Path) -> Path:
    path.write_bytes(jsonl(*ROWS))
    return path


def packed(path: Path) -> Path:
    path.write_bytes(gzip.compress(jsonl(*ROWS)))
    return path


def array(path: Path) -> Path:
    path.write_text(json.dumps(ROWS, indent=1))
    return path


def table(delimiter: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        quoted = [
            [str(row["ticket"]), f'"{row["text"]}"', str(row["label"]), "7", "unread"]
            for row in ROWS
        ]
        names = ["ticket", "text", "label", "meta.customer", "other"]
        text = "\r\n".join(delimiter.join(cells) for cells in [names, *quoted])
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        return path

    return write


def parquet(path: Path) -> Path:
    rows = path.with_name("rows.json")
    rows.write_text(json.dumps(ROWS))
    with duckdb.connect() as connection:
        connection.read_json(str(rows)).write_parquet(str(path))
    rows.unlink()
    return path


def folder(path: Path) -> Path:
    (path / "data").mkdir(parents=True)
    parquet(path / "data" / "test-00000-of-00001.parquet")
    (path / "README.md").write_text("---\nlicense: mit\n---\n")
    return path


WRITERS = {
    "JSON lines": lines,
    "packed JSON lines": packed,
    "an array of JSON": array,
    "CSV": table(","),
    "CSV with semicolons": table(";"),
    "tabs": table("\t"),
    "Parquet": parquet,
    "a dataset's folder": folder,
}


def read(path: Path, columns: Columns = COLUMNS, gold: bool = True) -> ItemsFile:
    return read_ordered(ItemsOrder(path, columns, LABEL, gold=gold))


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_file_gives_the_same_items_whatever_it_is_called(
    kind: str, tmp_path: Path
) -> None:
    found = read(WRITERS[kind](tmp_path / "x.data"))

    assert found.problems == ()
    assert (found.items, found.lines) == (ITEMS, len(ROWS))
    assert len(found.digest) == 64


@pytest.mark.parametrize("kind", WRITERS)
def test_the_digest_moves_with_the_content_alone(kind: str, tmp_path: Path) -> None:
    first, second = (read(WRITERS[kind](tmp_path / name)).digest for name in ("one", "two"))
    other = lines(tmp_path / "three")
    other.write_bytes(other.read_bytes() + b"\n")

    assert first == second or kind in {"packed JSON lines", "Parquet", "a dataset's folder"}
    assert read(other).digest != first


@pytest.mark.parametrize("kind", ["JSON lines", "CSV", "Parquet", "an array of JSON"])
def test_a_column_that_is_not_there_is_one_problem_with_the_nearest_one(
    kind: str, tmp_path: Path
) -> None:
    columns = Columns({**STATED, "expected": "labels"}, alone=False)
    (problem,) = read(WRITERS[kind](tmp_path / "x"), columns).problems

    assert problem.key == "labels"
    assert "Did you mean 'label'?" in problem.suggestion


def test_bad_rows_of_a_table_are_named_by_their_first_line_and_of_parquet_by_number(
    tmp_path: Path,
) -> None:
    text = tmp_path / "items.csv"
    text.write_bytes(
        b'input,expected,weight\n"two\nlines",billing,1\nshort,billing\nx,biling,1\ny,billing,no\n'
        b"\xff,billing,1\n,billing,1\n"
    )
    with duckdb.connect() as connection:
        rows = connection.sql(
            "SELECT 'x' AS input, unnest(['billing', 'biling', NULL]) AS expected"
        )
        rows.write_parquet(str(tmp_path / "items.parquet"))
    of_table = [(row.line, row.key) for row in read(text, Columns()).problems]
    of_parquet = [
        (row.line, row.key) for row in read(tmp_path / "items.parquet", Columns()).problems
    ]

    assert of_table == [
        (4, ""),
        (5, "expected.queue"),
        (6, "weight"),
        (7, ""),
        (8, "input"),
    ]
    assert of_parquet == [(None, "row 2 expected.queue"), (None, "row 3 expected")]


def test_a_cell_is_read_as_the_answers_field_wants_it(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text('input,expected\na,50\nb,"{""dose"": 0.5}"\nc,fifty\n')
    found = read_ordered(ItemsOrder(path, Columns(), DOSE))

    assert [item.expected for item in found.items] == [{"dose": 50}, {"dose": 0.5}]
    assert [(row.line, row.reason) for row in found.problems] == [
        (4, "does not fit: must be a number")
    ]


def test_a_label_that_looks_like_a_number_stays_a_text(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("input,expected\na,1\n")
    schema = answer_schema({"stars": ["1", "2"]})

    assert read_ordered(ItemsOrder(path, Columns(), schema)).items[0].expected == {"stars": "1"}


def test_a_dataset_that_keeps_classes_as_numbers_gives_their_names(tmp_path: Path) -> None:
    info = '{"info": {"features": {"expected": {"names": ["billing", "delivery"]}}}}'
    query = "SELECT 'q' || i AS input, i - 1 AS expected FROM range(3) t(i)"
    target = f"'{tmp_path}/train.parquet' (KV_METADATA {{huggingface: '{info}'}})"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO {target}")
    found = read(tmp_path, Columns(alone=False))

    assert [item.expected for item in found.items] == [{"queue": "billing"}, {"queue": "delivery"}]
    assert [row.key for row in found.problems] == ["row 1 expected"]


def test_rows_of_another_split_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    rows = [
        {"id": str(n), "input": f"q{n}", "expected": "billing", "split": split}
        for n, split in enumerate(["train", "test", "test"])
    ]
    path.write_bytes(jsonl(*rows))
    (none,) = read(path, Columns(split="tests", alone=False)).problems

    assert [item.id for item in read(path, Columns(split="test", alone=False)).items] == ["1", "2"]
    assert none.reason == "has no rows of the split 'tests'"


@pytest.mark.parametrize("row", [CHAT, MESSAGES, BATCH_INPUT], ids=["chat", "messages", "batch"])
def test_a_log_gives_its_questions_and_never_its_answers_as_gold(
    row: object, tmp_path: Path
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(jsonl(row))
    found = read(path, Columns(), gold=False)
    (refused,) = read(path, Columns()).problems

    assert [(item.input, item.expected) for item in found.items] == [("Where is my parcel?", None)]
    assert "none that are right" in refused.reason
    assert "equipoise trial init" in refused.suggestion


def test_calls_that_are_no_single_question_are_counted_and_bad_lines_named(tmp_path: Path) -> None:
    turns = [*ASKED["messages"], {"role": "assistant", "content": "?"}, ASKED["messages"][-1]]
    longer = {**CHAT, "request": {**ASKED, "messages": turns}}
    path = tmp_path / "calls.jsonl"
    path.write_bytes(jsonl(CHAT, longer, {"request": ASKED, "response": {"error": "no"}}))
    found = read(path, Columns(), gold=False)
    (note,) = found.notes

    assert [row.line for row in found.problems] == [3]
    assert note.startswith("calls.jsonl: rows left out, because they follow earlier turns")
    assert note.endswith(": 1")


def test_a_log_is_told_by_its_first_call_however_long_that_is(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "long " * 50_000}]
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b"{cut off\n" + jsonl({**CHAT, "request": {**ASKED, "messages": asked}}))
    found = read(path, Columns(), gold=False)

    assert [len(item.input) for item in found.items] == [250_000]
    assert [row.line for row in found.problems] == [1]


def test_a_table_with_one_name_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("input,expected,expected\nx,billing,delivery\n")
    (problem,) = read(path, Columns()).problems

    assert problem.reason == "has the column 'expected' twice"


def test_a_ledger_of_the_gateway_is_said_to_hold_no_content(tmp_path: Path) -> None:
    path = tmp_path / "equipoise.db"
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    (problem,) = read(path).problems

    assert "no word of what was asked" in problem.reason


def test_a_file_of_another_kind_is_called_by_its_name(tmp_path: Path) -> None:
    kinds = {b"PK\x03\x04": "spreadsheet", b"%PDF-1": "PDF", b"\xff\xfea\0": "UTF-16"}
    for number, (content, name) in enumerate(kinds.items()):
        path = tmp_path / f"{number}.jsonl"
        path.write_bytes(content)
        (problem,) = read(path).problems

        assert name in problem.reason


def test_parquet_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "whole.parquet")
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(whole.read_bytes()[:200])
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(gzip.compress(jsonl(*ROWS))[:-9])

    for path in (cut, broken):
        (problem,) = read(path).problems
        assert problem.reason.startswith("cannot be read")


def test_items_may_be_named_with_their_columns(workload_file: Path) -> None:
    rows = [{"text": f"m{n}", "label": "billing", "language": "de"} for n in range(12)]
    (workload_file.parent / "rows.jsonl").write_bytes(jsonl(*rows))
    text = workload_file.read_text().replace('items = "items.jsonl"\n', "")
    table = '[items]\npath = "rows.jsonl"\ninput = "text"\nexpected = "label"\nslice = "language"\n'
    workload_file.write_text(text.replace("[requirements]", f"{table}\n[requirements]"))
    workload = load_workload(workload_file, load_settings(None))

    assert {(item.expected["queue"], item.slice) for item in workload.items} == {("billing", "de")}
    assert len(workload.items) == 12


def test_what_is_right_and_yet_worth_knowing_stands_in_the_workload(workload_file: Path) -> None:
    path = workload_file.parent / "items.jsonl"
    path.write_text(path.read_text() + path.read_text().splitlines()[0])
    workload = load_workload(workload_file, load_settings(None))

    assert workload.notes == ("items.jsonl: rows that repeat an earlier one, and count once: 1",)


def test_items_are_named_once_and_with_known_keys(problems_after: Reader) -> None:
    table = '[items]\npath = "items.jsonl"\nexpectd = "x"\n\n[requirements]\n'
    found = problems_after(("[requirements]\n", table))

    assert [(row.key, row.suggestion) for row in found] == [
        ("task.items", "Keep one of the two."),
        ("items.expectd", "Did you mean 'expected'?"),
    ]
