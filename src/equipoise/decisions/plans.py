"""The six plans side by side: the best option of each, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.option import Option, kind_of
from equipoise.decisions.screening import Screened, failing_today
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import PlanKind, PricedPlan
from equipoise.economics.draws import bounds

PRICED = tuple(kind for kind in PlanKind if kind is not PlanKind.UNDECIDED)


def best_of_kind(outcomes: Sequence[Outcome], kind: PlanKind) -> Outcome | None:
    """The option that stands for a plan: a proven one first, then a likely one, then the cheapest.

    Options without a known accept rate come last, by monthly cost.
    """
    return min((row for row in outcomes if row.option.kind is kind), key=_rank, default=None)


def cheapest_proven(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The proven option that costs least per accepted answer, whatever its plan."""
    return min((row for row in outcomes if row.option.proven), key=_rank, default=None)


def sure_enough(outcomes: Sequence[Outcome], asked: float) -> Outcome | None:
    """The proven option that wins as often as is asked; of several equals, the first."""
    found = max(
        (row for row in outcomes if row.option.proven),
        key=lambda row: row.chance_best,
        default=None,
    )
    return found if found is not None and found.chance_best >= asked else None


def likeliest(outcomes: Sequence[Outcome]) -> Outcome | None:
    """The option that wins most often, a proven one before its equals; None where none does."""
    contenders = [row for row in outcomes if row.chance_best > 0]
    return max(contenders, key=lambda row: (row.chance_best, row.option.proven), default=None)


def price_plans(
    case: Case,
    offers: Mapping[str, Offer],
    screened: Screened,
    outcomes: Sequence[Outcome],
    chosen: Outcome | None,
) -> tuple[PricedPlan, ...]:
    """All six plans in the order of the enumeration; what was chosen stands for its own."""
    plans = []
    for kind in PRICED:
        best = best_of_kind(outcomes, kind)
        if chosen is not None and chosen.option.kind is kind:
            plans.append(priced(chosen))
        elif best is not None:
            plans.append(priced(best))
        else:
            plans.append(unavailable(kind, _reason(case, offers, screened, kind)))
    if chosen is not None:
        plans.append(unavailable(PlanKind.UNDECIDED, "the evidence suffices to decide"))
    else:
        plans.append(undecided(case, offers, screened, outcomes))
    return tuple(plans)


def undecided(
    case: Case, offers: Mapping[str, Offer], screened: Screened, outcomes: Sequence[Outcome]
) -> PricedPlan:
    """Undecided costs what is paid today; it never names a target that is excluded."""
    plan = PricedPlan(PlanKind.UNDECIDED, (), proven=False)
    if case.workload.incumbent is None:
        return replace(plan, note="nothing is in use today")
    offer = offers[case.workload.incumbent]
    goes_on = "what is paid today goes on until the next measurement is in"
    plan = replace(plan, note=failing_today(case, screened.excluded) or goes_on)
    today = [row for row in outcomes if row.option.kind is PlanKind.AS_IS]
    if today:
        now = priced(today[0])
        return replace(now, kind=plan.kind, proven=False, chance_best=None, note=plan.note)
    if offer.path is None:
        return plan
    low, high = bounds(offer.path.monthly_draws(case.requests))
    monthly = offer.path.monthly(case.requests)
    return replace(plan, monthly_usd=monthly, monthly_low=low, monthly_high=high)


def unavailable(kind: PlanKind, why: str) -> PricedPlan:
    """A plan that cannot be had."""
    return PricedPlan(kind=kind, shares=(), proven=False, unavailable=why)


def priced(outcome: Outcome) -> PricedPlan:
    """An outcome as the record shows it."""
    option = outcome.option
    accepted = outcome.per_accepted_range
    return PricedPlan(
        kind=option.kind,
        shares=option.shares,
        proven=option.proven,
        monthly_usd=outcome.monthly,
        monthly_low=outcome.monthly_range[0],
        monthly_high=outcome.monthly_range[1],
        per_accepted_usd=outcome.per_accepted,
        per_accepted_low=accepted[0] if accepted is not None else None,
        per_accepted_high=accepted[1] if accepted is not None else None,
        chance_best=outcome.chance_best,
        note="; ".join(part for part in (option.note, standing_note(option)) if part),
    )


def standing_note(option: Option) -> str:
    """What the quality of an option rests on, where that is not a passed measurement."""
    if option.proven:
        return ""
    if option.accept is None:
        return "quality neither measured nor assumed"
    if all(offer.measured for offer in option.offers):
        return "measured, not yet shown to meet the bar"
    return "quality assumed, not measured"


def _rank(outcome: Outcome) -> tuple[bool, bool, float, float]:
    accepted = outcome.per_accepted
    return (
        not outcome.option.proven,
        not outcome.likely,
        accepted if accepted is not None else float("inf"),
        outcome.monthly,
    )


def _reason(case: Case, offers: Mapping[str, Offer], screened: Screened, kind: PlanKind) -> str:
    """Why a plan has no option: nobody named, everybody excluded, or all of it above the budget."""
    if kind is PlanKind.HYBRID:
        sides = {offer.own for offer in screened.allowed.values()}
        if len(sides) < 2:
            return "needs one candidate of ours and one of a vendor that no constraint excludes"
        return "every split costs more than the budget"
    named = [name for name, offer in offers.items() if kind_of(case, offer) is kind]
    if any(name in screened.allowed for name in named):
        return "costs more than the budget"
    if named:
        return "every candidate of this kind is excluded"
    if kind is PlanKind.OPTIMISED:
        return (
            "nothing to optimise: no repeated prefix to cache, no batches allowed, no other closed "
            "model among the candidates"
        )
    return "no such candidate is named in the workload file"
