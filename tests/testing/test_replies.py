"""Replies are in the dialects' own bytes, as our own client reads them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.testing.client import DIALECTS, REQUEST, TEXT, USAGE, answered, failed

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, Finished, gather
from equipoise.domain.request import Answer, StopReason
from equipoise.engines.http import HttpEngine
from equipoise.errors import (
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
)
from equipoise.testing.account import Ending
from equipoise.testing.replies import chat_answer, chat_stream, error
from equipoise.testing.script import Fault, Reply
from equipoise.testing.upstream import ScriptedUpstream
from equipoise.wire.codec import CODECS


@DIALECTS
@pytest.mark.parametrize("pieces", [1, 3, 100])
def test_a_streamed_answer_is_heard_whole_with_its_count(dialect: Dialect, pieces: int) -> None:
    reply = chat_stream(TEXT, usage=USAGE, pieces=pieces, dialect=dialect)
    answer, upstream = answered(reply, dialect)

    assert answer == Answer(TEXT, StopReason.END, USAGE)
    assert upstream.account.whole == {"small": USAGE}
    assert [(e.ending, e.sent) for e in upstream.exchanges] == [(Ending.WHOLE, len(reply.body))]


@DIALECTS
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_an_answer_is_the_same_however_its_bytes_are_cut(dialect: Dialect, size: int) -> None:
    reply = chat_stream(TEXT, usage=USAGE, dialect=dialect).cut_every(size)

    assert answered(reply, dialect)[0] == Answer(TEXT, StopReason.END, USAGE)


@DIALECTS
def test_a_stream_that_counts_nothing_is_billed_nothing(dialect: Dialect) -> None:
    answer, upstream = answered(chat_stream(TEXT, usage=None, dialect=dialect), dialect)

    assert answer.usage is None
    assert upstream.account.billed == {}


@given(text=st.text(), pieces=st.integers(1, 9), dialect=st.sampled_from(Dialect))
def test_every_text_streams_into_itself(text: str, pieces: int, dialect: Dialect) -> None:
    decoder = CODECS[dialect].stream_decoder()
    reply = chat_stream(text, usage=USAGE, pieces=pieces, dialect=dialect)
    events: list[Event] = [event for chunk in reply.chunks for event in decoder.feed(chunk)]
    decoder.close()

    assert gather(events) == Answer(text, StopReason.END, USAGE)


@DIALECTS
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefusedError),
        (401, UnauthorisedError),
        (403, UnauthorisedError),
        (404, RequestRefusedError),
        (413, RequestRefusedError),
        (429, RateLimitedError),
        (500, OverloadedError),
        (503, OverloadedError),
        (529, OverloadedError),
    ],
)
def test_an_error_is_what_its_status_says(
    dialect: Dialect, status: int, kind: type[ProviderError]
) -> None:
    raised, upstream = failed(error(status, "not today", dialect=dialect), dialect)

    assert type(raised) is kind
    assert raised.message == f"HTTP {status}: not today"
    assert upstream.account.billed == {}


@DIALECTS
def test_a_rate_limit_asks_for_its_pause(dialect: Dialect) -> None:
    raised, _ = failed(error(429, retry_after=1.5, dialect=dialect), dialect)

    assert isinstance(raised, RateLimitedError)
    assert raised.retry_after == 1.5


def test_errors_are_named_as_each_dialect_names_them() -> None:
    ours = json.loads(error(429, dialect=Dialect.OPENAI_CHAT).body)
    theirs = json.loads(error(529, dialect=Dialect.ANTHROPIC_MESSAGES).body)

    assert ours["error"]["code"] == "rate_limit_exceeded"
    assert (theirs["type"], theirs["error"]["type"]) == ("error", "overloaded_error")


def test_an_answer_that_does_not_stream_is_one_body_with_its_length() -> None:
    def read(dialect: Dialect) -> dict[str, Any]:
        reply = chat_answer(TEXT, usage=USAGE, dialect=dialect)
        with ScriptedUpstream([reply]).in_thread() as upstream, httpx2.Client(trust_env=False) as c:
            heard = c.post(upstream.base_url + CODECS[dialect].path, json={"model": "small"})
        assert heard.headers["content-length"] == str(len(reply.body))
        assert upstream.account.whole == {"small": USAGE}
        return dict(heard.json())

    chat = read(Dialect.OPENAI_CHAT)
    message = read(Dialect.ANTHROPIC_MESSAGES)

    assert chat["choices"][0]["message"] == {"role": "assistant", "content": TEXT}
    assert chat["usage"]["total_tokens"] == 17
    assert message["content"] == [{"type": "text", "text": TEXT}]
    assert (message["stop_reason"], message["usage"]["input_tokens"]) == ("end_turn", 4)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Fault.cut(-1), "cannot strike after -1"),
        (lambda: Fault.wrong_length(0), "other than 0"),
        (lambda: Fault(by=3), "for nothing else"),
        (lambda: Fault(after=3), "nowhere in particular"),
        (lambda: Reply(chunks=(b"a", b"")), "an empty chunk"),
        (lambda: Reply(chunks=(b"a", b"b"), fault=Fault.cut(3)), "behind the end"),
        (lambda: Reply(chunks=(b"ab",), fault=Fault.cut(2)), "behind the end"),
        (lambda: Reply(chunks=(b"ab",), fault=Fault.wrong_length(-3)), "cannot be negative"),
    ],
)
def test_what_could_not_go_wrong_so_is_refused(make: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()


def test_the_end_of_a_stream_is_said_before_its_count() -> None:
    kinds = []

    async def ask() -> None:
        async with (
            ScriptedUpstream([chat_stream("a")]) as upstream,
            HttpEngine(upstream.base_url, Dialect.OPENAI_CHAT, None) as engine,
        ):
            kinds.extend([type(event) async for event in engine.stream(REQUEST)])

    asyncio.run(ask())

    assert kinds[-2] is Finished
