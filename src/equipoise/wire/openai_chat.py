"""OpenAI chat completions, as an upstream speaks it.

Source: platform.openai.com/docs/api-reference/chat, read 2026-11; llama.cpp's server takes and
gives the same. A stream ends with a chunk that says why, one that counts tokens, and `[DONE]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Request, StopReason, TokenLogprob, Usage
from equipoise.errors import BadReplyError, ProviderError
from equipoise.wire import sse
from equipoise.wire.provider_errors import from_status, from_stream

PATH: Final = "/chat/completions"

_STOP_REASONS: Final = {
    "stop": StopReason.END,
    "length": StopReason.LENGTH,
    "content_filter": StopReason.REFUSAL,
}
# OpenAI's reasoning models reject `max_tokens`; every server tried accepts the newer name, and
# llama.cpp reads both (its server README, 2026-10).
_MAX_TOKENS: Final = "max_completion_tokens"

_Count = Annotated[int, msgspec.Meta(ge=0)]


class _CachedDetails(msgspec.Struct):
    cached_tokens: _Count | None = None


class _OutputDetails(msgspec.Struct):
    reasoning_tokens: _Count | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0
    prompt_tokens_details: _CachedDetails | None = None
    completion_tokens_details: _OutputDetails | None = None


class _Alternative(msgspec.Struct):
    token: str
    logprob: float


class _Logprob(msgspec.Struct):
    token: str
    logprob: float
    top_logprobs: list[_Alternative] = []


class _Logprobs(msgspec.Struct):
    content: list[_Logprob] | None = None
    refusal: list[_Logprob] | None = None


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(_Chunk)


def headers(key: str | None) -> dict[str, str]:
    """The headers of a request; `key` None means an endpoint without authentication."""
    plain = {"content-type": "application/json", "accept": "text/event-stream"}
    return plain if key is None else {**plain, "authorization": f"Bearer {key}"}


def encode_request(request: Request) -> bytes:
    """Write a streaming request that asks for usage at its end."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": m.role, "content": m.text} for m in request.messages],
        _MAX_TOKENS: request.max_output_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.seed is not None:
        body["seed"] = request.seed
    if request.stop:
        body["stop"] = list(request.stop)
    if request.answer_format is not None:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": request.answer_format.name,
                "schema": request.answer_format.schema,
                "strict": True,
            },
        }
    if request.top_logprobs is not None:
        body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
    return msgspec.json.encode(body)


class StreamDecoder:
    """Decodes one streamed completion of a single choice."""

    def __init__(self) -> None:
        self._events = sse.EventDecoder()
        self._done = False
        self._finished = False
        self._refused = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they say. What follows `[DONE]` says nothing."""
        for event in self._events.feed(chunk):
            self._done = self._done or event.data == "[DONE]"
            if not self._done:
                yield from self._chunk(event.data)

    def close(self) -> None:
        """Check that the stream said why it ended, and that this was all of it."""
        if not (self._finished and self._done):
            raise BadReplyError(
                "the stream ended before the answer did",
                hint="Ask again; if it happens often, a proxy before the endpoint cuts streams.",
            )

    def _chunk(self, data: str) -> Iterator[Event]:
        try:
            chunk = _CHUNK.decode(data)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise BadReplyError(f"not a chat completion chunk: {error}") from error
        if chunk.error is not None:
            raise from_stream(chunk.error)
        for choice in (chunk.choices or [])[:1]:
            yield from self._choice(choice)
        if chunk.usage is not None:
            yield Counted(_usage(chunk.usage))

    def _choice(self, choice: _Choice) -> Iterator[Event]:
        # A refusal's text comes in a field of its own, and its end says "stop" in a later chunk.
        self._refused = self._refused or bool(choice.delta.refusal)
        text = (choice.delta.content or "") + (choice.delta.refusal or "")
        logprobs = _logprobs(choice.logprobs)
        # A token that is only part of a character has a probability before it has any text.
        if text or logprobs:
            yield TextDelta(text, logprobs)
        if choice.finish_reason is not None:
            self._finished = True
            reason = _STOP_REASONS.get(choice.finish_reason, StopReason.OTHER)
            yield Finished(StopReason.REFUSAL if self._refused else reason)


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """Read an error reply of this dialect."""
    return from_status(status, headers, body)


def _logprobs(given: _Logprobs | None) -> tuple[TokenLogprob, ...]:
    rows = [*(given.content or []), *(given.refusal or [])] if given is not None else []
    return tuple(
        TokenLogprob(r.token, r.logprob, tuple((a.token, a.logprob) for a in r.top_logprobs))
        for r in rows
    )


def _usage(given: _Usage) -> Usage:
    cached = given.prompt_tokens_details.cached_tokens if given.prompt_tokens_details else 0
    details = given.completion_tokens_details
    reasoning = details.reasoning_tokens if details else 0
    return Usage(
        input=given.prompt_tokens,
        output=given.completion_tokens,
        cached=min(cached or 0, given.prompt_tokens),
        reasoning=reasoning or 0,
    )
