"""Rows of Parquet and of arrays of JSON, read by DuckDB in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from equipoise.exports.connection import Reader, opened
from equipoise.exports.container import Container, Kind
from equipoise.exports.quoting import identifier
from equipoise.exports.staging import staged
from equipoise.trials.items.jsonl import object_row
from equipoise.trials.items.row import Fault, Place, Row

PARQUET = b"PAR1"
_DESCRIPTION = b"huggingface"
_AT_ONCE = 1_000
_AGAIN = "It may be cut off: fetch or write it again."


class _Nobody:
    """Reading items is shown to nobody: most files take less than a second."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say nothing."""


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file; raises ValueError where it is none."""
    with opened(_Nobody()) as reader, _errors():
        return tuple(_parquet(reader, path).columns[:-1])


def parquet_labels(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The names of columns that hold classes as numbers, as a dataset's writer keeps them.

    Empty where there are none. Raises ValueError where it is no Parquet file.
    """
    sql = "SELECT key, value FROM parquet_kv_metadata(?)"
    with opened(_Nobody()) as reader, _errors():
        place = str(_staged(reader, path, Kind.PARQUET))
        found = dict(reader.connection.execute(sql, [place]).fetchall())
    return labels_of(found[_DESCRIPTION]) if _DESCRIPTION in found else {}


def labels_of(info: bytes) -> Mapping[str, tuple[str, ...]]:
    """The names of classes by column, out of a dataset's own description; empty without any."""
    try:
        described = json.loads(info)
    except (ValueError, RecursionError):
        return {}
    described = described.get("info", described) if isinstance(described, dict) else {}
    features = described.get("features") if isinstance(described, dict) else None
    found: dict[str, tuple[str, ...]] = {}
    for column, feature in (features or {}).items() if isinstance(features, dict) else ():
        names = feature.get("names") if isinstance(feature, dict) else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            found[column] = tuple(names)
    return found


def parquet_rows(path: Path, columns: Collection[str]) -> Iterator[Row]:
    """The rows with those of the columns that are there; raises ValueError for no whole file."""
    with opened(_Nobody()) as reader, _errors():
        relation = _parquet(reader, path)
        taken = [name for name in relation.columns[:-1] if name in columns]
        picked = ["file_row_number", *(f"to_json({identifier(name)})" for name in taken)]
        relation.project(", ".join(picked)).create_view("picked")
        for number, *cells in _fetched(reader.connection.execute("SELECT * FROM picked")):
            place = Place(str(path), number + 1, in_lines=False)
            try:
                values = {name: _value(cell) for name, cell in zip(taken, cells, strict=True)}
            except (ValueError, RecursionError):
                fault = Fault("holds a value that JSON cannot say", "Write it as text.")
                yield Row(place, None, (fault,))
            else:
                yield Row(place, values)


def array_rows(path: Path) -> Iterator[Row]:
    """The objects of one array of JSON; raises ValueError where it is none to its end."""
    sql = (
        "SELECT json FROM read_json_objects(?, format = 'array', compression = 'none', "
        "maximum_object_size = 16777216)"
    )
    with opened(_Nobody()) as reader, _errors():
        # Rows are named by their number, which only one thread counts.
        reader.connection.execute("SET threads = 1; SET preserve_insertion_order = true")
        place = str(_staged(reader, path, Kind.JSON_ARRAY))
        objects = _fetched(reader.connection.execute(sql, [place]))
        for number, (text,) in enumerate(objects, start=1):
            yield object_row(Place(str(path), number, in_lines=False), text.encode())


def _parquet(reader: Reader, path: Path) -> duckdb.DuckDBPyRelation:
    """The file as a table, with the number of each row as its last column."""
    place = str(_staged(reader, path, Kind.PARQUET))
    return reader.connection.read_parquet(place, hive_partitioning=False, file_row_number=True)


def _staged(reader: Reader, path: Path, kind: Kind) -> Path:
    place, _ = staged(Container(path, kind), reader.folder)
    return place


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        # What DuckDB says may quote a cell.
        raise ValueError(f"it cannot be read to its end. {_AGAIN}") from error


def _value(cell: str | None) -> Any:
    # A number that is none, as data frames have it where a cell is empty.
    return json.loads(cell, parse_constant=lambda _: None) if cell is not None else None
