"""The page as JSON and its spend as CSV: one spelling for one page.

Accounted amounts are strings of exact dollars, modelled ones numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from equipoise.bill.page import BillPage, Breakdown
from equipoise.domain.money import Money
from equipoise.domain.plain import members, plain

SCHEMA = "equipoise.bill/1"
# What a spreadsheet takes for the beginning of a formula, also in the full width of East Asia.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_DERIVED = ("gain_usd", "width", "residual_pico")


def to_json(page: BillPage) -> str:
    """The whole page, indented, keys in the order of the fields, ending with a newline."""
    value = {"schema": SCHEMA, **plain(page, _spelled)}
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


def _spelled(value: Any) -> Iterable[tuple[str, Any]]:
    """The members with what follows from them; picodollars under the name of dollars, exactly."""
    derived = ((name, getattr(value, name)) for name in _DERIVED if hasattr(type(value), name))
    for name, part in dict((*members(value), *derived)).items():
        if name == "pico" or name.endswith("_pico"):
            yield f"{name.removesuffix('pico')}usd", None if part is None else _usd(part)
        elif name == "days":
            yield name, [{"day": day, "usd": _usd(pico)} for day, pico in part]
        else:
            yield name, part
