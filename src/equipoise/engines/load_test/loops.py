"""Two ways to load an endpoint: a closed loop of so many askers, and a schedule that never waits.

No failure is asked again. A level ends early where the endpoint wants to be left alone, where no
request can succeed, where FAILURES_IN_A_ROW fail or more than FAILED_SHARE of all do, and where
MOST_UNDER_WAY wait at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from equipoise.domain.request import Request
from equipoise.engines.load_test.asking import Failure, Sample, StreamingEngine, ask

FAILURES_IN_A_ROW = 3
FAILED_SHARE, FAILED_AT_LEAST = 0.2, 10
MOST_UNDER_WAY = 512
"""Requests of a schedule that may wait at once; beyond, the endpoint does not keep up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a level is over: after so many seconds, or so many requests, whichever comes first.

    Requests under way are waited for, `timeout` seconds each. Only a trace ends without either.
    """

    seconds: float | None
    requests: int | None
    timeout: float


@dataclass(slots=True)
class Tally:
    """What a level has come to so far. `told` hears how many requests are through.

    `watched` is how many seconds a schedule was followed to its end, though nobody may have come in
    the last of them.
    """

    told: Callable[[int], None] = lambda _: None
    samples: list[Sample] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ended: str = ""
    hopeless: bool = False
    watched: float = 0.0
    began: float = field(default_factory=time.perf_counter)
    _in_a_row: int = 0

    @property
    def through(self) -> int:
        """How many requests have come to an end."""
        return len(self.samples) + len(self.failures)

    def note(self, outcome: Sample | Failure) -> None:
        """Take in what one request came to, and see whether to go on."""
        if isinstance(outcome, Sample):
            self.samples.append(outcome)
            self._in_a_row = 0
        else:
            self.failures.append(outcome)
            self._in_a_row += 1
            self.hopeless = self.hopeless or outcome.hopeless
            if not self.ended and (outcome.hopeless or self._is_failing()):
                self.ended = f"{outcome.kind}: {outcome.reason}"
        self.told(self.through)

    def _is_failing(self) -> bool:
        failed = len(self.failures)
        many = failed >= FAILED_AT_LEAST and failed > FAILED_SHARE * self.through
        return self._in_a_row >= FAILURES_IN_A_ROW or many


async def closed_loop(
    engine: StreamingEngine,
    make: Callable[[int], Request],
    concurrency: int,
    limits: Limits,
    tally: Tally,
) -> None:
    """So many askers, each putting its next request when its last one has ended."""
    numbers = _numbers(limits, tally)

    async def asker() -> None:
        for number in numbers:
            due = time.perf_counter()
            tally.note(await ask(engine, make(number), due, limits.timeout))

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(asker())


async def schedule(
    engine: StreamingEngine,
    arrivals: Iterable[tuple[float, Request]],
    limits: Limits,
    tally: Tally,
) -> None:
    """Requests at their moments, in seconds after the first, whatever became of those before.

    What is late because the endpoint is slow counts from when it was due.
    """
    under_way: set[asyncio.Task[None]] = set()

    async def one(request: Request, due: float) -> None:
        tally.note(await ask(engine, request, due, limits.timeout))

    async with asyncio.TaskGroup() as group:
        for number, (at, request) in enumerate(arrivals):
            due = tally.began + at
            if limits.seconds is not None and at >= limits.seconds:
                tally.watched = limits.seconds
                break
            if number == limits.requests:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if tally.ended:
                break
            if len(under_way) >= MOST_UNDER_WAY:
                tally.ended = f"{MOST_UNDER_WAY} requests waited at once: it does not keep up"
                break
            task = group.create_task(one(request, due))
            under_way.add(task)
            task.add_done_callback(under_way.discard)


def _numbers(limits: Limits, tally: Tally) -> Iterator[int]:
    """The numbers of the requests of a closed loop, shared by its askers."""
    number = 0
    while not tally.ended and number != limits.requests:
        if limits.seconds is not None and time.perf_counter() - tally.began >= limits.seconds:
            return
        yield number
        number += 1
