"""A workload: a named class of requests with requirements, and the candidates for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from equipoise.domain.evidence import Lengths
from equipoise.domain.load_test import MeasuredLoad
from equipoise.domain.request import Message


class DataClass(StrEnum):
    """How far data may travel, from anywhere to nowhere. Undeclared is the strictest."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class LicenceUse(StrEnum):
    """What an organisation does with a model; licences allow these one by one."""

    INTERNAL = "internal"
    PRODUCT = "product"
    HOSTED_API = "hosted_api"
    FINE_TUNE = "fine_tune"
    DISTIL = "distil"


@dataclass(frozen=True, slots=True)
class Shot:
    """A worked example shown to the model before the question."""

    input: str
    answer: str


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked: the instruction, the shape of an answer, and how one is judged.

    `schema` is the JSON schema every answer has to satisfy, and empty where answers are free text;
    `scorer` names the rule that compares it with the gold answer, and `options` are that rule's.
    `program` is the source of a scorer that the user wrote. Code is run only with `allow_code`.
    In a draft that does not say yet, the schema and the scorer are empty.
    """

    system: str
    schema: dict[str, Any]
    scorer: str
    max_output_tokens: int
    shots: tuple[Shot, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    program: str = ""
    allow_code: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its gold answer, which is None where nobody has given it yet.

    `cluster` ties items that are not independent; `slice` names the part of the traffic it is from,
    or is empty; `weight` is how many of the traffic's questions it stands for, relative to others.
    """

    id: str
    input: str
    expected: Any
    cluster: str | None = None
    slice: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is asked, and how unevenly.

    `requests_per_month` is the mean; `peak_to_mean` the busiest hour's rate over the mean rate.
    """

    requests_per_month: int
    peak_to_mean: float

    @property
    def mean_per_second(self) -> float:
        """Mean requests per second over a month of 730 hours."""
        return self.requests_per_month / (730 * 3600)

    @property
    def peak_per_second(self) -> float:
        """Requests per second in the busiest hour."""
        return self.mean_per_second * self.peak_to_mean


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """A quality bar relative to the incumbent: at most `margin` worse, on the same items."""

    incumbent: str
    margin: float


@dataclass(frozen=True, slots=True)
class Requirements:
    """What any plan must satisfy. Exactly one of `quality_floor` and `non_inferiority` is set."""

    quality_floor: float | None
    non_inferiority: NonInferiority | None
    latency_p95_ms: float
    availability: float
    volume: Volume
    capabilities: frozenset[str]
    licence_use: frozenset[LicenceUse]
    budget_usd_per_month: float | None

    def __post_init__(self) -> None:
        if (self.quality_floor is None) == (self.non_inferiority is None):
            raise ValueError("set exactly one of quality_floor and non_inferiority")


@dataclass(frozen=True, slots=True)
class Organisation:
    """The facts that licences ask about. None is unknown, and is never read as small."""

    monthly_active_users: int | None = None
    annual_revenue_usd: float | None = None
    domicile: str | None = None


@dataclass(frozen=True, slots=True)
class CostAssumptions:
    """What the organisation says of its own costs; every field is printed as an assumption.

    `rejected_answer_usd` is what it costs to put right one answer that was not accepted;
    the two `…_fte` are full-time equivalents of engineering per month. `egress_gb_per_request`
    leaves our own data centre for an answer. `figures` replace the catalog's ranges of costs, by
    their ids.
    """

    rejected_answer_usd: float
    engineer_usd_per_year: float
    self_hosting_fte: float
    vendor_fte: float
    egress_gb_per_request: float = 0.0
    figures: tuple[tuple[str, float], ...] = ()


class Way(StrEnum):
    """How machines of our own are had."""

    ON_DEMAND = "on_demand"
    RESERVED = "reserved"
    SPOT = "spot"
    LEASED = "leased"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True)
class StatedPrices:
    """What the organisation itself pays for a candidate; None where the list's price holds.

    Of a machine: dollars an hour, and for all its accelerators new. Of a vendor: dollars a million
    tokens, a spend promised a month, and the share that this takes off every fee.
    """

    way: Way = Way.ON_DEMAND
    usd_per_hour: float | None = None
    usd_purchase: float | None = None
    input_usd_per_million: float | None = None
    output_usd_per_million: float | None = None
    cached_usd_per_million: float | None = None
    committed_usd_per_month: float | None = None
    committed_discount: float = 0.0


@dataclass(frozen=True, slots=True)
class AssumedQuality:
    """What the workload's author takes an unmeasured candidate's accept rate to be, as a range."""

    low: float
    high: float
    why: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A log of answers that a candidate has given already: its path, and SHA-256 of its bytes."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target asked in a certain way. `hardware` is where our own copy of the weights runs.

    With `recorded` its answers are taken from there, and nothing is asked. `bench` is what a load
    test found of it on such a machine, `prices` what we pay for it where that is not the list's.
    """

    id: str
    target: str
    shots: int = 0
    hardware: str | None = None
    assumed: AssumedQuality | None = None
    recorded: Recording | None = None
    bench: MeasuredLoad | None = None
    prices: StatedPrices = StatedPrices()


class StoppingRule(StrEnum):
    """When a trial ends: at its fixed number of items, or as soon as the e-process has decided."""

    FIXED = "fixed"
    BETTING = "betting"


@dataclass(frozen=True, slots=True)
class TrialSettings:
    """How the trial is run; what decides its result is in its journal before the first call.

    An item is put `repeats` times to each candidate, and the mean is what counts. The budgets stop
    a run and change nothing else: dollars of all its calls so far, minutes of the run.
    """

    items: int
    seed: int
    alpha: float
    stopping: StoppingRule
    confidence: float
    repeats: int = 1
    budget_usd: float | None = None
    budget_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """Everything a decision is asked about. `incumbent` is the candidate in use today, if any.

    It has items, or else it is a draft and `lengths` says how long its requests are and who counted
    them. Of very many items it has those that a trial draws from. `notes` are what its reader
    should know of them, without a word of what they say.
    """

    name: str
    title: str
    data_class: DataClass
    task: Task
    items: tuple[Item, ...]
    items_digest: str
    requirements: Requirements
    organisation: Organisation
    costs: CostAssumptions
    trial: TrialSettings
    candidates: tuple[Candidate, ...]
    incumbent: str | None = None
    lengths: Lengths | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.items) == (self.lengths is not None):
            raise ValueError("a workload has items, or else the lengths of its requests")

    def prompt(self, candidate: Candidate, item: Item) -> tuple[Message, ...]:
        """The conversation that puts `item` to `candidate`; shots come first, so they cache."""
        messages = [Message("system", self.task.system)]
        for shot in self.task.shots[: candidate.shots]:
            messages += [Message("user", shot.input), Message("assistant", shot.answer)]
        messages.append(Message("user", item.input))
        return tuple(messages)
