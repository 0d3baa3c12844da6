"""A level put to a scripted upstream: what it came to, and what the upstream saw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from equipoise.domain.endpoint import Dialect
from equipoise.domain.load_test import Arrival, LoadLevel, Objective
from equipoise.domain.request import Usage
from equipoise.engines.http import HttpEngine
from equipoise.engines.load_test.levels import LevelPlan, Load, run_level
from equipoise.engines.load_test.loops import Limits, Tally
from equipoise.engines.load_test.prompts import PromptMaker
from equipoise.engines.load_test.summary import summarise
from equipoise.engines.load_test.trace import TracedRequest
from equipoise.testing.replies import chat_stream
from equipoise.testing.script import Reply, Script
from equipoise.testing.upstream import ScriptedUpstream

USAGE = Usage(input=20, output=5, cached=4)
PROMPTS = PromptMaker("small", seed=1, input_tokens=12, output_tokens=5, shared_tokens=4)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A level's tally and summary, the upstream, and how often the progress was told."""

    tally: Tally
    level: LoadLevel
    upstream: ScriptedUpstream
    told: list[int]


def answer(before: float = 0.0, between: float = 0.0, usage: Usage | None = USAGE) -> Reply:
    """Five pieces of text, with these delays in seconds."""
    reply = chat_stream("a b c d e ", usage=usage, pieces=5)
    return replace(reply, delay_before=before, delay_between=between)


def closed(concurrency: int) -> LevelPlan:
    """So many at a time."""
    return LevelPlan(Arrival.CLOSED, concurrency=concurrency)


def opened(rate: float) -> LevelPlan:
    """So many a second."""
    return LevelPlan(Arrival.OPEN, rate=rate)


def put(
    plan: LevelPlan,
    script: Script,
    *,
    requests: int | None = None,
    seconds: float | None = None,
    timeout: float = 30.0,
    warm_up: int = 0,
    trace: Sequence[TracedRequest] = (),
) -> Loaded:
    """Load an upstream that answers as `script` says."""
    load = Load(PROMPTS, Limits(seconds, requests, timeout), warm_up, trace)
    told: list[int] = []

    async def run() -> Loaded:
        async with ScriptedUpstream(script) as upstream:
            async with HttpEngine(upstream.base_url, Dialect.OPENAI_CHAT, None) as engine:
                tally = await run_level(engine, plan, load, told.append)
            level = summarise(plan, tally, Objective(latency_seconds=20.0), seed=1)
        return Loaded(tally, level, upstream, told)

    return asyncio.run(run())
