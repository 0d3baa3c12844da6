"""When money spent at the start comes back: months, or never, which is an answer too.

Both sides pay month after month and both move in price. With o the cost of running our own a month,
a that of the API, and δ their decays, what has been saved after t months is

    S(t) = a·∫e^(−δa·τ) − o·∫e^(−δo·τ) − start.

A price that falls for ever has a bounded sum: the API's total never exceeds a/δa, and machines that
cost more than that never pay back, however long one waits. What a machine sells for in the end is
not counted: until then it has not come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, isfinite, log

from equipoise.economics.drift import STILL, Drift, summed

_HALVINGS = 100


class Outcome(StrEnum):
    """How it ends."""

    PAYS_BACK = "pays_back"
    AT_ONCE = "at_once"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Payback:
    """When what was spent at the start has come back.

    `months` is None where it never does. `most_usd` is what the API would come to if it were used
    for ever, None where that has no bound. `sentence` says it to a reader.
    """

    outcome: Outcome
    months: float | None
    most_usd: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Dollars a month at the start, and how they move."""

    usd_per_month: float
    price: Drift = STILL


def payback(start_usd: float, own: Stream, api: Stream, interest_per_year: float = 0.0) -> Payback:
    """The first month in which what the API would have cost covers the start and our own running.

    With interest it is the discounted payback. Raises ValueError for a negative amount.
    """
    if min(start_usd, own.usd_per_month, api.usd_per_month) < 0:
        raise ValueError("what is paid is not negative")
    discount = log(1 + interest_per_year) / 12
    most = _ever(api, discount)
    if start_usd == 0 and api.usd_per_month > own.usd_per_month:
        return Payback(Outcome.AT_ONCE, 0.0, most, "It saves from the first month.")
    months = _first_zero(start_usd, own, api, discount)
    if months is not None:
        return Payback(Outcome.PAYS_BACK, months, most, f"It pays back after {months:.1f} months.")
    return Payback(Outcome.NEVER, None, most, _never(start_usd, own, api, most))


def _never(start_usd: float, own: Stream, api: Stream, most: float | None) -> str:
    if api.usd_per_month == 0:
        return "It never pays back: nothing is spent on the API that could be saved."
    if most is not None and most <= start_usd:
        return (
            f"It never pays back: as its price falls, the API would come to ${most:,.0f} in all, "
            f"and ${start_usd:,.0f} is spent at the start."
        )
    if own.usd_per_month >= api.usd_per_month:
        return (
            f"It never pays back: running our own costs ${own.usd_per_month:,.0f} a month and the "
            f"API ${api.usd_per_month:,.0f}."
        )
    return (
        "It never pays back: what it saves a month shrinks with the API's price, and ends before "
        f"the ${start_usd:,.0f} of the start are covered."
    )


def _ever(stream: Stream, discount: float) -> float | None:
    total = sum(
        stream.usd_per_month
        * factor
        * exp(-discount * start)
        * summed(decay + discount, end - start)
        for start, end, factor, decay in stream.price.pieces()
        if stream.usd_per_month
    )
    return total if isfinite(total) else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Months from `start` to `end` in which both prices are exponentials."""

    start: float
    end: float
    own: tuple[float, float]
    api: tuple[float, float]

    def saved(self, months: float) -> float:
        """What is saved `months` into it; −∞ or ∞ only at an end that is none."""
        ours = self.own[0] * summed(self.own[1], months) if self.own[0] else 0.0
        theirs = self.api[0] * summed(self.api[1], months) if self.api[0] else 0.0
        if ours == inf and theirs == inf:
            slower = self.api[1] < self.own[1] or (
                self.api[1] == self.own[1] and self.api[0] > self.own[0]
            )
            return inf if slower else -inf
        return theirs - ours

    def turn(self) -> float | None:
        """Where the two prices are equal, inside it."""
        if not self.own[0] or not self.api[0] or self.own[1] == self.api[1]:
            return None
        at = log(self.api[0] / self.own[0]) / (self.api[1] - self.own[1])
        return at if 0 < at < self.end - self.start else None


def _first_zero(start_usd: float, own: Stream, api: Stream, discount: float) -> float | None:
    saved = -start_usd
    for piece in _pieces(own, api, discount):
        length = piece.end - piece.start
        turn = piece.turn()
        low = 0.0
        for high in (length,) if turn is None else (turn, length):
            # Between these ends savings only rise or only fall: they are covered at most once.
            if saved + piece.saved(high) >= 0 and piece.saved(high) > piece.saved(low):
                at = _halve(piece, -saved, low, high)
                return None if at is None else piece.start + at
            low = high
        saved += piece.saved(length)
    return None


def _halve(piece: _Piece, wanted: float, low: float, high: float) -> float | None:
    if high == inf:
        high = max(1.0, 2 * low)
        while piece.saved(high) < wanted:
            if high > 1e12:
                return None
            high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if piece.saved(middle) >= wanted else (middle, high)
    return high


def _pieces(own: Stream, api: Stream, discount: float) -> Iterator[_Piece]:
    ours, theirs = list(own.price.pieces()), list(api.price.pieces())
    starts = sorted({start for start, *_ in (*ours, *theirs)})
    for start, end in zip(starts, [*starts[1:], inf], strict=True):
        yield _Piece(
            start,
            end,
            _at(own.usd_per_month, ours, start, discount),
            _at(api.usd_per_month, theirs, start, discount),
        )


def _at(
    usd: float, pieces: list[tuple[float, float, float, float]], month: float, discount: float
) -> tuple[float, float]:
    """Dollars a month and their decay from `month` on, discounted to the start."""
    start, _, factor, decay = next(row for row in pieces if row[0] <= month < row[1])
    return usd * factor * exp(-decay * (month - start) - discount * month), decay + discount
