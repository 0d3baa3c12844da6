"""A client without a socket: it calls the application as a server would, and may leave early."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from equipoise.gateway.app import Gateway
from equipoise.gateway.http import Message


@dataclass(slots=True)
class Exchange:
    """What came back. `whole` says whether the last byte came; `parts` are pieces of the body."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    parts: list[bytes] = field(default_factory=list)
    whole: bool = False

    @property
    def body(self) -> bytes:
        """Its pieces as one."""
        return b"".join(self.parts)

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    def take(self, message: Message) -> None:
        """Note what the application sends."""
        if message["type"] == "http.response.start":
            assert not self.status, "a reply has begun twice"
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            assert self.status, "a part before its reply"
            assert not self.whole, "a part after the last"
            self.parts.append(message.get("body", b""))
            self.whole = not message.get("more_body", False)


async def call(
    app: Gateway,
    path: str,
    body: bytes | dict[str, Any] | None = None,
    *,
    method: str = "",
    headers: Mapping[str, str] | None = None,
    leave_when: Callable[[Exchange], bool] = lambda _: False,
    into: Exchange | None = None,
    over: asyncio.Event | None = None,
) -> Exchange:
    """Send one request and hear its reply out, or leave once `leave_when` says so of the reply.

    Whoever sets `over` makes the client leave too. The reply is written `into` an exchange while it
    comes. Raises whatever the application raises.
    """
    raw = json.dumps(body).encode() if isinstance(body, dict) else body or b""
    given = {"content-length": str(len(raw)), **(headers or {})}
    scope = {
        "type": "http",
        "method": method or ("GET" if body is None else "POST"),
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    half = len(raw) // 2
    coming = [
        {"type": "http.request", "body": raw[:half], "more_body": True},
        {"type": "http.request", "body": raw[half:], "more_body": False},
    ]
    exchange = into or Exchange()
    over = over or asyncio.Event()
    if leave_when(exchange):
        over.set()

    async def receive() -> Message:
        if coming and not over.is_set():
            return coming.pop(0)
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        exchange.take(message)
        if exchange.whole or leave_when(exchange):
            over.set()
        # Where a socket's buffer is full, others have their turn here.
        await asyncio.sleep(0)

    await app(scope, receive, send)
    return exchange


@asynccontextmanager
async def running(app: Gateway) -> AsyncIterator[None]:
    """The application started, and shut down at the end, as a server does it."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def receive() -> Message:
        return {"type": f"lifespan.{await heard.get()}"}

    living = asyncio.create_task(app({"type": "lifespan"}, receive, said.put))
    heard.put_nowait("startup")
    assert (await said.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        heard.put_nowait("shutdown")
        await living
        assert (await said.get())["type"] == "lifespan.shutdown.complete"
