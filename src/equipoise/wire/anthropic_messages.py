"""Anthropic messages, as an upstream speaks it.

Source: platform.claude.com/docs/en/api/messages and /build-with-claude/streaming, read 2026-11.
Structured output is asked for by `output_config.format`, which took the place of the beta's
`output_format` and its header; a system turn becomes the `system` parameter. A stream ends with a
`message_delta` that says why and a `message_stop`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Request, StopReason, Usage
from equipoise.errors import BadReplyError, ProviderError
from equipoise.wire import sse
from equipoise.wire.provider_errors import from_status, from_stream

PATH: Final = "/v1/messages"
VERSION: Final = "2023-06-01"

_STOP_REASONS: Final = {
    "end_turn": StopReason.END,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "refusal": StopReason.REFUSAL,
}


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _OutputDetails(msgspec.Struct):
    thinking_tokens: _Count | None = None


class _Usage(msgspec.Struct):
    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None
    output_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct):
    usage: _Usage = msgspec.field(default_factory=_Usage)


class _Delta(msgspec.Struct):
    type: str = ""
    text: str = ""
    stop_reason: str | None = None


class _Frame(msgspec.Struct):
    type: str
    message: _Message | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None
    error: Any = None


_FRAME = msgspec.json.Decoder(_Frame)


def headers(key: str | None) -> dict[str, str]:
    """The headers of a request; `key` None means an endpoint without authentication."""
    plain = {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "anthropic-version": VERSION,
    }
    return plain if key is None else {**plain, "x-api-key": key}


def encode_request(request: Request) -> bytes:
    """Write a streaming request. Seeds and logprobs have no counterpart here and are not sent."""
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_output_tokens,
        "messages": [
            {"role": m.role, "content": m.text} for m in request.messages if m.role != "system"
        ],
        "stream": True,
    }
    system = "\n\n".join(m.text for m in request.messages if m.role == "system")
    if system:
        body["system"] = system
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.stop:
        body["stop_sequences"] = list(request.stop)
    if request.answer_format is not None:
        body["output_config"] = {
            "format": {"type": "json_schema", "schema": request.answer_format.schema}
        }
    return msgspec.json.encode(body)


class StreamDecoder:
    """Decodes one streamed message. Input is counted at its start, output at its end."""

    def __init__(self) -> None:
        self._events = sse.EventDecoder()
        self._started = _Usage()
        self._finished = False
        self._stopped = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they say."""
        for event in self._events.feed(chunk):
            yield from self._frame(event.data)

    def close(self) -> None:
        """Check that the stream said why it ended, and that this was all of it."""
        if not (self._finished and self._stopped):
            raise BadReplyError(
                "the stream ended before the answer did",
                hint="Ask again; if it happens often, a proxy before the endpoint cuts streams.",
            )

    def _frame(self, data: str) -> Iterator[Event]:
        try:
            frame = _FRAME.decode(data)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise BadReplyError(f"not a messages frame: {error}") from error
        match frame.type:
            case "message_start" if frame.message is not None:
                self._started = frame.message.usage
            case "content_block_delta" if frame.delta is not None and frame.delta.text:
                yield TextDelta(frame.delta.text)
            case "message_delta":
                yield from self._ending(frame)
            case "message_stop":
                self._stopped = True
            case "error":
                raise from_stream(frame.error)
            case _:
                pass

    def _ending(self, frame: _Frame) -> Iterator[Event]:
        if frame.usage is not None:
            yield Counted(_total(self._started, frame.usage))
        if frame.delta is not None and frame.delta.stop_reason is not None:
            self._finished = True
            yield Finished(_STOP_REASONS.get(frame.delta.stop_reason, StopReason.OTHER))


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """Read an error reply of this dialect; 529 is its word for overloaded."""
    return from_status(status, headers, body)


def _total(start: _Usage, end: _Usage) -> Usage:
    """Put the two counts together.

    Counts are cumulative, and the end may leave out what the start has said: the larger is the
    later. Anthropic counts cached input apart from `input_tokens`; here it is a part of it.
    """
    plain = _larger(start.input_tokens, end.input_tokens)
    cached = _larger(start.cache_read_input_tokens, end.cache_read_input_tokens)
    written = _larger(start.cache_creation_input_tokens, end.cache_creation_input_tokens)
    details = end.output_tokens_details
    return Usage(
        input=plain + cached + written,
        output=_larger(start.output_tokens, end.output_tokens),
        cached=cached,
        reasoning=(details.thinking_tokens or 0) if details is not None else 0,
    )


def _larger(first: int | None, second: int | None) -> int:
    return max(first or 0, second or 0)
