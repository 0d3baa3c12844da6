"""One event loop and one embedded engine for all tests of the room: it starts in half a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from equipoise.domain.event import gather
from equipoise.domain.request import Answer, Message, Request
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.llamacpp_settings import LlamaCppSettings
from equipoise.engines.threads import default_threads, usable_cores
from equipoise.engines.weights import SMOLLM2, locate
from equipoise.errors import EngineLibraryError


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """The event loop in which the engine lives."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def settings() -> LlamaCppSettings:
    """The packaged model on the threads that are free."""
    return LlamaCppSettings(
        weights=str(locate(SMOLLM2)),
        alias=SMOLLM2.model,
        threads=default_threads(usable_cores()),
    )


@pytest.fixture(scope="session")
def engine(
    runner: asyncio.Runner, settings: LlamaCppSettings, absent: Callable[[str], NoReturn]
) -> Iterator[LlamaCppEngine]:
    """The embedded engine, running."""
    engine = LlamaCppEngine(settings)
    try:
        runner.run(engine.__aenter__())
    except EngineLibraryError as error:
        absent(f"{error} {error.hint}")
    yield engine
    runner.run(engine.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def ask(runner: asyncio.Runner, engine: LlamaCppEngine) -> Callable[..., Answer]:
    """Puts a conversation to the embedded engine: messages, then parameters of the request."""

    def put(*messages: Message, **parameters: Any) -> Answer:
        defaults: dict[str, Any] = {"max_output_tokens": 16, "temperature": 0.0}
        request = Request(SMOLLM2.model, messages, **defaults | parameters)

        async def answer() -> Answer:
            return gather([event async for event in engine.stream(request)])

        return runner.run(answer())

    return put
