"""What `equipoise --help` costs above bare Python, in CPU seconds of the whole process."""

from __future__ import annotations

import os
import sys
from statistics import median

from goals import Goal, report

_ROUNDS = 9


def cpu_seconds(*arguments: str) -> float:
    """The median CPU time of a Python process with these arguments."""
    return median(_once(arguments) for _ in range(_ROUNDS))


def _once(arguments: tuple[str, ...]) -> float:
    child = os.posix_spawn(
        sys.executable,
        [sys.executable, *arguments],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure and report."""
    bare = cpu_seconds("-c", "pass")
    added = (cpu_seconds("-m", "equipoise", "--help") - bare) * 1000
    return report([Goal("equipoise --help above bare Python", added, 0, 100, "ms")])


if __name__ == "__main__":
    sys.exit(main())
