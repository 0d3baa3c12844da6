"""One connection of a scripted upstream: requests in, as they come; replies out, as scripted.

Source: RFC 9112 (HTTP/1.1, June 2022), as much of it as clients of model endpoints use.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio import StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final, NoReturn

from equipoise.testing.account import Ending, Exchange
from equipoise.testing.script import FaultKind, HttpRequest, Reply

# What is written at once, and so how finely the bytes that a lost client was sent are counted.
SLICE_BYTES: Final = 1 << 16
GARBAGE: Final = b'\n\ndata: {"choices": [{"del\n\n'
NO_HTTP: Final = b"SSH-2.0-scripted\r\n\r\n"

_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}
_BREAKS: Final = (FaultKind.CUT, FaultKind.RESET, FaultKind.HANG)


class ClientGoneError(ConnectionError):
    """The client hung up while something was still to be said to it."""


class Conversation:
    """Reads ahead, so that pipelined requests wait their turn and a client who leaves is noticed.

    `read` gives the next request, or None at the end of what the client says; `problem` takes a
    sentence about what was no request. A client that closes its own side is taken to have left at
    the next pause.
    """

    def __init__(
        self,
        writer: StreamWriter,
        *,
        read: Callable[[], Awaitable[HttpRequest | None]],
        problem: Callable[[str], None],
    ) -> None:
        self._read = read
        self._writer = writer
        self._problem = problem
        self._waiting: asyncio.Queue[HttpRequest | None] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._sent = 0
        # With no buffer of ours between, what was written was handed to the network.
        writer.transport.set_write_buffer_limits(high=0)

    async def hold(
        self, answer: Callable[[HttpRequest], Reply], ended: Callable[[Exchange], None]
    ) -> None:
        """Answer until one side closes."""
        listening = asyncio.create_task(self._listen())
        try:
            while (request := await self._waiting.get()) is not None:
                reply = answer(request)
                ending = await self._exchange(request, reply, ended)
                if ending is not Ending.WHOLE or _closes(request.headers, reply):
                    break
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()
        finally:
            self._writer.transport.abort()
            listening.cancel()
            await asyncio.wait([listening])

    async def _exchange(
        self, request: HttpRequest, reply: Reply, ended: Callable[[Exchange], None]
    ) -> Ending:
        self._sent = 0
        # What a cancellation leaves it at: the upstream was left while this was being said.
        ending = Ending.CLOSED
        try:
            ending = await self._say(reply, closes=_closes(request.headers, reply))
        except ConnectionError:
            ending = Ending.CLIENT_GONE
        finally:
            ended(Exchange(request, reply, self._sent, ending))
        return ending

    async def _listen(self) -> None:
        try:
            while (request := await self._read()) is not None:
                self._waiting.put_nowait(request)
            self._gone.set()
        except ConnectionError:
            self._gone.set()
        except asyncio.IncompleteReadError:
            self._problem("a client left in the middle of its request")
            self._gone.set()
        except (ValueError, asyncio.LimitOverrunError) as error:
            self._problem(f"a client sent what is no HTTP/1.1 request: {error}")
        finally:
            self._waiting.put_nowait(None)

    async def _say(self, reply: Reply, *, closes: bool) -> Ending:
        fault = reply.fault
        await self._pause(reply.delay_before)
        if fault.after is None and fault.kind in _BREAKS:
            return await self._break(fault.kind)
        if fault.after is None and fault.kind is FaultKind.MALFORMED:
            await self._write(NO_HTTP)
            return Ending.FAULT
        chunks = _spoilt(reply)
        chunked = len(chunks) > 1 and fault.kind is not FaultKind.WRONG_LENGTH
        await self._write(_head(reply, b"".join(chunks), chunked=chunked, closes=closes))
        stop = fault.after if fault.kind in _BREAKS else None
        for number, chunk in enumerate(chunks):
            if self._sent == stop:
                break
            await self._pause(reply.delay_between if number else 0.0)
            piece = chunk if stop is None else chunk[: stop - self._sent]
            await self._chunk(piece, len(chunk) if chunked else None)
        if stop is not None:
            return await self._break(fault.kind)
        if chunked:
            await self._write(b"0\r\n\r\n")
        return Ending.WHOLE if fault.kind is FaultKind.NONE else Ending.FAULT

    async def _chunk(self, piece: bytes, announced: int | None) -> None:
        """Write a piece of the body; `announced` is the length of its chunk, None unchunked."""
        before = b"" if announced is None else b"%x\r\n" % announced
        data = before + piece + (b"\r\n" if announced == len(piece) else b"")
        start = self._sent
        for written in range(0, len(data), SLICE_BYTES):
            await self._write(data[written : written + SLICE_BYTES])
            bare = written + SLICE_BYTES - len(before)
            self._sent = start + min(bare, len(piece))

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def _pause(self, seconds: float) -> None:
        """Wait so long; raises ClientGoneError as soon as nobody listens."""
        if seconds <= 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._left()

    async def _left(self) -> NoReturn:
        await self._gone.wait()
        raise ClientGoneError

    async def _break(self, kind: FaultKind) -> Ending:
        if kind is FaultKind.HANG:
            await self._left()
        if kind is FaultKind.RESET:
            # To linger for no time at all is to send RST where a FIN would go.
            linger = struct.pack("ii", 1, 0)
            link: socket.socket = self._writer.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return Ending.FAULT


def _closes(asked: Mapping[str, str], reply: Reply) -> bool:
    given = {name.lower(): value.lower() for name, value in reply.headers.items()}
    return "close" in (asked.get("connection", "").lower(), given.get("connection"))


def _head(reply: Reply, body: bytes, *, chunked: bool, closes: bool) -> bytes:
    length = len(body) + reply.fault.by
    framing = ("transfer-encoding", "chunked") if chunked else ("content-length", str(length))
    headers = {name.lower(): value for name, value in reply.headers.items()} | dict([framing])
    if closes:
        headers["connection"] = "close"
    lines = [f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, 'Scripted')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _spoilt(reply: Reply) -> tuple[bytes, ...]:
    """The chunks that go out: with garbage in the one where a malformed frame comes."""
    fault = reply.fault
    if fault.kind is not FaultKind.MALFORMED or fault.after is None:
        return reply.chunks
    if not reply.chunks:
        return (GARBAGE,)
    chunks, left = list(reply.chunks), fault.after
    for number, chunk in enumerate(chunks):
        if left <= len(chunk):
            chunks[number] = chunk[:left] + GARBAGE + chunk[left:]
            break
        left -= len(chunk)
    return tuple(chunks)
