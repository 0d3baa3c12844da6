"""A level of a load test: what it will do, and doing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from equipoise.domain.load_test import Arrival
from equipoise.domain.request import Request
from equipoise.engines.load_test.asking import Failure, StreamingEngine, ask
from equipoise.engines.load_test.loops import Limits, Tally, closed_loop, schedule
from equipoise.engines.load_test.prompts import PromptMaker, generator
from equipoise.engines.load_test.trace import TracedRequest

WARM_UP = "warm-up"


@dataclass(frozen=True, slots=True)
class LevelPlan:
    """One level: the arrival, and the one of concurrency, rate and speed that goes with it."""

    arrival: Arrival
    concurrency: int | None = None
    rate: float | None = None
    speed: float | None = None

    @property
    def label(self) -> str:
        """What it is called while it runs, and what its prompts are drawn by."""
        match self.arrival:
            case Arrival.CLOSED:
                return f"{self.concurrency} at a time"
            case Arrival.OPEN:
                return f"{self.rate:g} requests/s"
            case Arrival.TRACE:
                return f"trace × {self.speed:g}"


@dataclass(frozen=True, slots=True)
class Load:
    """What the levels of a test have in common. `warm_up` requests before each are not counted."""

    prompts: PromptMaker
    limits: Limits
    warm_up: int = 1
    trace: Sequence[TracedRequest] = ()


async def run_level(
    engine: StreamingEngine, plan: LevelPlan, load: Load, told: Callable[[int], None]
) -> Tally:
    """Warm up, then load the endpoint as planned; `told` hears how many requests are through.

    A warm-up that fails ends the level before it began. Raises ValueError where the limits set no
    end and the level has none.
    """
    endless = load.limits.seconds is None and load.limits.requests is None
    if endless and plan.arrival is not Arrival.TRACE:
        raise ValueError("a level needs an end: seconds, requests or both")
    for number in range(load.warm_up):
        # Another level's words: what is measured has to be new to the endpoint's cache.
        request = load.prompts.request(f"{WARM_UP}/{plan.label}", number)
        outcome = await ask(engine, request, time.perf_counter(), load.limits.timeout)
        if isinstance(outcome, Failure):
            ended = f"the warm-up failed: {outcome.kind}: {outcome.reason}"
            return Tally(told, failures=[outcome], ended=ended, hopeless=outcome.hopeless)
    tally = Tally(told)
    if plan.arrival is Arrival.CLOSED:
        await closed_loop(
            engine,
            lambda number: load.prompts.request(plan.label, number),
            plan.concurrency or 1,
            load.limits,
            tally,
        )
    else:
        await schedule(engine, arrivals(plan, load), load.limits, tally)
    return tally


def arrivals(plan: LevelPlan, load: Load) -> Iterator[tuple[float, Request]]:
    """When each request is due, in seconds after the first, and what it asks.

    An open loop draws the gaps of a Poisson process from the seed; a trace has its own, divided by
    the speed.
    """
    if plan.arrival is Arrival.TRACE:
        for number, row in enumerate(load.trace):
            request = load.prompts.traced(number, row.input_tokens, row.output_tokens, row.blocks)
            yield row.at / (plan.speed or 1.0), request
        return
    gaps = generator(f"{load.prompts.seed}/gaps/{plan.label}")
    at = 0.0
    for number in count():
        yield at, load.prompts.request(plan.label, number)
        at += float(gaps.exponential(1 / (plan.rate or 1.0)))
