"""How good an unmeasured candidate would have to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equipoise.decisions.amounts import dollars
from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import NeededQuality
from equipoise.economics.accepted import needed_rate, per_accepted


def needed_quality(
    case: Case,
    allowed: Mapping[str, Offer],
    outcomes: Sequence[Outcome],
    bar: Bar,
    leader: Outcome | None,
) -> tuple[NeededQuality, ...]:
    """For every unmeasured offer, the accept rate at which it would beat the proven `leader`.

    It is taken at the cheapest way to use it alone. Without a leader the bar is all there is; in a
    draft, where nobody can lead, what is in use today is taken to be just good enough, and perfect.
    """
    today = _today(case, allowed, outcomes, bar)
    rows = []
    for offer in allowed.values():
        monthly = _monthly(offer, outcomes)
        if offer.measured or monthly is None:
            continue
        if today is not None and offer.id != today.name:
            rows.append(_against_today(case, offer, monthly, today))
        elif leader is None or leader.per_accepted is None:
            rows.append(_at_the_bar(offer, bar))
        else:
            rate = needed_rate(
                monthly,
                case.requests,
                case.workload.costs.rejected_answer_usd,
                leader.per_accepted,
            )
            rows.append(_against(offer, monthly, max(rate, bar.needed or 0.0), leader))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class _Today:
    """What is in use, its accept rate not known: the bar, and dollars per accepted answer.

    `dearest` where it is just good enough, `cheapest` where all of its answers are accepted.
    """

    name: str
    floor: float
    dearest: float
    cheapest: float


def _today(
    case: Case, allowed: Mapping[str, Offer], outcomes: Sequence[Outcome], bar: Bar
) -> _Today | None:
    offer = allowed.get(case.workload.incumbent or "")
    monthly = _monthly(offer, outcomes) if offer is not None else None
    if case.workload.lengths is None or offer is None or monthly is None or bar.floor is None:
        return None
    rejected = case.workload.costs.rejected_answer_usd
    dearest, cheapest = (
        per_accepted(monthly, case.requests, rate, rejected) for rate in (bar.floor, 1.0)
    )
    return _Today(offer.id, bar.floor, dearest, cheapest)


def _against_today(case: Case, offer: Offer, monthly: float, today: _Today) -> NeededQuality:
    rejected = case.workload.costs.rejected_answer_usd
    least, most = (
        max(needed_rate(monthly, case.requests, rejected, rival), today.floor)
        for rival in (today.dearest, today.cheapest)
    )
    if least > 1:
        sentence = (
            f"at today's volume {offer.id} cannot win while {today.name} is good enough: at "
            f"{dollars(monthly)} a month it costs more per accepted answer even with every answer "
            "accepted"
        )
        return NeededQuality(offer.id, None, sentence)
    if most == today.floor:
        sentence = (
            f"{offer.id} would win with {least:.1%} of its answers accepted, which is the bar, "
            f"however good {today.name} is"
        )
        return NeededQuality(offer.id, least, sentence)
    perfect = f"with {most:.1%}" if most <= 1 else "at no rate"
    sentence = (
        f"{offer.id} would win with {least:.1%} of its answers accepted if {today.name} is just "
        f"good enough, and {perfect} if all of {today.name}'s answers are accepted"
    )
    return NeededQuality(offer.id, least, sentence)


def _monthly(offer: Offer, outcomes: Sequence[Outcome]) -> float | None:
    alone = [row for row in outcomes if [used.id for used in row.option.offers] == [offer.id]]
    return min((row.monthly for row in alone), default=None)


def _at_the_bar(offer: Offer, bar: Bar) -> NeededQuality:
    if bar.needed is None and bar.incumbent is not None:
        sentence = f"nobody can say what {offer.id} needs: {bar.incumbent.id} is not measured"
        return NeededQuality(offer.id, None, sentence)
    needed = bar.needed or 0.0
    sentence = (
        f"{offer.id} needs at least {needed:.1%} of its answers accepted, which is the bar, and "
        "some more to have it shown"
    )
    return NeededQuality(offer.id, needed, sentence)


def _against(offer: Offer, monthly: float, rate: float, leader: Outcome) -> NeededQuality:
    if rate > 1:
        sentence = (
            f"at today's volume {offer.id} cannot win at any quality: at {dollars(monthly)} a "
            f"month it costs more per accepted answer than {leader.option.names} even with every "
            "answer accepted"
        )
        return NeededQuality(offer.id, None, sentence)
    sentence = f"{offer.id} would win with {rate:.1%} of its answers accepted or more"
    return NeededQuality(offer.id, rate, sentence)
