"""Two decisions to render: one that is made, with a vendor excluded, and one that is still open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from equipoise.domain.decision import (
    CandidateRow,
    CostCurve,
    CostLine,
    CostPoint,
    Crossover,
    Decision,
    Exclusion,
    LicenceFinding,
    Measurement,
    NeededQuality,
    PlanKind,
    Portfolio,
    PricedPlan,
    Share,
    Tripwire,
)
from equipoise.domain.endpoint import Operator
from equipoise.domain.evidence import Evidence
from equipoise.domain.model import Weights
from equipoise.domain.provenance import Assumption, Source

DAY = date(2026, 11, 2)
VOLUME = 180_000
MEASURED = ("plan sha256:5a1e", "journal sha256:9c40")

OWN = ("qwen3-8b-l4", "local/qwen3-8b", Weights.OPEN, Operator.SELF)
HOSTED = ("llama-70b-hosted", "deepinfra/llama-3.3-70b-instruct", Weights.OPEN, Operator.VENDOR)
CLOSED = ("gpt-5-mini", "openai/gpt-5-mini", Weights.CLOSED, Operator.VENDOR)
HAIKU = ("claude-haiku", "anthropic/claude-haiku-4.5", Weights.CLOSED, Operator.VENDOR)

Identity = tuple[str, str, Weights, Operator]
VOLUMES = tuple(VOLUME * 10 ** (step / 4) for step in range(-6, 7))


def row(
    identity: Identity,
    standing: str,
    rate: tuple[float, float, float] | None,
    items: int,
    costs: tuple[CostLine, ...],
    *,
    volume: int = VOLUME,
    p95: float | None = 1.4,
    excluded: bool = False,
    note: str = "",
) -> CandidateRow:
    monthly = sum(line.usd for line in costs if line.kind != "rework")
    accepted = None if rate is None else sum(line.usd for line in costs) / (volume * rate[0])
    return CandidateRow(
        *identity,
        standing=standing,
        rate=rate and rate[0],
        rate_low=rate and rate[1],
        rate_high=rate and rate[2],
        items=items,
        costs=costs,
        monthly_usd=monthly,
        monthly_low=monthly * 0.86,
        monthly_high=monthly * 1.22,
        per_accepted_usd=accepted,
        p95_seconds=p95,
        excluded=excluded,
        note=note,
    )


def curve(identity: Identity, cost: Callable[[float], float], spread: float) -> CostCurve:
    points = (
        CostPoint(v, cost(v), cost(v) * (1 - spread), cost(v) * (1 + spread)) for v in VOLUMES
    )
    return CostCurve(*identity, points=tuple(points))


def share(identity: Identity, part: float = 1.0) -> Share:
    return Share(*identity, share=part)


def plan(
    kind: PlanKind,
    shares: tuple[Share, ...],
    monthly: float,
    accepted: float,
    best: float,
    *,
    proven: bool = True,
    note: str = "",
) -> PricedPlan:
    return PricedPlan(
        kind=kind,
        shares=shares,
        proven=proven,
        monthly_usd=monthly,
        monthly_low=monthly * 0.86,
        monthly_high=monthly * 1.22,
        per_accepted_usd=accepted,
        per_accepted_low=accepted * 0.9,
        per_accepted_high=accepted * 1.16,
        chance_best=best,
        note=note,
    )


def unavailable(kind: PlanKind, why: str) -> PricedPlan:
    return PricedPlan(kind=kind, shares=(), proven=False, unavailable=why)


def fact(
    claim: str,
    figures: tuple[float, float, float],
    method: str,
    *,
    of: Identity = OWN,
    unit: str = "share of answers",
) -> Evidence:
    return Evidence(claim, of[0], *figures, unit, method, 500, MEASURED)


def _decided_candidates() -> tuple[CandidateRow, ...]:
    closed = (
        CostLine("fees", 1404.0, "180,000 × (1,480 in at $2.50 and 410 out at $10.00 a million)"),
        CostLine("people", 625.0, "0.05 of an engineer at $150,000 a year"),
        CostLine("rework", 2916.0, "180,000 × 8.1 % not accepted × $0.20"),
    )
    own = (
        CostLine("machines", 511.0, "1 × L4 at $0.70 an hour, 730 hours; 41 % busy at the peak"),
        CostLine("people", 1250.0, "0.1 of an engineer at $150,000 a year"),
        CostLine("rework", 2520.0, "180,000 × 7 % not accepted × $0.20"),
    )
    hosted = (
        CostLine("fees", 129.6, "180,000 × (1,480 in at $0.23 and 410 out at $0.40 a million)"),
        CostLine("people", 625.0, "0.05 of an engineer at $150,000 a year"),
        CostLine("rework", 4320.0, "180,000 × 12 % not accepted × $0.20"),
    )
    haiku = (
        CostLine("fees", 635.4, "180,000 × (1,480 in at $1 and 410 out at $5 a million)"),
        CostLine("people", 625.0, "0.05 of an engineer at $150,000 a year"),
    )
    return (
        row(OWN, "met", (0.93, 0.904, 0.951), 500, own, p95=2.1),
        row(CLOSED, "met", (0.919, 0.892, 0.941), 500, closed, note="the incumbent"),
        row(HOSTED, "unmeasured", (0.88, 0.82, 0.94), 0, hosted, p95=None),
        row(HAIKU, "unmeasured", None, 0, haiku, p95=None, excluded=True),
    )


def _decided_plans() -> tuple[PricedPlan, ...]:
    return (
        plan(PlanKind.AS_IS, (share(CLOSED),), 2029.0, 0.0299, 0.04),
        plan(PlanKind.OPTIMISED, (share(CLOSED),), 1561.0, 0.0271, 0.09, note="prompt caching"),
        plan(PlanKind.OPEN_HOSTED, (share(HOSTED),), 754.6, 0.032, 0.0, proven=False),
        plan(PlanKind.OPEN_SELF, (share(OWN),), 1761.0, 0.0256, 0.87),
        unavailable(PlanKind.HYBRID, "one machine serves all of the traffic; nothing is left over"),
    )


@pytest.fixture(scope="session")
def decided() -> Decision:
    plans = _decided_plans()
    return Decision(
        id="d-41f6c2",
        workload="support-triage",
        title='Support triage: "urgent" & <VIP> mail',
        data_class="confidential",
        decided_on=DAY,
        valid_until=date(2027, 5, 1),
        plan=plans[3],
        answer="Run Qwen3 8B on one L4 of our own: it meets the floor of 90 % and saves $268 "
        "a month against today's API, mostly in fees.",
        confidence=0.87,
        plans=plans,
        candidates=_decided_candidates(),
        excluded=(
            Exclusion(
                "claude-haiku",
                "anthropic/claude-haiku-4.5",
                "data_class",
                'confidential data needs a "no training" term; the one on file ended 2026-09-30',
            ),
        ),
        licences=(
            LicenceFinding(
                "qwen3-8b-l4",
                "qwen3-8b",
                "Apache-2.0",
                "allowed_with_obligations",
                ("Keep the licence text & notices with every copy of the weights.",),
                "internal use is granted",
                "https://www.apache.org/licenses/LICENSE-2.0",
            ),
            LicenceFinding(
                "llama-70b-hosted",
                "llama-3.3-70b-instruct",
                "LicenseRef-llama-3.3",
                "allowed_with_obligations",
                ('Show "Built with Llama".', "Name derived models Llama-…."),
                "below 700 million monthly users",
                "Llama 3.3 Community License, checked 2026-08-14",
            ),
        ),
        tripwires=(
            Tripwire(
                "volume",
                "Below this volume the API is cheaper than a machine of our own.",
                "requests a month",
                136_000,
                180_000,
            ),
            Tripwire(
                "price of gpt-5-mini",
                "A fall below this price <per million output tokens> makes the API cheaper.",
                "US dollars per million output tokens",
                7.1,
                10.0,
            ),
            Tripwire(
                "accept rate of qwen3-8b-l4",
                "A new version that falls below the floor may not be used.",
                "share of answers",
                0.9,
                0.93,
            ),
            Tripwire(
                "price of the machine",
                "The reserved price of the L4 ends and the on-demand price takes its place.",
                on=date(2027, 3, 31),
            ),
        ),
        needed=(
            NeededQuality(
                "llama-70b-hosted",
                0.938,
                "Hosted Llama would win from an accept rate of 93.8 %; 82 to 94 % is assumed.",
            ),
        ),
        crossovers=(
            Crossover("qwen3-8b-l4", "gpt-5-mini", 145_600, "gpt-5-mini", "qwen3-8b-l4"),
            Crossover("qwen3-8b-l4", "claude-haiku", 322_000, "claude-haiku", "qwen3-8b-l4"),
        ),
        curves=(
            curve(CLOSED, lambda v: 625 + v * 0.0078, 0.06),
            curve(OWN, lambda v: 1250 + 511 * max(1, -(-v // 420_000)), 0.14),
            curve(HOSTED, lambda v: 625 + v * 0.00072, 0.1),
            curve(HAIKU, lambda v: 625 + v * 0.00353, 0.07),
        ),
        next_measurement=Measurement(
            what="Measure llama-70b-hosted on 240 items",
            why="It would be the cheapest plan if it were accepted in 93.8 % of cases or more.",
            cost_usd=0.31,
            hours=0.4,
            commands=(
                "export DEEPINFRA_API_KEY=…",
                "equipoise trial run triage.toml --only llama-70b-hosted --items 240",
                "equipoise decide triage.toml",
            ),
        ),
        evidence=(
            fact("answers accepted", (0.93, 0.904, 0.951), "Wilson interval, 95 %"),
            fact("answers accepted", (0.919, 0.892, 0.941), "Wilson interval, 95 %", of=CLOSED),
            fact(
                "difference to gpt-5-mini on the same items",
                (0.011, -0.014, 0.036),
                "Tango interval, 95 %",
            ),
            fact(
                "95th percentile of the time for an answer",
                (2.1, 1.9, 2.4),
                "order statistics, 95 %",
                unit="seconds",
            ),
        ),
        assumptions=_assumptions(),
        requests_per_month=VOLUME,
        quality_floor=0.9,
        inputs=(
            (
                "triage.toml",
                "sha256:8d7f0c1be2a54f6e9b1f30c2d5e7a8904c61b7a2f5d38e10a94bc27d6f0e1a35",
            ),
            (
                "triage.jsonl",
                "sha256:1f0a77ce3b1d4e2a8c55d90be7f2a61384c9d0e5b6a7f8091a2b3c4d5e6f7089",
            ),
            ("catalog", "2026-10-28"),
        ),
    )


def _assumptions() -> tuple[Assumption, ...]:
    author = Source("the workload's author", "", DAY)
    return (
        Assumption(
            "cost of putting right a rejected answer",
            "$0.20",
            "two minutes of a support agent, one case in ten",
            author,
        ),
        Assumption(
            "engineering for a machine of our own", "0.1 FTE", "upgrades & on-call, shared", author
        ),
        Assumption("accept rate of llama-70b-hosted", "82–94 %", "a public benchmark", author),
        Assumption(
            "price of one L4",
            "$0.70 an hour",
            "on demand, us-central1",
            Source(
                "cloud price list",
                "https://cloud.example/prices?gpu=l4&region=us",
                date(2026, 10, 1),
            ),
        ),
        Assumption(
            "busiest hour over the mean hour", "4.5", "the last 30 days", Source("usage export")
        ),
    )


@pytest.fixture(scope="session")
def undecided() -> Decision:
    volume = 42_000
    own = (
        CostLine("machines", 511.0, "1 × L4 at $0.70 an hour, 730 hours"),
        CostLine("people", 1250.0, "0.1 of an engineer at $150,000 a year"),
        CostLine("rework", 8190.0, "42,000 × 13 % not accepted × $1.50"),
    )
    closed = (
        CostLine("fees", 861.0, "42,000 × (3,900 in at $2.50 and 1,075 out at $10.00 a million)"),
        CostLine("people", 625.0, "0.05 of an engineer at $150,000 a year"),
        CostLine("rework", 7245.0, "42,000 × 11.5 % not accepted × $1.50"),
    )
    as_is = plan(PlanKind.AS_IS, (share(CLOSED),), 1486.0, 0.235, 0.58, proven=False)
    none = unavailable(PlanKind.UNDECIDED, "no candidate is shown to meet the floor yet")
    return Decision(
        id="d-b07713",
        workload="clinic-notes",
        title="Clinic notes",
        data_class="internal",
        decided_on=DAY,
        valid_until=date(2026, 12, 2),
        plan=none,
        answer="Undecided: 120 items cannot tell whether either candidate meets the floor of 88 %. "
        "Another 260 items, for about $9, would most likely settle it.",
        confidence=0.58,
        plans=(
            as_is,
            unavailable(PlanKind.OPTIMISED, "no prefix repeats, and nothing can wait for a batch"),
            unavailable(PlanKind.OPEN_HOSTED, "no candidate with open weights at a vendor"),
            plan(PlanKind.OPEN_SELF, (share(OWN),), 1761.0, 0.272, 0.42, proven=False),
            unavailable(PlanKind.HYBRID, "no candidate is proven, so none can share the traffic"),
            none,
        ),
        candidates=(
            row(CLOSED, "open", (0.885, 0.814, 0.931), 120, closed, volume=volume),
            row(OWN, "open", (0.87, 0.797, 0.919), 120, own, volume=volume, p95=4.8),
        ),
        excluded=(),
        licences=(),
        tripwires=(),
        needed=(),
        crossovers=(),
        curves=(
            curve(CLOSED, lambda v: 625 + v * 0.0205, 0.06),
            curve(OWN, lambda v: 1761 + v * 0.0004, 0.14),
        ),
        next_measurement=Measurement(
            what="Label 260 more items and put them to both candidates",
            why="It separates 88 % from what was seen with a power of 80 %.",
            cost_usd=9.2,
            hours=6.5,
            commands=("equipoise trial label notes.toml", "equipoise trial run notes.toml"),
        ),
        evidence=(),
        assumptions=(),
        requests_per_month=volume,
        quality_floor=0.88,
        inputs=(("notes.toml", "sha256:02b6"),),
    )


@pytest.fixture(scope="session")
def portfolio(decided: Decision, undecided: Decision) -> Portfolio:
    return Portfolio("p-9e2d14", DAY, (decided, undecided))


@pytest.fixture(scope="session")
def alone(decided: Decision) -> Portfolio:
    return Portfolio("p-1c07aa", DAY, (decided,))
