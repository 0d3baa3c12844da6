"""Tells whose report a file is by what it holds, and puts several runs into one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from equipoise.domain.load_test import LoadTest
from equipoise.engines.load_test.imports import aiperf, guidellm, vllm_bench
from equipoise.engines.load_test.imports.fields import at
from equipoise.errors import ConfigurationError, Problem

_LISTED = 4


@dataclass(frozen=True, slots=True)
class Format:
    """A report we read: whose, the paths it must hold, and what reads it."""

    name: str
    needs: tuple[str, ...]
    read: Callable[[Any, date], LoadTest]


FORMATS = (
    Format("GuideLLM's report", guidellm.NEEDS, guidellm.read),
    Format("AIPerf's or GenAI-Perf's export", aiperf.NEEDS, aiperf.read),
    Format("vllm bench serve's result", vllm_bench.NEEDS, vllm_bench.read),
)


def read_reports(paths: Sequence[Path], model: str | None = None) -> LoadTest:
    """Read the reports of one model as one test, levels in the order of the files.

    `model` is its name where the reports do not say, or say it otherwise. Raises ConfigurationError
    with every file that cannot be read: which report it resembles most, and what that lacks.
    """
    problems: list[Problem] = []
    tests: list[tuple[Path, LoadTest]] = []
    for path in paths:
        try:
            tests += [(path, test) for test in _read(path, model)]
        except ConfigurationError as error:
            problems += error.problems
    if not problems:
        problems += _at_odds(tests)
    if problems:
        raise ConfigurationError(tuple(problems))
    first = tests[0][1]
    return replace(
        first,
        measured_on=min(test.measured_on for _, test in tests),
        levels=tuple(level for _, test in tests for level in test.levels),
        notes=tuple(dict.fromkeys(note for _, test in tests for note in test.notes)),
    )


def _read(path: Path, model: str | None) -> Iterator[LoadTest]:
    try:
        raw = path.read_bytes()
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    values = list(_values(path, raw))
    if not values:
        raise _refused(path, "is empty")
    for value in values:
        test = _recognised(path, value).read(value, written)
        if not test.model and model is None:
            reason = "does not say which model it measured"
            raise _refused(path, reason, "Give its name with --model.")
        yield replace(test, model=model or test.model)


def _values(path: Path, raw: bytes) -> Iterator[Any]:
    """The file's JSON value, or one a line."""
    try:
        yield msgspec.json.decode(raw)
        return
    except (msgspec.MsgspecError, RecursionError) as error:
        whole = error
    lines = [line for line in raw.splitlines() if line.strip()]
    try:
        yield from [msgspec.json.decode(line) for line in lines]
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _refused(path, f"is no JSON: {whole}") from error


def _recognised(path: Path, value: Any) -> Format:
    """The format that has all it needs; raises ConfigurationError naming the nearest."""
    missing = {
        format_.name: [need for need in format_.needs if at(value, need) is None]
        for format_ in FORMATS
    }
    for format_ in FORMATS:
        if not missing[format_.name]:
            return format_
    nearest = min(FORMATS, key=lambda row: len(missing[row.name]) / len(row.needs))
    lacking = missing[nearest.name]
    known = ", ".join(format_.name for format_ in FORMATS)
    if len(lacking) == len(nearest.needs):
        raise _refused(path, f"is none of the reports we read: {known}")
    more = f" and {len(lacking) - _LISTED} more" if len(lacking) > _LISTED else ""
    raise _refused(
        path,
        f"resembles {nearest.name}, but lacks {', '.join(lacking[:_LISTED])}{more}",
        f"Export it whole, with token counts and streaming on. We read {known}.",
    )


def _at_odds(tests: Sequence[tuple[Path, LoadTest]]) -> Iterator[Problem]:
    first = tests[0][1]
    for path, test in tests[1:]:
        for what, ours, theirs in (
            ("model", first.model, test.model),
            ("program", first.source, test.source),
        ):
            if ours != theirs:
                reason = f"another {what} than the file before it: {theirs!r}, not {ours!r}"
                yield Problem(str(path), None, "", reason, "Import them one by one.")


def _refused(path: Path, reason: str, advice: str = "") -> ConfigurationError:
    return ConfigurationError((Problem(str(path), None, "", reason, advice),))
