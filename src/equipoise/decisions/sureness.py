"""The volumes at which a decision would no longer be sure enough to be made.

That is nearer than where a rival becomes cheaper at the centre of all figures: a choice is undone
by doubt before it is undone by a better one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from equipoise.decisions.amounts import count, percent
from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.option import Option, planned_for
from equipoise.decisions.simulation import simulate
from equipoise.domain.decision import PlanKind, Tripwire

_Sure = Callable[[float], bool]

_FOLD = 100.0
_STEP = 1.5
_HALVINGS = 8


def sureness(
    case: Case, options: Sequence[Option], bar: Bar, chosen: Option
) -> tuple[Tripwire, ...]:
    """The nearest volume on either side where the choice falls below the confidence asked for.

    Simulated anew at each volume, up to a hundredfold away, among the single candidates: splits
    of the load cost thousands of load curves a volume and have to beat both of their sides.
    """
    kept = [row for row in options if row.kind is not PlanKind.HYBRID or row is chosen]
    index = next(number for number, row in enumerate(kept) if row is chosen)

    def sure(volume: float) -> bool:
        there = _at(case, volume)
        planned = [planned_for(case, row, there.requests) for row in kept]
        return simulate(there, planned, bar)[index].chance_best >= case.workload.trial.confidence

    return tuple(_edges(case, sure))


def _edges(case: Case, sure: _Sure) -> Iterable[Tripwire]:
    here = case.requests
    for word, step in (("above", _STEP), ("below", 1 / _STEP)):
        edge = _edge(here, step, sure)
        if edge is not None:
            asked = percent(case.workload.trial.confidence)
            yield Tripwire(
                subject="confidence",
                sentence=f"reopens {word} {count(edge, here)} requests/month: it would be the "
                f"cheapest in fewer than the {asked} of simulations that are asked for",
                unit="requests/month",
                threshold=edge,
                current=here,
            )


def _edge(here: float, step: float, sure: _Sure) -> float | None:
    """The last volume in one direction that is still sure; None where all are."""
    near, far = here, here * step
    while sure(far):
        near, far = far, far * step
        if not here / _FOLD <= far <= here * _FOLD or far < 1:
            return None
    for _ in range(_HALVINGS):
        middle = (near * far) ** 0.5
        if sure(middle):
            near = middle
        else:
            far = middle
    return near


def _at(case: Case, volume: float) -> Case:
    """The same case at another volume."""
    requirements = case.workload.requirements
    asked = replace(requirements.volume, requests_per_month=max(1, round(volume)))
    workload = replace(case.workload, requirements=replace(requirements, volume=asked))
    return replace(case, workload=workload)
