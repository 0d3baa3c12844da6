"""The page of costs: what every candidate costs, how its machines may be had, where two cross."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from equipoise.domain.decision import CostCurve, CostLine, Crossover
from equipoise.domain.evidence import Lengths


@dataclass(frozen=True, slots=True)
class WayCost:
    """Machines had in one way over `months`: the level month, and when its start comes back.

    Amounts are US dollars. `monthly_low` and `monthly_high` bound the middle 80 % of the draws.
    `payback_months` is None where it never comes back or nothing is known to compare with;
    `payback` says which. Where a way cannot be had, `unavailable` says why and the rest is empty.
    """

    way: str
    months: int
    costs: tuple[CostLine, ...] = ()
    monthly_usd: float | None = None
    monthly_low: float | None = None
    monthly_high: float | None = None
    start_usd: float | None = None
    running_usd: float | None = None
    payback_months: float | None = None
    payback: str = ""
    unavailable: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """Our own beside the vendor `reference`, the incumbent or else the cheapest.

    `saving_usd` is a month's and negative where ours costs more. `needed_request_usd` is the fee a
    request, and `needed_utilisation` the share of one machine's output, at which both cost the
    same; None where there is none, as the sentence says. The latter counts the machine alone.
    """

    reference: str
    saving_usd: float
    needed_request_usd: float | None
    price_sentence: str
    needed_utilisation: float | None
    utilisation_sentence: str


@dataclass(frozen=True, slots=True)
class CandidateCost:
    """What one candidate costs a month, with every uncertain quantity at its centre.

    `costs` add up to `monthly_usd`. `accept_rate` is what `answers` answers of a journal say, and
    with it `per_accepted_usd` includes rework; both are None where nothing was measured. `machines`
    to `ways` are those of our own. Where it has no price, `unpriced` says why.
    """

    candidate: str
    target: str
    own: bool
    lengths: Lengths
    costs: tuple[CostLine, ...] = ()
    monthly_usd: float | None = None
    monthly_low: float | None = None
    monthly_high: float | None = None
    per_request_usd: float | None = None
    accept_rate: float | None = None
    answers: int = 0
    per_accepted_usd: float | None = None
    machine: str | None = None
    machines: int | None = None
    utilisation: float | None = None
    next_machine_at: float | None = None
    ways: tuple[WayCost, ...] = ()
    against: Against | None = None
    notes: tuple[str, ...] = ()
    unpriced: str = ""


@dataclass(frozen=True, slots=True)
class OtherPlan:
    """Another use of the same candidates: `kind` is "discounted", or "hybrid" where two share."""

    kind: str
    candidates: tuple[str, ...]
    note: str
    costs: tuple[CostLine, ...]
    monthly_usd: float
    monthly_low: float
    monthly_high: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Every volume from `low` to `high` at which the cheaper of two candidates changes.

    `per` is "month" or "accepted answer": what was compared. By the month, neither is surely the
    cheaper from `unsure_low` to `unsure_high`, in 80 % of the draws; both are None where one is.
    """

    first: str
    second: str
    per: str
    low: float
    high: float
    crossings: tuple[Crossover, ...]
    sentence: str
    unsure_low: float | None = None
    unsure_high: float | None = None


@dataclass(frozen=True, slots=True)
class Swing:
    """Our own month less the vendor's, with one fact at either end of its range."""

    fact: str
    low: float
    high: float
    unit: str
    at_low_usd: float
    at_high_usd: float


@dataclass(frozen=True, slots=True)
class Hinge:
    """What the difference between the cheapest of our own and the cheapest vendor hangs on.

    `difference_usd` is our own month less the vendor's; the swings stand from the widest down.
    """

    own: str
    vendor: str
    difference_usd: float
    chance_own_is_cheaper: float
    swings: tuple[Swing, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and where it comes from: a sum over other figures, or a source.

    `sum` is the sum in words; `inputs` names the figures in it; `source` whose word a figure is
    that no sum gives, with the day it was looked at. `value` is None where there is none.
    """

    name: str
    value: float | None
    unit: str
    sum: str = ""
    inputs: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class CostPage:
    """All of it, for one workload on one day. `inputs` names what it rests on, with digests."""

    workload: str
    title: str
    priced_on: date
    requests_per_month: int
    peak_to_mean: float
    answer: str
    candidates: tuple[CandidateCost, ...]
    others: tuple[OtherPlan, ...]
    pairs: tuple[Pair, ...]
    hinge: Hinge | None
    curves: tuple[CostCurve, ...]
    crossovers: tuple[Crossover, ...]
    figures: tuple[Figure, ...]
    inputs: tuple[tuple[str, str], ...]
