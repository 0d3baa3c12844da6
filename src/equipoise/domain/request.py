"""One call in canonical form, and its answer: what every dialect is translated to and from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, text only."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """A JSON schema the answer has to satisfy, under the name the dialect gives it."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model. `None` leaves a parameter to the endpoint's default."""

    model: str
    messages: tuple[Message, ...]
    max_output_tokens: int
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    answer_format: AnswerFormat | None = None
    top_logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them. `cached` is the part of `input` read from a cache."""

    input: int
    output: int
    cached: int = 0
    reasoning: int = 0

    def __post_init__(self) -> None:
        if min(self.input, self.output, self.cached, self.reasoning) < 0:
            raise ValueError(f"token counts cannot be negative: {self}")
        if self.cached > self.input:
            raise ValueError(f"cached tokens exceed the input they are part of: {self}")


class StopReason(StrEnum):
    """Why an answer ended."""

    END = "end"
    LENGTH = "length"
    STOP_SEQUENCE = "stop_sequence"
    REFUSAL = "refusal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token and its log-probability, with the likeliest alternatives."""

    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    text: str
    stop_reason: StopReason
    usage: Usage | None
    logprobs: tuple[TokenLogprob, ...] = field(default=())
