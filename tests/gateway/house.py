"""A gateway over scripted endpoints, composed from a settings file as the real one is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.gateway.asgi import Exchange, call, running

from equipoise.compose.live import EnginePool, assemble, make_snapshot
from equipoise.config.settings import load_settings
from equipoise.domain.endpoint import Dialect
from equipoise.domain.ports import Ledger
from equipoise.domain.record import Record
from equipoise.domain.request import Usage
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.gateway.app import Gateway
from equipoise.gateway.snapshot import Snapshot
from equipoise.testing.ledger import MemoryLedger
from equipoise.testing.replies import chat_stream
from equipoise.testing.script import HttpRequest, Reply

OPENAI, ANTHROPIC = Dialect.OPENAI_CHAT, Dialect.ANTHROPIC_MESSAGES
DIALECTS = (OPENAI, ANTHROPIC)
PATHS = {OPENAI: "/v1/chat/completions", ANTHROPIC: "/v1/messages"}
SECRET_WORD = "glioblastoma"
CHAT, MESSAGES, OWN = "chat/gpt-5-mini", "messages/claude-haiku-4-5", "own/llama-3.1-8b-instruct"
# What no target here asks for is never started.
NO_ENGINE = LlamaCppEngine(LlamaCppSettings("none", "none", 1))
# Nothing listens on port 1 of the loopback.
NOBODY = "http://127.0.0.1:1"

ENDPOINTS = """\
[endpoints.chat]
base_url = "{chat}/v1"
price_provider = "openai"
[[endpoints.chat.terms]]
kind = "no_training"
evidence = "agreement.txt"
expires = {expires}

[endpoints.messages]
dialect = "anthropic_messages"
base_url = "{messages}"
price_provider = "anthropic"
[[endpoints.messages.terms]]
kind = "no_training"
evidence = "agreement.txt"
expires = {expires}

[endpoints.own]
operator = "self"
hardware = "l4"
base_url = "{own}/v1"

[workloads.open]
data_class = "public"
[workloads.inner]
data_class = "internal"
"""
TOMORROW = "2999-12-31"


def write(
    folder: Path, models: str, *, expires: str = TOMORROW, head: str = "", **addresses: str
) -> Path:
    """Write the settings file; an endpoint without an address is one where nobody listens."""
    (folder / "agreement.txt").write_text("We do not train on your data.")
    urls = {name: addresses.get(name, NOBODY) for name in ("chat", "messages", "own")}
    path = folder / "equipoise.toml"
    path.write_text(head + ENDPOINTS.format(expires=expires, **urls) + models)
    return path


def model(name: str, *targets: str, workload: str = "open") -> str:
    """A table of a model that clients name."""
    return f'[models.{name}]\ntargets = {json.dumps(targets)}\nworkload = "{workload}"\n'


def write_policy(
    folder: Path, routes: Mapping[str, float], fallbacks: Sequence[str] = (), **more: Any
) -> str:
    """Write a policy file; the table of the model that it routes."""
    row = {
        "schema": "equipoise.policy/1",
        "id": "policy-1",
        "workload": "open",
        "data_class": "public",
        "routes": [{"target": target, "share": share} for target, share in routes.items()],
        "fallbacks": list(fallbacks),
        "decided_on": "2026-11-24",
        "valid_until": "2027-11-24",
    }
    (folder / "policy.json").write_text(json.dumps(row | more))
    return '[models.routed]\npolicy = "policy.json"\n'


def body(
    dialect: Dialect = OPENAI, name: str = "chat", text: str = "A cough.", **more: Any
) -> dict[str, Any]:
    """A request's body, much the same in both dialects."""
    turns = [{"role": "user", "content": text}]
    limit = "max_completion_tokens" if dialect is OPENAI else "max_tokens"
    return {"model": name, "messages": turns, limit: 64, **more}


def usage_of(text: str) -> Usage:
    """What scripted endpoints count for a prompt: different for most."""
    seed = sum(text.encode()) + len(text)
    return Usage(input=40 + seed % 977, output=3 + seed % 89, cached=seed % 37)


def answering(request: HttpRequest) -> Reply:
    """A stream in the dialect that was asked, counting as `usage_of` has it."""
    prompt = request.body["messages"][-1]["content"]
    return chat_stream(f"On {prompt}", usage=usage_of(prompt), dialect=request.dialect)


@dataclass(slots=True)
class House:
    """A gateway that is running, and what its ledger holds."""

    app: Gateway
    ledger: Ledger
    snapshot: Snapshot

    async def ask(
        self,
        name: str = "chat",
        text: str = "A cough.",
        *,
        dialect: Dialect = OPENAI,
        **more: Any,
    ) -> Exchange:
        """Put one question in a client's dialect; `more` are fields of its body."""
        return await call(self.app, PATHS[dialect], body(dialect, name, text, **more))

    @property
    def last(self) -> Record:
        """The last record."""
        return list(self.ledger.records())[-1]


def snapshot_of(path: Path, today: date | None = None) -> Snapshot:
    """The settings' snapshot without the embedded model, which takes a moment to start."""
    whole = make_snapshot(load_settings(path), today or datetime.now(UTC).date())
    targets = {name: row for name, row in whole.targets.items() if row.endpoint.id != "local"}
    services = {name: row for name, row in whole.services.items() if "local/" not in str(row)}
    return replace(whole, targets=targets, services=services)


@asynccontextmanager
async def house(path: Path, ledger: Ledger | None = None) -> AsyncIterator[House]:
    """A gateway by a settings file, its records in memory unless a ledger is given."""
    snapshot = snapshot_of(path)
    kept = ledger or MemoryLedger()
    app = assemble(snapshot, EnginePool(NO_ENGINE), kept)
    async with running(app):
        yield House(app, kept, snapshot)
