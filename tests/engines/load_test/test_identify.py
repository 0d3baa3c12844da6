"""Which engine answers, where it says so itself; and nobody else is asked."""

from __future__ import annotations

import asyncio
import json

import pytest

from equipoise.engines.load_test.identify import identify
from equipoise.testing.script import HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream

NOT_FOUND = Reply(404, {}, (b"{}",))


def found(pages: dict[str, object], server: str = "", path: str = "/v1") -> tuple[str, list[str]]:
    """What is found where these pages stand, and what was asked for."""

    def script(request: HttpRequest) -> Reply:
        headers = {"server": server} if server else {}
        if request.path not in pages:
            return Reply(404, headers, (b"{}",))
        return Reply(200, headers, (json.dumps(pages[request.path]).encode(),))

    async def ask() -> tuple[str, list[str]]:
        async with ScriptedUpstream(script) as upstream:
            name = await identify(upstream.base_url + path, "sk-1")
            return name, [request.path for request in upstream.requests]

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["", "/v1", "/v1/"])
def test_vllm_says_its_version_beside_its_api(path: str) -> None:
    assert found({"/version": {"version": "0.11.0"}}, path=path) == ("vllm 0.11.0", ["/version"])


def test_llama_cpp_says_its_build_among_its_properties() -> None:
    name, _ = found({"/props": {"build_info": "b7123-abc"}})

    assert name == "llama.cpp b7123-abc"


def test_a_header_is_better_than_nothing_and_nothing_is_no_fault() -> None:
    assert found({}, server="uvicorn")[0] == "uvicorn"
    assert found({})[0] == ""
    assert found({"/version": ["no", "object"], "/props": 3})[0] == ""


def test_where_nobody_answers_nothing_is_known() -> None:
    assert asyncio.run(identify("http://127.0.0.1:9/v1", None)) == ""


def test_a_redirect_to_another_place_is_not_followed() -> None:
    async def ask() -> tuple[str, int]:
        async with ScriptedUpstream(lambda _: NOT_FOUND) as elsewhere:
            away = Reply(302, {"location": f"{elsewhere.base_url}/version"}, (b"{}",))
            async with ScriptedUpstream(lambda _: away) as upstream:
                name = await identify(upstream.base_url, "sk-1")
            return name, elsewhere.connections

    assert asyncio.run(ask()) == ("", 0)
