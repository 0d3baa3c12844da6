"""A trial on a disk that fills up, then on one that has room; run it in a mount namespace.

Argument: a folder to mount a small disk on. Says, as JSON, what was asked and kept each time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.trials.benches import ScriptedTrial
from tests.trials.conftest import JumpingLoop, sample_workload

from equipoise.errors import JournalError
from equipoise.trials.runner import Limits

LONG = "é" * 30_000


def main(folder: Path) -> None:
    """Run until the disk is full, make room, run again."""
    mount(folder, "size=2500k")
    workload = sample_workload(60)
    trial = ScriptedTrial(replace(workload), folder / "trials" / "j.jsonl")
    for name in "ab":
        trial.arm(name, lambda number: LONG, concurrency=4)
    for option in ("", "remount,size=40m"):
        if option:
            mount(folder, option)
        trial.seen.asked.clear()
        trial.limits = Limits()
        message = ""
        try:
            with asyncio.Runner(loop_factory=JumpingLoop) as runner:
                runner.run(trial.run())
        except JournalError as error:
            message = f"{error.message}. {error.hint}"
        kept = [(row.candidate, row.item) for row in trial.rows]
        sys.stdout.write(
            json.dumps({"asked": len(trial.seen.asked), "kept": kept, "said": message}) + "\n"
        )


def mount(folder: Path, options: str) -> None:
    """Mount a disk in memory, or change the one that is there."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
