"""One request under load: when its first text and its end came, what was counted; or why not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from equipoise.domain.event import Counted, Event, TextDelta
from equipoise.domain.request import Request, Usage
from equipoise.errors import (
    BadReplyError,
    EngineError,
    EquipoiseError,
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnreachableError,
)

_LONGEST_REASON = 300
_KINDS: tuple[tuple[type[EquipoiseError], str], ...] = (
    (RateLimitedError, "rate_limited"),
    (OverloadedError, "server_error"),
    (UnauthorisedError, "unauthorised"),
    (RequestRefusedError, "refused"),
    (UnreachableError, "unreachable"),
    (BadReplyError, "broken_stream"),
    (EngineError, "engine_died"),
)


class StreamingEngine(Protocol):
    """An engine whose stream can be closed before its end: a timeout leaves nothing open."""

    def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer `request` piece by piece; raises ProviderError or EngineError."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One request that was answered: moments in seconds of one clock, tokens as counted.

    `started` is when it was due, which is when it was sent unless this program was late.
    """

    started: float
    first: float
    ended: float
    usage: Usage

    @property
    def ttft(self) -> float:
        """Seconds to the first piece of text."""
        return self.first - self.started

    @property
    def latency(self) -> float:
        """Seconds to the end of the answer."""
        return self.ended - self.started

    @property
    def tpot(self) -> float | None:
        """Seconds per output token after the first; None where there is no second one.

        Reasoning that is counted but not shown came before the first piece of text.
        """
        after_first = self.usage.output - self.usage.reasoning - 1
        return (self.ended - self.first) / after_first if after_first > 0 else None


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that was not: the kind, the reason in words, and whether to ask on.

    `hopeless` is what no further request can mend, or an endpoint's wish to be left alone.
    """

    kind: str
    reason: str
    hopeless: bool
    error: EquipoiseError | None = None


async def ask(
    engine: StreamingEngine, request: Request, due: float, timeout: float
) -> Sample | Failure:
    """Put one request, once: under load a second attempt would be more load.

    `due` is a moment of `time.perf_counter`, `timeout` seconds for the whole answer.
    """
    first: float | None = None
    usage: Usage | None = None
    try:
        async with asyncio.timeout(timeout), aclosing(engine.stream(request)) as events:
            async for event in events:
                match event:
                    case TextDelta() if first is None:
                        first = time.perf_counter()
                    case Counted():
                        usage = event.usage
    except TimeoutError:
        reason = f"no whole answer within {timeout:g} s"
        return Failure("timeout", reason, False, UnreachableError(reason))
    except (ProviderError, EngineError) as error:
        hopeless = not error.retryable or isinstance(error, RateLimitedError)
        # One line of what may be a page: it goes into a table.
        reason = " ".join(error.message.split())[:_LONGEST_REASON]
        return Failure(kind_of(error), reason, hopeless, error)
    ended = time.perf_counter()
    if usage is None:
        lacking = BadReplyError(
            "the endpoint gave no token counts, so nothing can be said per token",
            hint="Turn usage reporting on at the endpoint (`stream_options.include_usage`).",
        )
        return Failure("uncounted", lacking.message, True, lacking)
    return Sample(due, first if first is not None else ended, ended, usage)


def kind_of(error: EquipoiseError) -> str:
    """What a failure is called in the result."""
    return next((kind for family, kind in _KINDS if isinstance(error, family)), "provider_error")
