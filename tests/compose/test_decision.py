"""The main job from workload file to record, with the embedded model alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.compose.command import run
from tests.compose.outcome import Outcome, copied, decide
from tests.compose.triage import DAY, ITEMS, LABELLED, answers, change, write_lone
from tests.compose.upstream import Upstream


def test_a_decision_leaves_a_record_a_page_and_a_report(decided: Outcome) -> None:
    folder = decided.path.parent

    assert decided.done.returncode == 5, decided.done.stderr
    assert sorted(file.name for file in folder.iterdir()) == [
        "decision.json",
        "decision.md",
        "report.html",
    ]
    assert folder.name == f"{DAY}-{decided.record['id']}"
    assert decided.record["decided_on"] == DAY
    for file in (folder / "decision.md", folder / "report.html"):
        assert "Sort messages into two queues" in file.read_text()


def test_every_item_is_asked_once_of_every_candidate_that_can_be_reached(decided: Outcome) -> None:
    for name in ("small", "small-bare"):
        items = [row["item"] for row in decided.answers(name)]
        assert len(items) == len(set(items)) == ITEMS
        assert decided.candidate(name)["items"] == ITEMS
    assert len(answers(decided.folder)) == 2 * ITEMS


def test_who_cannot_be_reached_is_unmeasured_and_the_record_says_why(decided: Outcome) -> None:
    reasons = {
        "gpt": "no key: CHAT_API_KEY is not set",
        "haiku": "no key: MESSAGES_API_KEY is not set",
        "own-llama": "endpoint house has no base_url",
    }
    for name, reason in reasons.items():
        row = decided.candidate(name)
        assert row["standing"] == "unmeasured"
        assert row["rate"] is None
        assert reason in row["note"]
    assert set(decided.connections.values()) == {0}


def test_the_second_run_asks_nothing_and_writes_the_same_bytes(
    decided: Outcome, upstreams: dict[str, Upstream], tmp_path: Path
) -> None:
    files = {file: file.read_bytes() for file in decided.path.parent.iterdir()}
    again = decide(copied(decided, tmp_path), upstreams, "--json")

    assert again.done.returncode == 5
    assert again.journal == decided.journal
    assert again.path.parent.name == decided.path.parent.name
    assert {file.name: file.read_bytes() for file in again.path.parent.iterdir()} == {
        file.name: content for file, content in files.items()
    }
    assert again.done.stdout == again.path.read_text()


def test_another_day_is_another_record_from_the_same_answers(
    measured: Outcome, earlier: Outcome
) -> None:
    assert earlier.journal == measured.journal
    assert earlier.record["decided_on"] == "2026-06-01"
    assert earlier.record["id"] != measured.record["id"]


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory, decided: Outcome
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The record and the answers of a run without settings, in a folder that holds a trap."""
    folder = tmp_path_factory.mktemp("full")
    write_lone(folder)
    (folder / "defaults").write_text("no settings of ours")
    done = run(folder, "decide", "--full", "triage.toml", "--json")
    (workload,) = json.loads(done.stdout)["workloads"]
    return workload, answers(folder)


def test_a_file_whose_name_is_no_text_is_decided_like_any_other(
    decided: Outcome, tmp_path: Path
) -> None:
    folder = copied(decided, tmp_path)
    name = os.fsdecode(b"triage\xff.toml")
    (folder / "triage.toml").rename(folder / name)
    done = run(folder, "decide", name, "--json")
    (workload,) = json.loads(done.stdout)["workloads"]

    assert done.returncode == 5, done.stderr
    assert name in workload["inputs"]


def test_full_asks_every_labelled_item(
    full: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    workload, rows = full

    assert {row["item"] for row in rows} == {f"t{number:02}" for number in range(LABELLED)}
    assert workload["candidates"][0]["items"] == LABELLED


def test_a_record_rests_on_no_settings_where_there_are_none(
    full: tuple[dict[str, Any], list[dict[str, Any]]], decided: Outcome
) -> None:
    workload, _ = full
    (other,) = decided.record["workloads"]

    assert {"equipoise.toml", "defaults"} & workload["inputs"].keys() == set()
    assert "equipoise.toml" in other["inputs"]


def test_two_files_with_one_name_are_told_apart_before_anything_is_asked(tmp_path: Path) -> None:
    write_lone(tmp_path)
    (tmp_path / "other.toml").write_text((tmp_path / "triage.toml").read_text())
    done = run(tmp_path, "decide", "triage.toml", "other.toml")

    assert done.returncode == 3
    assert "other.toml: name: another file's workload is called 'triage' too" in done.stderr
    assert not (tmp_path / ".equipoise").exists()


def test_the_problems_of_all_files_are_found_before_anything_is_asked(tmp_path: Path) -> None:
    write_lone(tmp_path)
    change(tmp_path / "triage.toml", "vendor_fte", "vendor_ftes")
    done = run(tmp_path, "decide", "triage.toml", "none.toml", "--out", "records")

    assert done.returncode == 3
    assert "triage.toml:35: costs.vendor_ftes: unknown key" in done.stderr
    assert "none.toml: no such file" in done.stderr
    assert not (tmp_path / ".equipoise").exists()
    assert not (tmp_path / "records").exists()


def test_a_folder_that_takes_no_record_is_found_out_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    write_lone(tmp_path)
    (tmp_path / "decisions").write_text("a file stands here")
    done = run(tmp_path, "decide", "triage.toml")

    assert done.returncode == 3
    assert "decisions: no record can be written here: " in done.stderr
    assert "--out" in done.stderr
    assert not (tmp_path / ".equipoise").exists()
