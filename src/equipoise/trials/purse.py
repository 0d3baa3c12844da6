"""What a run may cost and how long it may take, and what it came to so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.request import Usage
from equipoise.trials.arm import Question
from equipoise.trials.journal import Sum

_ENOUGH = 3
"""After so many answers their mean says what the next one will come to."""
_BYTES_PER_TOKEN = 3
"""Fewer than any tokenizer of a hosted model packs into a token of plain text, on average."""


@dataclass(slots=True)
class Purse:
    """Money and time for a run; None where there is no bound.

    `spent_pico` is what all calls of the trial have cost, those of earlier runs too; `minutes` are
    this run's. What a call will cost is set aside until it is known, so that calls under way
    together cannot exceed what each alone would not.
    """

    usd: float | None = None
    minutes: float | None = None
    spent_pico: int = 0
    _aside_pico: int = 0
    _began: float = field(default_factory=time.monotonic)

    @property
    def is_bounded(self) -> bool:
        """Whether anything is to be kept to."""
        return self.usd is not None or self.minutes is not None

    def obstacle(self, expected_pico: int, expected_seconds: float) -> str:
        """Why a call that is expected to cost and take so much is not made; empty where it is."""
        if self.usd is not None:
            left = round(self.usd * PICO_PER_DOLLAR) - self.spent_pico - self._aside_pico
            if expected_pico > left:
                return (
                    f"the budget of {self.usd:g} USD would be exceeded: "
                    f"{self.spent_usd:.6f} are spent, and the next call is expected to cost "
                    f"{expected_pico / PICO_PER_DOLLAR:.6f}"
                )
        if self.minutes is not None:
            left_seconds = self.minutes * 60 - (time.monotonic() - self._began)
            if expected_seconds > left_seconds:
                return f"the {self.minutes:g} minutes of this run are over"
        return ""

    @property
    def spent_usd(self) -> float:
        """What all calls of the trial have cost."""
        return self.spent_pico / PICO_PER_DOLLAR

    def set_aside(self, pico: int) -> None:
        """Expect a call to cost so much."""
        self._aside_pico += pico

    def pay(self, aside_pico: int, pico: int) -> None:
        """A call is over: what was set aside for it is free, and what it cost is spent."""
        self._aside_pico -= aside_pico
        self.spent_pico += pico


def expected_call(asked: Question, so_far: Sum) -> tuple[int, float]:
    """What a question's answer will cost, in picodollars, and take, in seconds.

    As the mean of its arm's answers so far; before there are any, the most that it may cost.
    """
    if not asked.arm.is_paid:
        return 0, 0.0
    if so_far.answers >= _ENOUGH:
        return round(so_far.cost_pico / so_far.answers), so_far.seconds / so_far.answers
    written = sum(len(message.text.encode()) for message in asked.messages)
    longest = Usage(written // _BYTES_PER_TOKEN, asked.request.max_output_tokens)
    return asked.arm.cost(longest, 0.0), 0.0
