"""A case from a few numbers: a workload, what a trial would have found, and the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypedDict, Unpack

from equipoise.catalog import endpoints as catalog_endpoints
from equipoise.catalog import models as catalog_models
from equipoise.decisions.case import Case
from equipoise.domain.decision import CandidateRow, Decision, PlanKind, PricedPlan, Tripwire
from equipoise.domain.endpoint import Endpoint, Target, Term
from equipoise.domain.evidence import (
    Lengths,
    PairedEvidence,
    QualityEvidence,
    ServingEvidence,
    Standing,
    TrialEvidence,
)
from equipoise.domain.model import Model
from equipoise.domain.provenance import Source
from equipoise.domain.workload import (
    AssumedQuality,
    Candidate,
    CostAssumptions,
    DataClass,
    Item,
    LicenceUse,
    NonInferiority,
    Organisation,
    Requirements,
    StatedPrices,
    StoppingRule,
    Task,
    TrialSettings,
    Volume,
    Workload,
)
from equipoise.statistics import FloorStatus, floor_verdict, wilson

TODAY = date(2026, 11, 24)
FAR = date(2028, 1, 1)
PAGE = Source("a page", "https://example.org", TODAY)
DAY_MS = 24 * 3_600_000.0
STANDINGS = {
    FloorStatus.MET: Standing.MET,
    FloorStatus.NOT_MET: Standing.NOT_MET,
    FloorStatus.UNDECIDED: Standing.OPEN,
}


PLAIN = (
    ("build_months", 0.0),
    ("migration_months", 0.0),
    ("refreshes_per_year", 0.0),
    ("run_fte_per_step", 0.0),
    ("retry_share", 0.0),
    ("reasoning_multiplier", 1.0),
)
"""What makes a month machines, fees and people alone, so that sums can be done by hand."""


AT_LIST = StatedPrices()


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate and what was measured of it: nothing, where `accepted` is None.

    `tokens` are input, shared prefix and output of a request; the standing follows from the floor
    unless it is given; `paired` counts the items that only it, and only the incumbent, got right.
    """

    id: str
    model: Model
    endpoint: Endpoint
    accepted: int | None
    items: int = 400
    assumed: tuple[float, float] | None = None
    standing: Standing | None = None
    seconds: float = 0.5
    p95: float | None = None
    tokens: tuple[float, float, float] = (800.0, 0.0, 40.0)
    hardware: str | None = None
    shots: int = 0
    paired: tuple[int, int] | None = None
    prices: StatedPrices = AT_LIST

    @property
    def target(self) -> Target:
        return Target(self.model, self.endpoint)


class More(TypedDict, total=False):
    """What else may be said of an entrant."""

    items: int
    assumed: tuple[float, float]
    standing: Standing
    seconds: float
    p95: float
    tokens: tuple[float, float, float]
    hardware: str
    shots: int
    paired: tuple[int, int]
    prices: StatedPrices


def endpoint(name: str, *terms: Term, copy: str | None = None) -> Endpoint:
    """A row of the catalog with terms added, under another name if one is given."""
    (row,) = [row for row in catalog_endpoints.endpoints() if row.id == name]
    return replace(row, id=copy or row.id, name=copy or row.name, terms=(*row.terms, *terms))


def term(kind: str, expires: date = FAR) -> Term:
    """Something a vendor has agreed to."""
    return Term(kind, kind.replace("_", " "), PAGE, expires)


def entrant(
    name: str, model: str, at: Endpoint | str, accepted: int | None, **more: Unpack[More]
) -> Entrant:
    """Any model of the catalog, anywhere."""
    place = endpoint(at) if isinstance(at, str) else at
    return Entrant(name, catalog_models.find(model), place, accepted, **more)


def small(name: str = "small", accepted: int | None = None, **more: Unpack[More]) -> Entrant:
    """A small open model on a small machine of ours."""
    return entrant(
        name, "smollm2-135m-instruct", "local", accepted, **More(hardware="cpu-2vcpu") | more
    )


def large(name: str = "large", accepted: int | None = None, **more: Unpack[More]) -> Entrant:
    """A larger open model on a large machine of ours."""
    return entrant(name, "llama-3.1-8b-instruct", "own", accepted, **More(hardware="h100") | more)


def hosted(name: str = "hosted", accepted: int | None = None, **more: Unpack[More]) -> Entrant:
    """The larger open model, at a vendor."""
    return entrant(name, "llama-3.1-8b-instruct", "groq", accepted, **more)


def gpt(name: str = "gpt", accepted: int | None = None, **more: Unpack[More]) -> Entrant:
    """A closed model at its vendor."""
    return entrant(name, "gpt-4.1-mini", "openai", accepted, **more)


