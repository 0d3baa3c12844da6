"""The real embedded llama.cpp under load: it counts, streams and shares its slots."""

from __future__ import annotations

import asyncio

import pytest
from tests.engines.load_test.loading import closed

from equipoise.domain.load_test import LoadLevel, Objective
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.load_test.levels import Load, run_level
from equipoise.engines.load_test.loops import Limits
from equipoise.engines.load_test.prompts import PromptMaker
from equipoise.engines.load_test.summary import summarise
from equipoise.engines.weights import SMOLLM2


@pytest.fixture(scope="module")
def levels(runner: asyncio.Runner, engine: LlamaCppEngine) -> list[LoadLevel]:
    """Two levels of a few short answers each."""
    prompts = PromptMaker(SMOLLM2.model, 1, input_tokens=48, output_tokens=8, shared_tokens=16)
    load = Load(prompts, Limits(None, 6, 120.0))

    async def run() -> list[LoadLevel]:
        found = []
        for plan in (closed(1), closed(2)):
            tally = await run_level(engine, plan, load, lambda _: None)
            found.append(summarise(plan, tally, Objective(), 1))
        return found

    return runner.run(run())


def test_every_request_is_answered_and_counted(levels: list[LoadLevel]) -> None:
    for level in levels:
        assert (level.requests, level.failures, level.ended) == (6, {}, "")
        # A word is a token, and the model's own template and the order add some.
        assert 48 <= level.input_tokens <= 48 + 60
        assert 1 <= level.output_tokens <= 8
        assert level.ttft is not None
        assert level.latency is not None
        assert 0 < level.ttft.mean < level.latency.mean


def test_prompts_of_a_level_share_their_prefix_in_the_engines_cache(
    levels: list[LoadLevel],
) -> None:
    assert all((level.cached_tokens or 0) >= 16 for level in levels)


def test_one_asker_keeps_one_request_under_way(levels: list[LoadLevel]) -> None:
    alone, both = levels

    assert alone.achieved_concurrency <= 1.0 + 1e-6
    assert alone.achieved_concurrency < both.achieved_concurrency <= 2.0 + 1e-6
