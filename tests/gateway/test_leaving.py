"""A client that leaves takes its call upstream with it, and nobody else's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.gateway.asgi import Exchange, call
from tests.gateway.house import (
    CHAT,
    DIALECTS,
    MESSAGES,
    OPENAI,
    OWN,
    PATHS,
    answering,
    body,
    house,
    model,
    write,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome
from equipoise.gateway.tariff import guess
from equipoise.testing.account import Ending
from equipoise.testing.replies import chat_stream
from equipoise.testing.script import Fault, HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

MODELS = model("chat", CHAT) + model("messages", MESSAGES) + model("own", OWN)


def slow(request: HttpRequest) -> Reply:
    """A stream of which the first word comes at once, and the rest after a minute."""
    whole = chat_stream("one two three", dialect=request.dialect)
    return Reply(headers=whole.headers, chunks=whole.chunks, fault=Fault.hang(_behind(whole)))


def _behind(reply: Reply) -> int:
    first = next(n for n, chunk in enumerate(reply.chunks) if b"one" in chunk)
    return sum(len(chunk) for chunk in reply.chunks[: first + 1])


def has_begun(reply: Exchange) -> bool:
    """Whether a client has read something."""
    return b"one" in reply.body


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["chat", "messages", "own"])
def test_a_client_that_leaves_in_mid_stream_is_on_record_with_what_was_used_by_then(
    tmp_path: Path, dialect: Dialect, name: str
) -> None:
    async def run() -> None:
        async with ScriptedUpstream(slow) as upstream:
            url = upstream.base_url
            path = write(tmp_path, MODELS, chat=url, messages=url, own=url)
            async with house(path) as gateway:
                asked = body(dialect, name, "A cough.", stream=True)
                async with asyncio.timeout(10):
                    reply = await call(gateway.app, PATHS[dialect], asked, leave_when=has_begun)
                record = gateway.last

        assert not reply.whole
        assert [exchange.ending for exchange in upstream.exchanges] == [Ending.CLIENT_GONE]
        assert (record.status, record.outcome) == (499, Outcome.CANCELLED)
        (attempt,) = record.attempts
        assert (attempt.outcome, attempt.usage) == (Outcome.CANCELLED, None)
        # What we run ourselves costs its time, which is measured.
        assert attempt.estimated is (name != "own")
        tariff = gateway.snapshot.tariffs[attempt.target]
        used = guess("A cough.", "one t")
        assert attempt.cost_pico == tariff.cost(used, attempt.total_ms / 1000) > 0

    asyncio.run(run())


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_before_the_first_word_has_had_its_prompt_read(
    tmp_path: Path, stream: bool
) -> None:
    async def run() -> None:
        read = asyncio.Event()

        def silent(request: HttpRequest) -> Reply:
            read.set()
            return Reply(fault=Fault.hang())

        async with (
            ScriptedUpstream(silent) as upstream,
            house(write(tmp_path, MODELS, chat=upstream.base_url)) as gateway,
        ):
            async with asyncio.timeout(10):
                asked = body(stream=stream)
                reply = await call(gateway.app, PATHS[OPENAI], asked, over=read)
            (attempt,) = gateway.last.attempts

        assert reply.status == 0
        assert [exchange.ending for exchange in upstream.exchanges] == [Ending.CLIENT_GONE]
        assert (attempt.outcome, attempt.estimated) == (Outcome.CANCELLED, True)
        assert attempt.cost_pico == gateway.snapshot.tariffs[CHAT].cost(guess("A cough.", ""), 0)

    asyncio.run(run())


def test_those_who_stay_have_their_answers_while_others_leave(tmp_path: Path) -> None:
    def mixed(request: HttpRequest) -> Reply:
        leaves = "leaves" in request.body["messages"][-1]["content"]
        return slow(request) if leaves else answering(request)

    async def run() -> None:
        async with ScriptedUpstream(mixed) as upstream:
            url = upstream.base_url
            async with house(write(tmp_path, MODELS, chat=url, messages=url)) as gateway:
                calls = [
                    call(
                        gateway.app,
                        PATHS[DIALECTS[n % 2]],
                        body(
                            DIALECTS[n % 2],
                            ("chat", "messages")[n // 2 % 2],
                            f"{n} leaves" if n % 3 == 0 else f"{n} stays",
                            stream=True,
                        ),
                        leave_when=has_begun,
                    )
                    for n in range(24)
                ]
                async with asyncio.timeout(20):
                    replies = await asyncio.gather(*calls)
                records = list(gateway.ledger.records())

        assert [reply.whole for reply in replies] == [n % 3 != 0 for n in range(24)]
        outcomes = [record.outcome for record in records]
        assert outcomes.count(Outcome.CANCELLED) == 8
        assert outcomes.count(Outcome.ANSWERED) == 16
        endings = [exchange.ending for exchange in upstream.exchanges]
        assert endings.count(Ending.CLIENT_GONE) == 8

    asyncio.run(run())
