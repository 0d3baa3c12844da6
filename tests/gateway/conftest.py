"""One gateway in a process of its own for all tests that speak to it over a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NoReturn

import pytest
from tests.gateway.house import answering
from tests.gateway.process import NotStartedError, Process, served

from equipoise.domain.endpoint import Dialect
from equipoise.testing.replies import chat_stream, error
from equipoise.testing.script import Fault, HttpRequest, Reply
from equipoise.testing.upstream import ScriptedUpstream


def obeying(request: HttpRequest) -> Reply:
    """What the prompt asks for: an error's status, a stream that is cut or slow, or an answer."""
    order, _, number = str(request.body["messages"][-1]["content"]).partition(" ")
    match order:
        case "status":
            return error(int(number), "not now", dialect=request.dialect)
        case "cut":
            return _broken(Fault.cut, request.dialect)
        case "hang":
            return _broken(Fault.hang, request.dialect)
        case _:
            return answering(request)


def _broken(fault: Callable[[int], Fault], dialect: Dialect) -> Reply:
    whole = chat_stream("one two three", dialect=dialect)
    first = next(n for n, chunk in enumerate(whole.chunks) if b"one" in chunk)
    after = sum(len(chunk) for chunk in whole.chunks[: first + 1])
    return Reply(headers=whole.headers, chunks=whole.chunks, fault=fault(after))


@pytest.fixture(scope="session")
def upstream() -> Iterator[ScriptedUpstream]:
    """The endpoints of that gateway."""
    with ScriptedUpstream(obeying).in_thread() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def process(
    tmp_path_factory: pytest.TempPathFactory,
    upstream: ScriptedUpstream,
    absent: Callable[[str], NoReturn],
) -> Iterator[Process]:
    """The gateway."""
    try:
        with served(tmp_path_factory.mktemp("gateway"), upstream.base_url) as process:
            yield process
    except NotStartedError as words:
        if "cannot be loaded" in str(words):
            absent(str(words))
        raise
