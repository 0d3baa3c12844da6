"""The decision record as JSON: one spelling for one decision, and what `--json` carries.

The schema's name changes whenever a field changes its meaning or goes away.
"""

from __future__ import annotations

import json
from typing import Any

from equipoise.domain.decision import Decision, Portfolio, PricedPlan
from equipoise.domain.plain import plain

SCHEMA = "equipoise.decision/1"


def to_json(portfolio: Portfolio) -> str:
    """The whole record, indented, keys in the order of the fields, ending with a newline."""
    return json.dumps(to_value(portfolio), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_value(portfolio: Portfolio) -> dict[str, Any]:
    """The record as plain values: a row a workload under `workloads`."""
    return {
        "schema": SCHEMA,
        "id": portfolio.id,
        "decided_on": portfolio.decided_on.isoformat(),
        "workloads": [_decision(row) for row in portfolio.decisions],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    value: dict[str, Any] = plain(decision)
    value["plan"] = _plan(decision.plan)
    value["plans"] = [_plan(plan) for plan in decision.plans]
    value["inputs"] = dict(decision.inputs)
    if decision.stated_lengths is None:
        del value["stated_lengths"]  # only a draft's record has them
    return value


def _plan(plan: PricedPlan) -> dict[str, Any]:
    """A plan with its shares under the name that readers of `--json` know: `targets`."""
    value: dict[str, Any] = plain(plan)
    value["targets"] = value.pop("shares")
    return value
