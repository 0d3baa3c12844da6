"""What one run of `equipoise decide` left: its words, its files, and who was connected to."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.compose.command import run
from tests.compose.triage import DAY, journal
from tests.compose.upstream import Upstream


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: its folder, what it said, its journal after it, the connections it made."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    journal: bytes
    connections: Mapping[str, int]

    @property
    def path(self) -> Path:
        """The decision record that it wrote."""
        named = re.search(r"^Record  (\S+)$", self.done.stderr, re.MULTILINE)
        assert named is not None, self.done.stderr
        return self.folder / named[1]

    @property
    def record(self) -> dict[str, Any]:
        """The decision record as plain values."""
        value = json.loads(self.path.read_text())
        assert isinstance(value, dict)
        return value

    def candidate(self, name: str) -> dict[str, Any]:
        """A candidate's row in the record."""
        (workload,) = self.record["workloads"]
        (row,) = [row for row in workload["candidates"] if row["candidate"] == name]
        assert isinstance(row, dict)
        return row

    def answers(self, name: str) -> list[dict[str, Any]]:
        """A candidate's answers in the journal."""
        rows = map(json.loads, self.journal.decode().splitlines())
        return [row for row in rows if row.get("candidate") == name]


def decide(
    folder: Path,
    upstreams: Mapping[str, Upstream],
    *options: str,
    day: str = DAY,
    **more: str,
) -> Outcome:
    """Decide the workload of a folder; `more` is added to the environment."""
    before = {name: server.connections for name, server in upstreams.items()}
    done = run(folder, "decide", "triage.toml", "--date", day, *options, **more)
    made = {name: server.connections - before[name] for name, server in upstreams.items()}
    found = sorted((folder / ".equipoise/trials").glob("*.jsonl"))
    return Outcome(folder, done, journal(folder) if found else b"", made)


def copied(outcome: Outcome, folder: Path) -> Path:
    """Everything of a run in a folder of its own, to go on from."""
    shutil.copytree(outcome.folder, folder, dirs_exist_ok=True)
    return folder
