"""Web pages may not ask; and a machine of ours costs what it costs, never a smaller one's hours."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest
from tests.gateway.asgi import call
from tests.gateway.house import CHAT, OWN, body, house, model, snapshot_of, write

from equipoise.catalog import hardware
from equipoise.compose.live import make_snapshot
from equipoise.config.settings import load_settings
from equipoise.errors import ConfigurationError
from equipoise.gateway.tariff import by_the_hour
from equipoise.testing.upstream import ScriptedUpstream

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("path", "said"),
    [("/v1/chat/completions", "permission_error"), ("/v1/messages", "permission_error")],
)
def test_a_web_page_is_refused_in_the_clients_dialect_and_asks_nobody(
    tmp_path: Path, path: str, said: str
) -> None:
    async def run() -> tuple[int, bytes, int]:
        async with ScriptedUpstream([]) as upstream:
            settings = write(tmp_path, model("chat", CHAT), chat=upstream.base_url)
            async with house(settings) as gateway:
                headers = {"origin": "https://anywhere.example"}
                reply = await call(gateway.app, path, body(), headers=headers)
        return reply.status, reply.body, upstream.connections

    status, text, connections = asyncio.run(run())

    assert (status, connections) == (403, 0)
    assert said.encode() in text
    assert b"web pages may not ask" in text


def test_our_own_endpoint_costs_the_hours_of_the_machine_that_is_named(tmp_path: Path) -> None:
    snapshot = snapshot_of(write(tmp_path, model("own", OWN)), DAY)

    assert snapshot.tariffs[OWN] == by_the_hour(hardware.find("l4"))


def test_a_machine_that_nobody_names_is_a_problem_and_not_a_cheap_one(tmp_path: Path) -> None:
    path = write(tmp_path, model("own", OWN))
    path.write_text(path.read_text().replace('hardware = "l4"\n', ""))
    with pytest.raises(ConfigurationError) as caught:
        make_snapshot(load_settings(path), DAY)

    (problem,) = caught.value.problems
    assert "which machine's hours" in problem.reason
    assert "endpoints.own.hardware" in problem.suggestion


def test_a_machine_that_the_catalog_does_not_know_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path, model("own", OWN))
    path.write_text(path.read_text().replace('hardware = "l4"', 'hardware = "l5"'))
    with pytest.raises(ConfigurationError) as caught:
        make_snapshot(load_settings(path), DAY)

    assert "l5" in caught.value.problems[0].reason
