"""Anthropic messages, as a client reads them: whole answers, streams, errors and models.

Source: the answer types of the official client, anthropic 2.13 for Python, read 2026-11; it parses
what is written here (`tests/wire/clients/test_official_clients.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Answer, StopReason, Usage
from equipoise.errors import BadReplyError, EquipoiseError
from equipoise.wire.clients.client_errors import anthropic_error
from equipoise.wire.clients.request import ClientRequest

# The dialect has no word for an end it does not know. Such an end may have cut the answer short,
# so it takes the word that warns of it.
STOP_REASONS: Final = {
    StopReason.END: "end_turn",
    StopReason.STOP_SEQUENCE: "stop_sequence",
    StopReason.LENGTH: "max_tokens",
    StopReason.REFUSAL: "refusal",
    StopReason.OTHER: "max_tokens",
}


class StreamEncoder:
    """Writes one streamed message of at most one block of text."""

    def __init__(self, asked: ClientRequest, answer_id: str, created: int) -> None:
        del created  # a message of this dialect does not say when it was made
        self._message = _message(asked, answer_id)
        self._opened = self._in_block = self._failed = False
        self._usage: Usage | None = None
        self._reason: StopReason | None = None

    def feed(self, event: Event) -> bytes:
        """Write what an event says.

        A count and an end wait for `finish`, as one frame says both; so does a piece without text,
        which other dialects have.
        """
        match event:
            case TextDelta():
                return self._opening() + self._text(event.text) if event.text else b""
            case Counted():
                self._usage = event.usage
            case Finished():
                self._reason = event.stop_reason
        return b""

    def finish(self) -> bytes:
        """Write the block's end, the reason with the count, and the terminator.

        A stream whose end was not fed breaks off with an error instead.
        """
        if self._failed:
            return b""
        if self._reason is None:
            return self.fail(BadReplyError("the stream ended before the answer did"))
        stop = b""
        if self._in_block:
            stop = _frame("content_block_stop", {"index": 0})
        delta = {"stop_reason": STOP_REASONS[self._reason], "stop_sequence": None}
        end = _frame("message_delta", {"delta": delta, "usage": _usage(self._usage)})
        return self._opening() + stop + end + _frame("message_stop", {})

    def fail(self, error: EquipoiseError) -> bytes:
        """Write that the answer breaks off; no terminator follows."""
        self._failed = True
        return _frame("error", anthropic_error(error))

    def keep_alive(self) -> bytes:
        """A ping, which clients skip wherever it stands."""
        return _frame("ping", {})

    def _opening(self) -> bytes:
        if self._opened:
            return b""
        self._opened = True
        # What was read is seldom known yet; the end counts everything again.
        usage = _usage(self._usage) | {"output_tokens": 0, "output_tokens_details": None}
        return _frame("message_start", {"message": {**self._message, "usage": usage}})

    def _text(self, text: str) -> bytes:
        start = b""
        if not self._in_block:
            self._in_block = True
            block = {"type": "text", "text": ""}
            start = _frame("content_block_start", {"index": 0, "content_block": block})
        delta = {"type": "text_delta", "text": text}
        return start + _frame("content_block_delta", {"index": 0, "delta": delta})


def encode_answer(asked: ClientRequest, answer_id: str, created: int, answer: Answer) -> bytes:
    """Write a whole answer. It does not say when it was made."""
    del created
    said = {
        "content": [{"type": "text", "text": answer.text}] if answer.text else [],
        "stop_reason": STOP_REASONS[answer.stop_reason],
        "usage": _usage(answer.usage),
    }
    return msgspec.json.encode(_message(asked, answer_id) | said)


def encode_error(error: EquipoiseError) -> bytes:
    """Write an error's body; its status is `error.status`."""
    return msgspec.json.encode(anthropic_error(error))


def encode_models(names: Sequence[str], created: int) -> bytes:
    """Write the list of models, whole on one page; `created` is in Unix seconds."""
    at = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [
        {
            "type": "model",
            "id": name,
            "display_name": name,
            "created_at": at,
            "lifecycle": "active",
        }
        for name in names
    ]
    ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
    return msgspec.json.encode({"data": rows, "has_more": False, **ends})


def _message(asked: ClientRequest, answer_id: str) -> dict[str, Any]:
    # Which sequence stopped the answer is not known: `stop_sequence` stays null.
    return {
        "id": answer_id,
        "type": "message",
        "role": "assistant",
        "model": asked.request.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _usage(usage: Usage | None) -> dict[str, Any]:
    """The count, cached input apart; the dialect requires one, so an unknown count is 0."""
    counted = usage or Usage(0, 0)
    return {
        "input_tokens": counted.input - counted.cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": counted.cached,
        "output_tokens": counted.output,
        "output_tokens_details": {"thinking_tokens": counted.reasoning},
    }


def _frame(kind: str, said: dict[str, Any]) -> bytes:
    data = msgspec.json.encode({"type": kind, **said})
    return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
