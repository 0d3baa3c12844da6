"""A trace of requests in Mooncake's format: one JSON object a line, in order of time.

Source: kvcache-ai/Mooncake, FAST25-release/traces/README.md, read 2026-11: `timestamp` in ms,
`input_length` and `output_length` in tokens, `hash_ids` one a block of 512 tokens of the input;
equal leading ids mean an equal prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from equipoise.errors import ConfigurationError, Problem

_LISTED = 20
_Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class _Line(msgspec.Struct):
    timestamp: Annotated[float, msgspec.Meta(ge=0)]
    input_length: _Count
    output_length: _Count
    hash_ids: list[int] = []


_LINE = msgspec.json.Decoder(_Line)


@dataclass(frozen=True, slots=True)
class TracedRequest:
    """One request of a trace: seconds after the first, lengths in tokens, hashes of its blocks."""

    at: float
    input_tokens: int
    output_tokens: int
    blocks: tuple[int, ...]


def read_trace(path: Path, first: int | None = None) -> tuple[TracedRequest, ...]:
    """Read the first so many requests, or all, in order of time.

    Raises ConfigurationError with every line that is none, or where there is nothing to replay.
    """
    problems: list[Problem] = []
    lines = tuple(_lines(path, problems, first))
    if problems:
        raise ConfigurationError(tuple(problems))
    if not lines:
        raise ConfigurationError((Problem(str(path), None, "", "no request to replay"),))
    ordered = sorted(lines, key=lambda line: line.timestamp)
    start = ordered[0].timestamp
    return tuple(
        TracedRequest(
            at=(line.timestamp - start) / 1000,
            input_tokens=line.input_length,
            output_tokens=line.output_length,
            blocks=tuple(line.hash_ids),
        )
        for line in ordered
    )


def _lines(path: Path, problems: list[Problem], first: int | None) -> Iterator[_Line]:
    found = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if found == first or len(problems) == _LISTED:
                    return
                if not line.strip():
                    continue
                try:
                    yield _LINE.decode(line)
                    found += 1
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    problems.append(_problem(path, number, str(error)))
    except OSError as error:
        problems.append(Problem(str(path), None, "", f"cannot be read: {error.strerror}"))


def _problem(path: Path, number: int, reason: str) -> Problem:
    advice = 'A line is {"timestamp": ms, "input_length": n, "output_length": n, "hash_ids": […]}.'
    return Problem(str(path), number, "", f"no request of a trace: {reason}", advice)
