"""What is no request is refused in the client's dialect, with the right status, and on record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.asgi import Exchange, call
from tests.gateway.house import (
    ANTHROPIC,
    CHAT,
    DIALECTS,
    MESSAGES,
    OPENAI,
    PATHS,
    SECRET_WORD,
    House,
    answering,
    body,
    house,
    model,
    snapshot_of,
    write,
)

from equipoise.compose.live import make_snapshot
from equipoise.config.settings import load_settings
from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome, Record
from equipoise.errors import ConfigurationError
from equipoise.gateway.plan import plan
from equipoise.testing.upstream import ScriptedUpstream

MODELS = model("chat", CHAT) + model("messages", MESSAGES)
LIMIT = "[gateway]\nmax_body_bytes = 2_000\n"


def refused(
    folder: Path,
    path: str,
    body: bytes | dict[str, Any] | None,
    *,
    method: str = "",
    headers: Mapping[str, str] | None = None,
) -> tuple[Exchange, list[Record]]:
    """Put one request to a gateway whose endpoints nobody may reach; the reply and the records."""

    async def run() -> tuple[Exchange, list[Record]]:
        async with ScriptedUpstream(answering) as upstream:
            url = upstream.base_url
            settings = write(folder, MODELS, head=LIMIT, chat=url, messages=url)
            async with house(settings) as gateway:
                reply = await call(gateway.app, path, body, method=method, headers=headers)
            assert upstream.connections == 0
            return reply, list(gateway.ledger.records())

    return asyncio.run(run())


def told(reply: Exchange, dialect: Dialect) -> str:
    """The message of an error in a dialect's form."""
    if dialect is ANTHROPIC:
        assert reply.json["type"] == "error"
        return str(reply.json["error"]["message"])
    assert reply.json["error"].keys() == {"message", "type", "param", "code"}
    return str(reply.json["error"]["message"])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"{", "JSON"),
        (b"", "JSON"),
        (b"\xff", "JSON"),
        (b"[]", "the body"),
        ({"messages": None}, "messages"),
        ({"tools": [{"name": "x"}]}, "tools: "),
        ({"temprature": 1}, "'temperature'"),
        ({"top_p": 0.5}, "top_p: "),
        ({"messages": [{"role": "user", "content": 1}]}, "messages[0].content"),
    ],
)
def test_a_bad_request_is_a_400_that_names_the_field(
    tmp_path: Path, dialect: Dialect, sent: Any, words: str
) -> None:
    if isinstance(sent, dict):
        sent = body(dialect) | sent
    reply, records = refused(tmp_path, PATHS[dialect], sent)

    assert (reply.status, reply.whole) == (400, True)
    assert words in told(reply, dialect)
    assert [(row.status, row.outcome, row.attempts) for row in records] == [
        (400, Outcome.REFUSED, ())
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stream", [False, True])
def test_an_unknown_model_is_a_404(tmp_path: Path, dialect: Dialect, stream: bool) -> None:
    reply, records = refused(tmp_path, PATHS[dialect], body(dialect, "nobody", stream=stream))

    assert reply.status == 404
    assert "'nobody'" in told(reply, dialect)
    assert [(row.status, row.outcome, row.model) for row in records] == [
        (404, Outcome.REFUSED, "nobody")
    ]


def test_of_a_name_that_is_no_models_little_is_repeated_or_kept(tmp_path: Path) -> None:
    reply, records = refused(tmp_path, PATHS[OPENAI], body(name="n" * 1_500))

    assert len(told(reply, OPENAI)) < 400
    assert records[0].model == "n" * 200


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_a_413(tmp_path: Path, dialect: Dialect, announced: bool) -> None:
    headers = {} if announced else {"content-length": "x"}
    sent = body(dialect, text="o" * 3_000)

    reply, records = refused(tmp_path, PATHS[dialect], sent, headers=headers)

    assert reply.status == 413
    assert "2,000 bytes" in told(reply, dialect)
    assert [(row.status, row.outcome) for row in records] == [(413, Outcome.REFUSED)]


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/v1/chat/completions", 405, "POST"),
        ("GET", "/v1/messages", 405, "POST"),
        ("POST", "/v1/models", 405, "GET, HEAD"),
        ("DELETE", "/livez", 405, "GET, HEAD"),
        ("POST", "/v1/audio", 404, None),
        ("GET", "/", 404, None),
        ("POST", "/v1/messages/count_tokens", 404, None),
    ],
)
@pytest.mark.parametrize("version", [{}, {"anthropic-version": "2023-06-01"}])
def test_what_nothing_answers_is_told_in_the_clients_dialect(
    tmp_path: Path,
    method: str,
    path: str,
    status: int,
    allowed: str | None,
    version: dict[str, str],
) -> None:
    reply, records = refused(tmp_path, path, b"", method=method, headers=version)

    by_path = {kept: dialect for dialect, kept in PATHS.items()}
    dialect = by_path.get(path, ANTHROPIC if version else OPENAI)
    assert (reply.status, reply.headers.get("allow")) == (status, allowed)
    assert f"{method} {path}" in told(reply, dialect)
    assert records == []


def test_a_client_that_leaves_before_its_request_is_whole_is_on_record(tmp_path: Path) -> None:
    async def run() -> tuple[Exchange, House]:
        async with house(write(tmp_path, MODELS)) as gateway:
            reply = await call(gateway.app, PATHS[OPENAI], body(), leave_when=lambda _: True)
        return reply, gateway

    reply, gateway = asyncio.run(run())

    assert reply.status == 0
    assert (gateway.last.status, gateway.last.outcome) == (499, Outcome.CANCELLED)


def test_a_refusal_repeats_nothing_of_the_text(tmp_path: Path) -> None:
    for dialect in DIALECTS:
        sent = body(dialect, text=SECRET_WORD) | {"top_k": SECRET_WORD}
        reply, records = refused(tmp_path, PATHS[dialect], sent)

        assert reply.status == 400
        assert SECRET_WORD not in f"{reply}{records}"


def test_a_model_without_targets_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    path = write(tmp_path, "[models.empty]\n" + model("lost", "chat/none"))

    with pytest.raises(ConfigurationError) as caught:
        snapshot_of(path)

    assert [problem.key for problem in caught.value.problems] == ["models.empty", "models.lost"]


def test_the_embedded_model_is_served_under_its_own_name(tmp_path: Path) -> None:
    today = date(2026, 11, 24)
    snapshot = make_snapshot(load_settings(write(tmp_path, MODELS)), today)

    (target,) = plan(snapshot, snapshot.service("smollm2-135m-instruct"), "req_1", today)

    assert target.id == "local/smollm2-135m-instruct"
