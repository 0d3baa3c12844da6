"""The answer in a sentence, for a reader who reads nothing else."""

from __future__ import annotations

from equipoise.decisions.amounts import chance, dollars, percent
from equipoise.decisions.case import Case
from equipoise.decisions.option import Option
from equipoise.decisions.screening import Screened, failing_today
from equipoise.decisions.simulation import Outcome
from equipoise.domain.decision import Measurement, PlanKind, Share
from equipoise.domain.endpoint import Operator

_PLANS = {
    PlanKind.AS_IS: "use a commercial model as it is",
    PlanKind.OPTIMISED: "use a commercial model more cheaply",
    PlanKind.OPEN_HOSTED: "use open weights hosted by a vendor",
    PlanKind.OPEN_SELF: "run open weights ourselves",
    PlanKind.HYBRID: "split the load between our own machines and a vendor",
}


def answer_decided(case: Case, screened: Screened, chosen: Outcome) -> str:
    """What to do, with whom, what it costs, and how sure that is."""
    plan = _plan(case, chosen.option)
    targets = " and ".join(map(_share, chosen.option.shares))
    low, high = chosen.monthly_range
    asked = case.workload.trial.confidence
    note = f"; {chosen.option.note}" if chosen.option.note else ""
    return (
        f"{plan[0].upper()}{plan[1:]}: {targets}{note}, for about "
        f"{dollars(chosen.monthly)} a month ({dollars(low)} to {dollars(high)}); "
        f"{_measured(chosen)}. It is the cheapest way that is good enough in "
        f"{chance(chosen.chance_best, asked)} of simulations; {percent(asked)} were asked for."
        f"{_today(case, screened)}"
    )


def answer_undecided(
    case: Case,
    screened: Screened,
    proven: Outcome | None,
    lead: Outcome | None,
    step: Measurement | None,
) -> str:
    """Why there is no answer, and the step that brings one.

    `proven` is the cheapest way that was shown to be good enough, `lead` the one that wins most
    often.
    """
    parts = [f"Undecided: {_why(case, screened, proven)}"]
    if lead is not None and lead is not proven and not lead.option.proven:
        measured = all(offer.measured for offer in lead.option.offers)
        basis = "by what was measured so far" if measured else "on assumptions alone"
        parts.append(f"; {basis}, {lead.option.names} would be cheapest most often")
    parts.append(f".{_today(case, screened)} {_next(case, screened, step)}")
    return "".join(parts)


def _plan(case: Case, option: Option) -> str:
    """A plan as an order. Nobody stays with what is not in use yet."""
    incumbent = case.workload.incumbent
    if incumbent is None:
        return _PLANS[option.kind]
    match option.kind:
        case PlanKind.AS_IS:
            return "stay with what is in use today"
        case PlanKind.OPTIMISED if option.offers[0].id == incumbent:
            return "stay with what is in use today, used more cheaply"
        case PlanKind.OPTIMISED:
            return "change to another commercial model"
    return _PLANS[option.kind]


def _why(case: Case, screened: Screened, proven: Outcome | None) -> str:
    if not screened.allowed:
        return "every candidate fails a requirement"
    if case.workload.lengths is not None:
        return "this is a draft without items, so that nobody's quality is measured"
    if proven is None:
        return "no candidate that may be used has been shown to be good enough"
    asked = case.workload.trial.confidence
    return (
        f"{proven.option.names} is good enough, but is the cheapest in only "
        f"{chance(proven.chance_best, asked)} of simulations where {percent(asked)} are asked for"
    )


def _today(case: Case, screened: Screened) -> str:
    """That what is in use must go, whatever is decided."""
    failing = failing_today(case, screened.excluded)
    return f" {failing}." if failing else ""


def _next(case: Case, screened: Screened, step: Measurement | None) -> str:
    if step is not None:
        price = f", for about {dollars(step.cost_usd)}" if step.cost_usd else ""
        return f"Next: {step.what}{price}."
    bar = case.workload.requirements.non_inferiority
    if bar is not None and bar.incumbent not in screened.allowed:
        return (
            f"The bar compares with {bar.incumbent}, which is not measured and may not be asked: "
            "set a quality floor instead."
        )
    return "No candidate is left to measure: name another one, or ask for less."


def _share(share: Share) -> str:
    runs = "run by us" if share.operator is Operator.SELF else "run by its vendor"
    part = f"{share.share:.1%} on " if share.share < 1 else ""
    return f"{part}{share.target} ({share.weights.value} weights, {runs}, as {share.candidate})"


def _measured(chosen: Outcome) -> str:
    parts = []
    for offer in chosen.option.offers:
        found = offer.quality
        parts.append(
            f"{found.accepted} of {found.items} answers were accepted "
            f"({found.low:.0%} to {found.high:.0%})"
        )
    return " and ".join(parts)
