"""An endpoint over HTTP: golden bytes over a real socket, and every way in which it goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, Finished, TextDelta, gather
from equipoise.domain.request import Answer, Message, Request, StopReason
from equipoise.engines.http import HttpEngine
from equipoise.errors import (
    BadReplyError,
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnreachableError,
)

GOLDEN = Path(__file__).parent.parent / "wire" / "golden"
OPENAI = (GOLDEN / "openai_chat/text/stream.sse").read_bytes()
ANTHROPIC = (GOLDEN / "anthropic_messages/text/stream.sse").read_bytes()
REQUEST = Request("m", (Message("user", "cough"),), max_output_tokens=8, seed=7)
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


def closing(body: bytes) -> bytes:
    """A reply whose end is the end of its connection."""
    return STREAM + b"connection: close\r\n\r\n" + body


def chunked(body: bytes, size: int = 7) -> bytes:
    """A reply in chunks that pay no heed to its events."""
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return STREAM + b"transfer-encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n"


def refusing(status: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    """A reply with a status, and no stream."""
    length = b"content-length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status.encode() + b"\r\n" + length + headers + b"\r\n" + body


@dataclass
class Place:
    """A server on this machine: its address, and each request that it was sent, in full."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def place(reply: bytes, *, stay: bool = False) -> AsyncIterator[Place]:
    """Answer every connection's request with these bytes; then hang up, or stay on the line."""
    here = Place()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split()[1]) for line in head.lower().splitlines() if b"length" in line
        )
        here.asked.append((head + await reader.readexactly(length)).decode())
        writer.write(reply)
        await writer.drain()
        if stay:
            await reader.read()
            here.hung_up.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield here


async def listen(url: str, key: str | None = None, **options: dict[str, str]) -> list[Event]:
    """All that an OpenAI-compatible endpoint says to the request."""
    async with HttpEngine(url, Dialect.OPENAI_CHAT, key, **options) as engine:
        return [event async for event in engine.stream(REQUEST)]


async def fail(reply: bytes) -> ProviderError:
    """The error that an endpoint with this reply comes to."""
    async with place(reply) as here:
        with pytest.raises(ProviderError) as caught:
            await listen(here.url)
        return caught.value


@pytest.mark.parametrize("reply", [closing, chunked])
@pytest.mark.parametrize(
    ("dialect", "body", "text"),
    [
        (Dialect.OPENAI_CHAT, OPENAI, "lung ward"),
        (Dialect.ANTHROPIC_MESSAGES, ANTHROPIC, "lung ward 你好 👋"),
    ],
)
def test_an_answer_comes_whole_over_the_wire(
    dialect: Dialect, body: bytes, text: str, reply: object
) -> None:
    async def answer() -> Answer:
        async with (
            place(chunked(body) if reply is chunked else closing(body)) as here,
            HttpEngine(here.url + "/", dialect, "sk") as engine,
        ):
            return gather([event async for event in engine.stream(REQUEST)])

    whole = asyncio.run(answer())

    assert whole.text == text
    assert whole.usage is not None
    assert whole.stop_reason is StopReason.END


def test_a_request_goes_to_its_path_with_its_key_and_its_own_field_names() -> None:
    async def asked() -> str:
        async with place(closing(OPENAI)) as here:
            await listen(here.url + "/v1", "sk-1", renamed_fields={"seed": "random_seed"})
            return here.asked[0]

    head, _, body = asyncio.run(asked()).partition("\r\n\r\n")

    assert head.startswith("POST /v1/chat/completions HTTP/1.1\r\n")
    assert "authorization: bearer sk-1" in head.lower()
    assert json.loads(body)["random_seed"] == 7
    assert "seed" not in json.loads(body)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(closing(OPENAI[:-20]), BadReplyError, id="a stream that ends early"),
        pytest.param(closing(b""), BadReplyError, id="an empty stream"),
        pytest.param(chunked(OPENAI)[:-40], UnreachableError, id="a connection that is cut"),
        pytest.param(chunked(OPENAI)[:-5], UnreachableError, id="a cut before the last chunk"),
        pytest.param(b"", UnreachableError, id="no reply at all"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", UnreachableError, id="another protocol"),
        pytest.param(refusing("401 Unauthorized"), UnauthorisedError, id="401"),
        pytest.param(refusing("404 Not Found"), RequestRefusedError, id="404"),
        pytest.param(refusing("204 No Content"), RequestRefusedError, id="204"),
        pytest.param(refusing("500 Oh no", b"<html>"), OverloadedError, id="500"),
        pytest.param(refusing("529 Full", b'{"error": {}}'), OverloadedError, id="529"),
        pytest.param(
            STREAM + b"content-encoding: gzip\r\nconnection: close\r\n\r\nnot gzip",
            BadReplyError,
            id="a reply that cannot be unpacked",
        ),
    ],
)
def test_what_is_no_answer_is_an_error_of_its_kind(reply: bytes, kind: type[ProviderError]) -> None:
    assert type(asyncio.run(fail(reply))) is kind


