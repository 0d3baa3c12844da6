"""Journaled answers and their gold to the scorer; and the answers that it could not judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from equipoise.domain.request import StopReason
from equipoise.trials.journal import AnswerRow
from equipoise.trials.scorers import Given, Judge, Score


@dataclass(slots=True)
class ItemScore:
    """What a candidate's answers to one item come to; means, where it was asked several times.

    `accepted` is 0 or 1 of one answer; `malformed` counts answers.
    """

    answers: int = 0
    accepted: float = 0.0
    fields_right: float = 0.0
    malformed: int = 0
    error: str = ""

    def add(self, score: Score) -> None:
        """Take in one more answer."""
        self.answers += 1
        self.accepted += (score.accepted - self.accepted) / self.answers
        self.fields_right += (score.fields_right - self.fields_right) / self.answers
        self.malformed += score.malformed
        self.error = self.error or score.error


class Judged(Protocol):
    """What may be nothing about its candidate: `error` says why the scorer failed, or is empty."""

    @property
    def error(self) -> str: ...


def score_row(judge: Judge, row: AnswerRow, expected: Any) -> Score:
    """The score of a row; one without an answer is not accepted."""
    if row.failure:
        return Score(accepted=False, fields_right=0.0)
    refused = row.stop_reason == StopReason.REFUSAL.value
    return judge(Given(row.text, refused, row.output_tokens), expected)


def misjudged(scores: Mapping[str, Mapping[str, Judged]]) -> dict[str, str]:
    """The candidates with an answer that the scorer failed on, and why: that is no wrong answer."""
    found: dict[str, str] = {}
    for candidate, rows in scores.items():
        errors = [(item, score.error) for item, score in rows.items() if score.error]
        if errors:
            item, error = errors[0]
            of = f"{len(errors)} of {len(rows)} answers"
            found[candidate] = f"the scorer failed on {of}, first on {item}: {error}"
    return found
