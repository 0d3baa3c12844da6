"""What a licence says, as clauses over facts about an organisation, and what follows for a use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from equipoise.domain.provenance import Source
from equipoise.domain.workload import LicenceUse


class LicenceStatus(StrEnum):
    """The outcome of a screen, from best to worst; `unknown` never passes silently."""

    ALLOWED = "allowed"
    OBLIGATIONS = "allowed_with_obligations"
    UNKNOWN = "unknown"
    NEEDS_LICENCE = "needs_licence"
    FORBIDDEN = "forbidden"


class ClauseEffect(StrEnum):
    """What a clause does when it applies."""

    OBLIGATION = "obligation"
    NEEDS_LICENCE = "needs_licence"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its effect, when it applies, and where it is written.

    It applies when the use is one of `uses` (empty: any) and the organisation's `metric` is above
    `above` (no metric: always), and the organisation's domicile is in `domiciles` (empty: any).
    """

    effect: ClauseEffect
    text: str
    section: str
    uses: frozenset[LicenceUse] = frozenset()
    metric: str | None = None
    above: float | None = None
    domiciles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence family, read clause by clause. `grants` are the uses it allows at all."""

    id: str
    name: str
    osi_approved: bool
    grants: frozenset[LicenceUse]
    clauses: tuple[Clause, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Headroom:
    """How far the organisation is from a clause that would end or burden the use."""

    metric: str
    threshold: float
    current: float
    clause: str


@dataclass(frozen=True, slots=True)
class LicenceVerdict:
    """What the licence says of the declared use."""

    licence: str
    status: LicenceStatus
    obligations: tuple[str, ...]
    reasons: tuple[str, ...]
    headroom: tuple[Headroom, ...]
    source: Source | None
