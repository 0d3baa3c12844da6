"""Right answers into the file of items, one by one, each on the disk before the next is asked."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from equipoise.config.items_columns import Columns, cells_of
from equipoise.config.items_file import read_ordered
from equipoise.config.items_gold import Golds
from equipoise.config.toml_file import read_toml
from equipoise.config.workload import items_order
from equipoise.errors import ConfigurationError, Problem
from equipoise.trials.items.jsonl import object_row
from equipoise.trials.items.row import Place
from equipoise.trials.scorers.score import read_object

_MARK = b"\xef\xbb\xbf"
_ADVICE = "Label it where it came from, or write the items as JSON lines."


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """An item without a right answer; `line` is where it stands, from 0.

    `id` is empty where the file has none.
    """

    line: int
    id: str
    question: str
    incumbent_answer: str


@dataclass(frozen=True, slots=True)
class Labels:
    """A file of items that is being labelled. `fields` are those of an answer; empty for text."""

    path: Path
    columns: Columns
    fields: Mapping[str, Mapping[str, Any]]
    total: int
    unlabelled: tuple[Unlabelled, ...]
    schema: Mapping[str, Any] | None

    @property
    def column(self) -> str:
        """Where right answers stand."""
        return self.columns.of("expected")

    def accepted(self, answer: str) -> Any:
        """What an answer of the incumbent's says as gold; None where it says nothing that fits."""
        if self.schema is None:
            return answer.strip() or None
        found = read_object(answer) or {}
        gold = {name: found[name] for name in self.fields if name in found}
        return None if self.fault(gold) else gold

    def fault(self, gold: Any) -> str:
        """Why a right answer cannot be one; empty where it can."""
        faults = Golds(self.schema).faults(gold, self.column)
        return "; ".join(f"{fault.key}: {fault.reason}. {fault.advice}" for fault in faults)

    def save(self, item: Unlabelled, gold: Any) -> None:
        """Write an item's right answer. Every other line stays as it is, byte for byte.

        Raises ConfigurationError where its line holds another item by now, or has an answer.
        """
        lines = self.path.read_bytes().split(b"\n")
        given = lines[item.line] if item.line < len(lines) else b""
        mark = _MARK if item.line == 0 and given.startswith(_MARK) else b""
        row = object_row(Place(str(self.path), item.line + 1), given.removeprefix(mark))
        values = dict(row.values or {})
        cells = cells_of(row, self.columns) if values else None
        if cells is None or (cells.id or "", cells.input) != (item.id, item.question):
            raise ConfigurationError((self._changed(item, "holds another item by now"),))
        if cells.expected is not None:
            raise ConfigurationError((self._changed(item, "has a right answer by now"),))
        values[self.column] = gold
        lines[item.line] = mark + json.dumps(values, ensure_ascii=False).encode()
        _replace(self.path, b"\n".join(lines))

    def _changed(self, item: Unlabelled, reason: str) -> Problem:
        advice = "Somebody else writes to the file: run the same command again to go on."
        return Problem(str(self.path), item.line + 1, "", f"{reason}; nothing was written", advice)


def open_labels(workload: Path) -> Labels:
    """Find what is still to be labelled; raises ConfigurationError with all that is wrong."""
    file = read_toml(workload)
    order = items_order(file, every_item=True)
    if order is None:
        advice = "Name a file of items there first, such as `equipoise trial init` makes."
        raise ConfigurationError((file.problem(("task", "items"), "missing", advice),))
    found = read_ordered(replace(order, gold=False))
    if found.problems:
        raise ConfigurationError(found.problems)
    column = order.columns.of("expected")
    lines = order.path.read_bytes().split(b"\n") if order.path.is_file() else []
    rows = [
        (number, object_row(Place(str(order.path), number + 1), line.removeprefix(_MARK)))
        for number, line in enumerate(lines)
        if line.strip()
    ]
    if not rows or any(row.values is None for _, row in rows) or "." in column:
        problem = Problem(
            str(order.path), None, "", "is no file that can be labelled here", _ADVICE
        )
        raise ConfigurationError((problem,))
    schema = order.schema
    return Labels(
        path=order.path,
        columns=order.columns,
        fields=schema["properties"] if schema is not None else {},
        total=len(rows),
        unlabelled=tuple(
            Unlabelled(
                line=number,
                id=cells.id or "",
                question=cells.input,
                incumbent_answer=str((row.values or {}).get("incumbent_answer", "")),
            )
            for number, row in rows
            if (cells := cells_of(row, order.columns)).expected is None
        ),
        schema=schema,
    )


def _replace(path: Path, content: bytes) -> None:
    """Put whole content into a file's place: after a loss of power it is the old one or the new."""
    with NamedTemporaryFile(dir=path.parent, prefix=".labels-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        finally:
            Path(file.name).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
