"""Whether a licence allows a declared use, from facts about the organisation. Not legal advice.

A licence is a predicate over the organisation's facts. A fact that is missing makes every clause
that asks for it *unknown*, and unknown never passes silently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from equipoise.catalog import licences, models
from equipoise.domain.licence import (
    Clause,
    ClauseEffect,
    Headroom,
    Licence,
    LicenceStatus,
    LicenceVerdict,
)
from equipoise.domain.model import Model
from equipoise.domain.workload import LicenceUse, Organisation
from equipoise.errors import UnknownLicenceError, UnknownModelError

_NO_ASSERTION = "NOASSERTION"
"""What SPDX writes for a licence that nobody has determined."""

_SEVERITY = list(LicenceStatus)
_STATUS_OF = {
    ClauseEffect.OBLIGATION: LicenceStatus.OBLIGATIONS,
    ClauseEffect.NEEDS_LICENCE: LicenceStatus.NEEDS_LICENCE,
    ClauseEffect.FORBIDDEN: LicenceStatus.FORBIDDEN,
}


class _Applies(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def screen(model: Model, uses: frozenset[LicenceUse], organisation: Organisation) -> LicenceVerdict:
    """Screen a model and what it descends from; the strictest verdict of the lineage counts.

    Obligations, reasons and headroom are those of the whole lineage: a derivative carries them
    all. A licence the catalog has not read, or an ancestor it does not know, gives status
    `unknown`, never a pass.
    """
    found = list(_lineage(model, uses, organisation))
    strictest = max(found, key=lambda row: _SEVERITY.index(row.status))  # the first of equals
    return replace(
        strictest,
        obligations=tuple(dict.fromkeys(text for row in found for text in row.obligations)),
        reasons=tuple(dict.fromkeys(text for row in found for text in row.reasons)),
        headroom=tuple(dict.fromkeys(room for row in found for room in row.headroom)),
    )


def evaluate(
    licence: Licence, uses: frozenset[LicenceUse], organisation: Organisation
) -> LicenceVerdict:
    """What one licence says of the declared uses."""
    status = LicenceStatus.ALLOWED
    obligations: list[str] = []
    reasons: list[str] = []
    for use in sorted(uses - licence.grants):
        status = LicenceStatus.FORBIDDEN
        reasons.append(f"{licence.name} does not grant the use {use.value!r}")
    for clause in licence.clauses:
        applies = _applies(clause, uses, organisation)
        if applies is _Applies.NO:
            continue
        cited = f"{clause.text} ({licence.name}, {clause.section})"
        found = _STATUS_OF[clause.effect]
        if applies is _Applies.UNKNOWN:
            found = LicenceStatus.UNKNOWN
            missing = " and ".join(_missing(clause, organisation))
            reasons.append(f"{missing} is not stated, and {cited}")
        elif clause.effect is ClauseEffect.OBLIGATION:
            obligations.append(cited)
        else:
            reasons.append(cited)
        status = max(status, found, key=_SEVERITY.index)
    return LicenceVerdict(
        licence=licence.id,
        status=status,
        obligations=tuple(obligations),
        reasons=tuple(reasons),
        headroom=tuple(_headroom(licence, uses, organisation)),
        source=licence.source,
    )


def _lineage(
    model: Model, uses: frozenset[LicenceUse], organisation: Organisation
) -> Iterable[LicenceVerdict]:
    """The verdict on the model itself, then on each of its ancestors."""
    seen: set[str] = set()
    while True:
        seen.add(model.id)
        yield _screen_one(model, uses, organisation)
        if model.base_model is None or model.base_model in seen:
            return
        try:
            model = models.find(model.base_model)
        except UnknownModelError as error:
            reason = f"{model.name} is made from another model, and {error.message}"
            yield _unknown(_NO_ASSERTION, reason)
            return


def _screen_one(
    model: Model, uses: frozenset[LicenceUse], organisation: Organisation
) -> LicenceVerdict:
    try:
        licence = licences.find(model.licence)
    except UnknownLicenceError as error:
        reason = f"{error.message}; nobody has cleared {model.name} for this use"
        return _unknown(model.licence, reason)
    return evaluate(licence, uses, organisation)


def _unknown(licence: str, reason: str) -> LicenceVerdict:
    return LicenceVerdict(licence, LicenceStatus.UNKNOWN, (), (reason,), (), None)


def _applies(clause: Clause, uses: frozenset[LicenceUse], organisation: Organisation) -> _Applies:
    if clause.uses and not clause.uses & uses:
        return _Applies.NO
    answers = []
    if clause.metric is not None and clause.above is not None:
        value = getattr(organisation, clause.metric)
        answers.append(None if value is None else value > clause.above)
    if clause.domiciles:
        domicile = organisation.domicile
        answers.append(None if domicile is None else domicile in clause.domiciles)
    if False in answers:
        return _Applies.NO
    return _Applies.UNKNOWN if None in answers else _Applies.YES


def _missing(clause: Clause, organisation: Organisation) -> Iterable[str]:
    """The facts that a clause asks for and nobody has stated."""
    if clause.metric is not None and getattr(organisation, clause.metric) is None:
        yield f"organisation.{clause.metric}"
    if clause.domiciles and organisation.domicile is None:
        yield "organisation.domicile"


def _headroom(
    licence: Licence, uses: frozenset[LicenceUse], organisation: Organisation
) -> Iterable[Headroom]:
    """How far each threshold is that has not been crossed yet."""
    for clause in licence.clauses:
        elsewhere = clause.domiciles and organisation.domicile not in {None, *clause.domiciles}
        unused = clause.uses and not clause.uses & uses
        if clause.metric is None or clause.above is None or unused or elsewhere:
            continue
        value = getattr(organisation, clause.metric)
        if value is not None and value <= clause.above:
            yield Headroom(clause.metric, float(clause.above), float(value), clause.text)
