"""Answers that were given before, in the place of an endpoint. Nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Answer, Message, Request
from equipoise.errors import RequestRefusedError


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer, and how many seconds it took when it was given."""

    answer: Answer
    seconds: float


class RecordedEngine:
    """Answers by the last message's text, as `question` spells it."""

    def __init__(self, answers: Mapping[str, RecordedAnswer]) -> None:
        self._answers = answers

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        """Say the recorded answer; raises RequestRefusedError where there is none."""
        answer = self._find(request.messages).answer
        yield TextDelta(answer.text)
        if answer.usage is not None:
            yield Counted(answer.usage)
        yield Finished(answer.stop_reason)

    def seconds(self, messages: Sequence[Message]) -> float:
        """How long the answer to `messages` took; raises RequestRefusedError."""
        return self._find(messages).seconds

    def _find(self, messages: Sequence[Message]) -> RecordedAnswer:
        found = self._answers.get(question(messages[-1].text))
        if found is None:
            raise RequestRefusedError(
                "no answer was recorded for this question",
                hint="Record one, or let the candidate be asked.",
            )
        return found


def question(text: str) -> str:
    """A question as it is looked up: blanks around it make no other."""
    return text.strip()
