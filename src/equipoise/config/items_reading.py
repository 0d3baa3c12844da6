"""Rows as items, one by one: what is kept of them, what is wrong, and what is worth a note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equipoise.config.items_columns import Cells, Columns, cell, cells_of
from equipoise.config.items_gold import Golds
from equipoise.config.problems import suggest
from equipoise.domain.workload import Item
from equipoise.errors import Problem
from equipoise.trials.items.draw import Draw
from equipoise.trials.items.jsonl import EXAMPLE
from equipoise.trials.items.repeats import Repeats, Seen, id_of
from equipoise.trials.items.row import Fault, Place, Row, problem

MOST_PROBLEMS = 50
"""Problems beyond these are counted: a file of another kind is wrong in every row."""

_LOOKED_AT = 1_000
_UNLABELLED_EACH = 3
_GOLD = "It is the right answer, which somebody has to give."
_ROWS = 1 << 44
"""More rows than any file has: a file's place and a row's number make one number."""

Numbered = tuple[int, Problem]


@dataclass(frozen=True, slots=True)
class ItemsFile:
    """The items of one source, the digest of its bytes, and what is wrong with it.

    `lines` counts the rows that hold something, good or bad, repeated ones once. Of very many
    items those are kept that a trial draws from. `notes` are what is right and yet worth knowing.
    """

    items: tuple[Item, ...]
    digest: str
    lines: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemsOrder:
    """What is read, and how. Golds must satisfy `schema`; without one they are not looked at.

    `wanted` items have to be kept, drawn by `seed` where there are very many; None keeps all.
    `gold` says that an item without one is of no use.
    """

    path: Path
    columns: Columns = field(default_factory=Columns)
    schema: Mapping[str, Any] | None = None
    seed: int = 1
    wanted: int | None = None
    gold: bool = True


@dataclass(slots=True)
class Reading:
    """What was read so far of an order. `in_parts` says that whole files are a split."""

    order: ItemsOrder
    in_parts: bool
    _golds: Golds = field(init=False)
    _draw: Draw = field(init=False)
    _seen: Seen = field(default_factory=Seen)
    _rows: int = 0
    _files: list[tuple[str, bool]] = field(default_factory=list)
    _columns: set[str] = field(default_factory=set)
    _found: list[Numbered] = field(default_factory=list)
    _more: int = 0
    _unlabelled: list[int] = field(default_factory=list)
    _left_out: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._golds = Golds(self.order.schema)
        self._draw = Draw(self.order.seed, self.order.wanted)

    def take(self, row: Row) -> None:
        """Take a row in."""
        split = self.order.columns.split
        if split and not self.in_parts and row.values and cell(row, "split") != split:
            return
        number = self._number(row.place)
        self._rows += 1
        self._columns.update(row.values or ())
        if row.left_out:
            self._left_out[row.left_out] += 1
        elif row.values is None:
            self._note(number, row.place, row.faults)
        else:
            self._item(number, row, cells_of(row, self.order.columns))

    def done(self, digest: str) -> ItemsFile:
        """All that was read."""
        again = self._seen.repeats()
        return ItemsFile(
            items=self._draw.kept(),
            digest=digest,
            lines=self._rows - again.repeated,
            problems=tuple(self._problems(again)),
            notes=tuple(f"{self.order.path.name}: {note}" for note in self._notes(again)),
        )

    def _item(self, number: int, row: Row, cells: Cells) -> None:
        column = self.order.columns.of("expected")
        expected = cells.expected
        faults = list(cells.faults)
        if expected is not None:
            expected = self._golds.whole(expected, texts=row.texts)
            faults += self._golds.faults(expected, column)
        elif self.order.gold:
            self._unlabelled.append(number)
        if faults:
            self._note(number, row.place, faults)
        elif expected is not None or not self.order.gold:
            item = Item(
                id=cells.id or id_of(cells.input, expected),
                input=cells.input,
                expected=expected,
                cluster=cells.cluster,
                slice=cells.slice,
                weight=cells.weight,
            )
            self._seen.add(number, item)
            self._draw.offer(number, item, len(cells.input))

    def _note(self, number: int, place: Place, faults: Iterable[Fault]) -> None:
        for fault in faults:
            if len(self._found) < _LOOKED_AT:
                self._found.append((number, problem(place, fault)))
            else:
                self._more += 1

    def _problems(self, again: Repeats) -> Iterator[Problem]:
        path = str(self.order.path)
        if not self._rows:
            split = self.order.columns.split
            reason = f"has no rows of the split {split!r}" if split else "has no items"
            yield Problem(path, None, "", reason, EXAMPLE)
        absent = {
            name: part
            for part, name in self.order.columns.stated.items()
            if self._columns and self._columns.isdisjoint({name, name.partition(".")[0]})
        }
        for name, part in absent.items():
            advice = f"Name the column of `{part}`. {suggest(name, self._columns)}"
            yield Problem(path, None, name, "no row has this column", advice)
        numbered = [row for row in self._found if row[1].key not in absent]
        numbered += self._clashes(again)
        if self.order.columns.of("expected") not in absent:
            numbered += self._lacking_gold()
        numbered.sort(key=lambda row: row[0])
        yield from (row for _, row in numbered[:MOST_PROBLEMS])
        more = len(numbered[MOST_PROBLEMS:]) + self._more
        if more:
            yield Problem(path, None, "", f"{more} more problems", "Mend the ones above first.")

    def _clashes(self, again: Repeats) -> Iterator[Numbered]:
        column = self.order.columns.of("id")
        for later, first in again.clashes:
            reason = f"is the id of {self._place(first)} too, which says something else"
            fault = Fault(reason, "Ids are unique.", column)
            yield later, problem(self._place(later), fault)

    def _lacking_gold(self) -> Iterator[Numbered]:
        column = self.order.columns.of("expected")
        each = len(self._unlabelled) <= _UNLABELLED_EACH
        for number in self._unlabelled if each else self._unlabelled[:1]:
            reason = "missing" if each else f"missing here and in {len(self._unlabelled) - 1} more"
            yield number, problem(self._place(number), Fault(reason, _GOLD, column))

    def _notes(self, again: Repeats) -> Iterator[str]:
        counted = {
            "rows that repeat an earlier one, and count once": again.repeated,
            "items that ask what another one asks, and so are not independent": again.alike,
            "questions that stand with more than one right answer": again.torn,
            **{f"rows left out, because they {why}": n for why, n in self._left_out.items()},
        }
        yield from (f"{what}: {count}" for what, count in counted.items() if count)

    def _number(self, place: Place) -> int:
        file = (place.file, place.in_lines)
        if not self._files or self._files[-1] != file:
            self._files.append(file)
        return (len(self._files) - 1) * _ROWS + place.number

    def _place(self, number: int) -> Place:
        file, row = divmod(number, _ROWS)
        name, in_lines = self._files[file]
        return Place(name, row, in_lines)
