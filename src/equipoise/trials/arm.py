"""One candidate of a trial, ready to be asked; and one question put to it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from equipoise.domain.event import Event, TextDelta, gather
from equipoise.domain.ports import Engine
from equipoise.domain.request import Message, Request, Usage
from equipoise.domain.workload import Candidate
from equipoise.errors import BadReplyError, EngineError, ProviderError, RateLimitedError
from equipoise.trials.journal import AnswerRow

ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.5
# A daily quota asks for hours. Who runs a trial would rather hear of it and come back.
LONGEST_PAUSE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Arm:
    """A candidate with the engine that answers for it.

    `lane` names what it shares with other arms: arms of one lane are asked one after another.
    `cost` turns an answer's tokens and seconds into picodollars. `build` makes the request.
    `recorded_seconds` is how long an answer took that was given before; None where it is timed now.
    """

    candidate: Candidate
    engine: Engine
    lane: str
    build: Callable[[tuple[Message, ...]], Request]
    cost: Callable[[Usage, float], int]
    recorded_seconds: Callable[[tuple[Message, ...]], float] | None = None


async def ask(arm: Arm, item: str, messages: tuple[Message, ...]) -> AnswerRow:
    """Put one question; what may succeed later is tried again, with a growing pause.

    Raises the last ProviderError or EngineError where no attempt brought an answer, or where the
    endpoint asks for a pause beyond LONGEST_PAUSE_SECONDS.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await _once(arm, item, messages)
        except (ProviderError, EngineError) as error:
            pause = _pause(error, attempt)
            if not error.retryable or attempt == ATTEMPTS or pause > LONGEST_PAUSE_SECONDS:
                raise
            # Jittered upwards only: never before the time that the endpoint asked for.
            await asyncio.sleep(pause * (1 + random.random() / 4))  # noqa: S311 — no secret
    raise AssertionError("unreachable")


def failed(arm: Arm, item: str, error: Exception) -> AnswerRow:
    """The row of a question that got no answer: it counts as not accepted."""
    reason = str(error)[:300] or type(error).__name__
    return AnswerRow(arm.candidate.id, item, "", "other", 0, 0, 0, 0.0, 0.0, 0, reason)


async def _once(arm: Arm, item: str, messages: tuple[Message, ...]) -> AnswerRow:
    started = time.perf_counter()
    first: float | None = None
    events: list[Event] = []
    async for event in arm.engine.stream(arm.build(messages)):
        if first is None and isinstance(event, TextDelta):
            first = time.perf_counter() - started
        events.append(event)
    seconds = time.perf_counter() - started
    if arm.recorded_seconds is not None:
        # A log does not say when the first piece came; it was not later than the last.
        seconds = first = arm.recorded_seconds(messages)
    answer = gather(events)
    if answer.usage is None:
        raise BadReplyError(
            "the endpoint gave no token counts, so the answer cannot be priced",
            hint="Turn usage reporting on at the endpoint (`stream_options.include_usage`).",
        )
    usage = answer.usage
    return AnswerRow(
        candidate=arm.candidate.id,
        item=item,
        text=answer.text,
        stop_reason=answer.stop_reason.value,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cached_tokens=usage.cached,
        seconds=round(seconds, 6),
        first_token_seconds=round(first if first is not None else seconds, 6),
        cost_pico=arm.cost(usage, seconds),
    )


def _pause(error: Exception, attempt: int) -> float:
    """The endpoint's own wish in seconds, or a doubling pause."""
    if isinstance(error, RateLimitedError) and error.retry_after is not None:
        return error.retry_after
    return FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