def test_a_rate_limit_brings_the_pause_that_was_asked_for() -> None:
    body = b'{"error": {"message": "Slow down"}}'
    error = asyncio.run(fail(refusing("429 Too Many", body, b"Retry-After: 2\r\n")))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == 2.0
    assert error.message == "HTTP 429: Slow down"


def test_what_was_said_before_a_cut_is_heard_and_its_end_is_an_error() -> None:
    said: list[Event] = []

    async def hear() -> None:
        async with (
            place(closing(OPENAI.replace(b"data: [DONE]\n\n", b""))) as here,
            HttpEngine(here.url, Dialect.OPENAI_CHAT, None) as engine,
        ):
            async for event in engine.stream(REQUEST):
                said.extend([event])

    with pytest.raises(BadReplyError):
        asyncio.run(hear())
    assert [type(event) for event in said][:3] == [TextDelta, TextDelta, Finished]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://127.0.0.1:port", "127.0.0.1:9", "http://[::1", ""]
)
def test_an_address_where_nobody_answers_is_named(url: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        asyncio.run(listen(url))

    assert f"{url}/chat/completions" in caught.value.message
    assert "base_url" in caught.value.hint


@pytest.mark.parametrize("key", ["sk-secret\n", "sk-secret…", "sk-\tsecret"])
def test_a_key_that_no_header_may_carry_is_not_sent_and_not_shown(key: str) -> None:
    async def refused() -> tuple[str, list[str]]:
        async with place(closing(OPENAI)) as here:
            with pytest.raises(UnauthorisedError) as caught:
                await listen(here.url, key)
            return str(caught.value) + caught.value.hint, here.asked

    words, asked = asyncio.run(refused())

    assert "secret" not in words
    assert asked == []


def test_a_redirect_is_not_followed_with_the_key_and_the_prompt() -> None:
    async def moved() -> tuple[str, list[str]]:
        async with place(closing(OPENAI)) as other:
            headers = b"location: " + other.url.encode() + b"/v1\r\n"
            async with place(refusing("308 Moved", headers=headers)) as here:
                with pytest.raises(RequestRefusedError) as caught:
                    await listen(here.url, "sk")
            return caught.value.message, other.asked

    message, asked = asyncio.run(moved())

    assert "redirects to http://127.0.0.1:" in message
    assert asked == []


def test_what_runs_on_this_machine_is_not_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    async def asked() -> list[str]:
        async with place(closing(OPENAI)) as here:
            await listen(here.url)
            await listen(here.url.replace("127.0.0.1", "localhost"))
            return here.asked

    assert len(asyncio.run(asked())) == 2


def test_what_runs_elsewhere_is_asked_through_the_environments_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def asked() -> str:
        async with place(closing(OPENAI)) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            await listen("http://vendor.example/v1")
            return proxy.asked[0]

    assert asyncio.run(asked()).startswith("POST http://vendor.example/v1/chat/completions ")


def test_a_plain_connection_is_used_once() -> None:
    async def asked() -> list[str]:
        # Whoever asks again on a kept connection is never answered: the server reads on to its end.
        async with (
            place(chunked(OPENAI), stay=True) as here,
            HttpEngine(here.url, Dialect.OPENAI_CHAT, None) as engine,
        ):
            for _ in range(3):
                assert [event async for event in engine.stream(REQUEST)]
                await asyncio.wait_for(here.hung_up.wait(), 5)
                here.hung_up.clear()
            return here.asked

    assert len(asyncio.run(asked())) == 3


def test_an_answer_that_nobody_waits_for_is_hung_up_on() -> None:
    async def abandon() -> None:
        first = OPENAI.split(b"\n\n")[1] + b"\n\n"
        async with (
            place(STREAM + b"\r\n" + first, stay=True) as here,
            HttpEngine(here.url, Dialect.OPENAI_CHAT, None) as engine,
        ):
            events = engine.stream(REQUEST)
            assert await anext(events) == TextDelta("lung")
            await events.aclose()
            await asyncio.wait_for(here.hung_up.wait(), 5)

    asyncio.run(abandon())
