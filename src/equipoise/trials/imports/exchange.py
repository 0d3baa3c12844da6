"""A request and its answer, read from either dialect, as one recorded call."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Answer
from equipoise.trials.imports.call import Mark, RecordedCall, UnreadableError
from equipoise.trials.imports.conversation import Turn, messages_of
from equipoise.trials.imports.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request says; all of it empty where none was logged."""

    turns: tuple[Turn, ...] = ()
    model: str | None = None
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a response says. `beyond` is whether there is more in it than text."""

    answer: Answer
    id: str | None
    model: str | None
    beyond: bool


def recorded(
    envelope: Envelope, dialect: Dialect, wanted: Wanted, told: Told, *, batch: bool = False
) -> RecordedCall:
    """Join the two; raises UnreadableError where neither names a model."""
    messages, marks = messages_of(wanted.turns)
    if told.beyond:
        marks |= {Mark.BEYOND_TEXT}
    if told.answer.usage is None:
        marks |= {Mark.NO_USAGE}
    model = told.model or wanted.model
    if not model:
        raise UnreadableError("neither the response nor the request names a model")
    return RecordedCall(
        answer_id=told.id or "",
        dialect=dialect,
        model=model,
        messages=messages,
        answer=told.answer.text,
        stop_reason=told.answer.stop_reason,
        usage=told.answer.usage,
        started=envelope.started,
        seconds=envelope.seconds,
        streamed=bool(envelope.stream) or wanted.stream,
        batch=batch,
        marks=marks,
    )
