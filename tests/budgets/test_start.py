"""What `equipoise --help` may cost: it is what a shell's completion and every typing error pay."""

from __future__ import annotations

import resource
import subprocess
import sys
from statistics import median

HELP = ["-m", "equipoise", "--help"]
HEAVY = {"starlette", "numpy", "scipy", "pydantic", "altair", "httpx2", "rich"}
SECONDS, RUNS = 0.1, 5


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of one run of Python."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def test_help_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", *HELP]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [row for row in done.stderr.splitlines() if row.startswith("import time:")]
    imported = {row.rpartition("|")[2].strip().partition(".")[0] for row in rows}

    assert "equipoise" in imported
    assert imported & HEAVY == set()


def test_help_takes_a_tenth_of_a_second_more_than_python_itself() -> None:
    bare = median(cpu_seconds(["-c", "pass"]) for _ in range(RUNS))
    ours = median(cpu_seconds(HELP) for _ in range(RUNS))

    assert ours - bare <= SECONDS
