"""A stranger's JSON, walked by dotted paths; what is not there is None, never a guess."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

from equipoise.domain.load_test import Distribution, Ranged

_SECONDS_A_UNIT = {"ms": 1e-3, "us": 1e-6, "ns": 1e-9, "s": 1.0, "sec": 1.0, "seconds": 1.0}
PERCENTILES = ("p50", "p90", "p95", "p99")


def at(value: Any, path: str) -> Any:
    """What stands at a path such as `benchmarks.0.metrics`; None where nothing does."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def number(value: Any, path: str) -> float | None:
    """A finite number of 0 or more at a path; None for anything else."""
    found = at(value, path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if math.isfinite(found) and found >= 0 else None


def count(value: Any, path: str) -> int:
    """A whole number at a path, 0 where there is none."""
    return round(number(value, path) or 0.0)


def text(value: Any, path: str) -> str:
    """A text at a path, empty where there is none."""
    found = at(value, path)
    return found if isinstance(found, str) else ""


def day(value: Any, path: str) -> date | None:
    """The day, in UTC where a moment has a zone, of an ISO 8601 text or of seconds since 1970."""
    seconds = number(value, path)
    if seconds:
        return datetime.fromtimestamp(seconds, UTC).date()
    try:
        return datetime.fromisoformat(text(value, path)).date()
    except ValueError:
        return None


def unit(value: Any, path: str) -> float:
    """How many seconds the unit of a metric at a path is; milliseconds where it does not say."""
    return _SECONDS_A_UNIT.get(text(value, f"{path}.unit"), 1e-3)


def distribution(
    value: Any, scale: float, mean: str, percentiles: dict[str, str], observations: int
) -> Distribution | None:
    """The mean and percentiles at these paths, in seconds; None without a mean.

    `percentiles` maps `p50`, `p90`, `p95` and `p99` to paths; `scale` is seconds a unit.
    """
    middle = number(value, mean)
    if middle is None:
        return None
    found: dict[str, Ranged] = {}
    for name, path in percentiles.items():
        estimate = number(value, path)
        if estimate is not None:
            found[name] = Ranged(estimate * scale)
    return Distribution(observations, middle * scale, **found)
