"""A row of a source of items, good or bad, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from equipoise.errors import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a row. Neither text repeats anything that a cell holds."""

    reason: str
    advice: str
    key: str = ""


class Place(NamedTuple):
    """Where a row stands: a line of a text, or a row of a file that has no lines; from 1."""

    file: str
    number: int
    in_lines: bool = True

    def __str__(self) -> str:
        return f"{'line' if self.in_lines else 'row'} {self.number}"


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a row by column, or why it has none.

    `texts` says that every value is text because the file knows no other kind; `written` that it
    is a line of JSON, as people write items by hand; `left_out` why a row that is right is no item
    all the same.
    """

    place: Place
    values: Mapping[str, Any] | None
    faults: tuple[Fault, ...] = ()
    texts: bool = False
    written: bool = False
    left_out: str = ""


def problem(place: Place, fault: Fault) -> Problem:
    """A fault where it stands."""
    key = fault.key if place.in_lines else f"{place} {fault.key}".strip()
    line = place.number if place.in_lines else None
    return Problem(place.file, line, key, fault.reason, fault.advice)
