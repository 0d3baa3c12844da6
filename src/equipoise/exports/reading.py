"""Files in, lines out: every export recognised, checked, freed of repeated rows and added up.

DuckDB does the reading, in bounded memory: a log of ten million rows takes as much room as a page
of a usage report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import duckdb

from equipoise.domain.bill import BillLine, BillSource, Note, Reading
from equipoise.domain.ports import Progress
from equipoise.errors import ExportError, Problem
from equipoise.exports.adding import add_up
from equipoise.exports.broken import broken
from equipoise.exports.connection import Reader, opened
from equipoise.exports.container import Container, Kind, look
from equipoise.exports.copies import without_copies
from equipoise.exports.json_rows import json_shapes
from equipoise.exports.layout import Layout, layouts
from equipoise.exports.lines import Rates, to_lines
from equipoise.exports.recognise import Export, Shape, recognise, table_shapes
from equipoise.exports.relation import parquet_shape
from equipoise.exports.remarks import remarks
from equipoise.exports.staging import staged


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """What is read and how. `rates` are dollars for one unit of another currency.

    `by` is a column, in normal form, whose values lines are grouped by too.
    """

    files: tuple[Path, ...]
    rates: Mapping[str, Decimal]
    by: str | None = None


def read_exports(order: ReadingOrder, progress: Progress) -> Reading:
    """Read every file; raises ExportError with the problems of all of them."""
    files, copies = without_copies(order.files)
    with opened(progress) as reader:
        exports, empty = _recognise_all(reader, files, order.by)
        lines: list[BillLine] = []
        notes: list[Note] = [*copies, *empty, *remarks(reader, exports)]
        for _, group in groupby(enumerate(exports), _layout_id):
            rows, said = add_up(reader, list(group), order.by)
            made, converted = to_lines(rows, exports, Rates(order.rates))
            lines += made
            notes += [*said, *converted]
    sources = tuple(_source(export, index, lines) for index, export in enumerate(exports))
    notes += [_holds_nothing(source.name) for source in sources if not source.rows]
    return Reading(tuple(lines), sources, tuple(notes))


def _layout_id(pair: tuple[int, Export]) -> str:
    return pair[1].layout.id


def _recognise_all(
    reader: Reader, files: Sequence[Path], by: str | None
) -> tuple[list[Export], list[Note]]:
    """Every file's layout, files of one layout together; a note for each that holds nothing."""
    exports: list[Export] = []
    problems: list[Problem] = []
    empty: list[Path] = []
    for path in files:
        try:
            export = _recognise(reader, look(path))
        except ExportError as error:
            problems += error.problems
            continue
        if export is None:
            empty.append(path)
        else:
            exports.append(export)
    if not exports:
        advice = "Export a span in which something was used."
        problems += [Problem(str(path), None, "", "holds no rows", advice) for path in empty]
    if by is not None and not problems:
        problems += _without(exports, by)
    if problems:
        raise ExportError(tuple(problems))
    in_order = sorted(exports, key=lambda export: export.layout.id)
    return in_order, [_holds_nothing(path.name) for path in empty]


def _recognise(reader: Reader, container: Container) -> Export | None:
    """A file's layout; None where it holds no row to tell it by."""
    if container.kind is Kind.TABLE:
        found = recognise(container, table_shapes(container))
        place, skip = staged(container, reader.folder, found.shape.header)
        return replace(found, staged=place, skip=skip)
    place, _ = staged(container, reader.folder)
    try:
        shapes = _shapes(reader, container, place)
    except (duckdb.Error, ValueError, RecursionError) as error:
        raise ExportError((broken(container.path, error),)) from error
    try:
        return replace(recognise(container, shapes), staged=place)
    except ExportError:
        if any(shape.empty for _, shape in shapes):
            return None
        raise


def _shapes(reader: Reader, container: Container, place: Path) -> list[tuple[Layout, Shape]]:
    if container.kind is Kind.PARQUET:
        shape = parquet_shape(reader, place)
        return [(layout, shape) for layout in layouts()]
    return list(json_shapes(reader, container, place))


def _without(exports: Sequence[Export], by: str) -> Iterable[Problem]:
    if by and any(by in export.shape.columns for export in exports):
        return
    known = sorted({column for export in exports for column in export.shape.columns if column})
    reason = f"has no column {by!r} to group by"
    yield Problem(str(exports[0].path), None, "", reason, f"It has: {', '.join(known)}.")


def _holds_nothing(name: str) -> Note:
    return Note("empty", f"{name} holds no rows")


def _source(export: Export, index: int, lines: Sequence[BillLine]) -> BillSource:
    layout = export.layout
    return BillSource(
        name=export.path.name,
        layout=layout.id,
        title=layout.name,
        role=layout.role,
        service=layout.service or layout.id,
        zone=layout.zone,
        rows=sum(line.rows for line in lines if line.source == index),
        kept=export.kept,
    )
