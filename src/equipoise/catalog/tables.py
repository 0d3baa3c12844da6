"""The catalog's TOML files and the citations in them. Knows no table's meaning."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from equipoise.domain.provenance import Source

Row = Mapping[str, Any]


@cache
def read(name: str) -> Mapping[str, Row]:
    """Read one kind of the package's data; rows by id.

    `hardware` is the file data/hardware.toml, `models` every file in the folder data/models, in
    the order of their names. Raises ValueError where two files have a row of one id.
    """
    data = files("equipoise.catalog").joinpath("data")
    folder = data.joinpath(name)
    if not folder.is_dir():
        return tomllib.loads(data.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return join(
        (file.name, tomllib.loads(file.read_text(encoding="utf-8")))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    )


def join(tables: Iterable[tuple[str, Mapping[str, Row]]]) -> Mapping[str, Row]:
    """The rows of several files as one table; raises ValueError where an id is there twice."""
    rows: dict[str, Row] = {}
    for file, table in tables:
        for row in table.keys() & rows.keys():
            raise ValueError(f"{file} has a row {row!r}, which another file has already")
        rows |= table
    return rows


def source(row: Row) -> Source:
    """The citation in a row; one without `checked` is undated, which is said wherever it shows."""
    return Source(row["name"], row.get("url", ""), row.get("checked"))
