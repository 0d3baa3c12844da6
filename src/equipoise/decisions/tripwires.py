"""What would flip a decision: a volume, an accept rate, a rent, a licence's threshold, a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from math import inf
from operator import itemgetter

from equipoise.decisions.amounts import count, dollars, percent
from equipoise.decisions.bar import Bar
from equipoise.decisions.case import Case
from equipoise.decisions.known_days import announced_prices, lapsing_terms
from equipoise.decisions.offer import Offer
from equipoise.decisions.option import Option, per_accepted_at, planned_for
from equipoise.decisions.screening import Screened
from equipoise.decisions.simulation import Outcome
from equipoise.decisions.sureness import sureness
from equipoise.domain.decision import Tripwire
from equipoise.domain.hardware import Hardware
from equipoise.economics.accepted import needed_rate
from equipoise.economics.crossover import crossings

_FOLD = 100.0
"""How far a volume is looked for, up and down. Beyond a hundredfold it is another workload."""


def tripwires(
    case: Case,
    screened: Screened,
    outcomes: Sequence[Outcome],
    bar: Bar,
    chosen: Outcome | None,
) -> tuple[Tripwire, ...]:
    """Everything that would reopen the decision, nearest volumes first, known days last.

    Rivals are the options that are good enough as far as is known and cost more today.
    """
    found: list[Tripwire] = []
    if chosen is not None:
        rivals = [row for row in outcomes if row.likely and _dearer(row, chosen)]
        found += sureness(case, [row.option for row in outcomes], bar, chosen.option)
        found += _volumes(case, chosen, rivals)
        found += _budget(case, chosen.option)
        found += _bars(chosen.option, bar)
        found += _rates(case, chosen, rivals, bar)
        found += _rent(case, chosen, rivals)
    concerned = chosen.option.offers if chosen is not None else tuple(screened.allowed.values())
    found += _licences(screened, concerned)
    found += lapsing_terms(case, chosen.option.offers if chosen is not None else ())
    found += announced_prices(screened.allowed.values())
    return tuple(found)


def _dearer(row: Outcome, chosen: Outcome) -> bool:
    if row.per_accepted is None or chosen.per_accepted is None:
        return False
    return row.per_accepted > chosen.per_accepted


def _volumes(case: Case, chosen: Outcome, rivals: Sequence[Outcome]) -> Iterable[Tripwire]:
    """The nearest volume on either side at which a rival would cost less per accepted answer."""
    here = case.requests
    turns = [
        (crossing.requests, rival.option)
        for rival in rivals
        for crossing in crossings(
            partial(_cost, case, chosen.option),
            partial(_cost, case, rival.option),
            max(1.0, here / _FOLD),
            here * _FOLD,
        )
    ]
    above = min((turn for turn in turns if turn[0] > here), key=itemgetter(0), default=None)
    below = max((turn for turn in turns if turn[0] < here), key=itemgetter(0), default=None)
    for word, turn in (("above", above), ("below", below)):
        if turn is not None:
            at, rival = turn
            yield Tripwire(
                subject="volume",
                sentence=f"{_verb(rival)} {word} {count(at, here)} requests/month: {rival.names} "
                f"would cost less per accepted answer{_unproven(rival)}",
                unit="requests/month",
                threshold=at,
                current=here,
            )


def _cost(case: Case, option: Option, requests: float) -> float:
    cost = per_accepted_at(case, option, requests)
    return cost if cost is not None else inf


def _unproven(rival: Option) -> str:
    return "" if rival.proven else ", if it is as good as the file assumes"


def _verb(rival: Option) -> str:
    """What is only assumed reopens a decision; it never makes the other one."""
    return "flips" if rival.proven else "reopens"


def _budget(case: Case, chosen: Option) -> Iterable[Tripwire]:
    """The volume from which the budget no longer pays for what was chosen."""
    budget = case.workload.requirements.budget_usd_per_month
    if budget is None:
        return
    here = case.requests
    spent = partial(_monthly, case, chosen)
    for crossing in crossings(spent, lambda _: budget, here, here * _FOLD)[:1]:
        yield Tripwire(
            subject="budget",
            sentence=f"flips above {count(crossing.requests, here)} requests/month: it would cost "
            f"more than the budget of {dollars(budget)} a month",
            unit="requests/month",
            threshold=crossing.requests,
            current=here,
        )


def _monthly(case: Case, option: Option, requests: float) -> float:
    return planned_for(case, option, requests).path.monthly(requests)


def _bars(chosen: Option, bar: Bar) -> Iterable[Tripwire]:
    """The accept rate below which an offer is not good enough any more."""
    needed = bar.needed
    for offer in chosen.offers:
        if needed is not None and (bar.incumbent is None or offer.id != bar.incumbent.id):
            yield Tripwire(
                subject="quality",
                sentence=f"reopens if fewer than {percent(needed)} of {offer.id}'s answers are "
                "accepted",
                unit="share of answers accepted",
                threshold=needed,
                current=offer.quality.rate,
            )


def _rates(case: Case, chosen: Outcome, rivals: Sequence[Outcome], bar: Bar) -> Iterable[Tripwire]:
    """The accept rate, above the bar, at which the next one would cost less than a single offer."""
    (offer, *others) = chosen.option.offers
    apart = [row for row in rivals if offer.id not in {used.id for used in row.option.offers}]
    costs = [(row.per_accepted, row.option) for row in apart if row.per_accepted is not None]
    if others or not costs:
        return
    least, rival = min(costs, key=itemgetter(0))
    rejected = case.workload.costs.rejected_answer_usd
    rate = needed_rate(chosen.monthly, case.requests, rejected, least)
    if (bar.needed or 0.0) < rate:
        yield Tripwire(
            subject="quality",
            sentence=f"{_verb(rival)} if fewer than {percent(rate)} of {offer.id}'s answers are "
            f"accepted: {rival.names} would cost less per accepted answer{_unproven(rival)}",
            unit="share of answers accepted",
            threshold=rate,
            current=offer.quality.rate,
        )


def _rent(case: Case, chosen: Outcome, rivals: Sequence[Outcome]) -> Iterable[Tripwire]:
    """The hourly rent at which a rival would cost less.

    Costs per accepted answer are straight lines over the rent, those of rivals on the same machine
    too; the numbers of machines stay as planned.
    """
    machine = chosen.option.machine
    if machine is None or chosen.per_accepted is None:
        return
    slope = _slope(case, chosen.option, machine)
    turns = []
    for rival in rivals:
        apart = slope - _slope(case, rival.option, machine)
        if apart > 0 and rival.per_accepted is not None:
            room = (rival.per_accepted - chosen.per_accepted) / apart
            turns.append((machine.usd_per_hour + room, rival.option))
    if turns:
        threshold, option = min(turns, key=itemgetter(0))
        yield Tripwire(
            subject="rent",
            sentence=f"{_verb(option)} if {machine.name} costs more than {dollars(threshold)} an "
            "hour: "
            f"{option.names} would cost less per accepted answer{_unproven(option)}",
            unit="USD/hour",
            threshold=threshold,
            current=machine.usd_per_hour,
        )


def _slope(case: Case, option: Option, machine: Hardware) -> float:
    """What a dollar more an hour for a machine adds to an accepted answer."""
    if option.machine is None or option.machine.id != machine.id or not option.accept_rate:
        return 0.0
    rent = sum(row.usd for row in option.path.lines(case.requests) if row.kind == "machines")
    return rent / machine.usd_per_hour / (case.requests * option.accept_rate)


def _licences(screened: Screened, offers: Iterable[Offer]) -> Iterable[Tripwire]:
    """The thresholds ahead of the licences concerned, each once."""
    seen: set[tuple[str, str]] = set()
    for offer in offers:
        verdict = screened.licences[offer.id]
        for room in verdict.headroom:
            if (verdict.licence, room.clause) in seen:
                continue
            seen.add((verdict.licence, room.clause))
            yield Tripwire(
                subject="licence",
                sentence=f"{offer.target.model.name}: {room.clause}",
                unit=room.metric.replace("_", " "),
                threshold=room.threshold,
                current=room.current,
            )
