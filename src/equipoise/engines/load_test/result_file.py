"""The file of a load test: written, and read back with every problem named."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import msgspec

from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.domain.plain import plain
from equipoise.errors import ConfigurationError, Problem

SCHEMA = "equipoise.engine_bench/1"
_ADVICE = "`equipoise engine bench` and `equipoise engine import` write such files."


def to_value(test: LoadTest) -> dict[str, Any]:
    """The test as plain values; what `--json` prints."""
    value = plain(msgspec.to_builtins(test))
    return {"schema": SCHEMA, **value}


def to_json(test: LoadTest) -> str:
    """The file's text, indented, ending with a newline."""
    return json.dumps(to_value(test), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write(test: LoadTest, path: Path) -> None:
    """Put the whole file into its place at once: a kill leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.with_name(f".{path.name}.new")
    whole.write_text(to_json(test), encoding="utf-8")
    whole.replace(path)


def read(path: Path) -> tuple[LoadTest, str]:
    """Read a file; returns the test and SHA-256 of its bytes. Raises ConfigurationError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    return from_json(raw, path), hashlib.sha256(raw).hexdigest()


def from_json(raw: bytes, path: Path) -> LoadTest:
    """Read the text of a file; raises ConfigurationError with what is wrong with it."""
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _refused(path, f"is no JSON: {error}") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        found = value.get("schema") if isinstance(value, dict) else None
        other = f" but {found!r}" if isinstance(found, str) else ""
        raise _refused(path, f"its schema is not {SCHEMA!r}{other}")
    try:
        test = msgspec.convert(value, LoadTest)
    except msgspec.ValidationError as error:
        raise _refused(path, _from_top(str(error))) from error
    if problems := [*_unusable(test), *(why for row in test.levels for why in _impossible(row))]:
        raise _refused(path, problems[0])
    return test


def _unusable(test: LoadTest) -> list[str]:
    """What no test as a whole can have."""
    found = []
    if test.interval is not None and not 0 < test.interval < 1:
        found.append(f"interval is {test.interval:g}, and is a probability such as 0.95")
    if not 0 <= test.shared_tokens < math.inf:
        found.append(f"shared_tokens is {test.shared_tokens:g}, and cannot be negative")
    return found


def _impossible(level: LoadLevel) -> list[str]:
    """What no measurement can have come to."""
    found = [
        f"level {level.name!r}: {name} is {value}, and cannot be negative"
        for name, value in (
            ("requests", level.requests),
            ("duration_seconds", level.duration_seconds),
            ("requests_per_second", level.requests_per_second.estimate),
            ("input_tokens", level.input_tokens),
            ("output_tokens", level.output_tokens),
        )
        if not value >= 0 or math.isinf(value)
    ]
    if level.arrival is Arrival.CLOSED and level.concurrency is not None and level.concurrency < 1:
        found.append(f"level {level.name!r}: nobody asks")
    if not _encloses(level.requests_per_second):
        found.append(f"level {level.name!r}: requests_per_second lies outside of its interval")
    for name, times in (("ttft", level.ttft), ("tpot", level.tpot), ("latency", level.latency)):
        if times is not None and not _is_ordered(times):
            found.append(f"level {level.name!r}: the percentiles of {name} fall")
    return found


def _is_ordered(times: Distribution) -> bool:
    known = [row.estimate for row in (times.p50, times.p90, times.p95, times.p99) if row]
    return known == sorted(known) and min([times.mean, *known]) >= 0


def _encloses(row: Ranged) -> bool:
    low = row.low if row.low is not None else row.estimate
    high = row.high if row.high is not None else row.estimate
    return 0 <= low <= row.estimate <= high < math.inf


def _from_top(words: str) -> str:
    """What msgspec says, with the place as a path of keys: `$.levels[0]` is the file's own."""
    return words[:1].lower() + words[1:].replace("`$.", "`").replace("`$`", "the whole")


def _refused(path: Path, reason: str) -> ConfigurationError:
    return ConfigurationError((Problem(str(path), None, "", reason, _ADVICE),))
