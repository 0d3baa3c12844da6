"""A logged chat completion of OpenAI's dialect, whole or streamed.

Source: platform.openai.com/docs/api-reference/chat, read 2026-11. llama.cpp, vLLM and most hosts
log the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Answer, StopReason, Usage
from equipoise.trials.imports.call import RecordedCall, UnreadableError
from equipoise.trials.imports.conversation import Content, Turn, text_of
from equipoise.trials.imports.envelope import Envelope
from equipoise.trials.imports.exchange import Told, Wanted, recorded
from equipoise.trials.imports.fields import Count, read
from equipoise.trials.imports.streams import gathered

DONE: Final = b"data: [DONE]\n\n"

_STOP_REASONS: Final = {
    "stop": StopReason.END,
    "length": StopReason.LENGTH,
    "content_filter": StopReason.REFUSAL,
}


class _Request(msgspec.Struct):
    messages: list[Turn]
    model: str | None = None
    stream: bool | None = None


class _CachedDetails(msgspec.Struct):
    cached_tokens: Count | None = None


class _OutputDetails(msgspec.Struct):
    reasoning_tokens: Count | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: Count
    completion_tokens: Count
    prompt_tokens_details: _CachedDetails | None = None
    completion_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct):
    content: Content = None
    refusal: str | None = None
    tool_calls: list[Any] | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Response(msgspec.Struct):
    choices: list[_Choice]
    id: str | None = None
    model: str | None = None
    usage: _Usage | None = None


class _Chunk(msgspec.Struct):
    id: str | None = None
    model: str | None = None


def read_request(body: Mapping[str, Any]) -> _Request:
    """Read a request's body; raises UnreadableError."""
    return read(body, _Request, "request")


def read_call(envelope: Envelope, *, batch: bool = False) -> RecordedCall:
    """Read a call; raises UnreadableError. Of several choices the first is the answer."""
    wanted = Wanted()
    if envelope.request is not None:
        request = read_request(envelope.request)
        wanted = Wanted(tuple(request.messages), request.model, bool(request.stream))
    told = _streamed(envelope) if envelope.stream else _whole(envelope.response)
    return recorded(envelope, Dialect.OPENAI_CHAT, wanted, told, batch=batch)


def _streamed(envelope: Envelope) -> Told:
    answer, beyond = gathered(Dialect.OPENAI_CHAT, envelope.stream, DONE)
    head = read(envelope.response, _Chunk, "response")
    return Told(answer, head.id, head.model, beyond)


def _whole(body: Mapping[str, Any]) -> Told:
    response = read(body, _Response, "response")
    if not response.choices:
        raise UnreadableError("response.choices is empty")
    choice = response.choices[0]
    said = text_of(choice.message.content)
    refused = bool(choice.message.refusal)
    reason = _STOP_REASONS.get(choice.finish_reason or "", StopReason.OTHER)
    answer = Answer(
        text=(said or "") + (choice.message.refusal or ""),
        stop_reason=StopReason.REFUSAL if refused else reason,
        usage=_usage(response.usage) if response.usage is not None else None,
    )
    # Content may also be absent because a tool is called: then the text is not the answer.
    beyond = bool(choice.message.tool_calls) or (said is None and not refused)
    return Told(answer, response.id, response.model, beyond)


def _usage(given: _Usage) -> Usage:
    cached = given.prompt_tokens_details.cached_tokens if given.prompt_tokens_details else 0
    details = given.completion_tokens_details
    return Usage(
        input=given.prompt_tokens,
        output=given.completion_tokens,
        cached=min(cached or 0, given.prompt_tokens),
        reasoning=(details.reasoning_tokens or 0) if details is not None else 0,
    )
