"""A decision: the plan chosen for a workload, why, what would flip it, and until when it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.domain.endpoint import Operator
from equipoise.domain.evidence import Evidence, Lengths
from equipoise.domain.model import Weights
from equipoise.domain.provenance import Assumption


class PlanKind(StrEnum):
    """The six plans. All are always priced."""

    AS_IS = "as_is"
    OPTIMISED = "optimised"
    OPEN_HOSTED = "open_hosted"
    OPEN_SELF = "open_self"
    HYBRID = "hybrid"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the traffic and the target that takes it."""

    candidate: str
    target: str
    weights: Weights
    operator: Operator
    share: float


@dataclass(frozen=True, slots=True)
class PricedPlan:
    """A plan with its cost; where it cannot be had, `unavailable` says why and costs are None.

    Amounts are US dollars a month; `low` and `high` bound the middle 80 % of the simulation.
    `chance_best` is the share of simulations in which no other available plan was cheaper per
    accepted answer.
    """

    kind: PlanKind
    shares: tuple[Share, ...]
    proven: bool
    monthly_usd: float | None = None
    monthly_low: float | None = None
    monthly_high: float | None = None
    per_accepted_usd: float | None = None
    per_accepted_low: float | None = None
    per_accepted_high: float | None = None
    chance_best: float | None = None
    unavailable: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A candidate that may not be used, the requirement it fails, and why."""

    candidate: str
    target: str
    constraint: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tripwire:
    """A condition under which this decision no longer holds.

    `threshold` and `current` are in `unit`; `on` is set where the day is known already.
    """

    subject: str
    sentence: str
    unit: str = ""
    threshold: float | None = None
    current: float | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """The cheapest thing to find out next: what, why, what it costs, and the commands."""

    what: str
    why: str
    cost_usd: float
    hours: float
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeededQuality:
    """The accept rate at which an unmeasured candidate would win; None: at no rate."""

    candidate: str
    needed: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class CostPoint:
    """The monthly cost of one path at one volume, in dollars."""

    requests_per_month: float
    cost_usd: float
    low_usd: float
    high_usd: float


@dataclass(frozen=True, slots=True)
class CostCurve:
    """How a candidate's monthly cost grows with volume."""

    candidate: str
    target: str
    weights: Weights
    operator: Operator
    points: tuple[CostPoint, ...]


@dataclass(frozen=True, slots=True)
class Crossover:
    """A volume at which the dearer of two candidates becomes the cheaper one."""

    first: str
    second: str
    requests_per_month: float
    cheaper_below: str
    cheaper_above: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """One part of a candidate's monthly cost in dollars, and the sum it comes from in words.

    `kind` is "fees", "machines", "people" or "rework" (putting right what was not accepted).
    """

    kind: str
    usd: float
    basis: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One line of the evidence: what a candidate is, what was measured, what it would cost.

    `standing` is the quality's standing against the bar (`Standing`); the rate and its interval
    are measured on `items` items, or assumed where that is 0, or unknown where they are None.
    `monthly_usd` is the sum of `costs` without rework; `per_accepted_usd` includes rework.
    """

    candidate: str
    target: str
    weights: Weights
    operator: Operator
    standing: str
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    items: int
    costs: tuple[CostLine, ...]
    monthly_usd: float | None
    monthly_low: float | None
    monthly_high: float | None
    per_accepted_usd: float | None
    p95_seconds: float | None
    excluded: bool
    note: str


@dataclass(frozen=True, slots=True)
class LicenceFinding:
    """What a model's licence says of the declared use, for one candidate."""

    candidate: str
    model: str
    licence: str
    status: str
    obligations: tuple[str, ...]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one workload. Everything a reader needs to check it.

    Nothing in it changes by itself: `inputs` names every file and version it rests on, each with
    its digest. `confidence` is the probability, over the simulation, that the chosen plan meets
    the requirements and is the cheapest that does; for `undecided` that of the best plan so far.
    `stated_lengths` is set for a draft: nothing was measured, and it says how long requests are.
    """

    id: str
    workload: str
    title: str
    data_class: str
    decided_on: date
    valid_until: date
    plan: PricedPlan
    answer: str
    confidence: float
    plans: tuple[PricedPlan, ...]
    candidates: tuple[CandidateRow, ...]
    excluded: tuple[Exclusion, ...]
    licences: tuple[LicenceFinding, ...]
    tripwires: tuple[Tripwire, ...]
    needed: tuple[NeededQuality, ...]
    crossovers: tuple[Crossover, ...]
    curves: tuple[CostCurve, ...]
    next_measurement: Measurement | None
    evidence: tuple[Evidence, ...]
    assumptions: tuple[Assumption, ...]
    requests_per_month: int
    quality_floor: float | None
    inputs: tuple[tuple[str, str], ...]
    stated_lengths: Lengths | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The decisions of one run, one a workload; `id` follows from what they rest on."""

    id: str
    decided_on: date
    decisions: tuple[Decision, ...]
