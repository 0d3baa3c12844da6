"""A file is known by its columns; what is unknown says what it resembles; names do no harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exports.tables import (
    EVENT,
    HEADER,
    ROW,
    USAGE,
    objects,
    page,
    problem,
    read,
    said,
    table,
    tokens,
    write,
)

NAMES = {
    'we"ird': "we_ird", "we'ird": "we_ird", "we.ird": "we.ird", "we\nird": "we_ird",
    '"; DROP TABLE lines; --': "drop_table_lines", "a/b~c": "a_b_c", "*": "", "$": "",
    "Größe": "größe", "тест": "тест", "row_hash": "row_hash", "identity": "identity",
    "source": "source", "failing": "failing", "a#1": "a_1", "{x}": "x", "l0": "l0", "#-1": "1",
    "rows": "rows", "number": "number", "day": "day", "case": "case", "left_out": "left_out",
}  # fmt: skip
VALUES = (
    "'); COPY (SELECT 1) TO 'x'; --",
    '"',
    "'",
    "\\",
    "a,b",
    "{}",
    "$$",
    "NULL",
    "é\u2028\x1f",
)


def groups(file: Path, by: str) -> set[str]:
    return {line.group for line in read(file, by=by).lines}


@pytest.mark.parametrize(("name", "column"), NAMES.items(), ids=NAMES)
def test_any_column_can_be_grouped_by_whatever_it_is_called(
    name: str, column: str, tmp_path: Path
) -> None:
    quoted = name.replace('"', '""')
    csv = write(tmp_path, table(f"{ROW},a", f"{ROW},b", header=f'{HEADER},"{quoted}"'))
    json = write(tmp_path, objects({**EVENT, name: "a"}, {**EVENT, name: "b"}), "export.json")

    if column:
        assert groups(csv, column) == groups(json, column) == {"a", "b"}
    else:
        assert "has no column '' to group by" in problem(csv, by=column)
        assert "has no column '' to group by" in problem(json, by=column)


@pytest.mark.parametrize("value", VALUES)
def test_values_are_values(value: str, tmp_path: Path) -> None:
    quoted = value.replace('"', '""')
    csv = write(tmp_path, table(f'{ROW},"{quoted}"', header=f"{HEADER},x"))
    json = write(tmp_path, objects({**EVENT, "x": value, "model": value}), "export.json")

    assert groups(csv, "x") == groups(json, "x") == {value}
    assert [path.name for path in tmp_path.iterdir() if path.name == "x"] == []


def test_a_column_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    assert problem(write(tmp_path, table(ROW)), by="team") == (
        "export.csv: has no column 'team' to group by. "
        "It has: cost, input_tokens, model, output_tokens, time."
    )


def test_columns_that_no_layout_reads_are_kept(tmp_path: Path) -> None:
    (source,) = read(write(tmp_path, table(f"{ROW},a,b", header=f"{HEADER},Shoe Size,x"))).sources

    assert source.kept == ("shoe_size", "x")


def test_an_unknown_table_names_its_columns_and_what_is_known(tmp_path: Path) -> None:
    said = problem(write(tmp_path, "shoe,size\nleft,42\n"))

    assert said.startswith("export.csv: no known export has these columns: shoe, size. Known are: ")


def test_a_table_that_lacks_a_column_says_which_it_resembles_and_what_is_missing(
    tmp_path: Path,
) -> None:
    file = write(tmp_path, f"Account,x\n\n{table('2026-10-01,gpt,1', header='time,model,words')}")

    assert problem(file) == (
        "export.csv:3: resembles Request log, but these columns are missing: input_tokens. "
        "Export it again with them, or rename the columns that hold them."
    )


def test_a_page_that_lacks_a_column_says_so(tmp_path: Path) -> None:
    lacking = {key: USAGE[key] for key in USAGE if key != "num_model_requests"}

    assert "but these columns are missing: num_model_requests." in problem(
        write(tmp_path, page(lacking))
    )


def test_of_two_columns_of_one_name_the_first_is_read_and_that_is_said(tmp_path: Path) -> None:
    reading = read(write(tmp_path, table(f"{ROW},999", header=f"{HEADER},Input Tokens")))

    assert tokens(reading) == 110
    assert said(reading, "columns") == [
        "export.csv has several columns called input_tokens: the first is read"
    ]


def test_of_two_equal_keys_the_first_is_read(tmp_path: Path) -> None:
    row = '{"time": "2026-10-01", "model": "gpt", "input_tokens": 1, "input_tokens": 50}\n'

    assert tokens(read(write(tmp_path, row))) == 1


def test_thousands_of_different_rows_are_read_like_a_few(tmp_path: Path) -> None:
    rows = [{**EVENT, "metadata": {f"k{number}": 1}} for number in range(6000)]

    assert tokens(read(write(tmp_path, objects(*rows)))) == 6000 * 110


def test_a_column_that_shares_its_name_with_an_expression_of_the_layout_is_kept_apart(
    tmp_path: Path,
) -> None:
    # `epoch` is what the layout of request logs calls a moment in seconds.
    file = write(
        tmp_path,
        "timestamp,model,input_tokens,output_tokens,epoch\n"
        "2026-11-01T10:00:00Z,gpt-5-mini,1000,100,late\n",
    )

    assert groups(file, "epoch") == {"late"}
    assert {line.day.isoformat() for line in read(file, by="epoch").lines} == {"2026-11-01"}


def test_what_is_charged_by_another_count_than_tokens_is_said(tmp_path: Path) -> None:
    header = (
        "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens,"
        "web_search_count\n"
    )
    file = write(tmp_path, f"{header}2026-11-01,claude-x,10,1,1500\n2026-11-02,claude-x,10,1,\n")

    (text,) = said(read(file), "apart")
    assert "1,500 web searches, which Anthropic charges by the thousand" in text