def claude(name: str = "claude", accepted: int | None = None, **more: Unpack[More]) -> Entrant:
    """Another closed model, dearer."""
    return entrant(name, "claude-haiku-4-5", "anthropic", accepted, **more)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of the entrants. As it stands, it excludes nobody but the bad."""

    floor: float | None = 0.85
    below: tuple[str, float] | None = None
    requests: int = 300_000
    peak: float = 3.0
    data_class: DataClass = DataClass.INTERNAL
    incumbent: str | None = None
    budget: float | None = None
    latency_ms: float = 3_000.0
    availability: float = 0.99
    capabilities: frozenset[str] = frozenset()
    uses: frozenset[LicenceUse] = frozenset({LicenceUse.INTERNAL})
    users: int | None = 1_000_000
    rejected_usd: float = 0.4
    own_fte: float = 0.1
    vendor_fte: float = 0.05
    confidence: float = 0.8
    alpha: float = 0.05
    items: int = 60
    labelled: int = 400
    stopping: StoppingRule = StoppingRule.FIXED
    now: date = TODAY
    file: str = "triage.toml"
    figures: tuple[tuple[str, float], ...] = PLAIN


def make_case(*entrants: Entrant, ask: Ask | None = None) -> Case:
    """The case of these entrants."""
    ask = ask or Ask()
    measured = [row for row in entrants if row.accepted is not None]
    trial = TrialEvidence(
        workload="triage",
        plan_digest="a" * 64,
        journal_digest="b" * 64,
        items=ask.items,
        quality=tuple(_quality(row, ask) for row in entrants),
        paired=tuple(_paired(row, row.paired, ask) for row in entrants if row.paired),
        serving=tuple(map(_serving, measured)),
        lengths=tuple((row.id, Lengths(*row.tokens, "a tokenizer")) for row in entrants),
        unmeasured=tuple((row.id, "no key") for row in entrants if row.accepted is None),
    )
    return Case(
        workload=_workload(entrants, ask),
        trial=trial,
        targets={row.id: row.target for row in entrants},
        now=ask.now,
        file=ask.file,
        inputs=((ask.file, "sha256 00"), ("answers", "sha256 11")),
    )


def kinds(decision: Decision) -> dict[PlanKind, PricedPlan]:
    """The plans of a decision by kind."""
    return {plan.kind: plan for plan in decision.plans}


def row_of(decision: Decision, candidate: str) -> CandidateRow:
    """The row of one candidate."""
    (row,) = [row for row in decision.candidates if row.candidate == candidate]
    return row


def reasons(decision: Decision) -> set[tuple[str, str]]:
    """Who is excluded by what."""
    return {(row.candidate, row.constraint) for row in decision.excluded}


def wires(decision: Decision, subject: str) -> list[Tripwire]:
    """The tripwires of a subject."""
    return [row for row in decision.tripwires if row.subject == subject]


def _workload(entrants: tuple[Entrant, ...], ask: Ask) -> Workload:
    return Workload(
        name="triage",
        title="Sort messages",
        data_class=ask.data_class,
        task=Task("Sort the message.", {"type": "object"}, "exact_label", 16),
        items=tuple(Item(f"t{n}", f"message {n}", "billing") for n in range(ask.labelled)),
        items_digest="c" * 64,
        requirements=Requirements(
            quality_floor=ask.floor if ask.below is None else None,
            non_inferiority=NonInferiority(*ask.below) if ask.below is not None else None,
            latency_p95_ms=ask.latency_ms,
            availability=ask.availability,
            volume=Volume(ask.requests, ask.peak),
            capabilities=ask.capabilities,
            licence_use=ask.uses,
            budget_usd_per_month=ask.budget,
        ),
        organisation=Organisation(ask.users, 3e7, "DE"),
        costs=CostAssumptions(
            ask.rejected_usd, 120_000.0, ask.own_fte, ask.vendor_fte, figures=ask.figures
        ),
        trial=TrialSettings(ask.items, 1, ask.alpha, ask.stopping, ask.confidence),
        candidates=tuple(map(_candidate, entrants)),
        incumbent=ask.incumbent,
    )


def _candidate(row: Entrant) -> Candidate:
    assumed = AssumedQuality(*row.assumed, "a guess") if row.assumed is not None else None
    return Candidate(row.id, row.target.id, row.shots, row.hardware, assumed, prices=row.prices)


def _quality(row: Entrant, ask: Ask) -> QualityEvidence:
    if row.accepted is None:
        return QualityEvidence(row.id, Standing.UNMEASURED, 0, 0, 0.0, 0.0, 0.0, "not measured")
    interval = wilson(row.accepted, row.items, 1 - 2 * ask.alpha)
    against = floor_verdict(row.accepted, row.items, ask.floor or 0.85, ask.alpha)
    return QualityEvidence(
        candidate=row.id,
        standing=row.standing or STANDINGS[against.status],
        items=row.items,
        accepted=row.accepted,
        rate=row.accepted / row.items,
        low=interval.low,
        high=interval.high,
        method="wilson",
    )


def _paired(row: Entrant, counts: tuple[int, int], ask: Ask) -> PairedEvidence:
    assert ask.below is not None, "pairs need an incumbent to be compared with"
    only, other = counts
    difference = (only - other) / row.items
    return PairedEvidence(
        candidate=row.id,
        reference=ask.below[0],
        difference=difference,
        low=difference - 0.03,
        high=difference + 0.03,
        only_candidate=only,
        only_reference=other,
        items=row.items,
        verdict="non_inferior",
        method="tango",
    )


def _serving(row: Entrant) -> ServingEvidence:
    p95 = row.p95 if row.p95 is not None else row.seconds * 1.5
    return ServingEvidence(
        candidate=row.id,
        answers=row.items,
        input_tokens=row.tokens[0],
        output_tokens=row.tokens[2],
        cached_tokens=0.0,
        busy_seconds=row.seconds,
        first_token_seconds=row.seconds / 2,
        median_seconds=row.seconds,
        p95_seconds=p95,
        p95_low=p95 * 0.9,
        p95_high=float("inf"),
        longest_seconds=p95 * 1.2,
        concurrency=1,
    )
