"""A streamed answer in canonical form: pieces of text, then one end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equipoise.domain.request import Answer, StopReason, TokenLogprob, Usage


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """The endpoint's own count of tokens."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer's end, as the endpoint gave it."""

    stop_reason: StopReason


Event = TextDelta | Counted | Finished


def gather(events: Iterable[Event]) -> Answer:
    """Put a stream together into the answer it says."""
    text: list[str] = []
    logprobs: list[TokenLogprob] = []
    usage: Usage | None = None
    reason = StopReason.OTHER
    for event in events:
        match event:
            case TextDelta():
                text.append(event.text)
                logprobs.extend(event.logprobs)
            case Counted():
                usage = event.usage
            case Finished():
                reason = event.stop_reason
    return Answer("".join(text), reason, usage, tuple(logprobs))
