"""Our own client, put to a scripted upstream."""

from __future__ import annotations

import asyncio

import pytest

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import gather
from equipoise.domain.request import Answer, Message, Request, Usage
from equipoise.engines.http import HttpEngine
from equipoise.errors import (
    ProviderError,
)
from equipoise.testing.script import Reply
from equipoise.testing.upstream import ScriptedUpstream

REQUEST = Request("small", (Message("user", "cough"),), max_output_tokens=8)
TEXT = "lung ward 你好 👋"
USAGE = Usage(input=12, output=5, cached=8, reasoning=2)
DIALECTS = pytest.mark.parametrize("dialect", Dialect)


async def listen(upstream: ScriptedUpstream, dialect: Dialect) -> Answer:
    """What our own client makes of the next reply."""
    async with HttpEngine(upstream.base_url, dialect, None) as engine:
        return gather([event async for event in engine.stream(REQUEST)])


def answered(reply: Reply, dialect: Dialect) -> tuple[Answer, ScriptedUpstream]:
    async def ask() -> tuple[Answer, ScriptedUpstream]:
        async with ScriptedUpstream([reply]) as upstream:
            return await listen(upstream, dialect), upstream

    return asyncio.run(ask())


def failed(reply: Reply, dialect: Dialect) -> tuple[ProviderError, ScriptedUpstream]:
    async def ask() -> tuple[ProviderError, ScriptedUpstream]:
        async with ScriptedUpstream([reply]) as upstream:
            with pytest.raises(ProviderError) as caught:
                await listen(upstream, dialect)
            return caught.value, upstream

    return asyncio.run(ask())
