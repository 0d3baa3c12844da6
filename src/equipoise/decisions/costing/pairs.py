"""Where one candidate becomes cheaper than another: every pair, every crossing, or none."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations

from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import Pair
from equipoise.decisions.offer import Offer, Path
from equipoise.domain.decision import CostCurve, CostPoint, Crossover
from equipoise.economics.accepted import per_accepted
from equipoise.economics.break_even_points import chance_own_is_cheaper
from equipoise.economics.crossover import Cost, crossings, unsure, volumes
from equipoise.economics.draws import LEVEL, bounds

_FOLD = 100.0
_DRAWN = 91  # enough for the steps of a staircase to be seen as such

Priced = Sequence[tuple[Offer, Path]]


def cost_pairs(case: Case, priced: Priced) -> tuple[Pair, ...]:
    """All pairs, up to a hundredfold away from the workload's volume.

    Compared is a month; or, where both have accepted answers in a journal, an accepted answer.
    """
    return tuple(_pair(case, first, second) for first, second in combinations(priced, 2))


def curves(case: Case, priced: Priced) -> tuple[CostCurve, ...]:
    """What a month of each costs over the volumes around the workload's, for the chart."""
    return tuple(
        CostCurve(
            candidate=offer.id,
            target=offer.target.id,
            weights=offer.target.model.weights,
            operator=offer.target.endpoint.operator,
            points=tuple(_point(path, volume) for volume in volumes(case.requests, count=_DRAWN)),
        )
        for offer, path in priced
    )


def _pair(case: Case, first: tuple[Offer, Path], second: tuple[Offer, Path]) -> Pair:
    low, high = max(1.0, case.requests / _FOLD), case.requests * _FOLD
    answers = all(offer.measured and offer.accept_rate for offer, _ in (first, second))
    ours, theirs = (_cost(case, offer, path, answers) for offer, path in (first, second))
    names = (first[0].id, second[0].id)
    found = []
    for turn in crossings(ours, theirs, low, high):
        cheap, dear = names if turn.first_is_cheaper_below else names[::-1]
        found.append(Crossover(*names, turn.requests, cheap, dear))
    cheaper = names[0] if ours(low) < theirs(low) else names[1]
    by = " per accepted answer" if answers else ""
    doubt = unsure(partial(chance_own_is_cheaper, first[1], second[1]), low, high, LEVEL)
    sentence = _said(first[0], second[0], cheaper, tuple(found), by)
    return Pair(
        *names,
        per="accepted answer" if answers else "month",
        low=low,
        high=high,
        crossings=tuple(found),
        sentence=f"{sentence}{_doubted(doubt, low, high)}",
        unsure_low=doubt[0] if doubt is not None else None,
        unsure_high=doubt[1] if doubt is not None else None,
    )


def _doubted(doubt: tuple[float, float] | None, low: float, high: float) -> str:
    """The volumes of doubt, as far as one has looked, as a further sentence."""
    if doubt is None:
        return ""
    start = "the least" if doubt[0] <= low else f"{doubt[0]:,.0f}"
    end = "the most" if doubt[1] >= high else f"{doubt[1]:,.0f}"
    return f" By the month neither is surely cheaper from {start} to {end} requests looked at."


def _cost(case: Case, offer: Offer, path: Path, answers: bool) -> Cost:
    rate, rejected = offer.accept_rate or 1.0, case.workload.costs.rejected_answer_usd
    if not answers:
        return path.monthly
    return lambda requests: per_accepted(path.monthly(requests), requests, rate, rejected)


def _said(first: Offer, second: Offer, cheaper: str, found: tuple[Crossover, ...], by: str) -> str:
    if not found:
        dearer = second if cheaper == first.id else first
        winner = first if cheaper == first.id else second
        stay = "Stay on the API: " if dearer.own and not winner.own else ""
        return f"{stay}{cheaper} is cheaper than {dearer.id}{by} at every volume looked at."
    if len(found) == 1:
        (turn,) = found
        return (
            f"{turn.cheaper_above} is cheaper than {turn.cheaper_below}{by} above "
            f"{turn.requests_per_month:,.0f} requests a month."
        )
    at = ", ".join(f"{turn.requests_per_month:,.0f}" for turn in found)
    return (
        f"Which of {first.id} and {second.id} is cheaper{by} changes {len(found)} times, at {at} "
        f"requests a month; {found[-1].cheaper_above} is from there on."
    )


def _point(path: Path, volume: float) -> CostPoint:
    low, high = bounds(path.monthly_draws(volume))
    return CostPoint(volume, path.monthly(volume), low, high)
