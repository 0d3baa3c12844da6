"""The page of costs as JSON: one spelling for one page."""

from __future__ import annotations

import json

from equipoise.decisions.costing.page import CostPage
from equipoise.domain.plain import plain

SCHEMA = "equipoise.cost/1"


def to_json(page: CostPage) -> str:
    """The whole page, indented, keys in the order of the fields, ending with a newline."""
    value = {"schema": SCHEMA, **plain(page), "inputs": dict(page.inputs)}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
