"""The rows of a file as a query whose columns are a layout's names, all text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from duckdb.sqltypes import DuckDBPyType

from equipoise.exports.connection import Reader
from equipoise.exports.container import Header, Kind
from equipoise.exports.json_rows import Value, json_source
from equipoise.exports.layout import normal
from equipoise.exports.quoting import BY, identifier, literal
from equipoise.exports.recognise import Export, Place, Shape, own_names

_LONGEST_LINE = 1 << 24
_BUFFER = 1 << 25
"""Bytes read at once; DuckDB takes sixteen times the longest line where one says nothing."""


def query(
    export: Export, names: Sequence[str], whole: Sequence[str] = (), by: str | None = None
) -> str:
    """SQL that selects each of `names` as text, NULL where empty or absent.

    With `whole`, a column `row_hash` tells rows apart by these columns. The column `by` is named
    `BY`, as nothing of a layout is: it may share its name with what the layout lets.
    """
    spellings = [spelling for name in names for spelling in export.layout.spellings(name)]
    wanted = (*spellings, *whole, *([by] if by else []))
    places = list(dict.fromkeys(place for name in wanted for place in _places(export, name)))
    source, value = _source(export, places)
    columns = [f"{_named(export, name, value)} AS {identifier(name)}" for name in names]
    if by:
        columns.append(f"{_first(export, by, value)} AS {BY}")
    if whole:
        # Names and values, in order of the names: files may have their columns in any order.
        everything = ", ".join(
            f"{literal(f'{name}=')} || {_first(export, name, value)}" for name in sorted(whole)
        )
        columns.append(f"md5_number(concat_ws(chr(31), {everything})) AS row_hash")
    return f"SELECT {', '.join(columns)} FROM {source}"


def parquet_shape(reader: Reader, path: Path) -> Shape:
    """The columns of a Parquet file, those inside a structure with its name before theirs."""
    relation = reader.connection.sql(f"SELECT * FROM {_parquet(path)} LIMIT 0")
    columns: dict[str, tuple[Place, ...]] = {}
    for name, kind in zip(relation.columns, relation.types, strict=True):
        for column, place in _flat(normal(name), identifier(name), kind):
            columns[column] = (*columns.get(column, ()), (0, place))
    return Shape(columns)


def _flat(name: str, place: str, kind: DuckDBPyType) -> Sequence[tuple[str, str]]:
    if kind.id != "struct":
        return [(name, place)]
    return [
        pair
        for inner, inner_kind in kind.children
        if isinstance(inner_kind, DuckDBPyType)
        for pair in _flat(
            f"{name}.{normal(inner)}", f"struct_extract({place}, {literal(inner)})", inner_kind
        )
    ]


def _source(export: Export, places: Sequence[Place]) -> tuple[str, Value]:
    """Where rows come from, and how the value at a place is written."""
    kind = export.container.kind
    if kind is Kind.TABLE:
        return _table(export), lambda place: identifier(place[1])
    if kind is Kind.PARQUET:
        return _parquet(export.staged), lambda place: f"CAST({place[1]} AS VARCHAR)"
    return json_source(export, places)


def _parquet(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, hive_partitioning = false)"


def _table(export: Export) -> str:
    header = export.shape.header or Header(0, ",", ())
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in own_names(header))
    return (
        f"read_csv({literal(str(export.staged))}, header = false, skip = {export.skip}, "
        f"delim = {literal(header.delimiter)}, quote = '\"', escape = '\"', all_varchar = true, "
        f"auto_detect = false, compression = 'none', max_line_size = {_LONGEST_LINE}, "
        f"buffer_size = {_BUFFER}, hive_partitioning = false, columns = {{{columns}}})"
    )


def _places(export: Export, name: str) -> Sequence[Place]:
    places = export.shape.columns.get(name, ())
    if export.container.kind is Kind.TABLE:
        return places[:1]
    if not places and not export.shape.complete:
        # Rows we did not look at may have what the others lack: spelled as in the layout then.
        return [(len(export.shape.levels), "".join(f"/{part}" for part in name.split(".")))]
    return places


def _first(export: Export, name: str, value: Value) -> str:
    """A column's value, NULL where it is empty at every place."""
    given = [f"nullif(trim({value(place)}), '')" for place in _places(export, name)]
    if name in export.shape.preamble:
        given.append(literal(export.shape.preamble[name]))
    return given[0] if len(given) == 1 else f"coalesce({', '.join(given)})" if given else ""


def _named(export: Export, name: str, value: Value) -> str:
    there = [_first(export, spelling, value) for spelling in export.layout.spellings(name)]
    there = [text for text in there if text]
    if not there:
        return "NULL::VARCHAR"
    return there[0] if len(there) == 1 else f"coalesce({', '.join(there)})"
