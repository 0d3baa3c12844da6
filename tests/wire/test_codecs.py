"""The table of dialects: headers, odd frames and an endpoint's own names."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

import equipoise.wire
from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, TextDelta
from equipoise.domain.request import Message, Request
from equipoise.errors import BadReplyError
from equipoise.wire.codec import CODECS, rename_fields

OPENAI, ANTHROPIC = CODECS[Dialect.OPENAI_CHAT], CODECS[Dialect.ANTHROPIC_MESSAGES]
DEEP = b'{"type":"x","error":' + b"[" * 100_000


def test_every_dialect_has_a_codec() -> None:
    assert set(CODECS) == set(Dialect)


def test_the_room_imports_msgspec_the_domain_and_the_errors_only() -> None:
    allowed = {"equipoise.domain", "equipoise.errors", "equipoise.wire", "msgspec"}
    for file in Path(equipoise.wire.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                known = ".".join(name.split(".")[:2]) in allowed
                assert known or name.split(".")[0] in sys.stdlib_module_names, (file.name, name)


@pytest.mark.parametrize("dialect", list(Dialect))
def test_without_a_key_no_header_speaks_of_one(dialect: Dialect) -> None:
    headers = CODECS[dialect].headers(None)

    assert headers["accept"] == "text/event-stream"
    assert not {"authorization", "x-api-key"} & set(headers)


def test_a_key_stands_where_its_dialect_looks_for_it() -> None:
    assert OPENAI.headers("sk")["authorization"] == "Bearer sk"
    assert ANTHROPIC.headers("sk")["x-api-key"] == "sk"
    assert ANTHROPIC.headers("sk")["anthropic-version"] == "2023-06-01"


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(
    "frame", [b"", b"null", b"[]", b'"x"', b"{", DEEP, b'{"type":7,"choices":7}']
)
def test_a_frame_that_is_not_the_dialects_is_a_bad_reply(dialect: Dialect, frame: bytes) -> None:
    decoder = CODECS[dialect].stream_decoder()

    with pytest.raises(BadReplyError, match="not a"):
        list(decoder.feed(b"data: " + frame + b"\n\n"))


@pytest.mark.parametrize(
    ("dialect", "frame"),
    [
        (Dialect.OPENAI_CHAT, '{"usage":{"prompt_tokens":-5,"completion_tokens":1}}'),
        (Dialect.OPENAI_CHAT, '{"usage":{"prompt_tokens":5,"completion_tokens":0.5}}'),
        (Dialect.ANTHROPIC_MESSAGES, '{"type":"message_delta","usage":{"output_tokens":-1}}'),
        (
            Dialect.ANTHROPIC_MESSAGES,
            '{"type":"message_start","message":{"usage":{"input_tokens":-1}}}',
        ),
    ],
)
def test_a_count_that_counts_nothing_is_a_bad_reply(dialect: Dialect, frame: str) -> None:
    with pytest.raises(BadReplyError, match="not a"):
        list(CODECS[dialect].stream_decoder().feed(f"data: {frame}\n\n".encode()))


def test_more_cached_tokens_than_input_are_no_more_than_the_input() -> None:
    frame = '{"usage":{"prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9}}}'
    (event,) = OPENAI.stream_decoder().feed(f"data: {frame}\n\n".encode())

    assert "cached=5" in repr(event)


def test_what_an_endpoint_said_before_it_broke_off_in_the_same_bytes_is_kept() -> None:
    said = b'data: {"choices":[{"delta":{"content":"lung"}}]}\n\ndata: oops\n\n'
    found: list[Event] = []

    with pytest.raises(BadReplyError):
        found.extend(OPENAI.stream_decoder().feed(said))
    assert found == [TextDelta("lung")]


def test_what_follows_the_terminator_is_not_the_answers() -> None:
    decoder = OPENAI.stream_decoder()
    ending = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

    assert (
        len(list(decoder.feed(ending + b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n'))) == 1
    )
    decoder.close()


def test_fields_are_sent_under_the_endpoints_own_names_or_not_at_all() -> None:
    request = Request("m", (Message("user", "hi"),), 5, seed=7)
    names = {"max_completion_tokens": "max_tokens", "seed": "random_seed", "stream_options": ""}
    sent = json.loads(rename_fields(OPENAI.encode_request(request), names))

    assert sent == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 5,
        "stream": True,
        "random_seed": 7,
    }


def test_without_names_of_its_own_a_body_goes_out_as_it_is() -> None:
    body = OPENAI.encode_request(Request("m", (), 5))

    assert rename_fields(body, {}) is body
