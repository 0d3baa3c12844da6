"""Values as JSON takes them: the one spelling of every record, page and result file.

Floats are rounded to nine significant digits, so that the same inputs give the same bytes on any
machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

DIGITS = 9

Members = Callable[[Any], Iterable[tuple[str, Any]]]
"""The names under which a frozen value's members are spelled, with the members."""


def members(value: Any) -> Iterable[tuple[str, Any]]:
    """The fields of a frozen value under their own names, in their order."""
    return ((field.name, getattr(value, field.name)) for field in fields(value))


def plain(value: Any, spelled: Members = members) -> Any:
    """A frozen value, or anything made of such, as dictionaries, lists, texts and numbers."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(part, spelled) for part in value]
    if isinstance(value, dict):
        return {key: plain(part, spelled) for key, part in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(part, spelled) for name, part in spelled(value)}
    return value
