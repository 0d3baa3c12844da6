"""One row a candidate: what it is, how good, what it costs, and whether it may be used."""

from __future__ import annotations

from collections.abc import Mapping

from equipoise.decisions.amounts import dollars
from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.screening import Screened
from equipoise.domain.decision import CandidateRow, CostLine
from equipoise.economics.accepted import per_accepted, rework
from equipoise.economics.draws import bounds


def candidate_rows(
    case: Case, offers: Mapping[str, Offer], screened: Screened
) -> tuple[CandidateRow, ...]:
    """The rows in the workload's order; excluded candidates are shown, not hidden."""
    return tuple(_row(case, offer, screened) for offer in offers.values())


def _row(case: Case, offer: Offer, screened: Screened) -> CandidateRow:
    rate, low, high = _rate(offer)
    serving = case.trial.serving_of(offer.id)
    lines: tuple[CostLine, ...] = ()
    monthly: float | None = None
    ends: tuple[float, float] | tuple[None, None] = (None, None)
    accepted: float | None = None
    if offer.path is not None:
        lines = offer.path.lines(case.requests)
        monthly = offer.path.monthly(case.requests)
        ends = bounds(offer.path.monthly_draws(case.requests))
        if rate is not None:
            lines = (*lines, _rework(case, rate))
        if rate:
            rejected = case.workload.costs.rejected_answer_usd
            accepted = per_accepted(monthly, case.requests, rate, rejected)
    return CandidateRow(
        candidate=offer.id,
        target=offer.target.id,
        weights=offer.target.model.weights,
        operator=offer.target.endpoint.operator,
        standing=offer.quality.standing.value,
        rate=rate,
        rate_low=low,
        rate_high=high,
        items=offer.quality.items,
        costs=lines,
        monthly_usd=monthly,
        monthly_low=ends[0],
        monthly_high=ends[1],
        per_accepted_usd=accepted,
        p95_seconds=serving.p95_seconds if serving is not None else None,
        excluded=offer.id not in screened.allowed,
        note=_note(case, offer),
    )


def _rate(offer: Offer) -> tuple[float | None, float | None, float | None]:
    """The measured rate and interval, or the middle and ends of what is assumed."""
    if offer.measured:
        return offer.accept_rate, offer.quality.low, offer.quality.high
    assumed = offer.candidate.assumed
    if assumed is None:
        return None, None, None
    return offer.accept_rate, assumed.low, assumed.high


def _rework(case: Case, rate: float) -> CostLine:
    rejected = case.workload.costs.rejected_answer_usd
    return CostLine(
        "rework",
        rework(case.requests, rate, rejected),
        f"{case.requests:,.0f} requests × {1 - rate:.1%} not accepted × {dollars(rejected)}",
    )


def _note(case: Case, offer: Offer) -> str:
    parts = []
    if not offer.measured:
        parts.append(f"unmeasured: {dict(case.trial.unmeasured).get(offer.id, 'not reached')}")
    if offer.quality.malformed:
        parts.append(f"{offer.quality.malformed} answers could not be read at all")
    if offer.own and offer.path is not None and not offer.measured_rate:
        parts.append("speed estimated")
    if offer.load is not None and offer.path is not None:
        parts.append("speed measured under load")
    return "; ".join(parts)
