"""How able a model was found to be, by one index at one date."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class Capability:
    """A model's score in an index of general ability.

    `low` and `high` bound it where the index gives an interval, None where it gives none. Scores
    of one index and one edition compare; across editions they do not, since indices are rebased.
    A score is no evidence about a team's own task: it says what to try, not what to choose.
    """

    model: str
    score: float
    low: float | None
    high: float | None
    source: Source
