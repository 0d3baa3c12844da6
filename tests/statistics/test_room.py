"""The room as a whole: what importing it costs, and what it offers."""

from __future__ import annotations

import subprocess
import sys

import equipoise.statistics as room


def test_importing_the_room_loads_neither_scipy_nor_numpy() -> None:
    question = "import equipoise.statistics, sys; print({'scipy', 'numpy'} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", question],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert answer.stdout.strip() == "set()"


def test_what_is_offered_is_sorted_and_exists() -> None:
    assert room.__all__ == sorted(room.__all__)
    assert all(hasattr(room, name) for name in room.__all__)
