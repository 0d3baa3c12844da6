"""One candidate of a trial, ready to be asked; and one question put to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from equipoise.domain.event import Event, TextDelta, gather
from equipoise.domain.ports import Engine
from equipoise.domain.request import Message, Request, Usage
from equipoise.domain.workload import Candidate
from equipoise.errors import BadReplyError, EngineError, ProviderError, RateLimitedError
from equipoise.trials.halt import Halt
from equipoise.trials.journal import AnswerRow
from equipoise.trials.pace import FIRST_PAUSE_SECONDS, Pace, jittered

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Arm:
    """A candidate with the engine that answers for it.

    `lane` names what it shares with other arms, which are asked `concurrency` questions at once
    together. `cost` turns an answer's tokens and seconds into picodollars. `build` makes the
    request. `recorded_seconds` is how long an answer took that was given before; None where it is
    timed now. `identity` says what answers there, and is empty where an answer is nobody else's.
    """

    candidate: Candidate
    engine: Engine
    lane: str
    build: Callable[[tuple[Message, ...]], Request]
    cost: Callable[[Usage, float], int]
    recorded_seconds: Callable[[tuple[Message, ...]], float] | None = None
    concurrency: int = 1
    identity: str = ""

    @property
    def is_paid(self) -> bool:
        """Whether asking costs anything now: what was recorded was paid for already."""
        return self.recorded_seconds is None


@dataclass(frozen=True, slots=True)
class Question:
    """An item put to an arm, for the first time or once more; `asked` is its digest, if it has one.

    Each repeat has a seed of its own, where the model takes any: an engine that answers the same
    seed alike would answer one question several times over.
    """

    arm: Arm
    item: str
    messages: tuple[Message, ...]
    request: Request
    repeat: int = 0
    asked: str = ""


def question(arm: Arm, item: str, messages: tuple[Message, ...], repeat: int = 0) -> Question:
    """Build the request of a question."""
    request = arm.build(messages)
    if repeat and request.seed is not None:
        request = replace(request, seed=request.seed + repeat)
    return Question(arm, item, messages, request, repeat)


async def ask(asked: Question, pace: Pace, halt: Halt) -> AnswerRow:
    """Put one question; what may succeed later is tried again, with a growing pause.

    Being too fast is no attempt: `pace` slows everybody down. Raises the last ProviderError or
    EngineError where no attempt brought an answer, RateLimitedError where there is no hope of one
    soon, and HaltedError where the run ends meanwhile.
    """
    attempt = 1
    while True:
        try:
            async with pace.turn(halt) as asked_at:
                row = await _once(asked)
        except RateLimitedError as error:
            pace.slow_down(asked.arm.candidate.id, error, asked_at)
        except (ProviderError, EngineError) as error:
            if not error.retryable or attempt == ATTEMPTS:
                raise
            await halt.pause(jittered(FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)))
            attempt += 1
        else:
            pace.answered(asked.arm.candidate.id)
            return row


def failed(asked: Question, error: Exception) -> AnswerRow:
    """The row of a question that got no answer: it counts as not accepted."""
    reason = str(error)[:300] or type(error).__name__
    name = asked.arm.candidate.id
    return AnswerRow(
        name, asked.item, "", "other", 0, 0, 0, 0.0, 0.0, 0, reason, repeat=asked.repeat
    )


async def _once(asked: Question) -> AnswerRow:
    arm = asked.arm
    started = time.perf_counter()
    first: float | None = None
    events: list[Event] = []
    async for event in arm.engine.stream(asked.request):
        if first is None and isinstance(event, TextDelta):
            first = time.perf_counter() - started
        events.append(event)
    seconds = time.perf_counter() - started
    if arm.recorded_seconds is not None:
        # A log does not say when the first piece came; it was not later than the last.
        seconds = first = arm.recorded_seconds(asked.messages)
    answer = gather(events)
    if answer.usage is None:
        raise BadReplyError(
            "the endpoint gave no token counts, so the answer cannot be priced",
            hint="Turn usage reporting on at the endpoint (`stream_options.include_usage`).",
        )
    usage = answer.usage
    return AnswerRow(
        candidate=arm.candidate.id,
        item=asked.item,
        text=answer.text,
        stop_reason=answer.stop_reason.value,
        input_tokens=usage.input,
        output_tokens=usage.output,
        cached_tokens=usage.cached,
        seconds=round(seconds, 6),
        first_token_seconds=round(first if first is not None else seconds, 6),
        cost_pico=arm.cost(usage, seconds),
        repeat=asked.repeat,
        asked=asked.asked,
    )
