"""The embedded engine behind the gateway: it stops generating for a client that has left."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest
from tests.gateway.asgi import Exchange, call, running
from tests.gateway.house import ANTHROPIC, OPENAI, PATHS, body, write
from tests.gateway.process import EMBEDDED

from equipoise.compose.embedded import embedded_engine
from equipoise.compose.live import Recorder, make_snapshot
from equipoise.config.settings import load_settings
from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome, Record
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.errors import EngineLibraryError
from equipoise.gateway.app import Gateway
from equipoise.testing.ledger import MemoryLedger

LONG = "Write a very long story about a lighthouse. Tell every day of its keeper's year."


async def processing(engine: LlamaCppEngine) -> int:
    """How many requests llama.cpp is at work on."""
    headers = {"authorization": f"Bearer {engine._settings.api_key}"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        reply = await client.get(f"{engine._address}/metrics", headers=headers)
    found = re.search(r"^llamacpp:requests_processing (\d+)", reply.text, re.MULTILINE)
    assert found, reply.text
    return int(found[1])


async def until(engine: LlamaCppEngine, count: int, seconds: float) -> int:
    """Wait until it works on so many, or the time is over; how many it works on then."""
    async with asyncio.timeout(seconds + 5):
        end = asyncio.get_running_loop().time() + seconds
        while (now := await processing(engine)) != count:
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.02)
        return now


@pytest.mark.parametrize(("dialect", "stream"), [(OPENAI, True), (ANTHROPIC, False)])
def test_llama_cpp_stops_when_its_client_leaves_and_goes_on_for_the_others(
    tmp_path: Path, absent: Callable[[str], NoReturn], dialect: Dialect, stream: bool
) -> None:
    async def run() -> tuple[int, int, Exchange, Exchange, list[Record]]:
        settings = load_settings(write(tmp_path, ""))
        engine, ledger = embedded_engine(settings), MemoryLedger()
        snapshot = make_snapshot(settings, datetime.now(UTC).date())

        async def ready() -> bool:
            return True

        app = Gateway(snapshot, lambda _: engine, Recorder(ledger).keep, engine, ready)
        async with running(app):
            gone = asyncio.Event()
            asked = body(dialect, EMBEDDED, LONG, stream=stream, temperature=0)
            asked |= {"max_tokens": 1_900}
            asked.pop("max_completion_tokens", None)
            path = PATHS[dialect]
            leaving = asyncio.create_task(call(app, path, asked, over=gone))
            during = await until(engine, 1, 10)
            staying = asyncio.create_task(call(app, path, body(dialect, EMBEDDED, "Say yes.")))
            gone.set()
            left = await leaving
            stayed = await staying
            after = await until(engine, 0, 1.5)
            return during, after, left, stayed, list(ledger.records())

    try:
        during, after, left, stayed, records = asyncio.run(run())
    except EngineLibraryError as error:
        absent(f"{error} {error.hint}")

    assert (during, after) == (1, 0)
    assert not left.whole
    assert (stayed.status, stayed.whole) == (200, True)
    outcomes = {record.outcome: record for record in records}
    assert outcomes.keys() == {Outcome.CANCELLED, Outcome.ANSWERED}
    (attempt,) = outcomes[Outcome.CANCELLED].attempts
    assert attempt.usage is None
    assert attempt.cost_pico > 0
