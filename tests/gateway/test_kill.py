"""A gateway that is killed under load has on record every request whose answer was whole."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import httpx2
import pytest
from tests.gateway.house import DIALECTS, OPENAI, PATHS, answering, body
from tests.gateway.process import NotStartedError, Process, served

from equipoise.domain.endpoint import Dialect
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

AT_ONCE = 12
ENDS = {
    (OPENAI, True): "data: [DONE]\n\n",
    (DIALECTS[1], True): 'event: message_stop\ndata: {"type":"message_stop"}\n\n',
}


def unhurried(request: HttpRequest) -> Reply:
    """An answer in pieces, so that many are on their way when the gateway dies."""
    return replace(answering(request), delay_between=0.003)


async def ask_on(url: str, number: int, whole: list[str]) -> None:
    """Ask again and again until nobody answers; note the ids of what came to its end."""
    dialect, stream = DIALECTS[number % 2], number // 2 % 2 == 0
    name = ("chat", "messages")[number // 4 % 2]
    async with httpx2.AsyncClient(trust_env=False) as client:
        while True:
            asked = body(dialect, name, f"note {number}", stream=stream)
            try:
                reply = await client.post(url + PATHS[dialect], json=asked)
            except httpx2.TransportError:
                return
            assert reply.status_code == httpx2.codes.OK, reply.text
            whole.append(_id(reply.text, dialect, stream))


def _id(said: str, dialect: Dialect, stream: bool) -> str:
    if not stream:
        return str(json.loads(said)["id"])
    assert said.endswith(ENDS[dialect, stream])
    first = json.loads(next(r for r in said.splitlines() if r.startswith("data: "))[6:])
    return str(first["id"] if dialect is OPENAI else first["message"]["id"])


async def _kill_under_load(process: Process, seconds: float) -> list[str]:
    whole: list[str] = []
    async with asyncio.TaskGroup() as group:
        for number in range(AT_ONCE):
            group.create_task(ask_on(process.url, number, whole))
        await asyncio.sleep(seconds)
        process.child.kill()
    return whole


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_no_answer_that_was_whole_is_missing_from_the_ledger(
    tmp_path: Path, absent: Callable[[str], NoReturn], kills: int
) -> None:
    whole: list[str] = []
    when = random.Random(20261124)

    with ScriptedUpstream(unhurried).in_thread() as upstream:
        for _ in range(kills):
            try:
                # The same ledger each time: what one life has kept, the next one finds.
                with served(tmp_path, upstream.base_url) as process:
                    whole += asyncio.run(_kill_under_load(process, when.uniform(0.4, 1.0)))
            except NotStartedError as words:
                if "cannot be loaded" in str(words):
                    absent(str(words))
                raise

    kept = [record.id for record in process.records()]
    assert len(whole) > 10 * kills
    assert len(set(kept)) == len(kept)
    assert set(whole) <= set(kept)
    # Killed under load: something was under way each time.
    assert len(upstream.requests) > len(whole)
