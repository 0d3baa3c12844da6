"""What one request cost, took and came to: written once by the gateway, never rewritten.

A request makes one record with an attempt for every target it was put to. Times are whole
milliseconds since 1970 UTC for moments, and milliseconds as floats for spans; money is an integer
count of picodollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from equipoise.domain.endpoint import Operator
from equipoise.domain.request import Usage


class Outcome(StrEnum):
    """What an attempt or a request came to."""

    ANSWERED = "answered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of one target.

    `usage` is what the endpoint counted, or None where it never said; the cost is then
    `estimated`. `price_id` names the rate card or machine rate that priced it. `error` is the
    kind of what went wrong and its first words, which quote nothing of a request, or empty.
    """

    id: str
    number: int
    target: str
    operator: Operator
    started_ms: int
    first_token_ms: float | None
    total_ms: float
    usage: Usage | None
    cost_pico: int
    estimated: bool
    price_id: str
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One request of a client, with all its attempts.

    `dialect` is the client's; `model` the name it asked for; `policy_id` what routed it, or empty;
    `status` the HTTP status it was answered with.
    """

    id: str
    started_ms: int
    workload: str
    data_class: str
    dialect: str
    model: str
    policy_id: str
    streamed: bool
    status: int
    outcome: Outcome
    total_ms: float
    attempts: tuple[Attempt, ...]

    @property
    def cost_pico(self) -> int:
        """What all attempts cost together."""
        return sum(attempt.cost_pico for attempt in self.attempts)
