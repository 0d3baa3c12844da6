"""The page of costs from a case: offers as a decision makes them, and what else they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equipoise.decisions.amounts import dollars
from equipoise.decisions.case import Case
from equipoise.decisions.costing.hinge import Duel, hinge
from equipoise.decisions.costing.others import other_plans
from equipoise.decisions.costing.page import (
    Against,
    CandidateCost,
    CostPage,
    Hinge,
    OtherPlan,
    Pair,
)
from equipoise.decisions.costing.pairs import cost_pairs, curves
from equipoise.decisions.costing.provenance import figures
from equipoise.decisions.costing.provenance_compared import compared, of_others
from equipoise.decisions.costing.vendor_notes import vendor_notes
from equipoise.decisions.costing.ways import Rival, cheapest_mix, way_costs
from equipoise.decisions.offer import Offer, Path
from equipoise.decisions.offers import make_offers
from equipoise.economics.accepted import per_accepted
from equipoise.economics.api.path import ApiPath
from equipoise.economics.break_even_points import needed_price, needed_utilisation, saving
from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.hybrid_path import unit_costs
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.replicas import BUSY_CEILING

_SECONDS = HOURS_PER_MONTH * 3600


def cost_page(case: Case, seed: int) -> CostPage:
    """Price every candidate. The same case and seed give the same page, to the last digit.

    Raises ConfigurationError where a stated figure is beyond what can be meant.
    """
    sampler = Sampler(seed)
    offers = make_offers(case, sampler)
    rival = _rival(case, offers)
    rows = tuple(_candidate(case, offer, rival, sampler) for offer in offers.values())
    priced = [(row, row.path) for row in offers.values() if row.path is not None]
    pairs = cost_pairs(case, priced)
    found = _hinge(case, offers)
    others = other_plans(case, offers)
    return CostPage(
        workload=case.workload.name,
        title=case.workload.title,
        priced_on=case.now,
        requests_per_month=case.workload.requirements.volume.requests_per_month,
        peak_to_mean=case.workload.requirements.volume.peak_to_mean,
        answer=" ".join(
            filter(
                None,
                (
                    _answer(rows, pairs, found, case.workload.incumbent),
                    _cheapest_other(rows, others),
                ),
            )
        ),
        candidates=rows,
        others=others,
        pairs=pairs,
        hinge=found,
        curves=curves(case, priced),
        crossovers=tuple(turn for pair in pairs if pair.per == "month" for turn in pair.crossings),
        figures=figures(case, rows, offers, (*compared(rows, pairs, found), *of_others(others))),
        inputs=case.inputs,
    )


def _rival(case: Case, offers: Mapping[str, Offer]) -> Rival | None:
    """The incumbent where it is a vendor's; else the vendor that costs least a month."""
    vendors = {row.id: row.path for row in offers.values() if isinstance(row.path, ApiPath)}
    if not vendors:
        return None
    least = min(vendors, key=lambda name: vendors[name].monthly(case.requests))
    incumbent = case.workload.incumbent
    name = incumbent if incumbent in vendors else least
    return Rival(name, vendors[name])


def _candidate(case: Case, offer: Offer, rival: Rival | None, sampler: Sampler) -> CandidateCost:
    lengths = case.trial.lengths_of(offer.id)
    row = CandidateCost(offer.id, offer.target.id, offer.own, lengths, unpriced=offer.unpriced)
    path = offer.path
    if path is None:
        return row
    low, high = bounds(path.monthly_draws(case.requests))
    monthly = path.monthly(case.requests)
    row = replace(
        row,
        costs=path.lines(case.requests),
        monthly_usd=monthly,
        monthly_low=low,
        monthly_high=high,
        per_request_usd=monthly / case.requests,
    )
    if offer.measured:
        row = replace(
            row,
            accept_rate=offer.quality.rate,
            answers=offer.quality.items,
            per_accepted_usd=_per_accepted(case, offer, monthly),
        )
    if isinstance(path, ApiPath):
        return replace(row, notes=tuple(vendor_notes(case, offer, path)))
    return _own(case, offer, path, row, rival, sampler)


def _per_accepted(case: Case, offer: Offer, monthly: float) -> float | None:
    rate = offer.quality.rate
    rejected = case.workload.costs.rejected_answer_usd
    return per_accepted(monthly, case.requests, rate, rejected) if rate > 0 else None


def _own(
    case: Case,
    offer: Offer,
    path: OwnershipPath,
    row: CandidateCost,
    rival: Rival | None,
    sampler: Sampler,
) -> CandidateCost:
    working, spares = path.machines(case.requests)
    return replace(
        row,
        machine=path.machine.id,
        machines=working + spares,
        utilisation=path.utilisation(case.requests),
        next_machine_at=working * path.rate_median * BUSY_CEILING * _SECONDS / path.peak_to_mean,
        ways=way_costs(case, offer, path, rival, sampler),
        against=_against(case, path, rival) if rival is not None else None,
        notes=tuple(filter(None, (_speed(offer), _slow(case, offer), cheapest_mix(case, path)))),
    )


