"""Other programs' logs into the ledger: twice is once, and the draft can be pasted."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.compose.command import run
from tests.imports.lines import (
    ASKED,
    BATCH_INPUT,
    BATCH_OUTPUT,
    CHAT,
    CHUNKS,
    COMPLETION,
    MESSAGES,
    jsonl,
)

from equipoise.cli.exit_codes import ExitCode
from equipoise.domain.record import Outcome, Record
from equipoise.ledger.sqlite import SqliteLedger

LOG = jsonl(CHAT, MESSAGES, "no call", {"request": ASKED, "response": CHUNKS})


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of three calls and a bad line."""
    path = tmp_path / "calls.jsonl"
    path.write_bytes(LOG)
    return path


def kept(folder: Path) -> list[Record]:
    ledger = SqliteLedger(folder / "equipoise.db")
    try:
        return list(ledger.records())
    finally:
        ledger.close()


def imported(folder: Path, *words: str) -> Any:
    """The JSON of an import."""
    return json.loads(run(folder, "ledger", "import", *words, "--json").stdout)


def test_an_import_prints_a_volume_for_a_workload_file_and_names_bad_lines(
    tmp_path: Path, log: Path
) -> None:
    done = run(tmp_path, "ledger", "import", log.name, "--workload", "triage")
    volume = tomllib.loads(done.stdout)["requirements"]["volume"]

    assert done.returncode == 0
    assert volume == {"requests_per_month": 1095, "peak_to_mean": 1.33}
    assert "calls.jsonl:3: the line is not a JSON object" in done.stderr
    assert "4 lines: 3 calls, 0 inputs of a batch, 1 that are neither" in done.stderr
    assert "1 have no count of tokens" in done.stderr
    assert "3 written for triage, 0 were there already" in done.stderr


def test_importing_twice_adds_nothing(tmp_path: Path, log: Path) -> None:
    first = imported(tmp_path, log.name, "--workload", "triage")
    before = kept(tmp_path)
    again = imported(tmp_path, log.name, log.name, "--workload", "triage")

    assert (first["written"], first["known"]) == (3, 0)
    assert (again["written"], again["known"], again["repeated"]) == (0, 3, 3)
    assert kept(tmp_path) == before


def test_a_call_that_was_kept_at_another_price_stays_as_it_is(tmp_path: Path, log: Path) -> None:
    imported(tmp_path, log.name, "--workload", "triage")
    older = []
    for record in kept(tmp_path):
        attempts = tuple(replace(attempt, cost_pico=1) for attempt in record.attempts)
        older.append(replace(record, attempts=attempts))
    (tmp_path / "equipoise.db").unlink()
    ledger = SqliteLedger(tmp_path / "equipoise.db")
    for record in older:
        ledger.append(record)
    ledger.close()
    again = imported(tmp_path, log.name, "--workload", "triage")

    assert (again["written"], again["known"]) == (0, 3)
    assert kept(tmp_path) == older


def test_an_imported_call_is_a_record_like_any_other(tmp_path: Path, log: Path) -> None:
    (tmp_path / "equipoise.toml").write_text('[workloads.triage]\ndata_class = "internal"\n')
    imported(tmp_path, log.name, "--workload", "triage")
    record = kept(tmp_path)[0]
    (attempt,) = record.attempts

    assert record.id.startswith("imported-")
    assert (record.workload, record.data_class) == ("triage", "internal")
    assert (record.dialect, record.model) == ("openai_chat", "gpt-4.1-mini-2025-04-14")
    assert (record.started_ms, record.total_ms) == (1_794_996_400_000, 812.0)
    assert (record.outcome, attempt.outcome) == (Outcome.ANSWERED, Outcome.ANSWERED)
    assert attempt.target == "imported/gpt-4.1-mini-2025-04-14"
    assert (attempt.cost_pico, attempt.estimated) == (8_400_000, False)


def test_data_of_a_workload_that_nobody_declared_is_restricted(tmp_path: Path, log: Path) -> None:
    imported(tmp_path, log.name, "--workload", "triage")

    assert {record.data_class for record in kept(tmp_path)} == {"restricted"}


def test_without_a_workload_nothing_is_written(tmp_path: Path, log: Path) -> None:
    value = imported(tmp_path, log.name)

    assert (value["calls"], value["written"]) == (3, 0)
    assert list(tmp_path.iterdir()) == [log]


def test_the_json_holds_every_bad_line_and_exact_dollars(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(jsonl(*[[]] * 30, CHAT))
    value = imported(tmp_path, "bad.jsonl")

    assert value["schema"] == "equipoise.ledger.import/1"
    assert [problem["line"] for problem in value["problems"]] == list(range(1, 31))
    assert (value["cost_usd"], value["estimated_usd"]) == ("0.0000084", "0")
    assert value["volume"]["input_tokens"] == {"count": 1, "mean": 19.0, "p50": 19.0, "p95": 19.0}


def test_a_batch_is_joined_across_files(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(jsonl(BATCH_OUTPUT))
    (tmp_path / "in.jsonl").write_bytes(jsonl(BATCH_INPUT))
    alone = imported(tmp_path, "out.jsonl", "--workload", "triage")
    joined = imported(tmp_path, "out.jsonl", "in.jsonl", "--workload", "triage")

    assert (alone["marks"], joined["marks"]) == ({"no_conversation": 1}, {})
    assert (joined["inputs"], joined["written"], joined["known"]) == (1, 0, 1)


def test_an_unpriced_call_is_kept_at_nothing_and_marked(tmp_path: Path) -> None:
    response = {**COMPLETION, "model": "house-model"}
    (tmp_path / "own.jsonl").write_bytes(jsonl({**CHAT, "response": response}))
    value = imported(tmp_path, "own.jsonl", "--workload", "triage")
    (attempt,) = kept(tmp_path)[0].attempts

    assert value["unpriced"] == {"house-model": 1}
    assert (attempt.cost_pico, attempt.price_id, attempt.estimated) == (0, "unpriced", True)


def test_a_call_without_a_date_or_time_says_so_the_only_way_a_record_can(tmp_path: Path) -> None:
    undated = {"request": ASKED, "response": {**COMPLETION, "created": None}}
    (tmp_path / "undated.jsonl").write_bytes(jsonl(undated))
    imported(tmp_path, "undated.jsonl", "--workload", "triage")
    (record,) = kept(tmp_path)

    assert (record.started_ms, record.total_ms) == (0, 0.0)
    assert (record.attempts[0].cost_pico, record.attempts[0].estimated) == (8_400_000, True)


def test_a_log_without_a_call_is_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "no.jsonl").write_bytes(b"hello\n")
    done = run(tmp_path, "ledger", "import", "no.jsonl", "--workload", "triage")

    assert done.returncode == ExitCode.NOT_FOUND
    assert done.stdout == ""
    assert "no.jsonl:1: the line is not JSON in UTF-8" in done.stderr
    assert not (tmp_path / "equipoise.db").exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "ledger", "import", "gone.jsonl")

    assert done.returncode == ExitCode.NOT_FOUND
    assert "no file gone.jsonl" in done.stderr
