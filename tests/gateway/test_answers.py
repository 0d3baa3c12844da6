"""A request through the gateway: in any dialect, from any endpoint, whole or streamed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.gateway.house import (
    ANTHROPIC,
    CHAT,
    DIALECTS,
    MESSAGES,
    OPENAI,
    answering,
    body,
    house,
    model,
    usage_of,
    write,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.record import Outcome
from equipoise.testing.upstream import ScriptedUpstream

MODELS = model("chat", CHAT) + model("messages", MESSAGES)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["chat", "messages"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_is_answered_from_every_endpoint(
    tmp_path: Path, dialect: Dialect, name: str, stream: bool
) -> None:
    async def run() -> None:
        async with ScriptedUpstream(answering) as upstream:
            url = upstream.base_url
            async with house(write(tmp_path, MODELS, chat=url, messages=url)) as gateway:
                answer = await gateway.ask(name, "a rash", dialect=dialect, stream=stream)
                record = gateway.last

        assert (answer.status, answer.whole) == (200, True)
        assert _text(answer.body, dialect, stream) == "On a rash"
        assert (record.status, record.outcome) == (200, Outcome.ANSWERED)
        assert (record.dialect, record.streamed, record.model) == (dialect.value, stream, name)
        assert (record.workload, record.data_class) == ("open", "public")
        assert [attempt.usage for attempt in record.attempts] == [usage_of("a rash")]
        assert [attempt.number for attempt in record.attempts] == [1]
        assert not record.attempts[0].estimated
        assert record.id in answer.body.decode()

    asyncio.run(run())


def _text(said: bytes, dialect: Dialect, stream: bool) -> str:
    if not stream:
        row = json.loads(said)
        text: str = (
            row["choices"][0]["message"]["content"]
            if dialect is OPENAI
            else row["content"][0]["text"]
        )
        return text
    rows = [line[6:] for line in said.decode().splitlines() if line.startswith("data: {")]
    deltas = [json.loads(row) for row in rows]
    if dialect is ANTHROPIC:
        return "".join(row["delta"].get("text", "") for row in deltas if "delta" in row)
    return "".join(c["delta"].get("content") or "" for row in deltas for c in row["choices"])


def test_what_is_asked_of_an_endpoint_is_what_the_client_asked(tmp_path: Path) -> None:
    async def run() -> None:
        async with ScriptedUpstream(answering) as upstream:
            async with house(write(tmp_path, MODELS, messages=upstream.base_url)) as gateway:
                await gateway.ask("messages", temperature=0.25, stop=["."])
            (asked,) = upstream.requests

        assert asked.path == "/v1/messages"
        assert asked.body["model"] == "claude-haiku-4-5"
        assert asked.body["messages"] == body()["messages"]
        assert (asked.body["temperature"], asked.body["stop_sequences"]) == (0.25, ["."])
        assert asked.body["max_tokens"] == 64

    asyncio.run(run())


def test_many_at_once_get_each_its_own_answer(tmp_path: Path) -> None:
    async def run() -> None:
        async with ScriptedUpstream(answering) as upstream:
            url = upstream.base_url
            async with house(write(tmp_path, MODELS, chat=url, messages=url)) as gateway:
                asked = [
                    gateway.ask(
                        ("chat", "messages")[number % 2],
                        f"note {number}.",
                        dialect=DIALECTS[number // 2 % 2],
                        stream=number // 4 % 2 == 0,
                    )
                    for number in range(24)
                ]
                answers = await asyncio.gather(*asked)
                ids = {record.id for record in gateway.ledger.records()}

        for number, answer in enumerate(answers):
            dialect, stream = DIALECTS[number // 2 % 2], number // 4 % 2 == 0
            assert _text(answer.body, dialect, stream) == f"On note {number}."
        assert len(ids) == 24

    asyncio.run(run())
