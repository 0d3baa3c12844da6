"""What runs now, what was decided and what it cost, as one page and as its JSON twin."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources
from typing import Any

from equipoise.console import format as written
from equipoise.console.environment import environment
from equipoise.domain.decision import PlanKind
from equipoise.domain.endpoint import Operator
from equipoise.domain.model import Weights
from equipoise.domain.money import PICO_PER_DOLLAR

SCHEMA = "equipoise.overview/1"
REFRESH_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answerer:
    """A target of a service; `share` is a policy's, None where targets are asked in order.

    `obstacle` says why no request of the service reaches it now, and is empty where they do.
    """

    target: str
    weights: Weights
    operator: Operator
    share: float | None = None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A name that clients ask for. `policy` is the id of what routes it, or empty."""

    name: str
    workload: str
    data_class: str
    targets: tuple[Answerer, ...]
    policy: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A workload's decision; `report` is the page's path on this server, or empty."""

    workload: str
    title: str
    plan: PlanKind
    confidence: float
    decided_on: date
    valid_until: date
    report: str = ""


@dataclass(frozen=True, slots=True)
class SpendRow:
    """What a workload's requests to one target came to, from `first` to `last` day, in UTC.

    A request that several targets tried is in the row of each. The target is empty where a request
    was put to none, the workload where the client named no model that is here. Money is in
    picodollars; `estimated_pico` is a part of `cost_pico`.
    """

    workload: str
    target: str
    requests: int
    failed: int
    input_tokens: int
    output_tokens: int
    cost_pico: int
    estimated_pico: int
    first: str
    last: str

    @property
    def cost_usd(self) -> float:
        """The cost in dollars, for reading."""
        return self.cost_pico / PICO_PER_DOLLAR

    @property
    def estimated_usd(self) -> float:
        """The estimated part in dollars, for reading."""
        return self.estimated_pico / PICO_PER_DOLLAR


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page says, as it was at `at` (UTC).

    `gateway` is the address clients use. `requests` and `failed` count each request once, whatever
    it tried. `unread` counts folders of decisions that hold no record this release can read.
    """

    at: datetime
    gateway: str
    services: tuple[ServiceRow, ...]
    decisions: tuple[DecisionRow, ...]
    unread: int
    requests: int
    failed: int
    spend: tuple[SpendRow, ...]

    @property
    def cost_usd(self) -> float:
        """What everything cost, in dollars."""
        return sum(row.cost_pico for row in self.spend) / PICO_PER_DOLLAR

    @property
    def estimated_usd(self) -> float:
        """The part of it that is estimated, in dollars."""
        return sum(row.estimated_pico for row in self.spend) / PICO_PER_DOLLAR

    @property
    def estimated_share(self) -> float:
        """The part of it that is estimated, of one."""
        return self.estimated_usd / self.cost_usd if self.cost_usd else 0.0


def render(overview: Overview) -> str:
    """Write the page. The same overview gives the same bytes; it loads nothing from anywhere."""
    css = resources.files("equipoise.console").joinpath("report.css").read_text("utf-8")
    template = environment().get_template("overview.html")
    return template.render(
        overview=overview,
        headline=headline(overview),
        dearest=max((row.cost_pico for row in overview.spend), default=0) or 1,
        refresh=REFRESH_SECONDS,
        css=css,
    )


def headline(overview: Overview) -> str:
    """What the page comes to, in one sentence."""
    if not overview.requests:
        return "Nothing has been asked yet."
    first = min((row.first for row in overview.spend), default="")
    last = max((row.last for row in overview.spend), default="")
    when = f"on {first}" if first == last else f"since {first}"
    requests = f"{written.counted(overview.requests, 'request')} {when}"
    part = "none of it estimated"
    if overview.estimated_usd:
        part = f"{written.percent(overview.estimated_share)} of it estimated"
    cost = f"cost {written.money(overview.cost_usd)}, {part}" if overview.cost_usd else "cost $0"
    failed = f"; {written.in_words(overview.failed)} failed" if overview.failed else ""
    return written.sentence(f"{requests} {cost}{failed}.")


def to_json(overview: Overview) -> str:
    """The same as JSON; money both exact, in picodollars, and in dollars."""
    return json.dumps(to_value(overview), indent=2, ensure_ascii=False) + "\n"


def to_value(overview: Overview) -> dict[str, Any]:
    """The overview as plain values; the schema's name changes whenever a field does."""
    return {
        "schema": SCHEMA,
        "at": overview.at.isoformat(timespec="seconds"),
        "gateway": overview.gateway,
        "requests": overview.requests,
        "failed": overview.failed,
        "services": [_service(row) for row in overview.services],
        "decisions": [_decision(row) for row in overview.decisions],
        "unread_decisions": overview.unread,
        "spend": [_spend(row) for row in overview.spend],
    }


def _service(row: ServiceRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "workload": row.workload,
        "data_class": row.data_class,
        "policy": row.policy,
        "valid_until": row.valid_until.isoformat() if row.valid_until is not None else None,
        "targets": [
            {
                "target": answerer.target,
                "weights": answerer.weights.value,
                "operator": answerer.operator.value,
                "share": answerer.share,
                "obstacle": answerer.obstacle,
            }
            for answerer in row.targets
        ],
    }


def _decision(row: DecisionRow) -> dict[str, Any]:
    return {
        "workload": row.workload,
        "title": row.title,
        "plan": row.plan.value,
        "confidence": row.confidence,
        "decided_on": row.decided_on.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "report": row.report,
    }


def _spend(row: SpendRow) -> dict[str, Any]:
    return {
        "workload": row.workload,
        "target": row.target,
        "requests": row.requests,
        "failed": row.failed,
        "input_tokens": row.input_tokens,
        "output_tokens": row.output_tokens,
        "cost_pico": row.cost_pico,
        "cost_usd": row.cost_usd,
        "estimated_pico": row.estimated_pico,
        "estimated_usd": row.estimated_usd,
        "first": row.first,
        "last": row.last,
    }
