"""One request from its bytes to its record: decode, screen, plan, attempt, relay, record.

The record is in the ledger before the last byte leaves: a client that has its answer has a record.
"""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from equipoise.domain.event import gather
from equipoise.domain.record import Outcome, Record
from equipoise.errors import (
    EngineError,
    EquipoiseError,
    LedgerError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    RequestTooLargeError,
    UnauthorisedError,
)
from equipoise.gateway.attempts import Attempts, Engines
from equipoise.gateway.http import (
    EVENTS,
    JSON,
    ClientGoneError,
    Headers,
    Receive,
    Scope,
    Send,
    read_body,
    send_whole,
)
from equipoise.gateway.plan import plan
from equipoise.gateway.snapshot import LONGEST_NAME, Service, Snapshot
from equipoise.wire.clients.codec import ClientCodec, ClientRequest

Recorder = Callable[[Record], Awaitable[None]]

_OURS = "Nothing in the request is wrong: ask whoever runs the gateway."

_CLIENT_GONE = 499
"""Nobody is sent this status; it says in the record that the client left (nginx's convention)."""


@dataclass(slots=True)
class Relay:
    """What one request needs. `record` returns once the ledger has it."""

    snapshot: Snapshot
    engines: Engines
    record: Recorder
    codec: ClientCodec
    id: str = field(default_factory=lambda: f"req_{uuid.uuid4().hex}")
    started: float = field(default_factory=time.perf_counter)
    started_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    asked: ClientRequest | None = None
    service: Service | None = None
    attempts: Attempts | None = None
    written: asyncio.Future[None] | None = None

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, answer it, and record what it came to, once.

        Cancel it where the client leaves or the process ends: that is recorded too.
        """
        try:
            body = await read_body(scope, receive, self.snapshot.max_body_bytes)
            asked = self.asked = self.codec.decode_request(body)
            service = self.service = self.snapshot.service(asked.request.model)
            today = datetime.now(UTC).date()
            targets = plan(self.snapshot, service, self.id, today)
            self.attempts = Attempts(
                asked.request, targets, self.engines, lambda t: self.snapshot.tariffs[t.id]
            )
            answer = self._streamed if asked.stream else self._whole
            await answer(asked, self.attempts, send)
        except EquipoiseError as error:
            await self._refuse(error, send)
        except ClientGoneError:
            await self._write(_CLIENT_GONE, Outcome.CANCELLED)
        except asyncio.CancelledError:
            await self._write(_CLIENT_GONE, Outcome.CANCELLED)
            raise

    async def failed(self) -> None:
        """Record a request that a fault of our own ended, unless it is on record already."""
        await self._write(500, Outcome.FAILED)

    async def _whole(self, asked: ClientRequest, attempts: Attempts, send: Send) -> None:
        async with aclosing(attempts.events()) as events:
            answer = gather([event async for event in events])
        body = self.codec.encode_answer(asked, self.id, self.started_ms // 1000, answer)
        await self._write(200, Outcome.ANSWERED)
        await send_whole(send, 200, body)

    async def _streamed(self, asked: ClientRequest, attempts: Attempts, send: Send) -> None:
        """The status leaves with the first event: until then an error is an ordinary reply."""
        encoder = self.codec.stream_encoder(asked, self.id, self.started_ms // 1000)
        begun = False
        try:
            async with aclosing(attempts.events()) as events:
                async for event in events:
                    if not begun:
                        await send(
                            {"type": "http.response.start", "status": 200, "headers": list(EVENTS)}
                        )
                        begun = True
                    await _send_part(send, encoder.feed(event))
            last = encoder.finish()
            await self._write(200, Outcome.ANSWERED)
        except EquipoiseError as error:
            if not begun:
                raise
            last = encoder.fail(_told(error))
            # The client is told of a failure in any case.
            with suppress(LedgerError):
                await self._write(200, Outcome.FAILED)
        await send({"type": "http.response.body", "body": last})

    async def _refuse(self, error: EquipoiseError, send: Send) -> None:
        told = _told(error)
        theirs = (RequestRefusedError, RequestTooLargeError)
        refused = isinstance(told, theirs) or (told.status < 500 and self.attempts is None)
        try:
            await self._write(told.status, Outcome.REFUSED if refused else Outcome.FAILED)
        except LedgerError as unkept:
            told = _told(unkept)
        await send_whole(send, told.status, self.codec.encode_error(told), _headers(told))

    async def _write(self, status: int, outcome: Outcome) -> None:
        """Have the record kept, if none was yet; a client that leaves meanwhile changes nothing.

        Raises LedgerError, after which it may be tried again.
        """
        if self.written is None:
            self.written = asyncio.ensure_future(self.record(self._made(status, outcome)))
        try:
            await asyncio.shield(self.written)
        except LedgerError:
            self.written = None
            raise

    def _made(self, status: int, outcome: Outcome) -> Record:
        service, asked = self.service, self.asked
        policy = service.policy if service is not None else None
        return Record(
            id=self.id,
            started_ms=self.started_ms,
            workload=service.workload if service is not None else "",
            data_class=service.data_class.value if service is not None else "",
            dialect=self.codec.dialect.value,
            model=asked.request.model[:LONGEST_NAME] if asked is not None else "",
            policy_id=policy.id if policy is not None else "",
            streamed=asked.stream if asked is not None else False,
            status=status,
            outcome=outcome,
            total_ms=round((time.perf_counter() - self.started) * 1000, 3),
            attempts=tuple(self.attempts.made) if self.attempts is not None else (),
        )


async def _send_part(send: Send, part: bytes) -> None:
    if part:
        await send({"type": "http.response.body", "body": part, "more_body": True})


def _told(error: EquipoiseError) -> EquipoiseError:
    """An error as a client may hear it: nothing of our keys, our disk or our engine's last words.

    A vendor that refuses our key is our fault, not the client's.
    """
    match error:
        case UnauthorisedError():
            return ProviderError("the endpoint does not accept the gateway's key", hint=_OURS)
        case EngineError():
            return EngineError(error.message.partition("\n")[0], hint=_OURS)
        case LedgerError():
            return LedgerError("the gateway cannot keep its record of this request", hint=_OURS)
        case _:
            return error


def _headers(error: EquipoiseError) -> Headers:
    """Those of a refusal: how long an endpoint asks us to wait, our client has to wait too."""
    if isinstance(error, RateLimitedError) and error.retry_after is not None:
        return (*JSON, (b"retry-after", b"%d" % math.ceil(error.retry_after)))
    return JSON
