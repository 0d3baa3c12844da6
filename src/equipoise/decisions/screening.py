"""The hard constraints, in the order of checking. None can be bought back by a lower price."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from equipoise.catalog.licence_screen import screen as screen_licence
from equipoise.decisions.amounts import percent
from equipoise.decisions.case import Case
from equipoise.decisions.measured_load import Reading
from equipoise.decisions.offer import Offer
from equipoise.domain.decision import Exclusion, LicenceFinding
from equipoise.domain.endpoint import Endpoint
from equipoise.domain.evidence import Standing
from equipoise.domain.licence import LicenceStatus, LicenceVerdict
from equipoise.domain.terms import missing_terms

_PASSES = (LicenceStatus.ALLOWED, LicenceStatus.OBLIGATIONS)


@dataclass(frozen=True, slots=True)
class Screened:
    """Which offers may be used, why the others may not, and what every licence says."""

    allowed: Mapping[str, Offer]
    excluded: tuple[Exclusion, ...]
    licences: Mapping[str, LicenceVerdict]


def screen(case: Case, offers: Mapping[str, Offer]) -> Screened:
    """Check every offer against every constraint; an excluded one carries all its reasons."""
    licences = {name: _licence(case, offer) for name, offer in offers.items()}
    excluded = [
        Exclusion(name, offer.target.id, constraint, reason)
        for name, offer in offers.items()
        for constraint, reasons in CONSTRAINTS.items()
        for reason in reasons(Check(case, offer, licences[name]))
    ]
    barred = {row.candidate for row in excluded}
    allowed = {name: offer for name, offer in offers.items() if name not in barred}
    return Screened(allowed, tuple(excluded), licences)


def failing_today(case: Case, excluded: Iterable[Exclusion]) -> str:
    """What is in use and fails a requirement, in words; empty where nothing does."""
    name = case.workload.incumbent
    failed = dict.fromkeys(row.constraint for row in excluded if row.candidate == name)
    return f"{name} is in use today and fails on {', '.join(failed)}" if failed else ""


def licence_findings(case: Case, screened: Screened) -> tuple[LicenceFinding, ...]:
    """What the licences say, one row a candidate."""
    return tuple(
        LicenceFinding(
            candidate=name,
            model=case.targets[name].model.name,
            licence=verdict.licence,
            status=verdict.status.value,
            obligations=verdict.obligations,
            reason="; ".join(verdict.reasons),
            source=str(verdict.source) if verdict.source is not None else "no text read",
        )
        for name, verdict in screened.licences.items()
    )


def _licence(case: Case, offer: Offer) -> LicenceVerdict:
    uses = case.workload.requirements.licence_use
    return screen_licence(offer.target.model, uses, case.workload.organisation)


@dataclass(frozen=True, slots=True)
class Check:
    """What one constraint looks at."""

    case: Case
    offer: Offer
    licence: LicenceVerdict


Reasons = Iterable[str]


def _data_class(check: Check) -> Reasons:
    endpoint = check.offer.target.endpoint
    missing = missing_terms(endpoint, check.case.workload.data_class, check.case.now)
    if missing:
        named = ", ".join(_absent(endpoint, kind) for kind in missing)
        yield (
            f"{check.case.workload.data_class.value} data may not go to {endpoint.name} without "
            f"{named}"
        )


def _absent(endpoint: Endpoint, kind: str) -> str:
    """A term that is missing, and since when, where it was once on file."""
    lapsed = [term.expires for term in endpoint.terms if term.kind == kind]
    return f"{kind} (lapsed on {max(lapsed).isoformat()})" if lapsed else kind


def _licence_use(check: Check) -> Reasons:
    if check.licence.status not in _PASSES:
        yield f"{check.licence.status.value.replace('_', ' ')}: {'; '.join(check.licence.reasons)}"


def _capability(check: Check) -> Reasons:
    lacking = sorted(
        check.case.workload.requirements.capabilities - check.offer.target.model.capabilities
    )
    if lacking:
        yield f"{check.offer.target.model.name} is not known to do {', '.join(lacking)}"


def _quality(check: Check) -> Reasons:
    found = check.offer.quality
    if found.standing is Standing.NOT_MET:
        sure = 1 - check.case.workload.trial.alpha
        yield (
            f"accepted {found.accepted} of {found.items} ({percent(found.rate)}, at most "
            f"{percent(found.high)} with {percent(sure)} confidence), {_bar(check.case)}"
        )


def _latency(check: Check) -> Reasons:
    bound = check.case.workload.requirements.latency_p95_ms / 1000
    serving = check.case.trial.serving_of(check.offer.id)
    if serving is not None and serving.p95_seconds > bound:
        yield f"95 % of answers took up to {serving.p95_seconds:.4g} s, {bound:g} s are allowed"
    elif check.offer.load is not None:
        yield from _latency_under_load(check.offer.load, bound)
    elif (
        serving is None
        and check.offer.rate is not None
        and check.offer.rate.seconds_per_request > bound
    ):
        yield (
            f"estimated at {check.offer.rate.seconds_per_request:.4g} s an answer, "
            f"{bound:g} s are allowed"
        )


def _latency_under_load(load: Reading, bound: float) -> Reasons:
    if not load.meets:
        yield (
            f"no measured load is quick enough: {load.level.name}, 95 % of answers of these "
            f"lengths take up to {load.p95_seconds:.4g} s, {bound:g} s are allowed"
        )


def _price(check: Check) -> Reasons:
    if check.offer.path is None:
        yield check.offer.unpriced


def _bar(case: Case) -> str:
    requirements = case.workload.requirements
    bar = requirements.non_inferiority
    if bar is not None:
        return f"more than {100 * bar.margin:.3g} points below {bar.incumbent}"
    return f"the floor is {percent(requirements.quality_floor or 0.0)}"


CONSTRAINTS: Mapping[str, Callable[[Check], Reasons]] = {
    "data_class": _data_class,
    "licence": _licence_use,
    "capability": _capability,
    "quality": _quality,
    "latency": _latency,
    "price": _price,
}
"""Constraint to the check that yields reasons; the key is what `excluded[].constraint` says.

One more, "budget", is a constraint on whole plans: see `budget.py`.
"""
