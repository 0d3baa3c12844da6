"""Which open models could stand in for a billed one, if quality were equal.

Whether it is equal on a team's own task only a trial can say. Until then the public index decides
what is worth pricing: an open model that scores as high as the billed one. A billed model with
open weights stands in for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from equipoise.bill.traffic import Traffic
from equipoise.catalog import models
from equipoise.catalog.capability import score_of
from equipoise.domain.model import Model, Weights

_MOST = 12


@dataclass(frozen=True, slots=True)
class StandIn:
    """An open model, and why it is taken to be able enough."""

    model: Model
    why: str


def stand_ins(traffic: Traffic, slack: float) -> tuple[StandIn, ...]:
    """The open models that score at least as high as the billed one, less `slack` points.

    The least able of them come first, being the cheapest to run as a rule; at most twelve. Where
    none scores as high, the ablest open model alone; where the billed one has no score, none is
    known to be enough, and the ablest alone is named too.
    """
    billed = traffic.model
    if billed is not None and _runnable(billed):
        return (StandIn(billed, "the same weights"),)
    scored = sorted(_scored(), key=lambda pair: (pair[1], pair[0].id))
    best, best_score = scored[-1]
    known = score_of(billed.id) if billed is not None else None
    if known is None:
        why = f"{traffic.billed} has no public score: the ablest open model the catalog can size"
        return (StandIn(best, why),)
    enough = [(model, score) for model, score in scored if score >= known.score - slack]
    if not enough:
        why = (
            f"no open model scores as high as {traffic.billed} ({known.score:.0f}); this one comes "
            f"nearest ({best_score:.0f})"
        )
        return (StandIn(best, why),)
    return tuple(
        StandIn(model, f"scores {score:.0f} where {traffic.billed} scores {known.score:.0f}")
        for model, score in enough[:_MOST]
    )


@cache
def _scored() -> tuple[tuple[Model, float], ...]:
    """Open models that can be sized and have a score."""
    runnable = [row for row in models.models() if _runnable(row)]
    scores = ((row, score_of(row.id)) for row in runnable)
    return tuple((row, found.score) for row, found in scores if found is not None)


def _runnable(model: Model) -> bool:
    return model.weights is Weights.OPEN and model.architecture is not None
