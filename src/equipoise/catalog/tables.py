"""The catalog's TOML files and the citations in them. Knows no table's meaning."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from equipoise.domain.provenance import Source

Row = Mapping[str, Any]


@cache
def read(name: str) -> Mapping[str, Row]:
    """Read one of the package's data files, `models` for data/models.toml; rows by id."""
    path = files("equipoise.catalog").joinpath("data", f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def source(row: Row) -> Source:
    """The citation in a row; one without `checked` is undated, which is said wherever it shows."""
    return Source(row["name"], row.get("url", ""), row.get("checked"))
