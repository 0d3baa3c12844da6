"""What every dialect offers, and the table that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event
from equipoise.domain.request import Request
from equipoise.errors import ProviderError
from equipoise.wire import anthropic_messages, openai_chat


class StreamDecoder(Protocol):
    """Turns the bytes of one streamed answer into events."""

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes and yield what they say, as far as they say it.

        Raises BadReplyError at bytes that are not the dialect's, and another member of
        ProviderError where the endpoint says that it breaks its answer off.
        """
        ...

    def close(self) -> None:
        """Say that no bytes follow; raises BadReplyError where the answer's end is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Codec:
    """One dialect as an upstream speaks it."""

    path: str
    headers: Callable[[str | None], Mapping[str, str]]
    encode_request: Callable[[Request], bytes]
    stream_decoder: Callable[[], StreamDecoder]
    decode_error: Callable[[int, Mapping[str, str], bytes], ProviderError]


CODECS: Mapping[Dialect, Codec] = {
    Dialect.OPENAI_CHAT: Codec(
        path=openai_chat.PATH,
        headers=openai_chat.headers,
        encode_request=openai_chat.encode_request,
        stream_decoder=openai_chat.StreamDecoder,
        decode_error=openai_chat.decode_error,
    ),
    Dialect.ANTHROPIC_MESSAGES: Codec(
        path=anthropic_messages.PATH,
        headers=anthropic_messages.headers,
        encode_request=anthropic_messages.encode_request,
        stream_decoder=anthropic_messages.StreamDecoder,
        decode_error=anthropic_messages.decode_error,
    ),
}


def rename_fields(body: bytes, names: Mapping[str, str]) -> bytes:
    """Write a request's own fields as an endpoint names them; an empty name leaves one out."""
    if not names:
        return body
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    renamed = {names.get(name, name): value for name, value in fields.items()}
    return msgspec.json.encode({name: value for name, value in renamed.items() if name})
