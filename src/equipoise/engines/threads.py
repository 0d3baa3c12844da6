"""How many threads the embedded engine may use.

llama.cpp's threads spin at every layer barrier. When another process takes one of their cores the
token rate falls forty-fold (measured on two cores: 71 to 1.5 tokens/s), so one core is left free.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = _CGROUP) -> int:
    """Cores this process may use: its affinity, bounded by the container's quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _quota(cgroup)))


def default_threads(cores: int) -> int:
    """All cores but one, and never none."""
    return max(1, cores - 1)


def _quota(cgroup: Path) -> int:
    """Cores that the quota grants, a started one counted whole; without one, more than any has.

    Version 2 of cgroups writes `limit period` into one file ("max" is no limit), version 1 into
    two (-1 is none).
    """
    v1 = cgroup / "cpu"
    for files in ((cgroup / "cpu.max",), (v1 / "cpu.cfs_quota_us", v1 / "cpu.cfs_period_us")):
        try:
            limit, period = " ".join(file.read_text() for file in files).split()
            cores = math.ceil(int(limit) / int(period))
        except (OSError, ValueError, ZeroDivisionError):
            continue
        if cores > 0:
            return cores
    return 1_000_000
