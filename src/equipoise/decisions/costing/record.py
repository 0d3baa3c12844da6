"""The page of costs as JSON: one spelling for one page, numbers rounded to nine digits."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from equipoise.decisions.costing.page import CostPage

SCHEMA = "equipoise.cost/1"
_DIGITS = 9


def to_json(page: CostPage) -> str:
    """The whole page, indented, keys in the order of the fields, ending with a newline."""
    value = {"schema": SCHEMA, **_plain(page), "inputs": dict(page.inputs)}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
