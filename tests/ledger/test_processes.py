"""Ledgers of processes that write at once, are killed, or run out of disk: real ones."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.records import record

from equipoise.domain.record import Record
from equipoise.ledger.sqlite import SqliteLedger

ROOT = Path(__file__).parents[2]


def start(path: Path, name: str, records: int = 0, limit: int = 0) -> subprocess.Popen[str]:
    """Start a process that appends."""
    child = [sys.executable, "-m", "tests.ledger.appending_child"]
    command = [*child, str(path), name, str(records), str(limit)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    """All that a process has yet to say."""
    assert process.stdout is not None
    return [line.rstrip() for line in process.stdout]


def kept(path: Path) -> list[Record]:
    """What a ledger holds, opened anew."""
    with closing(SqliteLedger(path)) as ledger:
        return list(ledger.records())


def kill_again_and_again(path: Path, kills: int) -> None:
    """Kill the process that appends, each time somewhere else, and look at what it leaves."""
    chance = random.Random(20)
    before = 0
    for kill in range(kills):
        with start(path, str(kill)) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline().rstrip() for _ in range(chance.randrange(1, 60))]
            time.sleep(chance.random() / 100)
            process.send_signal(signal.SIGKILL)
            lines += said(process)
        rows = kept(path)
        new = [row.id for row in rows[before:]]

        assert process.returncode == -signal.SIGKILL
        # All that was said is there, in that order and whole; at most the record in flight beyond.
        assert new[: len(lines)] == lines
        assert len(new) - len(lines) <= 1
        assert rows == [record(row.id) for row in rows]
        before = len(rows)


def test_every_id_that_was_said_outlives_a_kill(path: Path) -> None:
    kill_again_and_again(path, kills=10)


@pytest.mark.slow
def test_every_id_that_was_said_outlives_a_hundred_kills(path: Path) -> None:
    kill_again_and_again(path, kills=100)


def test_two_processes_that_append_at_once_lose_nothing_and_mix_nothing(path: Path) -> None:
    with start(path, "a", 500) as one, start(path, "b", 500) as other:
        ids = {"a": said(one), "b": said(other)}
    rows = kept(path)

    assert (one.returncode, other.returncode) == (0, 0)
    assert len(rows) == 1_000
    assert rows == [record(row.id) for row in rows]
    for name, expected in ids.items():
        assert expected == [f"{name}-{number}" for number in range(500)]
        assert [row.id for row in rows if row.id.startswith(name)] == expected


def test_many_processes_may_make_one_ledger_at_once(path: Path) -> None:
    processes = [start(path, str(name), 1) for name in range(6)]
    lines = [process.communicate()[0].split() for process in processes]

    assert [process.returncode for process in processes] == [0] * 6
    assert lines == [[f"{name}-0"] for name in range(6)]
    assert len(kept(path)) == 6


def test_a_disk_that_takes_no_more_is_an_error_and_keeps_what_was_said(path: Path) -> None:
    SqliteLedger(path).close()
    with start(path, "a", limit=300_000) as process:
        *ids, last = said(process)

    assert process.returncode == 0
    assert last.startswith(f"failed the ledger {path} meets a fault of the disk")
    assert len(ids) > 10
    assert [row.id for row in kept(path)] == ids
