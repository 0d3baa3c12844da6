"""What the tests of clients share: requests made small, streams cut, and both codecs at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import strategies as st

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, TextDelta
from equipoise.domain.request import Message, Request, TokenLogprob, Usage
from equipoise.wire.clients.codec import CLIENTS, ClientRequest
from equipoise.wire.codec import CODECS

OPENAI, ANTHROPIC = Dialect.OPENAI_CHAT, Dialect.ANTHROPIC_MESSAGES
LEAST: dict[Dialect, dict[str, Any]] = {
    OPENAI: {"model": "triage", "messages": [{"role": "user", "content": "cough"}]},
    ANTHROPIC: {
        "model": "triage",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "cough"}],
    },
}
REQUEST = Request("triage", (Message("user", "cough"),), 8, top_logprobs=5)
ASKED = ClientRequest(REQUEST, stream=True, include_usage=True)

# Everything but surrogates, which UTF-8 cannot hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
LOGPROB = st.floats(-1e6, 0)
TOKEN = st.builds(
    TokenLogprob, TEXT, LOGPROB, st.lists(st.tuples(TEXT, LOGPROB), max_size=2).map(tuple)
)
PIECES = st.lists(st.builds(TextDelta, TEXT), max_size=5)
WEIGHED_PIECES = st.lists(
    st.builds(TextDelta, TEXT, st.lists(TOKEN, max_size=2).map(tuple)), max_size=5
)
USAGE = st.tuples(*[st.integers(0, 10**9)] * 4).map(
    lambda n: Usage(input=n[0] + n[1], output=n[2] + n[3], cached=n[1], reasoning=n[3])
)
CUTS = st.lists(st.integers(0), max_size=9)


def decode(dialect: Dialect, body: object) -> ClientRequest:
    """A request as the codec reads it; bytes go in as they are."""
    return CLIENTS[dialect].decode_request(
        body if isinstance(body, bytes) else msgspec.json.encode(body)
    )


def write(dialect: Dialect, events: Iterable[Event], asked: ClientRequest = ASKED) -> bytes:
    """A whole stream."""
    encoder = CLIENTS[dialect].stream_encoder(asked, "answer-1", 1763900000)
    return b"".join(encoder.feed(event) for event in events) + encoder.finish()


def read(dialect: Dialect, content: bytes, cuts: Iterable[int] = ()) -> list[Event]:
    """What our own upstream decoder reads in a stream that is cut at these places."""
    decoder = CODECS[dialect].stream_decoder()
    places = sorted(cut % (len(content) + 1) for cut in cuts)
    events: list[Event] = []
    for start, end in zip([0, *places], [*places, len(content)], strict=True):
        events.extend(decoder.feed(content[start:end]))
    decoder.close()
    return events
