"""OpenAI chat completions, as a client reads them: whole answers, streams, errors and models.

Source: the answer types of the official client, openai 3.57 for Python, read 2026-11; it parses
what is written here (`tests/wire/clients/test_official_clients.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Answer, StopReason, TokenLogprob, Usage
from equipoise.errors import BadReplyError, EquipoiseError
from equipoise.wire.clients.client_errors import openai_error
from equipoise.wire.clients.request import ClientRequest

# Two lose something on the way: OpenAI has one word for both ways to stop, and none for an end it
# does not know. Such an end may have cut the answer short, so it takes the word that warns of it.
FINISH_REASONS: Final = {
    StopReason.END: "stop",
    StopReason.STOP_SEQUENCE: "stop",
    StopReason.LENGTH: "length",
    StopReason.REFUSAL: "content_filter",
    StopReason.OTHER: "length",
}

_DONE: Final = b"data: [DONE]\n\n"


class StreamEncoder:
    """Writes one streamed completion of a single choice."""

    def __init__(self, asked: ClientRequest, answer_id: str, created: int) -> None:
        self._asked = asked
        self._head: dict[str, Any] = {
            "id": answer_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": asked.request.model,
        }
        self._opened = self._finished = self._failed = False
        self._usage: Usage | None = None

    def feed(self, event: Event) -> bytes:
        """Write what an event says; a count waits for the end, where this dialect has it."""
        match event:
            case TextDelta():
                return self._opening() + self._choice({"content": event.text}, event.logprobs)
            case Counted():
                self._usage = event.usage
                return b""
            case Finished():
                self._finished = True
                reason = FINISH_REASONS[event.stop_reason]
                return self._opening() + self._choice({}, (), reason)

    def finish(self) -> bytes:
        """Write the count, if it was asked for and is known, and the terminator.

        A stream whose end was not fed breaks off with an error instead.
        """
        if self._failed:
            return b""
        if not self._finished:
            return self.fail(BadReplyError("the stream ended before the answer did"))
        counted = b""
        if self._asked.include_usage and self._usage is not None:
            counted = _frame({**self._head, "choices": [], "usage": _usage(self._usage)})
        return counted + _DONE

    def fail(self, error: EquipoiseError) -> bytes:
        """Write that the answer breaks off; no terminator follows."""
        self._failed = True
        return _frame(openai_error(error))

    def keep_alive(self) -> bytes:
        """A comment, which clients skip."""
        return b": keep-alive\n\n"

    def _opening(self) -> bytes:
        if self._opened:
            return b""
        self._opened = True
        return self._choice({"role": "assistant", "content": "", "refusal": None}, ())

    def _choice(
        self,
        delta: dict[str, Any],
        logprobs: tuple[TokenLogprob, ...],
        finish_reason: str | None = None,
    ) -> bytes:
        choice = {
            "index": 0,
            "delta": delta,
            "logprobs": _logprobs(self._asked, logprobs) if logprobs else None,
            "finish_reason": finish_reason,
        }
        usage = {"usage": None} if self._asked.include_usage else {}
        return _frame({**self._head, "choices": [choice], **usage})


def encode_answer(asked: ClientRequest, answer_id: str, created: int, answer: Answer) -> bytes:
    """Write a whole answer; `created` is in Unix seconds. A count not known is left out."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": answer.text, "refusal": None},
        "logprobs": _logprobs(asked, answer.logprobs),
        "finish_reason": FINISH_REASONS[answer.stop_reason],
    }
    body: dict[str, Any] = {
        "id": answer_id,
        "object": "chat.completion",
        "created": created,
        "model": asked.request.model,
        "choices": [choice],
    }
    if answer.usage is not None:
        body["usage"] = _usage(answer.usage)
    return msgspec.json.encode(body)


def encode_error(error: EquipoiseError) -> bytes:
    """Write an error's body; its status is `error.status`."""
    return msgspec.json.encode(openai_error(error))


def encode_models(names: Sequence[str], created: int) -> bytes:
    """Write the list of models; `created` is in Unix seconds."""
    rows = [
        {"id": name, "object": "model", "created": created, "owned_by": "equipoise"}
        for name in names
    ]
    return msgspec.json.encode({"object": "list", "data": rows})


def _frame(body: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _logprobs(asked: ClientRequest, given: Iterable[TokenLogprob]) -> dict[str, Any] | None:
    if asked.request.top_logprobs is None:
        return None
    content = [
        _token(row.token, row.logprob)
        | {"top_logprobs": [_token(token, logprob) for token, logprob in row.alternatives]}
        for row in given
    ]
    return {"content": content, "refusal": None}


def _token(token: str, logprob: float) -> dict[str, Any]:
    # A token's text is not always its bytes (part of a character is written out in escapes), and
    # upstreams do not all say them; null is the dialect's word for bytes not known.
    return {"token": token, "logprob": logprob, "bytes": None}
