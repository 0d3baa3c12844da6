"""Data on stdout, words on stderr: TSV for a program, a table for a person, JSON on request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import COLUMNS, on_terminal, plain
from tests.compose.command import run

from equipoise.catalog.models import models
from equipoise.cli.output import Rows, show


def test_a_program_is_given_tab_separated_values_and_nothing_else(tmp_path: Path) -> None:
    done = run(tmp_path, "catalog", "models")
    header, *rows = [line.split("\t") for line in done.stdout.splitlines()]

    assert header == ["model", "developer", "weights", "licence", "source"]
    assert [row[0] for row in rows] == [model.id for model in models()]
    assert {len(row) for row in rows} == {len(header)}
    assert "\x1b" not in done.stdout + done.stderr
    assert "Next: " in done.stderr


def test_a_person_is_given_a_table(tmp_path: Path) -> None:
    code, seen, words = on_terminal(tmp_path, "catalog", "models", stream="stdout")
    header, *rows = plain(seen).rstrip().splitlines()

    assert code == 0
    assert header.split() == ["model", "developer", "weights", "licence", "source"]
    assert len(rows) >= len(models())
    assert all(len(row) <= COLUMNS for row in rows)
    assert "\t" not in seen
    assert "Next: " in words


def test_json_is_the_same_rows_under_a_schema_with_a_version(tmp_path: Path) -> None:
    done = run(tmp_path, "catalog", "hardware", "--json")
    value = json.loads(done.stdout)
    tsv = run(tmp_path, "catalog", "hardware").stdout.splitlines()

    assert value["schema"] == "equipoise.catalog.hardware/1"
    assert list(value["rows"][0]) == tsv[0].split("\t")
    assert [row["machine"] for row in value["rows"]] == [line.split("\t")[0] for line in tsv[1:]]
    assert all(isinstance(row["usd_per_hour"], float) for row in value["rows"])


def test_no_cell_ends_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    show(Rows("x/1", ("first", "second"), [("a\tb\nc\rd", None), ("e", 1 / 3)]))

    assert capsys.readouterr().out == "first\tsecond\na b c d\t\ne\t0.333333333\n"


def test_a_text_in_brackets_is_shown_on_a_terminal_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "equipoise.toml").write_text('[engine]\n"[bold]threads" = 1\n')
    _, seen, _ = on_terminal(tmp_path, "doctor", stream="stdout")

    assert "engine.[bold]threads: unknown key" in " ".join(plain(seen).split())


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_what_a_terminal_cannot_write_is_escaped(tmp_path: Path, encoding: str) -> None:
    done = run(tmp_path, "--help", PYTHONIOENCODING=encoding)
    arrow = "→" if encoding == "utf-8" else "\\u2192"

    assert done.returncode == 0, done.stderr
    assert f"terms {arrow} a decision." in done.stdout
