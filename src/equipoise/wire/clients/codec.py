"""What every dialect offers a client, and the table that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event
from equipoise.domain.request import Answer
from equipoise.errors import EquipoiseError
from equipoise.wire.clients import (
    anthropic_messages,
    anthropic_messages_answer,
    openai_chat,
    openai_chat_answer,
)
from equipoise.wire.clients.request import ClientRequest

__all__ = ["CLIENTS", "ClientCodec", "ClientRequest", "StreamEncoder"]


class StreamEncoder(Protocol):
    """Turns the events of one streamed answer into bytes."""

    def feed(self, event: Event) -> bytes:
        """Write what an event says now; it may say nothing yet."""
        ...

    def finish(self) -> bytes:
        """Write the terminator, after a Finished event; without one, or after `fail`, never."""
        ...

    def fail(self, error: EquipoiseError) -> bytes:
        """Write that the answer breaks off, which is the last thing written."""
        ...

    def keep_alive(self) -> bytes:
        """Write something that says nothing, to show that the stream lives."""
        ...


@dataclass(frozen=True, slots=True)
class ClientCodec:
    """One dialect as clients speak it to us.

    `decode_request` raises RequestRefusedError; `created` is in Unix seconds and is, like
    `answer_id`, the caller's to choose. `GET /v1/models` is one path for all dialects: a request
    with the header `anthropic-version` is answered in Anthropic's form.
    """

    dialect: Dialect
    path: str
    decode_request: Callable[[bytes], ClientRequest]
    encode_answer: Callable[[ClientRequest, str, int, Answer], bytes]
    stream_encoder: Callable[[ClientRequest, str, int], StreamEncoder]
    encode_error: Callable[[EquipoiseError], bytes]
    encode_models: Callable[[Sequence[str], int], bytes]


CLIENTS: Mapping[Dialect, ClientCodec] = {
    Dialect.OPENAI_CHAT: ClientCodec(
        dialect=Dialect.OPENAI_CHAT,
        path=openai_chat.PATH,
        decode_request=openai_chat.decode_request,
        encode_answer=openai_chat_answer.encode_answer,
        stream_encoder=openai_chat_answer.StreamEncoder,
        encode_error=openai_chat_answer.encode_error,
        encode_models=openai_chat_answer.encode_models,
    ),
    Dialect.ANTHROPIC_MESSAGES: ClientCodec(
        dialect=Dialect.ANTHROPIC_MESSAGES,
        path=anthropic_messages.PATH,
        decode_request=anthropic_messages.decode_request,
        encode_answer=anthropic_messages_answer.encode_answer,
        stream_encoder=anthropic_messages_answer.StreamEncoder,
        encode_error=anthropic_messages_answer.encode_error,
        encode_models=anthropic_messages_answer.encode_models,
    ),
}
