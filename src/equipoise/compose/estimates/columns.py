"""The columns of a table of points: which it needs, which are kept, what an answer has.

Columns of an input that have the name of one that is added are kept as `measured_…`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from equipoise.economics.throughput.row_estimates import RowEstimate
from equipoise.errors import ConfigurationError, Problem

FIGURES = tuple(field.name for field in fields(RowEstimate))
"""The columns that are added, in their order; `reason` follows."""

REASON = "reason"
MEASURED_PREFIX = "measured_"

_ADDED = (*FIGURES, REASON)
_LAYOUTS: Mapping[str, tuple[str, ...]] = {
    "a configuration": ("model_path", "system", "isl", "osl"),
    "a measurement": ("model", "gpu", "input_len", "output_len"),
}
# Each layout has one of these at the least.
_LOADS: Mapping[str, tuple[str, ...]] = {
    "a configuration": ("batch_size", "decode_batch_size"),
    "a measurement": ("concurrency", "request_rate_rps", "scenario"),
}
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def checked_header(path: Path, cells: Sequence[str]) -> tuple[str, ...]:
    """The first row as names of columns; raises ConfigurationError where the table is another."""
    names = [cell.strip() for cell in cells]
    if "\0" in "".join(names):
        raise refusal(path, 1, "is no text", "Save the table as CSV in UTF-8.")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        reason = f"has the column {twice[0]!r} more than once"
        raise refusal(path, 1, reason, "Give each column a name of its own.")
    problems = _missing(path, names)
    if problems:
        raise ConfigurationError(problems)
    return tuple(cells)


def _missing(path: Path, names: Sequence[str]) -> tuple[Problem, ...]:
    """A problem for each needed column that the layout it is nearest to lacks."""
    for delimiter, called in _DELIMITERS.items():
        if len(names) == 1 and delimiter in names[0]:
            advice = "Save it with commas."
            return (Problem(str(path), 1, "", f"separates its columns by {called}", advice),)
    lacking = {
        layout: [name for name in needed if name not in names]
        for layout, needed in _LAYOUTS.items()
    }
    for layout, loads in _LOADS.items():
        if not set(loads) & set(names):
            lacking[layout].append(" or ".join(loads))
    layout = min(lacking, key=lambda name: len(lacking[name]))
    if not set(_LAYOUTS[layout]) & set(names):
        either = "; or ".join(f"{name} has {', '.join(row)}" for name, row in _LAYOUTS.items())
        reason = "has the columns of neither layout"
        return (Problem(str(path), 1, "", reason, f"{either[:1].upper()}{either[1:]}."),)
    return tuple(
        Problem(
            str(path), 1, name, f"this column is missing, which {layout} has", _near(name, names)
        )
        for name in lacking[layout]
    )


def _near(name: str, names: Sequence[str]) -> str:
    spelled = {other.lower(): other for other in names}
    close = get_close_matches(name, spelled, 1, 0.6)
    return f"Is {spelled[close[0]]!r} meant?" if close else ""


def kept_positions(header: Sequence[str]) -> tuple[int, ...]:
    """Which columns an answer has: all but those of an earlier answer, as it was written."""
    names = [name.strip() for name in header]
    count = len(names)
    again = tuple(names[-len(_ADDED) :]) == _ADDED
    return tuple(range(count - len(_ADDED) if again else count))


def answer_columns(header: Sequence[str], kept: Sequence[int]) -> tuple[str, ...]:
    """The names that an answer's columns have, each once unless it is empty."""
    taken = {header[position].strip() for position in kept} | set(_ADDED)
    named = []
    for position in kept:
        name = header[position].strip()
        if name not in _ADDED:
            named.append(header[position])
            continue
        while name in taken:
            name = f"{MEASURED_PREFIX}{name}"
        taken.add(name)
        named.append(name)
    return (*named, *_ADDED)


def refusal(path: Path, line: int | None, reason: str, advice: str) -> ConfigurationError:
    """One problem of a file as the error to raise."""
    return ConfigurationError((Problem(str(path), line, "", reason, advice),))
