"""A logged message of Anthropic's dialect, whole or streamed.

Source: platform.claude.com/docs/en/api/messages, read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Answer, StopReason, Usage
from equipoise.trials.imports.call import RecordedCall
from equipoise.trials.imports.conversation import Content, Part, Turn
from equipoise.trials.imports.envelope import Envelope
from equipoise.trials.imports.exchange import Told, Wanted, recorded
from equipoise.trials.imports.fields import Count, read
from equipoise.trials.imports.streams import gathered

_STOP_REASONS: Final = {
    "end_turn": StopReason.END,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "stop_sequence": StopReason.STOP_SEQUENCE,
    "refusal": StopReason.REFUSAL,
}
# A model's thinking stands beside its answer and is no part of it.
_THINKING: Final = frozenset({"thinking", "redacted_thinking"})


class _Request(msgspec.Struct):
    messages: list[Turn]
    system: Content = None
    model: str | None = None
    stream: bool | None = None


class _OutputDetails(msgspec.Struct):
    thinking_tokens: Count | None = None


class _Usage(msgspec.Struct):
    input_tokens: Count
    output_tokens: Count
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    output_tokens_details: _OutputDetails | None = None


class _Response(msgspec.Struct):
    content: list[Part]
    id: str | None = None
    model: str | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Head(msgspec.Struct):
    id: str | None = None
    model: str | None = None


class _Start(msgspec.Struct):
    message: _Head


def read_call(envelope: Envelope) -> RecordedCall:
    """Read a call; raises UnreadableError."""
    wanted = _wanted(envelope.request)
    told = _streamed(envelope) if envelope.stream else _whole(envelope.response)
    return recorded(envelope, Dialect.ANTHROPIC_MESSAGES, wanted, told)


def _wanted(body: Mapping[str, Any] | None) -> Wanted:
    if body is None:
        return Wanted()
    request = read(body, _Request, "request")
    system = [Turn("system", request.system)] if request.system else []
    return Wanted((*system, *request.messages), request.model, bool(request.stream))


def _streamed(envelope: Envelope) -> Told:
    answer, beyond = gathered(Dialect.ANTHROPIC_MESSAGES, envelope.stream)
    head = read(envelope.response, _Start, "response").message
    return Told(answer, head.id, head.model, beyond)


def _whole(body: Mapping[str, Any]) -> Told:
    response = read(body, _Response, "response")
    parts = [part for part in response.content if part.type not in _THINKING]
    texts = [part.text or "" for part in parts if part.type == "text"]
    answer = Answer(
        text="".join(texts),
        stop_reason=_STOP_REASONS.get(response.stop_reason or "", StopReason.OTHER),
        usage=_usage(response.usage) if response.usage is not None else None,
    )
    return Told(answer, response.id, response.model, len(texts) < len(parts))


def _usage(given: _Usage) -> Usage:
    """Anthropic counts what was read from and written to the cache apart; here it is input."""
    cached = given.cache_read_input_tokens or 0
    written = given.cache_creation_input_tokens or 0
    details = given.output_tokens_details
    return Usage(
        input=given.input_tokens + cached + written,
        output=given.output_tokens,
        cached=cached,
        reasoning=(details.thinking_tokens or 0) if details is not None else 0,
    )
