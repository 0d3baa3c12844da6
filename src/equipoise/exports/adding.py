"""The files of one layout as one relation: checked, freed of repeated rows and added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from equipoise.domain.bill import Note
from equipoise.errors import ExportError, Problem
from equipoise.exports.broken import broken
from equipoise.exports.canonical import canonical, checks, fingerprint, identity, let, totals
from equipoise.exports.connection import Reader
from equipoise.exports.folding import folded
from equipoise.exports.quoting import identifier
from equipoise.exports.recognise import Export
from equipoise.exports.relation import query
from equipoise.exports.repeats import distinct

_SHOWN = 5
_LONGEST_VALUE = 40
_MEGABYTE = 1_000_000
Numbered = tuple[int, Export]


def add_up(
    reader: Reader, group: Sequence[Numbered], by: str | None
) -> tuple[list[dict[str, Any]], list[Note]]:
    """The totals of all files of one layout; raises ExportError naming rows it cannot read."""
    layout = group[0][1].layout
    parts = _parts(group, by)
    size = max(1, sum(export.path.stat().st_size for _, export in group) // _MEGABYTE)
    try:
        reader.long(_kept_as("lines", totals(parts)), f"reading {layout.name}", size)
        problems = [found for pair in group for found in _unreadable(reader, pair)]
        if problems:
            raise ExportError(tuple(problems))
        notes = [*_left_out(reader, group), *_apart(reader, group)]
        if layout.identity or len(group) > 1:
            rows = f"SELECT * FROM ({parts}) WHERE NOT left_out"
            once, said = distinct(reader, rows, size, identified=bool(layout.identity))
            notes += said
            if once is not None:
                reader.long(_kept_as("lines", totals(once)), "counting each row once", size)
    except duckdb.Error as error:
        raise ExportError(tuple(_at_fault(reader, group, by, error))) from error
    notes += folded(reader, layout.name)
    relation = reader.connection.sql("SELECT * FROM lines WHERE NOT left_out ORDER BY ALL")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()], notes


def _kept_as(table: str, query: str) -> str:
    return f"CREATE OR REPLACE TEMP TABLE {table} AS {query}"


def _parts(group: Sequence[Numbered], by: str | None) -> str:
    """The rows of all files with the columns of a line, and what tells a row from others."""
    layout = group[0][1].layout
    shared: list[str] = []
    if len(group) > 1 and not layout.identity:
        # What only some of the files have cannot tell a row from its copy in the others.
        names = set.intersection(*(set(export.shape.columns) for _, export in group))
        shared = sorted(name for name in names if name)
    unique = "NULL AS identity, NULL AS fingerprint"
    if layout.identity or shared:
        unique = f"{identity(layout)} AS identity, {fingerprint(layout)} AS fingerprint"
    parts = []
    for source, export in group:
        there = by if by is not None and by in export.shape.columns else None
        raw = _raw(export, there, shared)
        parts.append(f"SELECT {canonical(export, source, there)}, {unique} FROM ({raw})")
    return " UNION ALL ".join(parts)


def _raw(export: Export, by: str | None = None, shared: Sequence[str] = ()) -> str:
    return let(export.layout, query(export, export.layout.mentioned, shared, by))


def _apart(reader: Reader, group: Sequence[Numbered]) -> Iterable[Note]:
    """What is charged by another count than tokens: no list price of tokens holds it."""
    for _, export in group:
        for name, meaning in export.layout.apart.items():
            if not set(export.layout.spellings(name)).intersection(export.shape.columns):
                continue
            raw = query(export, (name,))
            count = reader.row(f"SELECT sum(count_of({identifier(name)})) FROM ({raw})")[0]
            if count:
                text = f"{export.path.name}: {int(count):,} {meaning}: they are not counted here"
                yield Note("apart", text)


def _unreadable(reader: Reader, pair: Numbered) -> Iterable[Problem]:
    """The first rows that a check finds wrong, each with its row, column and value."""
    source, export = pair
    count = reader.row(f"SELECT sum(failing) FROM lines WHERE source = {source}")[0]
    if not count:
        return
    found = checks(export)
    conditions = ", ".join(check.condition for check in found)
    values = ", ".join(f"CAST(({check.value}) AS VARCHAR)" for check in found)
    columns = ", ".join(check.column for check in found)
    where = export.layout.where or "true"
    # Rows have numbers only where they are read in order.
    reader.rows("SET preserve_insertion_order = true")
    rows = reader.rows(
        f"SELECT number, [{conditions}], [{values}], [{columns}] "
        f"FROM (SELECT row_number() OVER () AS number, * FROM ({_raw(export)})) "
        f"WHERE ({where}) AND list_contains([{conditions}], true) ORDER BY number LIMIT {_SHOWN}"
    )
    reader.rows("SET preserve_insertion_order = false")
    more = count - len(rows)
    for number, failed, given, named in rows:
        place = failed.index(True)
        check, value = found[place], given[place]
        shown = f"{value[:_LONGEST_VALUE]!r} " if value is not None else ""
        also = f" (and {more:,} rows more)" if more and number == rows[-1][0] else ""
        key = f"row {number}, {named[place]}"
        yield Problem(str(export.path), None, key, f"{shown}{check.reason}{also}", check.advice)


def _left_out(reader: Reader, group: Sequence[Numbered]) -> Iterable[Note]:
    """How many rows are no data: what an export adds up at its end, or has of empty days."""
    for source, export in group:
        count = reader.row(f"SELECT sum(rows) FROM lines WHERE left_out AND source = {source}")[0]
        if count:
            rows = f"{count:,} {'row' if count == 1 else 'rows'}"
            text = f"{export.path.name}: {rows} of totals or without any use are not counted"
            yield Note("totals", text)


def _at_fault(
    reader: Reader, group: Sequence[Numbered], by: str | None, error: duckdb.Error
) -> Iterable[Problem]:
    """Which of the files cannot be read; all of them together where each alone can."""
    at_fault = False
    for pair in group:
        try:
            reader.rows(totals(_parts([pair], by)))
        except duckdb.Error as own:
            at_fault = True
            yield _problem(pair[1], own)
    if not at_fault:
        yield _problem(group[0][1], error)


def _problem(export: Export, error: duckdb.Error) -> Problem:
    header = export.shape.header
    above = header.lines - export.skip if header is not None else 0
    return broken(export.path, error, above)
