"""A scripted upstream on the loopback: real bytes over real sockets, with real faults in them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from equipoise.testing.account import Account, Exchange, account
from equipoise.testing.conversation import Conversation
from equipoise.testing.reading import HEAD_BYTES, read_request
from equipoise.testing.replies import error
from equipoise.testing.script import HttpRequest, Reply, Script

# How long leaving waits for clients to hang up: those that have done so are noticed within it.
GRACE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A loop, and the thread that it runs in."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Have it done there, and wait until it is."""
        asyncio.run_coroutine_threadsafe(work, self.loop).result()


class ScriptedUpstream:
    """An HTTP/1.1 server that says what its script says, and remembers what it was asked.

    The script is replies in the order in which they are due, `itertools.repeat` of one included,
    or a pure function of the request. Every path is answered. When the replies have run out, the
    answer is a 500 that says so, and `problems` holds it. An error that a function raises closes
    its connection, and is raised again where the upstream is left.

    Use it as an asynchronous context manager, or by `in_thread` in tests that are synchronous.
    """

    def __init__(self, script: Script) -> None:
        self._answer: Callable[[HttpRequest], Reply]
        self._answer = script if callable(script) else _in_order(iter(script), self._problem)
        self._requests: list[HttpRequest] = []
        self._exchanges: list[Exchange] = []
        self._problems: list[str] = []
        self._errors: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._opened = 0.0
        self._url: str | None = None
        self._server: asyncio.Server | None = None
        self._elsewhere: _Elsewhere | None = None

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:port`, without a path; nobody answers there once it is left."""
        if self._url is None:
            raise RuntimeError("the upstream is not open: use it as a context manager")
        return self._url

    @property
    def connections(self) -> int:
        """How many connections were accepted, whatever came over them."""
        self._settle()
        return self._connections

    @property
    def requests(self) -> tuple[HttpRequest, ...]:
        """Every request, in the order in which their turn came."""
        self._settle()
        return tuple(self._requests)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every reply that has ended; all of them once the upstream is left."""
        self._settle()
        return tuple(self._exchanges)

    @property
    def problems(self) -> tuple[str, ...]:
        """What the script did not foresee: requests after its end, and what was no request."""
        self._settle()
        return tuple(self._problems)

    @property
    def account(self) -> Account:
        """What the upstream bills for the replies that have ended."""
        return account(self.exchanges)

    async def __aenter__(self) -> Self:
        self._opened = time.monotonic()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_BYTES)
        self._server = server
        self._url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
            # On a busy machine the time may be over before anything was looked at.
            await _turns()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _turns()
        if self._errors:
            raise self._errors[0]

    @contextmanager
    def in_thread(self) -> Iterator[Self]:
        """The same, open in a thread of its own."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="scripted-upstream", daemon=True)
        thread.start()
        elsewhere = _Elsewhere(loop, thread)
        try:
            elsewhere.run(self.__aenter__())
            self._elsewhere = elsewhere
            try:
                yield self
            finally:
                self._elsewhere = None
                elsewhere.run(self.__aexit__(None, None, None))
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        read = partial(read_request, reader, self._connections, self._now)
        conversation = Conversation(writer, read=read, problem=self._problem)
        task = asyncio.create_task(conversation.hold(self._next, self._exchanges.append))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        raised = None if task.cancelled() else task.exception()
        if raised is not None:
            self._errors.append(raised)

    def _next(self, request: HttpRequest) -> Reply:
        self._requests.append(request)
        return self._answer(request)

    def _problem(self, sentence: str) -> None:
        self._problems.append(sentence)

    def _now(self) -> float:
        return time.monotonic() - self._opened

    def _settle(self) -> None:
        """Let the thread write down what it has just said: a client may be faster than it."""
        elsewhere = self._elsewhere
        # A script that looks at what was asked runs in that thread, and must not wait for it.
        if elsewhere is not None and elsewhere.thread is not threading.current_thread():
            elsewhere.run(_turns())


def _in_order(
    replies: Iterator[Reply], problem: Callable[[str], None]
) -> Callable[[HttpRequest], Reply]:
    given = 0

    def answer(request: HttpRequest) -> Reply:
        nonlocal given
        reply = next(replies, None)
        if reply is not None:
            given += 1
            return reply
        sentence = f"the script ended after {given}: {request.method} {request.path} came after it"
        problem(sentence)
        return error(500, sentence, dialect=request.dialect)

    return answer


async def _turns() -> None:
    """Give every task that is ready its turn, and what that makes ready too."""
    for _ in range(10):
        await asyncio.sleep(0)
