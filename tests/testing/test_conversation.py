"""A connection to the scripted upstream, bare: kept, pipelined, large, left and misused."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from dataclasses import replace
from itertools import repeat
from typing import Any

import httpx2
import pytest
from tests.testing.client import TEXT, USAGE

from equipoise.domain.endpoint import Dialect
from equipoise.testing.account import Ending
from equipoise.testing.replies import chat_answer
from equipoise.testing.script import Fault, HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream


def line(upstream: ScriptedUpstream) -> socket.socket:
    """A bare connection to it."""
    port = int(upstream.base_url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def post(body: bytes, *headers: str, path: str = "/chat/completions") -> bytes:
    rows = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*rows, "", ""]).encode() + body


def hear_until(link: socket.socket, end: bytes) -> None:
    """Take what comes until it ends so."""
    heard = b""
    while not heard.endswith(end):
        piece = link.recv(65536)
        assert piece, heard
        heard += piece


def hear(link: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: link.recv(65536), b""))


def test_a_connection_is_kept_until_a_reply_or_a_client_closes_it() -> None:
    closing = Reply(headers={"Connection": "close"}, chunks=(b"bye",))
    with ScriptedUpstream([Reply(chunks=(b"one",)), closing]).in_thread() as upstream:
        with line(upstream) as link:
            link.sendall(post(b"{}"))
            hear_until(link, b"one")
            link.sendall(post(b"{}"))
            assert b"connection: close\r\n" in (heard := hear(link))
            assert heard.endswith(b"\r\n\r\nbye")
        assert (upstream.connections, len(upstream.requests)) == (1, 2)

    with ScriptedUpstream(repeat(Reply())).in_thread() as upstream, line(upstream) as link:
        link.sendall(post(b"{}", "Connection: close"))
        assert b"content-length: 0" in hear(link)


@pytest.mark.parametrize("after", [None, 0, 1])
def test_a_cut_is_an_end_in_order_and_a_reset_is_none(after: int | None) -> None:
    replies = [Reply(chunks=(b"ab",), fault=make(after)) for make in (Fault.cut, Fault.reset)]
    with ScriptedUpstream(replies).in_thread() as upstream:
        with line(upstream) as link:
            link.sendall(post(b"{}"))
            assert hear(link).partition(b"\r\n\r\n")[2] == b"ab"[: after or 0]
        with line(upstream) as link:
            link.sendall(post(b"{}"))
            with pytest.raises(ConnectionResetError):
                hear(link)
        assert [exchange.sent for exchange in upstream.exchanges] == [after or 0] * 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.cut(20), httpx2.RemoteProtocolError),
        (Fault.reset(20), httpx2.ReadError),
        (Fault.hang(20), httpx2.ReadTimeout),
        (Fault.wrong_length(), httpx2.RemoteProtocolError),
        (Fault.wrong_length(-1), json.JSONDecodeError),
        (Fault.malformed(20), json.JSONDecodeError),
    ],
)
def test_an_answer_in_one_body_goes_wrong_in_the_same_ways(
    fault: Fault, kind: type[Exception]
) -> None:
    reply = replace(chat_answer(TEXT), fault=fault)
    with (
        ScriptedUpstream([reply]).in_thread() as upstream,
        httpx2.Client(trust_env=False, timeout=1.0) as client,
        pytest.raises(kind),
    ):
        client.post(upstream.base_url, json={}).json()

    assert upstream.account.whole == {}


def test_pipelined_requests_are_answered_in_their_order() -> None:
    def echo(request: HttpRequest) -> Reply:
        return Reply(chunks=(request.raw, b";"), delay_between=0.01)

    with ScriptedUpstream(echo).in_thread() as upstream, line(upstream) as link:
        bodies = [b'{"model": "%d"}' % number for number in range(9)]
        link.sendall(b"".join(map(post, bodies)) + post(b"end", "connection: close"))
        heard = hear(link)
        assert [request.model for request in upstream.requests] == [*map(str, range(9)), ""]

    assert re.findall(rb'"model": "(\d)"', heard) == [b"%d" % number for number in range(9)]


def test_a_large_request_and_a_large_reply_come_through_whole() -> None:
    async def ask() -> tuple[bytes, ScriptedUpstream]:
        size = 8_000_000
        async with (
            ScriptedUpstream([Reply(chunks=(b"x" * size, b"y"))]) as upstream,
            httpx2.AsyncClient(trust_env=False, timeout=30) as client,
        ):

            async def pieces() -> Any:
                for _ in range(8):
                    yield b"z" * (size // 8)

            # A body without a length is sent in chunks of its own.
            reply = await client.post(upstream.base_url, content=pieces())
            return reply.content, upstream

    heard, upstream = asyncio.run(ask())

    assert heard == b"x" * 8_000_000 + b"y"
    assert upstream.requests[0].raw == b"z" * 8_000_000
    assert upstream.exchanges[0].sent == 8_000_001


@pytest.mark.parametrize("abruptly", [True, False])
def test_a_client_who_leaves_a_large_reply_was_sent_a_part_of_it(abruptly: bool) -> None:
    reply = Reply(chunks=(b"x" * 50_000_000,), usage=USAGE)
    with ScriptedUpstream([reply]).in_thread() as upstream, line(upstream) as link:
        link.sendall(post(b"{}"))
        heard = 0
        while heard < 300_000:
            heard += len(link.recv(65536))
        if abruptly:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    exchange = upstream.exchanges[0]
    assert exchange.ending is Ending.CLIENT_GONE
    assert 200_000 < exchange.sent < 50_000_000


def test_a_client_who_leaves_in_a_pause_is_noticed_before_it_ends() -> None:
    reply = Reply(chunks=(b"a", b"b"), delay_between=60)
    with ScriptedUpstream([reply]).in_thread() as upstream, line(upstream) as link:
        link.sendall(post(b"{}"))
        hear_until(link, b"\r\na\r\n")

    assert [(e.ending, e.sent) for e in upstream.exchanges] == [(Ending.CLIENT_GONE, 1)]


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        (b"GET\r\n\r\n", "no HTTP/1.1 request: 'GET'"),
        (b"GET / HTTP/1.0\r\n\r\n", "no HTTP/1.1 request: 'GET / HTTP/1.0'"),
        (b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n", "no HTTP/1.1 request: "),
        (b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc", "in the middle of its request"),
        (b"POST / HT", "in the middle of its request"),
        (b"x" * 2_000_000, "no HTTP/1.1 request: "),
    ],
)
def test_what_is_no_request_is_a_problem_and_not_a_request(sent: bytes, problem: str) -> None:
    with ScriptedUpstream([]).in_thread() as upstream:
        with line(upstream) as link:
            try:
                link.sendall(sent)
                link.shutdown(socket.SHUT_WR)
                assert hear(link) == b""
            except OSError:
                pass  # the upstream may have closed its side first
        assert upstream.requests == ()

    assert problem in upstream.problems[0]
    assert len(upstream.problems) == 1


def test_a_request_is_kept_as_it_came() -> None:
    with ScriptedUpstream([Reply(), Reply()]).in_thread() as upstream, line(upstream) as link:
        link.sendall(post(b'{"model": "m", "n": 1}', "X-Key:  K ", path="/v1/messages?beta=1"))
        link.sendall(post(b"[1]", "connection: close"))
        hear(link)
        first, second = upstream.requests

    assert (first.method, first.path) == ("POST", "/v1/messages?beta=1")
    assert (first.headers["x-key"], first.body) == ("K", {"model": "m", "n": 1})
    assert (first.dialect, first.model) == (Dialect.ANTHROPIC_MESSAGES, "m")
    assert (second.body, second.raw, second.model) == ({}, b"[1]", "")
    assert 0 <= first.at <= second.at
