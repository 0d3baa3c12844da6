"""`equipoise cost estimate --batch`: a table in, the same rows with their estimates out."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.compose.command import COMMAND, environment, run

BATCH = ("cost", "estimate", "--batch")
FIGURES = [
    f"{name}{end}"
    for name in ("tpot_ms", "ttft_ms", "output_tok_s_per_gpu")
    for end in ("", "_p10", "_p90")
]
HEADER = [
    *("id", "model", "gpu", "gpu_count", "precision", "engine", "scenario"),
    *("input_len", "output_len", "concurrency", "tpot_ms", "note"),
]
ROW = [
    *("somebody:1", "Llama-3.1-8B", "RTX 4090 24GB", "1", "Q4_K_M", "llama.cpp", "single"),
    *("1024", "256", "1", "10.0", 'said "so", twice'),
]
UNKNOWN = [*ROW[:2], "abacus", *ROW[3:]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table whose second row nobody can estimate."""
    write(tmp_path, [HEADER, ROW, UNKNOWN, ROW])
    return tmp_path


def write(folder: Path, rows: Sequence[Sequence[str]], name: str = "points.csv") -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_same_rows_come_out_in_their_order_with_their_figures(folder: Path) -> None:
    done = run(folder, *BATCH, "points.csv")
    rows = read(done.stdout)

    assert done.returncode == 0
    kept = [name if name != "tpot_ms" else "measured_tpot_ms" for name in HEADER]
    assert list(rows[0]) == [*kept, *FIGURES, "reason"]
    assert [[row[name] for name in kept] for row in rows] == [ROW, UNKNOWN, ROW]
    for row in (rows[0], rows[2]):
        for name in ("tpot_ms", "ttft_ms", "output_tok_s_per_gpu"):
            assert 0 < float(row[f"{name}_p10"]) < float(row[name]) < float(row[f"{name}_p90"])
        assert row["reason"] == ""
    assert [rows[1][name] for name in FIGURES] == [""] * 9
    assert "abacus" in rows[1]["reason"]


def test_a_row_is_the_point_that_the_flags_describe(tmp_path: Path) -> None:
    row = [*ROW]
    row[0] = ""  # nobody's measurement, as a point of flags is
    write(tmp_path, [HEADER, row])
    (found,) = read(run(tmp_path, *BATCH, "points.csv").stdout)
    point = run(
        *(tmp_path, "cost", "estimate", "--model", "llama-3.1-8b-instruct", "--json"),
        *("--device", "rtx-4090", "--precision", "q4_k_m", "--engine", "llama.cpp"),
        *("--input-tokens", "1024", "--output-tokens", "256", "--concurrency", "1"),
    )
    speed = json.loads(point.stdout)["speed"]

    assert float(found["tpot_ms"]) == pytest.approx(speed["tpot_ms"]["value"])
    assert float(found["tpot_ms_p10"]) == pytest.approx(speed["tpot_ms"]["low"])
    assert float(found["ttft_ms_p90"]) == pytest.approx(speed["ttft_ms"]["high"])


def test_the_end_says_how_many_why_not_and_what_now(folder: Path) -> None:
    said = run(folder, *BATCH, "points.csv").stderr

    assert "2 of 3 rows estimated, 1 not" in said
    assert "1  no device is known by the name 'abacus' (first on line 3)" in said
    assert said.rstrip().endswith("beside measured_tpot_ms")
    assert "\nNext: " in said


def test_a_file_takes_the_answer_whole(folder: Path) -> None:
    (folder / "answer.csv").write_text("an older answer, much longer than it should be\n" * 99)
    done = run(folder, *BATCH, "points.csv", "--out", "answer.csv")

    assert (done.returncode, done.stdout) == (0, "")
    assert (folder / "answer.csv").read_text() == run(folder, *BATCH, "points.csv").stdout
    assert "Answer  answer.csv" in done.stderr
    assert {path.name for path in folder.iterdir()} == {"points.csv", "answer.csv"}


def test_json_is_one_value_with_the_same_rows_and_the_counts(folder: Path) -> None:
    done = run(folder, *BATCH, "points.csv", "--json")
    value = json.loads(done.stdout)
    rows = read(run(folder, *BATCH, "points.csv").stdout)

    assert list(value) == ["schema", "file", "rows", "summary"]
    assert value["schema"] == "equipoise.cost.estimates/1"
    assert [list(row) for row in value["rows"]] == [list(row) for row in rows]
    assert value["rows"][0]["tpot_ms"] == float(rows[0]["tpot_ms"])
    assert value["rows"][1]["tpot_ms"] is value["rows"][0]["reason"] is None
    assert value["summary"]["rows"] == 3
    assert value["summary"]["estimated"] == 2
    (reason,) = value["summary"]["reasons"]
    assert (reason["rows"], reason["first_line"]) == (1, 3)


def test_json_and_a_file_are_both_written(folder: Path) -> None:
    done = run(folder, *BATCH, "points.csv", "--json", "--out", "answer.csv")

    assert len(json.loads(done.stdout)["rows"]) == 3
    assert len(read((folder / "answer.csv").read_text())) == 3


def test_an_answer_that_is_read_again_is_answered_alike(folder: Path) -> None:
    run(folder, *BATCH, "points.csv", "--out", "once.csv")
    run(folder, *BATCH, "once.csv", "--out", "twice.csv")

    assert (folder / "once.csv").read_text() == (folder / "twice.csv").read_text()


def test_a_table_of_which_nothing_is_estimated_exits_with_4_and_its_answer(tmp_path: Path) -> None:
    write(tmp_path, [HEADER, UNKNOWN])
    done = run(tmp_path, *BATCH, "points.csv")

    assert done.returncode == 4
    assert "abacus" in read(done.stdout)[0]["reason"]
    assert "0 of 1 row estimated, 1 not" in done.stderr


def test_the_table_is_never_its_own_answer(folder: Path) -> None:
    before = (folder / "points.csv").read_bytes()
    (folder / "link.csv").symlink_to("points.csv")
    for name in ("points.csv", "./points.csv", "link.csv"):
        assert run(folder, *BATCH, "points.csv", "--out", name).returncode == 2

    assert (folder / "points.csv").read_bytes() == before


@pytest.mark.parametrize("out", [".", "points.csv/answer.csv"])
def test_a_place_that_cannot_be_written_is_named_before_work_begins(folder: Path, out: str) -> None:
    done = run(folder, *BATCH, "points.csv", "--out", out)

    assert (done.returncode, done.stdout) == (3, "")
    assert "cannot be written" in done.stderr
    assert "rows" not in done.stderr


def test_a_file_that_is_no_such_table_is_refused_before_anything_is_written(folder: Path) -> None:
    with (folder / "points.csv").open("a", encoding="utf-8") as file:
        file.write('"never closed\n')
    done = run(folder, *BATCH, "points.csv", "--out", "answer.csv")

    assert (done.returncode, done.stdout) == (3, "")
    assert "points.csv:5: is no CSV" in done.stderr
    assert not (folder / "answer.csv").exists()


def test_the_refusal_of_a_table_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    done = run(tmp_path, *BATCH, "none.csv", "--json")

    assert done.returncode == 3
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert problem.startswith("none.csv: cannot be read: No such file")


def test_a_reader_that_has_gone_is_no_reason_for_words(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *BATCH, "points.csv"],
        cwd=folder,
        env=environment(folder),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
