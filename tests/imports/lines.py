"""Golden lines, in the shapes that the vendors document, and the calls in them."""

from __future__ import annotations

import json
from typing import Any

from equipoise.trials.imports.reading import LogReader, Logs

ASKED: dict[str, Any] = {
    "model": "gpt-4.1-mini",
    "messages": [
        {"role": "developer", "content": "Sort it."},
        {"role": "user", "content": [{"type": "text", "text": "Where is my parcel?"}]},
    ],
}
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_795_000_000,
    "model": "gpt-4.1-mini-2025-04-14",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "delivery", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 19,
        "completion_tokens": 2,
        "total_tokens": 21,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 1},
    },
}
CHUNKS: list[dict[str, Any]] = [
    {
        "id": "chatcmpl-2",
        "object": "chat.completion.chunk",
        "created": 1_795_000_100,
        "model": "gpt-4.1-mini-2025-04-14",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "deli"}}],
    },
    {"choices": [{"index": 0, "delta": {"content": "very"}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
]
COUNT: dict[str, Any] = {
    "choices": [],
    "usage": {"prompt_tokens": 19, "completion_tokens": 2, "total_tokens": 21},
}
MESSAGES_ASKED: dict[str, Any] = {
    "model": "claude-haiku-4-5",
    "max_tokens": 64,
    "system": [{"type": "text", "text": "Sort it."}],
    "messages": [{"role": "user", "content": "Where is my parcel?"}],
}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "thinking", "thinking": "…"}, {"type": "text", "text": "delivery"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 5,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 8,
        "output_tokens": 2,
    },
}
FRAMES: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_2",
            "model": "claude-haiku-4-5-20251001",
            "usage": {"input_tokens": 11, "cache_read_input_tokens": 8, "output_tokens": 1},
        },
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "deli"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "very"}},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn"},
        "usage": {"output_tokens": 2},
    },
    {"type": "message_stop"},
]
CHAT = {
    "started_at": "2026-11-18T10:06:40Z",
    "duration_ms": 812,
    "request": ASKED,
    "response": COMPLETION,
}
MESSAGES = {
    "timestamp": 1_795_000_000_500,
    "seconds": 1.5,
    "request": MESSAGES_ASKED,
    "response": MESSAGE,
}
BATCH_INPUT = {"custom_id": "a1", "method": "POST", "url": "/v1/chat/completions", "body": ASKED}
BATCH_OUTPUT = {
    "id": "batch_req_1",
    "custom_id": "a1",
    "response": {"status_code": 200, "request_id": "req_1", "body": COMPLETION},
    "error": None,
}


def jsonl(*rows: object) -> bytes:
    """The rows as JSON lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def event_stream(*data: object, end: str = "") -> str:
    """The text of an event stream."""
    return "".join(f"data: {json.dumps(row)}\n\n" for row in data) + end


def read(*rows: object) -> Logs:
    """What these lines of one file come to."""
    return read_bytes(jsonl(*rows))


def read_bytes(content: bytes) -> Logs:
    """What a file of these bytes comes to."""
    reader = LogReader()
    reader.read("log.jsonl", content.splitlines(keepends=True))
    return reader.logs()
