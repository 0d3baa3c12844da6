"""The policy that follows from a decision: a file that the gateway obeys."""

from __future__ import annotations

import json
from typing import Any

from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.evidence import Standing
from equipoise.domain.policy import Policy, Route
from equipoise.domain.workload import DataClass

SCHEMA = "equipoise.policy/1"


def make_policy(decision: Decision) -> Policy | None:
    """What would put a decision into force; None for one that is undecided.

    Fallbacks are the other candidates that no constraint excludes and that were shown to meet the
    bar, the cheapest per accepted answer first: what is only assumed answers nobody.
    """
    if decision.plan.kind is PlanKind.UNDECIDED:
        return None
    routes = tuple(
        Route(share.target, share.share) for share in decision.plan.shares if share.share > 0
    )
    spare = sorted(
        (
            row
            for row in decision.candidates
            if not row.excluded and row.standing == Standing.MET.value
        ),
        key=lambda row: row.per_accepted_usd or float("inf"),
    )
    taken = {route.target for route in routes}
    return Policy(
        id=f"pol_{decision.id}",
        workload=decision.workload,
        data_class=DataClass(decision.data_class),
        routes=routes,
        fallbacks=tuple(dict.fromkeys(row.target for row in spare if row.target not in taken)),
        decided_on=decision.decided_on,
        valid_until=decision.valid_until,
    )


def policy_json(policy: Policy) -> str:
    """The policy's file."""
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "id": policy.id,
        "workload": policy.workload,
        "data_class": policy.data_class.value,
        "routes": [{"target": route.target, "share": route.share} for route in policy.routes],
        "fallbacks": list(policy.fallbacks),
        "decided_on": policy.decided_on.isoformat(),
        "valid_until": policy.valid_until.isoformat(),
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
