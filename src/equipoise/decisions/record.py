"""The decision record as JSON: one spelling for one decision, and what `--json` carries.

Floats are rounded to nine significant digits, so that the same inputs give the same bytes on any
machine; the schema's name changes whenever a field changes its meaning or goes away.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from equipoise.domain.decision import Decision, Portfolio, PricedPlan

SCHEMA = "equipoise.decision/1"
_DIGITS = 9


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
    value: dict[str, Any] = _plain(decision)
    value["plan"] = _plan(decision.plan)
    value["plans"] = [_plan(plan) for plan in decision.plans]
    value["inputs"] = dict(decision.inputs)
    if decision.stated_lengths is None:
        del value["stated_lengths"]  # only a draft's record has them
    return value


def _plan(plan: PricedPlan) -> dict[str, Any]:
    """A plan with its shares under the name that readers of `--json` know: `targets`."""
    value: dict[str, Any] = _plain(plan)
    value["targets"] = value.pop("shares")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
