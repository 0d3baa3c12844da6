"""One record a request, kept before the last byte leaves, whatever becomes of the client."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.gateway.asgi import Exchange, call
from tests.gateway.house import (
    CHAT,
    DIALECTS,
    MESSAGES,
    OPENAI,
    PATHS,
    SECRET_WORD,
    answering,
    body,
    house,
    model,
    snapshot_of,
    write,
)

from equipoise.compose.live import Recorder
from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, Finished, TextDelta
from equipoise.domain.record import Outcome, Record
from equipoise.domain.request import Request, StopReason
from equipoise.errors import EngineError, LedgerError
from equipoise.gateway.app import Gateway
from equipoise.testing.account import Ending
from equipoise.testing.ledger import MemoryLedger
from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import Fault, Reply, Script
from equipoise.testing.upstream import ScriptedUpstream

MODELS = model("chat", CHAT) + model("both", CHAT, MESSAGES) + model("messages", MESSAGES)
CUT = Reply(chunks=chat_stream("one two").chunks, fault=Fault.cut(450))
ENDED = LedgerError("the ledger /srv/x.db finds no room on the disk", hint="Make room.")


class Watched(MemoryLedger):
    """A ledger that looks round before it keeps a record; what its look raises, it raises."""

    def __init__(self, before: Callable[[Record], None]) -> None:
        super().__init__()
        self._before = before

    def append(self, record: Record) -> None:
        """Keep a record."""
        self._before(record)
        super().append(record)


class Scripted:
    """An engine that says these events, and then raises."""

    def __init__(self, *events: Event, then: Exception | None = None) -> None:
        self._events, self._then = events, then

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """Say them."""
        for event in self._events:
            yield event
        if self._then is not None:
            raise self._then


def over(folder: Path, engine: Scripted, ledger: MemoryLedger) -> Gateway:
    """A gateway in which this engine answers for everybody."""

    async def ready() -> bool:
        return True

    keep = Recorder(ledger).keep
    return Gateway(snapshot_of(write(folder, MODELS)), lambda _: engine, keep, nullcontext(), ready)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("script", "status"), [(answering, 200), ([error(400)], 400), ([error(503)], 503), ([CUT], 0)]
)
def test_the_record_is_kept_before_the_last_byte_leaves(
    tmp_path: Path, dialect: Dialect, stream: bool, script: Script, status: int
) -> None:
    reply = Exchange()
    whole_when_kept: list[bool] = []
    ledger = Watched(lambda _: whole_when_kept.append(reply.whole))

    async def run() -> None:
        async with (
            ScriptedUpstream(script) as upstream,
            house(write(tmp_path, MODELS, chat=upstream.base_url), ledger) as gateway,
        ):
            asked = body(dialect, stream=stream)
            await call(gateway.app, PATHS[dialect], asked, into=reply)

    asyncio.run(run())

    assert whole_when_kept == [False]
    assert reply.whole
    assert reply.status == (status or (200 if stream else 504))
    assert [record.status for record in ledger.records()] == [reply.status]


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_while_its_record_is_kept_is_on_record_once(
    tmp_path: Path, stream: bool
) -> None:
    keeping, leave = asyncio.Event(), threading.Event()

    async def run() -> MemoryLedger:
        loop = asyncio.get_running_loop()

        def wait(record: Record) -> None:
            loop.call_soon_threadsafe(keeping.set)
            assert leave.wait(10)

        ledger = Watched(wait)
        app = over(tmp_path, Scripted(TextDelta("Yes."), Finished(StopReason.END)), ledger)
        gone = asyncio.Event()
        asking = asyncio.create_task(call(app, PATHS[OPENAI], body(stream=stream), over=gone))
        await keeping.wait()
        gone.set()
        await asyncio.sleep(0.05)
        assert not asking.done()
        leave.set()
        assert not (await asking).whole
        return ledger

    (record,) = asyncio.run(run()).records()

    assert record.outcome is Outcome.ANSWERED


def test_a_request_that_the_server_gives_up_is_on_record_and_its_upstream_let_go(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with (
            ScriptedUpstream([Reply(fault=Fault.hang())]) as upstream,
            house(write(tmp_path, MODELS, chat=upstream.base_url)) as gateway,
        ):
            asking = asyncio.create_task(gateway.ask())
            while not upstream.requests:
                await asyncio.sleep(0.01)
            assert "Relay.answer" in repr(asyncio.all_tasks())
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            record = gateway.last
            assert "Relay.answer" not in repr(asyncio.all_tasks())

        assert (record.status, record.outcome) == (499, Outcome.CANCELLED)
        assert [attempt.outcome for attempt in record.attempts] == [Outcome.CANCELLED]
        assert [exchange.ending for exchange in upstream.exchanges] == [Ending.CLIENT_GONE]

    asyncio.run(run())


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["chat", "nobody"])
def test_what_cannot_be_recorded_is_not_answered(
    tmp_path: Path, dialect: Dialect, name: str
) -> None:
    def full(record: Record) -> None:
        raise ENDED

    async def run() -> Exchange:
        engine = Scripted(TextDelta("Yes."), Finished(StopReason.END))
        return await call(
            over(tmp_path, engine, Watched(full)), PATHS[dialect], body(dialect, name)
        )

    reply = asyncio.run(run())

    assert (reply.status, reply.whole) == (500, True)
    assert "record" in reply.json["error"]["message"]
    assert b"/srv" not in reply.body


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_that_cannot_be_recorded_has_no_clean_end(
    tmp_path: Path, dialect: Dialect
) -> None:
    def full(record: Record) -> None:
        raise ENDED

    async def run() -> Exchange:
        engine = Scripted(TextDelta("Yes."), Finished(StopReason.END))
        app = over(tmp_path, engine, Watched(full))
        return await call(app, PATHS[dialect], body(dialect, stream=True))

    reply = asyncio.run(run())

    assert reply.whole
    assert reply.body.rstrip().splitlines()[-1].startswith(b"data: {")
    assert b'"error":' in reply.parts[-1]
    assert b"[DONE]" not in reply.body
    assert b"message_stop" not in reply.body


def test_a_record_that_could_not_be_kept_once_is_kept_as_the_failure_it_became(
    tmp_path: Path,
) -> None:
    refusals = [ENDED]

    def once(record: Record) -> None:
        while refusals:
            raise refusals.pop()

    ledger = Watched(once)

    async def run() -> Exchange:
        async with (
            ScriptedUpstream(answering) as upstream,
            house(write(tmp_path, MODELS, chat=upstream.base_url), ledger) as gateway,
        ):
            return await gateway.ask()

    reply = asyncio.run(run())
    (record,) = ledger.records()

    assert reply.status == record.status == 500
    assert record.outcome is Outcome.FAILED
    assert record.cost_pico > 0


@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_of_our_own_is_the_servers_to_log_and_on_record(
    tmp_path: Path, stream: bool
) -> None:
    ledger = MemoryLedger()
    app = over(tmp_path, Scripted(then=ZeroDivisionError("a bug")), ledger)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(call(app, PATHS[OPENAI], body(stream=stream)))

    assert [(row.status, row.outcome) for row in ledger.records()] == [(500, Outcome.FAILED)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("events", [(), (TextDelta("On"),)])
@pytest.mark.parametrize("stream", [False, True])
def test_an_engine_that_stops_before_the_end_has_not_answered(
    tmp_path: Path, dialect: Dialect, events: tuple[Event, ...], stream: bool
) -> None:
    ledger = MemoryLedger()
    app = over(tmp_path, Scripted(*events), ledger)

    reply = asyncio.run(call(app, PATHS[dialect], body(dialect, stream=stream)))

    assert reply.status == (200 if stream and events else 502)
    assert [row.outcome for row in ledger.records()] == [Outcome.FAILED]


def test_an_engines_last_words_stay_here(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    died = EngineError(f"the engine died\n  /srv/weights.gguf {SECRET_WORD}", hint="See above.")

    reply = asyncio.run(call(over(tmp_path, Scripted(then=died), ledger), PATHS[OPENAI], body()))
    (record,) = ledger.records()

    assert (reply.status, record.outcome) == (503, Outcome.FAILED)
    assert reply.json["error"]["message"].startswith("the engine died. ")
    assert b"/srv" not in reply.body
    assert record.attempts[0].error == "engine: the engine died"