def _speed(offer: Offer) -> str:
    return "" if offer.measured_rate else "Its speed is estimated, not measured."


def _slow(case: Case, offer: Offer) -> str:
    """Whether an answer takes longer than is allowed: no number of machines mends that."""
    allowed = case.workload.requirements.latency_p95_ms / 1000
    if offer.rate is None or offer.rate.seconds_per_request <= allowed:
        return ""
    return (
        f"An answer takes about {offer.rate.seconds_per_request:,.3g} s on this machine and "
        f"{allowed:,.3g} s are allowed: it is priced, and equipoise decide would exclude it."
    )


def _against(case: Case, path: OwnershipPath, rival: Rival) -> Against:
    fee = rival.path.request_usd()
    price = needed_price(path, rival.path, case.requests)
    tokens = rival.path.tokens()
    if fee > 0:
        held = unit_costs(path, rival.path).held_usd_per_hour
        used = needed_utilisation(held, path.rate_median * tokens, fee / tokens * 1e6)
        share, sentence = used.value, used.sentence
    else:
        share, sentence = None, f"At no utilisation: {rival.name} charges nothing by the token."
    return Against(
        reference=rival.name,
        saving_usd=saving(path, rival.path, case.requests),
        needed_request_usd=price.value,
        price_sentence=price.sentence,
        needed_utilisation=share,
        utilisation_sentence=sentence,
    )


def _hinge(case: Case, offers: Mapping[str, Offer]) -> Hinge | None:
    def cheapest(rows: list[tuple[Offer, Path]]) -> Offer:
        return min(rows, key=lambda row: row[1].monthly(case.requests))[0]

    priced = [(row, row.path) for row in offers.values() if row.path is not None]
    ours = [row for row in priced if isinstance(row[1], OwnershipPath)]
    theirs = [row for row in priced if isinstance(row[1], ApiPath)]
    if not ours or not theirs:
        return None
    own, vendor = cheapest(ours), cheapest(theirs)
    if not isinstance(own.path, OwnershipPath) or not isinstance(vendor.path, ApiPath):
        return None
    return hinge(case, Duel(own, own.path, vendor, vendor.path))


def _answer(
    rows: tuple[CandidateCost, ...],
    pairs: tuple[Pair, ...],
    found: Hinge | None,
    incumbent: str | None,
) -> str:
    usd = {row.candidate: row.monthly_usd for row in rows if row.monthly_usd is not None}
    if not usd:
        reasons = "; ".join(f"{row.candidate}: {row.unpriced}" for row in rows)
        return f"No candidate has a price. {reasons}."
    if found is None:
        least = min(usd, key=lambda name: usd[name])
        own = {row.candidate for row in rows if row.own}
        stay = "" if least in own or not own else "Stay on the API: none of our own can be priced. "
        return f"{stay}Quality aside, {least} costs least: {dollars(usd[least])} a month."
    chance = f"our own is the cheaper in {_share(found.chance_own_is_cheaper)} of the draws"
    between = f"{dollars(usd[found.own])} a month for {found.own}"
    if found.difference_usd < 0:
        return (
            f"Quality aside, our own is cheaper: {between}, {dollars(usd[found.vendor])} for "
            f"{found.vendor}; {chance}."
        )
    pair = next(row for row in pairs if {row.first, row.second} == {found.own, found.vendor})
    ours = {row.candidate for row in rows if row.own}
    move = "Move to" if incumbent in ours else "Stay on"
    return (
        f"{move} the API, quality aside: {dollars(usd[found.vendor])} a month for "
        f"{found.vendor}, {between}; {chance}. {pair.sentence if pair.crossings else ''}"
    ).rstrip()


def _share(chance: float) -> str:
    """A share of draws; that all of them agree is no certainty."""
    if chance < 0.01:
        return "under 1%"
    return "over 99%" if chance > 0.99 else f"{chance:.0%}"


def _cheapest_other(rows: tuple[CandidateCost, ...], others: tuple[OtherPlan, ...]) -> str:
    """Whether a discount or a split costs less than every candidate by itself."""
    best = min(others, key=lambda row: row.monthly_usd, default=None)
    alone = [row.monthly_usd for row in rows if row.monthly_usd is not None]
    if best is None or best.monthly_usd >= min(alone):
        return ""
    names = " and ".join(best.candidates)
    return f"Cheapest of all is {names}, {best.note}: {dollars(best.monthly_usd)} a month."
