"""A decision arranged for reading: what the page and the Markdown record have in common."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from equipoise.console import format as written
from equipoise.console import words
from equipoise.console.charts import crossover
from equipoise.console.charts import curve as reading
from equipoise.domain.decision import (
    CandidateRow,
    CostLine,
    CostPoint,
    Decision,
    LicenceFinding,
    PlanKind,
    PricedPlan,
)
from equipoise.domain.provenance import Assumption

_ROWS = 7  # volumes in the table under the crossover chart, besides the workload's own

_COLUMNS = {
    "fees": ("input", "cached", "cache_write", "output", "retries", "commitment"),
    "machines": ("machines", "financing", "power", "hosting", "egress"),
    "people": ("people", "refresh", "migration"),
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One of the six plans: priced, or with the reason why it cannot be had.

    `left`, `middle` and `right` place its cost and interval on a line from 0 to 100. `chance` is
    that of being cheapest, None where a draft has nothing that it could be told from.
    """

    name: str
    plan: PricedPlan | None
    reason: str
    chosen: bool
    assumed: bool
    chance: float | None = None
    left: float = 0.0
    middle: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class Account:
    """A candidate's monthly cost: `lines` make `monthly_usd`, and with `rework` `total_usd`.

    Rework is putting right what was not accepted; `by_kind` sums lines of the same column.
    """

    row: CandidateRow
    lines: tuple[CostLine, ...]
    rework: tuple[CostLine, ...]

    @property
    def by_kind(self) -> dict[str, float]:
        """What each column comes to."""
        kinds = dict.fromkeys(column(line.kind) for line in self.lines)
        return {
            kind: _sum(line for line in self.lines if column(line.kind) == kind) for kind in kinds
        }

    @property
    def monthly_usd(self) -> float:
        """The sum of the lines without rework."""
        return _sum(self.lines)

    @property
    def rework_usd(self) -> float:
        """The sum of the rework."""
        return _sum(self.rework)

    @property
    def total_usd(self) -> float:
        """The sum of all lines."""
        return _sum((*self.lines, *self.rework))


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """What a licence says, and the candidates of whose weights it says so."""

    finding: LicenceFinding
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssumptionRow:
    """Assumptions that have value, reason and source in common."""

    subjects: tuple[str, ...]
    assumption: Assumption


@dataclass(frozen=True, slots=True)
class CostRow:
    """What every drawn candidate costs at one volume; None beyond its curve."""

    requests_per_month: float
    own: bool
    costs: tuple[CostPoint | None, ...]


def plan_rows(decision: Decision) -> tuple[PlanRow, ...]:
    """All six plans in their fixed order."""
    priced = {plan.kind: plan for plan in decision.plans}
    scale = max(
        (plan.monthly_high or plan.monthly_usd or 0.0 for plan in decision.plans), default=0.0
    )
    return tuple(_plan_row(decision, kind, priced.get(kind), scale) for kind in PlanKind)


def accounts(decision: Decision) -> tuple[Account, ...]:
    """The cost of every candidate that has one, line by line. The sums are of the lines shown."""
    return tuple(_account(row) for row in decision.candidates if row.costs)


def licence_rows(decision: Decision) -> tuple[LicenceRow, ...]:
    """The findings, once for all candidates of which the same is said."""
    shared: dict[LicenceFinding, list[str]] = {}
    for finding in decision.licences:
        shared.setdefault(replace(finding, candidate=""), []).append(finding.candidate)
    return tuple(LicenceRow(finding, tuple(names)) for finding, names in shared.items())


def assumption_rows(decision: Decision) -> tuple[AssumptionRow, ...]:
    """The assumptions, once for all subjects of which the same is assumed."""
    shared: dict[Assumption, list[str]] = {}
    for assumption in decision.assumptions:
        shared.setdefault(replace(assumption, subject=""), []).append(assumption.subject)
    return tuple(AssumptionRow(tuple(names), what) for what, names in shared.items())


def column(kind: str) -> str:
    """The column of the accounts that a kind of line is added up in: its own where it has one."""
    return next((name for name, kinds in _COLUMNS.items() if kind in kinds), kind)


def cost_kinds(decision: Decision) -> tuple[str, ...]:
    """The columns that any candidate has, rework apart, the usual ones first."""
    lines = (line for row in decision.candidates for line in row.costs)
    kinds = dict.fromkeys(column(line.kind) for line in lines)
    known = [kind for kind in _COLUMNS if kind in kinds]
    others = [kind for kind in kinds if kind not in {*known, "rework"}]
    return (*known, *others)


def cost_rows(decision: Decision) -> tuple[CostRow, ...]:
    """The numbers behind the crossover chart at evenly chosen volumes and at the workload's own."""
    curves = crossover.drawable(decision)
    volumes = sorted({p.requests_per_month for curve in curves for p in curve.points})
    stride = max(1, math.ceil(len(volumes) / _ROWS))
    own = decision.requests_per_month
    apart = [v for v in volumes[::stride] if not math.isclose(v, own)]
    return tuple(
        CostRow(volume, volume == own, tuple(reading.at(curve, volume) for curve in curves))
        for volume in sorted([*apart, *([float(own)] if curves else [])])
    )


def slug(decision: Decision, rank: int) -> str:
    """An anchor that is unique in the page and can be read in a link."""
    name = re.sub(r"[^a-z0-9]+", "-", decision.workload.lower()).strip("-")
    return f"w{rank}-{name}".rstrip("-")


def _plan_row(decision: Decision, kind: PlanKind, plan: PricedPlan | None, scale: float) -> PlanRow:
    chosen = kind is decision.plan.kind
    by_name = {row.candidate: row for row in decision.candidates}
    shares = plan.shares if plan else ()
    assumed = any(
        row.items == 0 and row.rate is not None
        for share in shares
        if (row := by_name.get(share.candidate)) is not None
    )
    ends = (0.0, 0.0, 0.0)
    if plan and plan.monthly_usd is not None and scale > 0:
        low = plan.monthly_usd if plan.monthly_low is None else plan.monthly_low
        high = plan.monthly_usd if plan.monthly_high is None else plan.monthly_high
        ends = (_part(low, scale), _part(plan.monthly_usd, scale), _part(high, scale))
    chance = plan.chance_best if plan else None
    return PlanRow(
        words.PLANS[kind],
        plan,
        _reason(kind, plan, chosen),
        chosen,
        assumed,
        chance if chance or not decision.stated_lengths else None,
        *ends,
    )


def _part(value: float, scale: float) -> float:
    return round(min(100.0, max(0.0, 100 * value / scale)), 1)


def _reason(kind: PlanKind, plan: PricedPlan | None, chosen: bool) -> str:
    """Why a plan has no price, as a sentence without its full stop; empty where it has one."""
    if plan is not None and plan.monthly_usd is not None and not plan.unavailable:
        return ""
    why = plan.unavailable if plan else ""
    if kind is PlanKind.UNDECIDED:
        if chosen:
            return written.sentence(why or "the evidence does not suffice")
        return f"Not needed: {why or 'the evidence suffices to decide'}"
    if plan is None:
        return "Not priced in this record"
    return f"Cannot be had: {why}" if why else "Cannot be had: no price is known"


def _account(row: CandidateRow) -> Account:
    return Account(
        row,
        lines=tuple(line for line in row.costs if line.kind != "rework"),
        rework=tuple(line for line in row.costs if line.kind == "rework"),
    )


def _sum(lines: Iterable[CostLine]) -> float:
    return math.fsum(line.usd for line in lines)
