"""Journals of processes that are killed, shut out, or run out of disk: real ones, not pretended."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from equipoise.domain.workload import Workload
from equipoise.errors import JournalError
from equipoise.trials.journal import Journal
from equipoise.trials.plan import TrialPlan, make_plan

CHILD = Path(__file__).with_name("appending_child.py")


@pytest.fixture
def plan(make_workload: Callable[..., Workload]) -> TrialPlan:
    """More questions than are answered before the last kill."""
    workload = make_workload(5_000, ("a",))
    return make_plan(workload, workload.candidates)


def start(path: Path, plan: TrialPlan, limit: int = 0) -> subprocess.Popen[str]:
    """Start a process that goes on with the journal."""
    written = msgspec.json.encode(plan).decode()
    command = [sys.executable, str(CHILD), str(path), written, str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str], lines: int | None = None) -> list[list[str]]:
    """The next lines that a process says, as a word and the rest; without a number, all of them."""
    assert process.stdout is not None
    if lines is None:
        return [line.rstrip().split(" ", 1) for line in process.stdout]
    return [process.stdout.readline().rstrip().split(" ", 1) for _ in range(lines)]


def kill_again_and_again(path: Path, plan: TrialPlan, kills: int) -> None:
    """Kill the process that appends, each time somewhere else, and look at what it leaves."""
    chance = random.Random(20)
    answered: set[str] = set()
    for _ in range(kills):
        with start(path, plan) as process:
            lines = said(process, chance.randrange(1, 12))
            time.sleep(chance.random() / 200)
            process.send_signal(signal.SIGKILL)
            lines += said(process)
        asked = [row[1] for row in lines if row[0] == "asked"]
        kept = [row[1] for row in lines if row[0] == "kept"]
        with Journal(path, plan) as journal:
            after = {row.item for row in journal.rows}

        assert process.returncode == -signal.SIGKILL
        # No answered item is asked again; what was said to be kept is; the rest is what was last
        # asked for, which a kill may have caught on either side of the disk.
        assert answered.isdisjoint(asked)
        assert answered | set(kept) <= after
        assert after - answered - set(kept) <= set(asked[-1:])
        assert len(asked) - len(kept) <= 1
        answered = after
    assert len(answered) >= kills


def test_a_kill_loses_at_most_the_answer_in_flight(tmp_path: Path, plan: TrialPlan) -> None:
    kill_again_and_again(tmp_path / "j.jsonl", plan, kills=10)


@pytest.mark.slow
def test_a_hundred_kills_lose_no_more_each(tmp_path: Path, plan: TrialPlan) -> None:
    kill_again_and_again(tmp_path / "j.jsonl", plan, kills=100)


def test_two_processes_cannot_hold_one_journal_and_a_dead_one_does_not(
    tmp_path: Path, plan: TrialPlan
) -> None:
    path = tmp_path / "j.jsonl"
    with start(path, plan) as process:
        assert said(process, 1) == [["holds"]]
        before = path.read_bytes()
        with pytest.raises(JournalError, match="another process is running this trial"):
            Journal(path, plan).__enter__()
        process.kill()
        said(process)

    assert path.read_bytes().startswith(before)
    with Journal(path, plan) as journal:
        assert journal.path == path


def test_a_full_disk_is_an_error_that_leaves_the_journal_whole(
    tmp_path: Path, plan: TrialPlan
) -> None:
    path = tmp_path / "j.jsonl"
    with start(path, plan, limit=450_000) as process:
        lines = said(process)
    kept = [row[1] for row in lines if row[0] == "kept"]
    failed = [row[1] for row in lines if row[0] == "failed"]

    assert process.returncode == 0
    assert len(kept) == 4
    assert len(failed) == len(plan.order) - len(kept)
    assert failed[0].startswith("an answer could not be written to")
    assert path.read_bytes().endswith(b"\n")
    with Journal(path, plan) as journal:
        assert [row.item for row in journal.rows] == kept
