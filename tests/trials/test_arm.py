"""One question to one engine: what is tried again, after which pause, and what is written down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Message, Request, StopReason, Usage
from equipoise.domain.workload import Candidate
from equipoise.errors import (
    BadReplyError,
    EngineError,
    EquipoiseError,
    OverloadedError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnreachableError,
    WeightsMissingError,
)
from equipoise.trials.arm import ATTEMPTS, Arm, Question, ask, failed, question
from equipoise.trials.halt import Halt
from equipoise.trials.journal import AnswerRow
from equipoise.trials.pace import LONGEST_PAUSE_SECONDS, Pace

AtOnce = Callable[[Coroutine[Any, Any, AnswerRow]], AnswerRow]
QUESTION = (Message("user", "which queue?"),)
ANSWER = (
    TextDelta('{"queue": '),
    TextDelta('"billing"}'),
    Counted(Usage(input=20, output=8, cached=4)),
    Finished(StopReason.LENGTH),
)


class Engine:
    """Fails as often as it was told to, after a piece of an answer, and then answers."""

    def __init__(self, *failures: EquipoiseError, answer: tuple[Event, ...] = ANSWER) -> None:
        self._failures = list(failures)
        self._answer = answer
        self.asked: list[float] = []

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        self.asked.append(asyncio.get_running_loop().time())
        if self._failures:
            yield TextDelta("half an ans")
            raise self._failures.pop(0)
        for event in self._answer:
            yield event

    @property
    def pauses(self) -> list[float]:
        """The time between one request and the next, in seconds."""
        return [after - before for before, after in zip(self.asked, self.asked[1:], strict=False)]


def arm(engine: Engine) -> Arm:
    return Arm(
        candidate=Candidate("a", "local/a"),
        engine=engine,
        lane="local",
        build=lambda messages: Request("a", messages, 16),
        cost=lambda usage, seconds: usage.input * 10 + usage.output * 100,
    )


def asked(engine: Engine) -> Question:
    return question(arm(engine), "i1", QUESTION)


async def put(engine: Engine) -> AnswerRow:
    """Put the question, in a lane of its own."""
    return await ask(asked(engine), Pace(1), Halt())


def test_an_answer_is_written_down_as_it_came(at_once: AtOnce) -> None:
    row = at_once(put(Engine()))

    assert (row.candidate, row.item, row.text) == ("a", "i1", '{"queue": "billing"}')
    assert (row.input_tokens, row.output_tokens, row.cached_tokens) == (20, 8, 4)
    assert (row.stop_reason, row.cost_pico, row.failure) == ("length", 1000, "")
    assert 0 <= row.first_token_seconds <= row.seconds


def test_the_first_piece_is_timed_and_not_the_last(at_once: AtOnce) -> None:
    class Slow(Engine):
        async def stream(self, request: Request) -> AsyncIterator[Event]:
            yield ANSWER[0]
            time.sleep(0.02)  # real time, in which nothing else has to happen
            for event in ANSWER[1:]:
                yield event

    row = at_once(put(Slow()))

    assert row.seconds - row.first_token_seconds >= 0.02


def test_an_answer_without_text_waited_for_its_first_piece_to_the_end(at_once: AtOnce) -> None:
    row = at_once(put(Engine(answer=ANSWER[2:])))

    assert row.text == ""
    assert row.first_token_seconds == row.seconds


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("gone"),
        OverloadedError("full"),
        BadReplyError("cut off"),
        RateLimitedError("slower"),
        EngineError("died"),
    ],
)
def test_what_may_succeed_later_is_asked_again_and_leaves_no_trace(
    error: EquipoiseError, at_once: AtOnce
) -> None:
    engine = Engine(error, error)
    row = at_once(put(engine))

    assert row.text == '{"queue": "billing"}'
    assert len(engine.asked) == 3


@pytest.mark.parametrize(
    "error", [RequestRefusedError("no"), UnauthorisedError("who?"), WeightsMissingError("none")]
)
def test_what_cannot_succeed_is_not_asked_again(error: EquipoiseError, at_once: AtOnce) -> None:
    engine = Engine(error)

    with pytest.raises(type(error)):
        at_once(put(engine))
    assert len(engine.asked) == 1


def test_the_last_error_is_raised_after_the_last_attempt(at_once: AtOnce) -> None:
    engine = Engine(*(OverloadedError(f"full {n}") for n in range(1, ATTEMPTS + 1)))

    with pytest.raises(OverloadedError, match="full 4"):
        at_once(put(engine))
    assert len(engine.asked) == ATTEMPTS


def test_pauses_double_and_are_jittered_by_a_quarter_at_most(at_once: AtOnce) -> None:
    engine = Engine(*(OverloadedError("full") for _ in range(ATTEMPTS - 1)))
    at_once(put(engine))

    for pause, base in zip(engine.pauses, (0.5, 1.0, 2.0), strict=True):
        assert base <= pause <= base * 1.25


@pytest.mark.parametrize("wish", [0.0, 0.2, 7.0, LONGEST_PAUSE_SECONDS])
def test_nobody_is_asked_before_the_pause_it_wished_for(wish: float, at_once: AtOnce) -> None:
    engine = Engine(RateLimitedError("slower", retry_after=wish))
    at_once(put(engine))

    (pause,) = engine.pauses
    assert wish <= pause <= wish * 1.25


def test_a_wish_for_hours_is_no_pause_but_an_error(at_once: AtOnce) -> None:
    engine = Engine(RateLimitedError("the day's quota is used up", retry_after=3600.0))

    with pytest.raises(RateLimitedError, match="quota"):
        at_once(put(engine))
    assert len(engine.asked) == 1


def test_an_answer_that_cannot_be_priced_is_no_answer(at_once: AtOnce) -> None:
    engine = Engine(answer=(TextDelta("x"), Finished(StopReason.END)))

    with pytest.raises(BadReplyError, match="no token counts"):
        at_once(put(engine))
    assert len(engine.asked) == ATTEMPTS


def test_a_failure_is_a_row_that_says_why_and_never_looks_like_an_answer() -> None:
    assert failed(asked(Engine()), OverloadedError("full")).failure == "full"
    assert failed(asked(Engine()), OverloadedError("")).failure == "OverloadedError"
    assert len(failed(asked(Engine()), OverloadedError("x" * 5000)).failure) == 300
