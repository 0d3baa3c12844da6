"""The page as JSON and its spend as CSV: one spelling for one page.

Accounted amounts are strings of exact dollars, modelled ones numbers rounded to nine digits.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from equipoise.bill.page import BillPage, Breakdown
from equipoise.domain.money import Money

SCHEMA = "equipoise.bill/1"
_DIGITS = 9
# What a spreadsheet takes for the beginning of a formula, also in the full width of East Asia.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_DERIVED = ("gain_usd", "width", "residual_pico")


def to_json(page: BillPage) -> str:
    """The whole page, indented, keys in the order of the fields, ending with a newline."""
    value = {"schema": SCHEMA, **_plain(page)}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(page: BillPage) -> str:
    """The parts of the spend, a row each: dimension, name, dollars, tokens, requests.

    Names were written by other people: one that a spreadsheet would take for a formula has an
    apostrophe before it, as OWASP advises (CSV injection, 2026). Lines end as RFC 4180 has them:
    only then is a name with either of the two characters quoted.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("dimension", "name", "usd", "tokens", "requests"))
    for breakdown in page.breakdowns:
        writer.writerows(_rows(breakdown))
    return text.getvalue()


def as_text(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.lstrip(" ").startswith(_FORMULA) else name


def _rows(breakdown: Breakdown) -> Iterable[tuple[str, str, str, int, int | str]]:
    for row in breakdown.rows:
        requests = "" if row.requests is None else row.requests
        yield as_text(breakdown.dimension), as_text(row.name), _usd(row.pico), row.tokens, requests


def _usd(pico: int) -> str:
    return f"{Money(pico).dollars.normalize():f}"


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
        names = [field.name for field in fields(value)]
        names += [name for name in _DERIVED if hasattr(type(value), name) and name not in names]
        return dict(_field(name, getattr(value, name)) for name in names)
    return value


def _field(name: str, value: Any) -> tuple[str, Any]:
    """Picodollars under the name of dollars, exactly; the rest as it is."""
    if name == "pico" or name.endswith("_pico"):
        renamed = f"{name.removesuffix('pico').removesuffix('_')}_usd".lstrip("_")
        return renamed, None if value is None else _usd(value)
    if name == "days":
        return name, [{"day": day.isoformat(), "usd": _usd(pico)} for day, pico in value]
    return name, _plain(value)
