"""The scripted upstream says what its script says, and whoever asks it can tell every fault."""

from __future__ import annotations

import asyncio
import runpy
import socket
import textwrap
import time
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import httpx2
import pytest
from tests.testing.client import DIALECTS, REQUEST, TEXT, USAGE, failed, listen

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event
from equipoise.domain.request import Usage
from equipoise.engines.http import HttpEngine
from equipoise.errors import (
    BadReplyError,
    OverloadedError,
    ProviderError,
    UnreachableError,
)
from equipoise.testing.account import Ending
from equipoise.testing.replies import chat_answer, chat_stream
from equipoise.testing.script import Fault, HttpRequest, Reply, Script
from equipoise.testing.upstream import ScriptedUpstream

HOW_TO = Path(__file__).parents[2] / "docs/how-to/test-against-a-scripted-upstream.md"


@DIALECTS
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        pytest.param(Fault.cut(), UnreachableError, id="cut without a word"),
        pytest.param(Fault.cut(0), UnreachableError, id="cut behind the head"),
        pytest.param(Fault.cut(200), UnreachableError, id="cut in the body"),
        pytest.param(Fault.reset(), UnreachableError, id="reset without a word"),
        pytest.param(Fault.reset(0), UnreachableError, id="reset behind the head"),
        pytest.param(Fault.reset(200), UnreachableError, id="reset in the body"),
        pytest.param(Fault.malformed(None), UnreachableError, id="no HTTP"),
        pytest.param(Fault.malformed(0), BadReplyError, id="a malformed first frame"),
        pytest.param(Fault.malformed(200), BadReplyError, id="a malformed frame"),
        pytest.param(Fault.wrong_length(), UnreachableError, id="fewer bytes than announced"),
        pytest.param(Fault.wrong_length(-20), BadReplyError, id="more bytes than announced"),
    ],
)
def test_a_fault_is_an_error_of_its_kind(
    dialect: Dialect, fault: Fault, kind: type[ProviderError]
) -> None:
    raised, upstream = failed(replace(chat_stream(TEXT, dialect=dialect), fault=fault), dialect)

    assert type(raised) is kind
    assert raised.retryable
    assert [exchange.ending for exchange in upstream.exchanges] == [Ending.FAULT]
    assert upstream.account.whole == {}
    assert upstream.account.broken == ({"small": Usage(8, 4)} if upstream.exchanges[0].sent else {})
    if fault.after:
        assert upstream.exchanges[0].sent >= fault.after


@DIALECTS
@pytest.mark.parametrize("after", [None, 0, 200])
def test_what_hangs_says_nothing_more_until_it_is_closed(
    dialect: Dialect, after: int | None
) -> None:
    async def wait() -> ScriptedUpstream:
        reply = replace(chat_stream(TEXT, dialect=dialect), fault=Fault.hang(after))
        async with ScriptedUpstream([reply]) as upstream:
            asking = asyncio.create_task(listen(upstream, dialect))
            async with asyncio.timeout(10):
                while not upstream.requests:
                    await asyncio.sleep(0.01)
            assert await asyncio.wait([asking], timeout=0.1) == (set(), {asking})
        with pytest.raises(UnreachableError):
            await asking
        return upstream

    exchange = asyncio.run(wait()).exchanges[0]

    assert (exchange.ending, exchange.sent) == (Ending.CLOSED, after or 0)


@DIALECTS
def test_a_stream_broken_anywhere_is_never_an_answer(dialect: Dialect) -> None:
    whole = chat_stream(TEXT, dialect=dialect)
    places = range(0, len(whole.body) + 1, 23)
    faults = [make(place) for place in places for make in (Fault.cut, Fault.reset)]
    # Behind `[DONE]` nothing is read, so that garbage there is no fault.
    faults += [Fault.malformed(place) for place in places if place < len(whole.body) - 14]

    async def hear(engine: HttpEngine, heard: list[Event]) -> None:
        async for event in engine.stream(REQUEST):
            heard.extend([event])

    async def ask() -> list[list[Event]]:
        heard: list[list[Event]] = [[] for _ in faults]
        async with (
            ScriptedUpstream(replace(whole, fault=fault) for fault in faults) as upstream,
            HttpEngine(upstream.base_url, dialect, None) as engine,
        ):
            for events in heard:
                with pytest.raises((UnreachableError, BadReplyError)):
                    await hear(engine, events)
        assert upstream.connections == len(faults)
        assert {exchange.ending for exchange in upstream.exchanges} == {Ending.FAULT}
        return heard

    heard = asyncio.run(ask())

    assert any(heard)
    assert not all(heard)


def test_a_script_that_has_run_out_says_so_to_client_and_test() -> None:
    async def ask() -> tuple[ProviderError, ScriptedUpstream]:
        async with ScriptedUpstream([chat_stream("one")]) as upstream:
            await listen(upstream, Dialect.OPENAI_CHAT)
            with pytest.raises(OverloadedError) as caught:
                await listen(upstream, Dialect.ANTHROPIC_MESSAGES)
            return caught.value, upstream

    raised, upstream = asyncio.run(ask())

    sentence = "the script ended after 1: POST /v1/messages came after it"
    assert raised.message == f"HTTP 500: {sentence}"
    assert upstream.problems == (sentence,)
    assert len(upstream.requests) == 2


