"""A recorded call, and what else a line of a log may come to."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Message, StopReason, Usage


class Mark(StrEnum):
    """What a call lacks, though it is kept."""

    NO_USAGE = "no_usage"  # as of a stream that was not asked to count
    NO_CONVERSATION = "no_conversation"  # as of a batch's output without its input
    BEYOND_TEXT = "beyond_text"  # tools or media, which no canonical message carries


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call that some program made and logged, with its answer.

    `answer_id` is the endpoint's own id of the answer, or empty. `messages` is empty where the log
    does not hold the conversation or it is not all text (`marks` says which); `started` is in UTC
    and None where the log does not say, as `seconds` is. `batch` says that batch prices apply.
    """

    answer_id: str
    dialect: Dialect
    model: str
    messages: tuple[Message, ...]
    answer: str
    stop_reason: StopReason
    usage: Usage | None
    started: datetime | None
    seconds: float | None
    streamed: bool = False
    batch: bool = False
    marks: frozenset[Mark] = frozenset()

    @property
    def digest(self) -> str:
        """SHA-256 of what the call is, in hexadecimal: the same wherever it is read again.

        An answer with an id of its own is told by that and by what it says, so that a batch's
        output is the same call with and without its input.
        """
        told = asdict(self)
        for key in ("marks", "messages", "seconds") if self.answer_id else ("marks",):
            del told[key]
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a batch's input: what was asked under an id, to be joined with its answer."""

    custom_id: str
    messages: tuple[Message, ...]
    marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no call, and why. The reason repeats nothing that was asked or answered."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class UnreadableError(ValueError):
    """A line is no call; its text is the reason, which repeats no content."""
