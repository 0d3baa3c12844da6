"""The gateway as a plain ASGI application: a table of routes, and one task a request.

A client that leaves cancels its request's task, and with it the call upstream: an engine of ours
stops generating for nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Record
from equipoise.errors import EquipoiseError, NotFoundError, OriginError
from equipoise.gateway.attempts import Engines
from equipoise.gateway.http import JSON, Message, Receive, Scope, Send, header, send_whole
from equipoise.gateway.relay import Recorder, Relay
from equipoise.gateway.snapshot import Snapshot
from equipoise.wire.clients.codec import CLIENTS, ClientCodec

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


FROM_A_PAGE = OriginError(
    "web pages may not ask", hint="Ask from a program: a browser would let any page spend money."
)


class Gateway:
    """Answers clients in their dialects.

    `opened` is entered at start-up and left at shutdown; `ready` says whether requests can be
    answered and recorded now.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        engines: Engines,
        record: Callable[[Record], Awaitable[None]],
        opened: AbstractAsyncContextManager[object],
        ready: Callable[[], Awaitable[bool]],
    ) -> None:
        self._snapshot = snapshot
        self._engines = engines
        self._record: Recorder = record
        self._opened = opened
        self._is_ready = ready
        self._codecs = {codec.path: codec for codec in CLIENTS.values()}
        self._pages: dict[str, Handler] = {
            "/v1/models": self._models,
            "/livez": self._live,
            "/readyz": self._ready,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's event, as ASGI asks."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        codec = self._codecs.get(path)
        if codec is not None and header(scope, b"origin") is not None:
            await send_whole(send, FROM_A_PAGE.status, codec.encode_error(FROM_A_PAGE))
        elif codec is not None and method == "POST":
            await self._relay(codec, scope, receive, send)
        elif path in self._pages and method in ("GET", "HEAD"):
            await self._pages[path](scope, receive, send)
        else:
            await self._unknown(scope, send)

    async def _relay(self, codec: ClientCodec, scope: Scope, receive: Receive, send: Send) -> None:
        relay = Relay(self._snapshot, self._engines, self._record, codec)
        body_read = asyncio.Event()

        async def receive_body() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                body_read.set()
            return message

        async def until_gone() -> None:
            await body_read.wait()
            while (await receive())["type"] != "http.disconnect":
                pass

        answering = asyncio.create_task(relay.answer(scope, receive_body, send))
        leaving = asyncio.create_task(until_gone())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Neither outlives the request, not even where the server gives it up.
            leaving.cancel()
            answering.cancel()
            await asyncio.wait({answering, leaving})
        fault = None if answering.cancelled() else answering.exception()
        if fault is not None:
            # For the server to log; what was spent until then is on record all the same.
            await relay.failed()
            raise fault

    async def _models(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        names = sorted(self._snapshot.services)
        await send_whole(send, 200, _spoken(scope).encode_models(names, int(time.time())))

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send_whole(send, 200, b'{"status":"ok"}')

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        ready = await self._is_ready()
        body = b'{"status":"ok"}' if ready else b'{"status":"not ready"}'
        await send_whole(send, 200 if ready else 503, body)

    async def _unknown(self, scope: Scope, send: Send) -> None:
        path = scope["path"]
        codec = self._codecs.get(path, _spoken(scope))
        error = NotFoundError(
            f"nothing answers {scope['method'][:20]} {path[:200]}",
            hint=f"There are: {', '.join([*self._codecs, *self._pages])}.",
        )
        status, headers = 404, [*JSON]
        if path in self._codecs or path in self._pages:
            status = 405
            headers.append((b"allow", b"POST" if path in self._codecs else b"GET, HEAD"))
        await send_whole(send, status, codec.encode_error(error), headers)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._opened.__aenter__()
        except EquipoiseError as error:
            told = f"{error.message}\n{error.hint}".strip()
            await send({"type": "lifespan.startup.failed", "message": told})
            return
        try:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        finally:
            await self._opened.__aexit__(None, None, None)
        await send({"type": "lifespan.shutdown.complete"})


def _spoken(scope: Scope) -> ClientCodec:
    """The dialect of a client whose path does not say it: Anthropic's always name their version."""
    anthropic = header(scope, b"anthropic-version") is not None
    return CLIENTS[Dialect.ANTHROPIC_MESSAGES if anthropic else Dialect.OPENAI_CHAT]
