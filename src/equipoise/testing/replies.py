"""Replies in the dialects' own bytes: an answer streamed, an answer whole, an error.

Source: the references that `wire` names, and the streams kept beside its tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Usage
from equipoise.testing.script import Reply

USAGE: Final = Usage(input=8, output=4)
_MODEL: Final = "scripted"
_CHUNK: Final = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": _MODEL}
_MESSAGE: Final = {"id": "m-1", "type": "message", "role": "assistant", "model": _MODEL}
_ENDED: Final = {"stop_reason": "end_turn", "stop_sequence": None}

_ANTHROPIC_TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_OPENAI_CODES: Final = {
    401: "invalid_api_key",
    404: "model_not_found",
    429: "rate_limit_exceeded",
}


def chat_stream(
    text: str,
    *,
    usage: Usage | None = USAGE,
    pieces: int = 3,
    dialect: Dialect = Dialect.OPENAI_CHAT,
) -> Reply:
    """Stream `text` in so many pieces, one frame a chunk, to its proper end.

    `usage` is counted in the stream and billed; None leaves it out of both.
    """
    frames = _STREAMS[dialect](_split(text, pieces), usage)
    return Reply(headers={"content-type": "text/event-stream"}, chunks=frames, usage=usage)


def chat_answer(
    text: str, *, usage: Usage | None = USAGE, dialect: Dialect = Dialect.OPENAI_CHAT
) -> Reply:
    """Answer with `text` in one JSON body, as a request that does not stream is answered."""
    body = _json(_ANSWERS[dialect](text, usage))
    return Reply(headers={"content-type": "application/json"}, chunks=(body,), usage=usage)


def error(
    status: int,
    message: str = "scripted",
    *,
    retry_after: float | None = None,
    dialect: Dialect = Dialect.OPENAI_CHAT,
) -> Reply:
    """Refuse with `status`, in the dialect's own body; `retry_after` is in seconds."""
    headers = {"content-type": "application/json"}
    if retry_after is not None:
        headers["retry-after"] = f"{retry_after:g}"
    return Reply(status, headers, (_json(_ERRORS[dialect](status, message)),))


def _openai_stream(pieces: list[str], usage: Usage | None) -> tuple[bytes, ...]:
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces]
    rows: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    rows.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage is not None:
        rows.append({"choices": [], "usage": _openai_usage(usage)})
    return (*(b"data: " + _json(_CHUNK | row) + b"\n\n" for row in rows), b"data: [DONE]\n\n")


def _openai_answer(text: str, usage: Usage | None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        **_CHUNK,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **({} if usage is None else {"usage": _openai_usage(usage)}),
    }


def _openai_usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _openai_error(status: int, message: str) -> dict[str, Any]:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    code = _OPENAI_CODES.get(status)
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _anthropic_stream(pieces: list[str], usage: Usage | None) -> tuple[bytes, ...]:
    counted = {} if usage is None else {"usage": _anthropic_usage(usage)}
    # At its start a message has written a token at most; its end says how many there are.
    began = {
        name: {**row, "output_tokens": min(1, row["output_tokens"])}
        for name, row in counted.items()
    }
    start: dict[str, Any] = {
        **_MESSAGE,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        **began,
    }
    rows: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
    ]
    rows += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
        for piece in pieces
    ]
    rows += [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": _ENDED, **counted},
        {"type": "message_stop"},
    ]
    return tuple(b"event: %s\ndata: %s\n\n" % (row["type"].encode(), _json(row)) for row in rows)


def _anthropic_answer(text: str, usage: Usage | None) -> dict[str, Any]:
    counted = {} if usage is None else {"usage": _anthropic_usage(usage)}
    return {**_MESSAGE, "content": [{"type": "text", "text": text}], **_ENDED, **counted}


def _anthropic_usage(usage: Usage) -> dict[str, Any]:
    # Cached input is counted apart here; the canonical count holds it within the input.
    return {
        "input_tokens": usage.input - usage.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
    }


def _anthropic_error(status: int, message: str) -> dict[str, Any]:
    other = "api_error" if status >= 500 else "invalid_request_error"
    kind = _ANTHROPIC_TYPES.get(status, other)
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "r-1"}


_STREAMS: Final = {
    Dialect.OPENAI_CHAT: _openai_stream,
    Dialect.ANTHROPIC_MESSAGES: _anthropic_stream,
}
_ANSWERS: Final = {
    Dialect.OPENAI_CHAT: _openai_answer,
    Dialect.ANTHROPIC_MESSAGES: _anthropic_answer,
}
_ERRORS: Final = {
    Dialect.OPENAI_CHAT: _openai_error,
    Dialect.ANTHROPIC_MESSAGES: _anthropic_error,
}


def _split(text: str, pieces: int) -> list[str]:
    size = max(1, -(-len(text) // pieces))
    return [text[start : start + size] for start in range(0, len(text), size)]


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
