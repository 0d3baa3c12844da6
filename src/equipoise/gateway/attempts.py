"""A request put to the planned targets, one after another, until one begins to answer."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from equipoise.domain.endpoint import Operator, Target
from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.ports import Engine
from equipoise.domain.record import Attempt, Outcome
from equipoise.domain.request import Request, Usage
from equipoise.errors import BadReplyError, EngineError, EquipoiseError, ProviderError
from equipoise.gateway.tariff import Tariff, guess

Engines = Callable[[Target], Engine]

NOTHING = Usage(0, 0)
MOST_TOKENS = 10**9
"""An endpoint that counts more of a kind is not believed; the ledger could not keep its cost."""


@dataclass(slots=True)
class Attempts:
    """What was tried so far, in order. `events` yields the answer of the first that gives one."""

    request: Request
    targets: Sequence[Target]
    engines: Engines
    tariffs: Callable[[Target], Tariff]
    made: list[Attempt] = field(default_factory=list)

    async def events(self) -> AsyncGenerator[Event, None]:
        """The answer as it comes.

        What fails for a moment before its first event is put to the next target; once something
        was said, nobody else can take over. Raises the last ProviderError or EngineError.
        """
        for number, target in enumerate(self.targets, start=1):
            running = _Running(number, target, self.tariffs(target), self.request)
            # What it stays at where the client leaves, or we are stopped.
            outcome, failure = Outcome.CANCELLED, None
            try:
                async with aclosing(self._stream(target, running)) as stream:
                    async for event in stream:
                        yield event
                outcome = Outcome.ANSWERED
                return
            except (ProviderError, EngineError) as error:
                outcome, failure = Outcome.FAILED, error
                if running.said or not error.retryable or number == len(self.targets):
                    raise
            finally:
                self.made.append(running.ended(outcome, failure))

    async def _stream(self, target: Target, running: _Running) -> AsyncGenerator[Event, None]:
        model = target.endpoint.served_name(target.model.id)
        async with aclosing(
            self.engines(target).stream(replace(self.request, model=model))
        ) as stream:  # type: ignore[type-var]  # every engine's stream is an asynchronous generator
            async for event in stream:
                running.note(event)
                yield event
        if not running.finished:
            raise BadReplyError("the stream ended before the answer did")


@dataclass(slots=True)
class _Running:
    """One attempt while it runs."""

    number: int
    target: Target
    tariff: Tariff
    request: Request
    said: bool = False
    finished: bool = False
    usage: Usage | None = None
    text: list[str] = field(default_factory=list)
    first_token_ms: float | None = None
    started: float = field(default_factory=time.perf_counter)
    started_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def note(self, event: Event) -> None:
        self.said = True
        if isinstance(event, TextDelta):
            self.text.append(event.text)
            if self.first_token_ms is None:
                self.first_token_ms = self._elapsed_ms()
        elif isinstance(event, Counted):
            counts = (event.usage.input, event.usage.output, event.usage.reasoning)
            self.usage = event.usage if max(counts) <= MOST_TOKENS else None
        elif isinstance(event, Finished):
            self.finished = True

    def ended(self, outcome: Outcome, error: EquipoiseError | None = None) -> Attempt:
        total_ms = self._elapsed_ms()
        usage = self.usage
        counted = usage or self._guess(error)
        by_the_token = self.target.endpoint.operator is not Operator.SELF
        return Attempt(
            id=f"att_{uuid.uuid4().hex}",
            number=self.number,
            target=self.target.id,
            operator=self.target.endpoint.operator,
            started_ms=self.started_ms,
            first_token_ms=self.first_token_ms,
            total_ms=total_ms,
            usage=usage,
            cost_pico=self.tariff.cost(counted, total_ms / 1000),
            estimated=by_the_token and counted is not usage and counted != NOTHING,
            price_id=self.tariff.id,
            outcome=outcome,
            error=_kept(error) if error is not None else "",
        )

    def _guess(self, error: EquipoiseError | None) -> Usage:
        """What is billed though nobody counted it: nothing where no answer was begun.

        An endpoint that took the request and was left, or whose reply is no reply, has read the
        prompt.
        """
        if not self.said and error is not None and not isinstance(error, BadReplyError):
            return NOTHING
        return guess("".join(m.text for m in self.request.messages), "".join(self.text))

    def _elapsed_ms(self) -> float:
        return round((time.perf_counter() - self.started) * 1000, 3)


def _kept(error: EquipoiseError) -> str:
    """What a record keeps of an error: its first words, up to the first colon.

    What follows may be the endpoint's own words, and endpoints quote what they were sent.
    """
    first, *_ = error.message.splitlines() or [""]
    return f"{error.kind}: {first.partition(': ')[0]}"[:500]
