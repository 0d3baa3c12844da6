"""Where a line of a log keeps the request, the response, the moment and the time taken.

    {"request": {…}, "response": {…}}                    the bodies themselves
    {"request": {"body": {…}}, "response": {"body": {…}}}
    {"body": {…}, "response": {"body": {…}}}             `body` is the request's

A body may also be JSON in a string. A streamed response may be the text of its event stream, or
the list of its chunks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from equipoise.trials.imports.call import UnreadableError
from equipoise.wire.sse import EventDecoder

MOMENTS: Final = ("started_at", "started", "timestamp", "time", "created_at", "created")
"""Where a moment may stand: ISO 8601, without a zone taken for UTC, or seconds since 1970 UTC."""

DURATIONS: Final[Mapping[str, float]] = {
    "seconds": 1.0,
    "duration_seconds": 1.0,
    "latency_seconds": 1.0,
    "duration_ms": 0.001,
    "latency_ms": 0.001,
    "elapsed_ms": 0.001,
    "total_ms": 0.001,
}
"""Where the time taken may stand, with its unit in seconds."""

# In seconds this is the year 5138; in milliseconds 1973. No log of a model is older.
_MILLISECONDS: Final = 1e11
# A call that takes longer than 115 days is a mistake in the log.
_LONGEST_SECONDS: Final = 1e7

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of a line. Of a streamed response, `response` is the first chunk."""

    request: Row | None
    response: Row
    stream: bytes
    started: datetime | None
    seconds: float | None


def decode_line(line: bytes) -> dict[str, Any]:
    """Read one JSON object; raises UnreadableError."""
    return _object(line, "the line")


def open_envelope(row: Row) -> Envelope:
    """Find the parts of a line; raises UnreadableError where one is missing or no such thing.

    A response with an error status, or an error in its stead, is no call that was answered.
    """
    given = row.get("response")
    _check_answered(row)
    if isinstance(given, Mapping):
        _check_answered(given)
    body = _body(given)
    if body is None:
        raise UnreadableError("no response: it stands under 'response'")
    stream = _stream(body)
    response = _first(stream) if stream else _object(body, "the response")
    _check_answered(response)
    request = _body(row["request"] if "request" in row else row.get("body"))
    return Envelope(
        request=_object(request, "the request") if request is not None else None,
        response=response,
        stream=stream,
        started=_started(row, response),
        seconds=_seconds(row),
    )


def _check_answered(part: Row) -> None:
    if part.get("error"):
        raise UnreadableError(f"the call failed: {_kind(part['error'])}")
    status = part.get("status_code", part.get("status"))
    if type(status) is int and not 200 <= status < 300:
        raise UnreadableError(f"the call failed: HTTP {status}")


def _kind(error: object) -> str:
    # The message may repeat the prompt; the kind or code never does.
    if isinstance(error, Mapping):
        named = error.get("type") or error.get("code")
        if isinstance(named, str | int) and str(named).replace("_", "").isalnum():
            return str(named)[:60]
    return "an error stands in the answer's place"


def _body(part: object) -> object:
    return part["body"] if isinstance(part, Mapping) and "body" in part else part


def _object(given: object, what: str) -> dict[str, Any]:
    try:
        if isinstance(given, str | bytes):
            return msgspec.json.decode(given, type=dict[str, Any])
        return msgspec.convert(given, dict[str, Any])
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableError(f"{what} is not a JSON object") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise UnreadableError(f"{what} is not JSON in UTF-8") from error


def _stream(response: object) -> bytes:
    """The bytes of an event stream, from its text or from the list of its chunks; or nothing."""
    if isinstance(response, str) and response.lstrip().startswith(("data:", "event:", ":")):
        return response.lstrip().encode("utf-8", "replace") + b"\n\n"
    if isinstance(response, list):
        return b"".join(b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in response)
    return b""


def _first(stream: bytes) -> dict[str, Any]:
    events = EventDecoder().feed(stream)
    if not events:
        raise UnreadableError("the stream holds no event")
    return _object(events[0].data, "the stream's first event")


def _started(row: Row, response: Row) -> datetime | None:
    for name in MOMENTS:
        if row.get(name) is not None:
            return _moment(row[name], name)
    # OpenAI's own moment, in whole seconds.
    created = response.get("created")
    return _moment(created, "created") if created is not None else None


def _moment(given: object, name: str) -> datetime:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise UnreadableError(f"{name} is no moment")
    try:
        if isinstance(given, str):
            read = datetime.fromisoformat(given)
            moment = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        else:
            seconds = given / 1000 if given >= _MILLISECONDS else given
            moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableError(f"{name} is no moment") from error
    if moment.year < 1970:
        raise UnreadableError(f"{name} is before 1970")
    return moment


def _seconds(row: Row) -> float | None:
    for name, unit in DURATIONS.items():
        given = row.get(name)
        if given is None:
            continue
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise UnreadableError(f"{name} is no number")
        if not (math.isfinite(given) and 0 <= given * unit <= _LONGEST_SECONDS):
            raise UnreadableError(f"{name} is no time that a call takes")
        return float(given * unit)
    return None
