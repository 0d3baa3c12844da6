"""Which column of a row is what of an item, and what such a cell may hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from equipoise.config.problems import suggest
from equipoise.trials.items.row import Fault, Row

PARTS = ("id", "input", "expected", "cluster", "slice", "weight")
"""What an item has, each in a column that is called like it unless `[items]` says otherwise."""

# Written beside the gold by `equipoise trial init`, and read by nobody but people.
_UNREAD = ("incumbent_answer",)
_EXAMPLE = 'A row has a question, such as {"id": "a1", "input": "…", "expected": "…"}.'
_TEXT = "must be a text that is not empty"
_NUMBER = "must be a number above 0"
_MEANINGS = {
    "id": "It names the item; one is made of its content where there is no such column.",
    "input": _EXAMPLE,
    "cluster": "It ties items that are not independent.",
    "slice": "It names the part of the traffic that the item is from.",
    "weight": "It says how many of the traffic's questions the item stands for.",
    "split": "It says what the row is meant for.",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that `[items]` names, and the split it asks for, if any.

    `alone` says that the task names a file and nothing of it: then a line of JSON has the parts
    of an item only, and each is of its own kind.
    """

    stated: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    alone: bool = True

    def of(self, part: str) -> str:
        """The column of a part."""
        return self.stated.get(part, part)

    @property
    def read(self) -> frozenset[str]:
        """The outermost columns that are looked at."""
        named = [*(self.of(part) for part in PARTS), "split"]
        return frozenset({*named, *(name.partition(".")[0] for name in named)})


@dataclass(frozen=True, slots=True)
class Cells:
    """The parts of one row: texts, the gold as it stands, and what is wrong with it all."""

    id: str | None
    input: str
    expected: Any
    cluster: str | None
    slice: str
    weight: float
    faults: tuple[Fault, ...]


def cells_of(row: Row, columns: Columns) -> Cells:
    """The parts of a row that has values."""
    faults = list(_unknown(row, columns))
    lenient = not (columns.alone and row.written)

    def text(part: str) -> str | None:
        value = cell(row, columns.of(part))
        if lenient:
            value = _as_text(value)
        wanted = part == "input" or (part == "id" and value is not None)
        if value is None and not wanted:
            return None
        if isinstance(value, str) and (value.strip() or not wanted):
            return value
        reason = _TEXT if wanted else "must be a text"
        faults.append(Fault(reason, _MEANINGS[part], columns.of(part)))
        return None

    name, question, cluster, part_of = map(text, ("id", "input", "cluster", "slice"))
    weight = _weight(cell(row, columns.of("weight")), texts=row.texts)
    if weight is None:
        faults.append(Fault(_NUMBER, _MEANINGS["weight"], columns.of("weight")))
    return Cells(
        id=name,
        input=question or "",
        expected=cell(row, columns.of("expected")),
        cluster=cluster,
        slice=part_of or "",
        weight=weight or 1.0,
        faults=tuple(faults),
    )


def cell(row: Row, column: str) -> Any:
    """What stands in a column, or inside of one after a dot; None where it is empty."""
    value: Any = row.values or {}
    if column in value:
        value = value[column]
    else:
        for part in column.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    return None if row.texts and value == "" else value


def _unknown(row: Row, columns: Columns) -> Iterator[Fault]:
    if not (columns.alone and row.written):
        return
    for key in sorted(set(row.values or {}) - {*PARTS, *_UNREAD}):
        yield Fault("unknown key", suggest(key, PARTS), key)


def _as_text(value: Any) -> Any:
    """A number or a truth value as text, as other programs' ids often are; else what it was."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return None if isinstance(value, str) and not value.strip() else value


def _weight(value: Any, *, texts: bool) -> float | None:
    """A weight, 1 where there is none; None where it is no number above 0."""
    if value is None:
        return 1.0
    if texts:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A whole number may be longer than any float.
    return float(value) if 0 < value < math.inf and value <= 1e12 else None
