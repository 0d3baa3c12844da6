"""A disk that is full in the middle of a trial: a real one, small, in a namespace of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("full_disk_child.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What was asked and kept until the disk was full, and after there was room again."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare to mount a small disk by")
    folder = tmp_path_factory.mktemp("disk")
    done = subprocess.run(
        [unshare, "--map-root-user", "--mount", sys.executable, str(CHILD), str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and ("unshare" in done.stderr or "mount" in done.stderr):
        pytest.skip(f"no small disk can be mounted here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_full_disk_stops_the_run_and_says_so(runs: list[dict[str, Any]]) -> None:
    full, _ = runs

    assert "is full; every answer that was paid for is kept" in full["said"]
    assert "Make room and run the same command again" in full["said"]
    assert 8 < len(full["kept"]) < 120


def test_every_answer_that_was_paid_for_before_is_kept(runs: list[dict[str, Any]]) -> None:
    full, _ = runs

    assert full["asked"] == len(full["kept"])


def test_with_room_again_only_the_rest_is_asked(runs: list[dict[str, Any]]) -> None:
    full, after = runs

    assert after["said"] == ""
    assert after["asked"] == 120 - len(full["kept"])
    assert set(Counter(map(tuple, after["kept"])).values()) == {1}
    assert len(after["kept"]) == 120
