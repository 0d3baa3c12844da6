"""The ledger on the command line: exact sums, and records in a file that nothing overwrites."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.terminal import on_terminal, plain
from tests.compose.command import run
from tests.ledger.records import priced, record
from tests.ledger_cli.conftest import Fill

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.ledger_tables import dollars
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.ledger.export import from_jsonl

HEADERS = [
    "workload",
    "day",
    "requests",
    "failed",
    "attempts",
    "failed_attempts",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cost_usd",
    "estimated_usd",
]

HIDDEN = ("attempts", "failed_attempts", "cached_tokens")


@pytest.mark.parametrize("command", [("summary",), ("export", "out.jsonl")])
def test_a_ledger_that_is_not_there_is_nothing_found_and_is_not_made(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = run(tmp_path, "ledger", *command)

    assert done.returncode == ExitCode.NOT_FOUND
    assert done.stdout == ""
    assert "there is no ledger at equipoise.db yet" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_summary_is_tab_separated_with_exact_dollars_and_a_total(
    tmp_path: Path, fill: Fill
) -> None:
    fill(priced("a", 1, 10**13), priced("b", 3))
    rows = run(tmp_path, "ledger", "summary", "--by", "workload,day").stdout.splitlines()
    sums = ["2", "0", "3", "2", "100", "20", "40", "10.000000000004", "10.000000000003"]

    assert [row.split("\t") for row in rows] == [
        HEADERS,
        ["triage", "2026-03-01", *sums],
        ["total", "", *sums],
    ]


def test_a_request_of_two_targets_counts_once_in_the_total(tmp_path: Path, fill: Fill) -> None:
    fill(record("a"))
    done = run(tmp_path, "ledger", "summary", "--by", "target", "--json")
    value = json.loads(done.stdout)

    assert (value["schema"], value["by"]) == ("equipoise.ledger.summary/1", ["target"])
    assert [(row["target"], row["requests"]) for row in value["rows"]] == [
        ("local/smollm2", 1),
        ("openai/gpt-5-mini", 1),
    ]
    assert value["total"]["requests"] == 1
    assert value["total"]["cost_usd"] == "0.0000000014"


def test_a_terminal_shows_whole_numbers_and_a_total(tmp_path: Path, fill: Fill) -> None:
    fill(priced("a", 1, 10**13))
    code, seen, _ = on_terminal(tmp_path, "ledger", "summary", stream="stdout")
    lines = [line.split() for line in plain(seen).splitlines() if line.strip()]

    assert code == 0
    assert lines == [
        [name for name in HEADERS if name not in ("day", *HIDDEN)],
        ["triage", "1", "0", "100", "20", "10.000000000001", "10"],
        ["total", "1", "0", "100", "20", "10.000000000001", "10"],
    ]


def test_an_unknown_column_is_a_wrong_command_line(tmp_path: Path, fill: Fill) -> None:
    fill(record("a"))
    done = run(tmp_path, "ledger", "summary", "--by", "workload,prompt")

    assert done.returncode == ExitCode.USAGE
    assert "cannot group by 'prompt'" in done.stderr


def test_the_ledger_is_the_settings_files_unless_another_is_named(
    tmp_path: Path, fill: Fill
) -> None:
    fill(priced("a", 5)).rename(tmp_path / "here.db")
    fill(priced("b", 6), priced("c", 7)).rename(tmp_path / "there.db")
    (tmp_path / "mine.toml").write_text('[ledger]\nurl = "sqlite:///here.db"\n')
    asked = ("ledger", "summary", "--config", "mine.toml", "--json")
    configured = json.loads(run(tmp_path, *asked).stdout)
    named = json.loads(run(tmp_path, *asked, "--ledger", "sqlite:///there.db").stdout)

    assert (configured["total"]["requests"], named["total"]["requests"]) == (1, 2)


def test_an_export_comes_back_as_it_was_and_is_never_overwritten(
    tmp_path: Path, fill: Fill
) -> None:
    fill(record("a"), record("b"))
    out = tmp_path / "out.jsonl"
    first = run(tmp_path, "ledger", "export", "out.jsonl")
    before = out.read_bytes()
    out.write_bytes(b"mine")
    second = run(tmp_path, "ledger", "export", "out.jsonl")

    assert first.stdout.splitlines() == ["file\tformat\trecords", "out.jsonl\tjsonl\t2"]
    assert second.returncode == ExitCode.USAGE
    assert "out.jsonl is there already" in second.stderr
    assert out.read_bytes() == b"mine"
    assert run(tmp_path, "ledger", "export", "out.jsonl", "--force").returncode == 0
    assert out.read_bytes() == before
    with out.open("rb") as file:
        assert list(from_jsonl(file)) == [record("a"), record("b")]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".db", ".jsonl"]


def test_a_file_that_ends_in_parquet_is_parquet(tmp_path: Path, fill: Fill) -> None:
    fill(record("a"))
    done = run(tmp_path, "ledger", "export", "out.parquet", "--json")
    with duckdb.connect() as connection:
        sums = connection.execute(
            "SELECT count(*), sum(cost_pico) FROM read_parquet($path)",
            {"path": str(tmp_path / "out.parquet")},
        ).fetchall()

    assert json.loads(done.stdout)["rows"] == [
        {"file": "out.parquet", "format": "parquet", "records": 1}
    ]
    assert sums == [(2, 1400)]


@given(st.integers(-(10**30), 10**30))
def test_dollars_are_exact_and_have_no_exponent(pico: int) -> None:
    text = dollars(pico)

    assert Fraction(text) * PICO_PER_DOLLAR == pico
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))


def test_dollars_of_whole_amounts_are_whole() -> None:
    assert [dollars(n) for n in (0, 120 * PICO_PER_DOLLAR, 1)] == ["0", "120", "0.000000000001"]
