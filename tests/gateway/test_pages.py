"""What is not a request to a model: who there is, whether we live, and whether we are ready."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.gateway.asgi import Exchange, call
from tests.gateway.house import CHAT, MESSAGES, OWN, answering, house, model, snapshot_of, write
from tests.gateway.test_records import ENDED, Watched

from equipoise.compose.live import EnginePool, Recorder
from equipoise.domain.record import Record
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.gateway.app import Gateway
from equipoise.gateway.http import Message
from equipoise.ledger.sqlite import SqliteLedger
from equipoise.testing.ledger import MemoryLedger
from equipoise.testing.upstream import ScriptedUpstream

MODELS = model("chat", CHAT) + model("own", OWN) + model("both", CHAT, MESSAGES)
UNREADY = b'{"status":"not ready"}'


def get(folder: Path, path: str, **headers: str) -> Exchange:
    """Ask for a page."""

    async def run() -> Exchange:
        async with house(write(folder, MODELS)) as gateway:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            return await call(gateway.app, path, headers=given)

    return asyncio.run(run())


def test_models_are_listed_in_the_form_of_whoever_asks(tmp_path: Path) -> None:
    openai = get(tmp_path, "/v1/models").json
    anthropic = get(tmp_path, "/v1/models", anthropic_version="2023-06-01").json

    assert openai["object"] == "list"
    assert anthropic["has_more"] is False
    assert [row["object"] for row in openai["data"]] == ["model"] * 3
    assert [row["type"] for row in anthropic["data"]] == ["model"] * 3
    for listed in (openai, anthropic):
        assert [row["id"] for row in listed["data"]] == ["both", "chat", "own"]


def test_a_gateway_that_runs_lives_and_is_ready(tmp_path: Path) -> None:
    for path in ("/livez", "/readyz"):
        assert (get(tmp_path, path).status, get(tmp_path, path).json) == (200, {"status": "ok"})


def test_before_it_is_started_and_after_it_is_shut_down_it_lives_and_is_not_ready(
    tmp_path: Path,
) -> None:
    async def run() -> tuple[Exchange, Exchange, Exchange]:
        running = house(write(tmp_path, MODELS))
        async with running as gateway:
            app = gateway.app
            before = await call(app, "/readyz")
        return before, await call(app, "/livez"), await call(app, "/readyz")

    before, alive, after = asyncio.run(run())

    assert (before.status, alive.status, after.status, after.body) == (200, 200, 503, UNREADY)


def test_an_engine_of_ours_that_has_no_address_has_not_started(tmp_path: Path) -> None:
    async def ready(models: str) -> int:
        path = write(tmp_path, models)
        path.write_text(
            path.read_text().replace('base_url = "http://127.0.0.1:1/v1"\n\n[work', "[work")
        )
        async with house(path) as gateway:
            return (await call(gateway.app, "/readyz")).status

    assert asyncio.run(ready(model("chat", CHAT))) == 200
    assert asyncio.run(ready(model("own", OWN))) == 503


def test_a_vendor_without_a_key_keeps_nobody_from_being_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    async def run() -> Exchange:
        async with house(write(tmp_path, model("gpt", "openai/gpt-5-mini"))) as gateway:
            return await call(gateway.app, "/readyz")

    assert asyncio.run(run()).status == 200


def test_a_ledger_that_takes_no_record_makes_it_unready_until_it_does(tmp_path: Path) -> None:
    full = [True]

    def look(record: Record) -> None:
        if full:
            raise ENDED

    ledger = Watched(look)

    async def run() -> tuple[int, ...]:
        async with ScriptedUpstream(answering) as upstream:
            path = write(tmp_path, MODELS, chat=upstream.base_url)
            async with house(path, ledger) as gateway:
                asked = (await gateway.ask()).status
                meanwhile = (await call(gateway.app, "/readyz")).status
                full.clear()
                mended = (await call(gateway.app, "/readyz")).status
                again = (await call(gateway.app, "/readyz")).status
        return asked, meanwhile, mended, again

    assert asyncio.run(run()) == (500, 503, 200, 200)
    # What was spent is in the books after all, once.
    (record,) = ledger.records()
    assert record.status == 500
    assert record.cost_pico > 0


def test_a_ledger_that_somebody_else_holds_makes_it_unready_soon(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"

    async def run() -> tuple[int, int, float]:
        ledger = SqliteLedger(file)
        async with ScriptedUpstream(answering) as upstream:
            path = write(tmp_path, MODELS, chat=upstream.base_url)
            async with house(path, ledger) as gateway:
                await gateway.ask()
                before = (await call(gateway.app, "/readyz")).status
                with closing(sqlite3.connect(file, isolation_level=None)) as other:
                    other.execute("BEGIN IMMEDIATE")
                    start = time.monotonic()
                    during = (await call(gateway.app, "/readyz")).status
                    waited = time.monotonic() - start
        ledger.close()
        return before, during, waited

    before, during, waited = asyncio.run(run())

    assert (before, during) == (200, 503)
    assert waited < 5


def test_an_engine_that_cannot_start_ends_the_start_in_words(tmp_path: Path) -> None:
    missing = LlamaCppEngine(LlamaCppSettings(str(tmp_path / "none.gguf"), "none", 1))

    async def ready() -> bool:
        return False

    async def run() -> Message:
        said: asyncio.Queue[Message] = asyncio.Queue()
        app = Gateway(
            snapshot_of(write(tmp_path, MODELS)),
            EnginePool(missing).of,
            Recorder(MemoryLedger()).keep,
            missing,
            ready,
        )

        async def receive() -> Message:
            return {"type": "lifespan.startup"}

        await app({"type": "lifespan"}, receive, said.put)
        return said.get_nowait()

    failed = asyncio.run(run())

    assert failed["type"] == "lifespan.startup.failed"
    assert "engine" in failed["message"]


def test_the_gateway_loads_nothing_heavy() -> None:
    code = (
        "import pkgutil, importlib, sys, equipoise.gateway as room\n"
        "for row in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module(f'equipoise.gateway.{row.name}')\n"
        "print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    assert "equipoise.gateway.app" in loaded
    assert not loaded & {"numpy", "scipy", "pydantic", "starlette", "genai_prices", "httpx2"}
