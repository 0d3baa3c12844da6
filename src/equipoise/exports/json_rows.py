"""The rows of a file of JSON: which columns they have, and how their values are reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from equipoise.exports.connection import Reader
from equipoise.exports.container import Container, Kind
from equipoise.exports.layout import Layout, layouts, normal
from equipoise.exports.quoting import literal
from equipoise.exports.recognise import Export, Place, Shape

Value = Callable[[Place], str]
_MOST_STRUCTURES = 5_000
"""How many different rows are looked at; beyond, columns are taken to be spelled as in a layout."""
_LARGEST_ROW = 1 << 24
_LARGEST_DOCUMENT = 1 << 28
"""Bytes of one JSON document, which is read whole; a page of a report holds a month at most."""

_FORMAT = {
    Kind.JSON_LINES: "newline_delimited",
    Kind.JSON_ARRAY: "array",
    Kind.JSON_DOCUMENT: "unstructured",
}


def json_shapes(
    reader: Reader, container: Container, staged: Path
) -> Iterable[tuple[Layout, Shape]]:
    """The layouts, each with the columns found its way; none where the file holds no row.

    Every row is looked at: what only late rows have counts as well. Raises ValueError or
    RecursionError where a row is no object or nested too deeply.
    """
    found = reader.rows(
        "SELECT json_structure(l0) AS structure "
        f"FROM ({_objects(container.kind, staged)}) GROUP BY structure "
        f"ORDER BY count(*) DESC, structure LIMIT {_MOST_STRUCTURES + 1}"
    )
    objects = [json.loads(row[0]) for row in found if row[0] is not None]
    if not all(isinstance(item, dict) for item in objects):
        raise ValueError("holds values that are no objects")
    complete = len(objects) <= _MOST_STRUCTURES
    by_path: dict[tuple[str, ...], Shape] = {}
    for layout in layouts():
        levels = _levels(layout.rows, objects)
        if levels not in by_path:
            by_path[levels] = _shape(levels, objects, complete=complete)
        yield layout, by_path[levels]


def json_source(export: Export, places: Sequence[Place]) -> tuple[str, Value]:
    """The rows as a source of a select, and how the value at a place is written in it.

    All values of a level are taken out at once: each call would parse the row anew.
    """
    by_level: dict[int, dict[str, int]] = {}
    for level, path in places:
        paths = by_level.setdefault(level, {})
        paths.setdefault(path, len(paths) + 1)
    taken = ", ".join(
        f"json_extract_string(l{level}, [{', '.join(map(literal, paths))}]) AS x{level}"
        for level, paths in by_level.items()
    )
    walked = _walk(export)

    def value(place: Place) -> str:
        level, path = place
        return f"x{level}[{by_level[level][path]}]"

    return f"(SELECT {taken or '1'} FROM ({walked}))", value


def pages(reader: Reader, export: Export) -> list[tuple[str | None, ...]]:
    """What the documents of an API say of the pages that follow: has_more, page, total_pages."""
    if not export.shape.levels:
        return []
    paths = "['/has_more', '/page', '/total_pages']"
    rows = reader.rows(
        f"SELECT json_extract_string(l0, {paths}) "
        f"FROM ({_objects(export.container.kind, export.staged)})"
    )
    return [tuple(row[0]) for row in rows]


def _objects(kind: Kind, staged: Path) -> str:
    size = _LARGEST_ROW
    if kind is Kind.JSON_DOCUMENT:
        size = min(max(staged.stat().st_size + 1, size), _LARGEST_DOCUMENT)
    return (
        f"SELECT json AS l0 FROM read_json_objects({literal(str(staged))}, "
        f"format = '{_FORMAT[kind]}', compression = 'none', maximum_object_size = {size})"
    )


def _walk(export: Export) -> str:
    """The objects of a file, and below each the arrays that its layout names, level by level."""
    walked = _objects(export.container.kind, export.staged)
    for depth, key in enumerate(export.shape.levels):
        array = literal(f'$."{key}"[*]')
        inner = f"unnest(json_extract(l{depth}, {array})) AS l{depth + 1}"
        walked = f"SELECT *, {inner} FROM ({walked})"
    return walked


def _levels(rows: tuple[str, ...], objects: Sequence[Any]) -> tuple[str, ...]:
    """The part of a layout's path that the outermost objects still have before them."""
    for start, key in enumerate(rows):
        if any(isinstance(item.get(key), list) for item in objects):
            return rows[start:]
    return ()


def _shape(levels: tuple[str, ...], objects: Sequence[Any], *, complete: bool) -> Shape:
    """The columns at each level; a row's own come before those of what it lies in."""
    at_level = [objects]
    for key in levels:
        inside = [row for item in at_level[-1] for row in _inside(item, key)]
        at_level.append(inside)
    columns: dict[str, list[Place]] = {}
    for level in reversed(range(len(at_level))):
        walked = levels[level] if level < len(levels) else None
        for item in at_level[level]:
            for name, path in _flat(item, skip=walked):
                places = columns.setdefault(name, [])
                if (level, path) not in places:
                    places.append((level, path))
    found = {name: tuple(places) for name, places in columns.items()}
    return Shape(found, levels=levels, complete=complete, empty=not at_level[-1])


def _inside(item: Any, key: str) -> Iterable[Any]:
    rows = item.get(key) if isinstance(item, dict) else None
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _flat(
    item: Any, skip: str | None, above: str = "", name: str = ""
) -> Iterable[tuple[str, str]]:
    """The names in normal form of an object's values, with their pointers; arrays are values."""
    for key, value in item.items():
        if not name and key == skip:
            continue
        pointer = f"{above}/{key.replace('~', '~0').replace('/', '~1')}"
        full = f"{name}.{normal(key)}" if name else normal(key)
        if isinstance(value, Mapping) and value:
            yield from _flat(value, None, pointer, full)
        else:
            yield full, pointer