def test_a_function_answers_each_request_for_itself() -> None:
    def echo(request: HttpRequest) -> Reply:
        return chat_stream(request.body["messages"][0]["content"], dialect=request.dialect)

    async def ask() -> list[str]:
        async with ScriptedUpstream(echo) as upstream:
            return [(await listen(upstream, dialect)).text for dialect in Dialect]

    assert asyncio.run(ask()) == ["cough"] * len(Dialect)


def test_what_a_function_raises_is_raised_where_the_upstream_is_left() -> None:
    known = {"large": chat_stream("a")}

    async def ask() -> None:
        async with ScriptedUpstream(lambda request: known[request.model]) as upstream:
            with pytest.raises(UnreachableError):
                await listen(upstream, Dialect.OPENAI_CHAT)

    with pytest.raises(KeyError, match="small"):
        asyncio.run(ask())


def test_many_connections_are_answered_at_once_and_counted() -> None:
    async def ask() -> ScriptedUpstream:
        # One after the other these would take six seconds.
        async with ScriptedUpstream(
            repeat(replace(chat_stream("a"), delay_before=0.3))
        ) as upstream:
            async with asyncio.timeout(5):
                await asyncio.gather(*(listen(upstream, Dialect.OPENAI_CHAT) for _ in range(20)))
        return upstream

    upstream = asyncio.run(ask())

    assert upstream.connections == 20
    assert sorted(request.connection for request in upstream.requests) == [*range(1, 21)]
    assert upstream.account.billed == {"small": Usage(20 * 8, 20 * 4)}


def test_pauses_are_kept_before_the_head_and_between_chunks() -> None:
    async def ask() -> tuple[float, float]:
        reply = replace(chat_stream("abc"), delay_before=0.1, delay_between=0.05)
        async with (
            ScriptedUpstream([reply]) as upstream,
            HttpEngine(upstream.base_url, Dialect.OPENAI_CHAT, None) as engine,
        ):
            began = time.monotonic()
            times = [time.monotonic() - began async for _ in engine.stream(REQUEST)]
        return times[0], times[-1]

    first, last = asyncio.run(ask())

    # The first text is the second chunk, the count the sixth.
    assert first >= 0.14
    assert last - first >= 0.15


@DIALECTS
def test_a_client_who_leaves_in_the_middle_is_recorded_with_what_it_was_sent(
    dialect: Dialect,
) -> None:
    async def leave() -> tuple[Reply, ScriptedUpstream]:
        reply = chat_stream(TEXT, usage=USAGE, dialect=dialect)
        first = len(reply.chunks) - 4
        slow = replace(reply, fault=Fault.hang(len(b"".join(reply.chunks[:first]))))
        async with (
            ScriptedUpstream([slow]) as upstream,
            HttpEngine(upstream.base_url, dialect, None) as engine,
        ):
            events = engine.stream(REQUEST)
            await anext(events)
            await events.aclose()
        return slow, upstream

    reply, upstream = asyncio.run(leave())

    exchange = upstream.exchanges[0]
    assert (exchange.ending, exchange.sent) == (Ending.CLIENT_GONE, reply.fault.after)
    assert (upstream.account.whole, upstream.account.broken) == ({}, {"small": USAGE})


def test_in_a_thread_nothing_heard_is_missing_from_the_account() -> None:
    def look(request: HttpRequest) -> Reply:
        # A script that looks at the upstream's own memory does not wait for itself.
        assert upstream.requests[-1] is request
        return Reply(chunks=(b"!",), usage=USAGE)

    upstream = ScriptedUpstream(look)
    asked = b'POST / HTTP/1.1\r\nContent-Length: 13\r\n\r\n{"model":"m"}'
    with upstream.in_thread():
        address = ("127.0.0.1", int(upstream.base_url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=5) as link:
            for count in range(1, 300):
                link.sendall(asked)
                while not link.recv(1000).endswith(b"!"):
                    pass
                assert upstream.account.billed["m"].output == count * USAGE.output
        assert upstream.connections == 1


def test_the_account_adds_up_what_each_model_was_asked() -> None:
    script: Script = [chat_answer("a", usage=USAGE), chat_answer("b"), chat_answer("c")]
    with ScriptedUpstream(script).in_thread() as up, httpx2.Client(trust_env=False) as client:
        for model in ("small", "large", "small"):
            client.post(up.base_url, json={"model": model})

    assert up.account.billed == {
        "small": Usage(input=20, output=9, cached=8, reasoning=2),
        "large": Usage(input=8, output=4),
    }
    assert up.account.broken == {}


def test_an_upstream_that_is_not_open_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = ScriptedUpstream([]).base_url


def test_the_how_to_runs_as_it_is_written(tmp_path: Path) -> None:
    lines = HOW_TO.read_text(encoding="utf-8").splitlines()
    code = "\n".join(line for line in lines if not line or line.startswith("    "))
    page = tmp_path / "page.py"
    page.write_text(textwrap.dedent(code), encoding="utf-8")
    names = runpy.run_path(str(page))
    tests = [name for name in names if name.startswith("test_")]

    assert tests
    for name in tests:
        names[name]()
