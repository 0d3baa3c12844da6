"""How good an unmeasured candidate would have to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.decisions.amounts import dollars
from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import NeededQuality
from equipoise.economics.accepted import needed_rate


def needed_quality(
    case: Case,
    allowed: Mapping[str, Offer],
    outcomes: Sequence[Outcome],
    bar: Bar,
    leader: Outcome | None,
) -> tuple[NeededQuality, ...]:
    """For every unmeasured offer, the accept rate at which it would beat the proven `leader`.

    It is taken at the cheapest way to use it alone. Without a leader the bar is all there is.
    """
    rows = []
    for offer in allowed.values():
        monthly = _monthly(offer, outcomes)
        if offer.measured or monthly is None:
            continue
        if leader is None or leader.per_accepted is None:
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
