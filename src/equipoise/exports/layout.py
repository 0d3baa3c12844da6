"""Layouts: what the columns of an export are called and what they mean, one table of TOML each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from equipoise.domain.bill import Role
from equipoise.domain.provenance import Source

_NOT_A_NAME = re.compile(r"(?:[^\w.]|_)+")
# A currency in a header's brackets must not be lost; "$" alone says too little.
_SIGNS = {"€": "eur", "£": "gbp", "₹": "inr", "CA$": "cad", "A$": "aud", "R$": "brl"}
QUOTED = re.compile(r"'(?:[^']|'')*'")
_SPOKEN = re.compile(r'"[^"]+"|\b[a-z_][a-z0-9_]*\b(?!\s*\()')


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one kind of export.

    `needs` are the names by which it is recognised; `names` maps a name to the spellings it may
    have; `fields` maps fields of a line to SQL expressions over names. `rows` are the arrays to
    walk in a JSON document. `service` tells which of a vendor's services it covers: exports of one
    service are views of the same usage. `let` names expressions that several fields share. A row of
    one kind of token only has a field `meter`, which says which, and a field `quantity`, in place
    of a field a kind. `identity` are the names that make a row unique, none
    where equal rows may both be meant; `where` leaves out rows that are no data, such as totals.
    `apart` maps names of counts that are charged for and are no tokens to what they count.
    """

    id: str
    name: str
    role: Role
    needs: tuple[str, ...]
    fields: Mapping[str, str]
    source: Source
    provider: str = ""
    service: str = ""
    zone: str = "UTC"
    rows: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    let: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    apart: Mapping[str, str] = field(default_factory=dict)

    def spellings(self, name: str) -> tuple[str, ...]:
        """What a name may be called, in order of preference."""
        return self.names.get(name, (name,))

    def missing(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The names it needs and does not find among `columns`, which are in normal form."""
        there = set(columns)
        return tuple(name for name in self.needs if there.isdisjoint(self.spellings(name)))

    def used(self, columns: Iterable[str]) -> frozenset[str]:
        """The columns that it reads, in normal form."""
        wanted = {spelling for name in self.mentioned for spelling in self.spellings(name)}
        return frozenset(wanted.intersection(columns))

    @property
    def mentioned(self) -> tuple[str, ...]:
        """Every name that its needs, identity, filter and fields speak of."""
        words = " ".join((*self.let.values(), *self.fields.values(), self.where))
        known = dict.fromkeys((*self.needs, *self.identity, *self.names, *spoken_names(words)))
        return tuple(name for name in known if name not in self.let)


def spoken_names(expression: str) -> list[str]:
    """The names in an expression of SQL.

    A value stands in single quotes, a function before a bracket. Words of SQL remain where they
    are written small: as columns without a value they are in nobody's way.
    """
    return [word.strip('"') for word in _SPOKEN.findall(QUOTED.sub(" ", expression))]


def normal(column: str) -> str:
    """A column's name as layouts write it: "Usage start date" is `usage_start_date`."""
    for sign, word in _SIGNS.items():
        column = column.replace(sign, f" {word} ")
    return _NOT_A_NAME.sub("_", column.lower()).strip("_")


@cache
def layouts() -> tuple[Layout, ...]:
    """All layouts, by file and then in the order of the file."""
    folder = files(__package__).joinpath("layouts")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=str)
    tables = (tomllib.loads(file.read_text(encoding="utf-8")) for file in found)
    return tuple(_layout(name, row) for table in tables for name, row in table.items())


def _layout(name: str, row: Mapping[str, Any]) -> Layout:
    lists = ("needs", "rows", "identity")
    return Layout(
        id=name,
        **{
            **row,
            **{key: tuple(row[key]) for key in lists if key in row},
            "role": Role(row["role"]),
            "names": {key: tuple(value) for key, value in row.get("names", {}).items()},
            "source": Source(**row["source"]),
        },
    )
