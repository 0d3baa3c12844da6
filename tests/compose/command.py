"""The command in a process of its own, in a folder of its own, with nobody's keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMAND = (sys.executable, "-m", "equipoise")
SECONDS = 120
# What a user's shell may hold and a test must not depend on.
_NOT_OURS = ("EQUIPOISE_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM")


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment without keys, proxies and settings of ours; `more` is added."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith(("_API_KEY", "_PROXY")) and not name.startswith(_NOT_OURS)
    }
    return {**kept, "HOME": str(home), "TERM": "xterm-256color", **more}


def run(
    folder: Path, *arguments: str, before: Sequence[str] = (), **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `equipoise` with arguments in a folder; `before` is a command that runs it."""
    return subprocess.run(
        [*before, *COMMAND, *arguments],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `equipoise` and leave it running."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
