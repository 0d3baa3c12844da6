"""A file of rows, whatever its format: a header and texts, with the number of every row.

Knows CSV, TSV, JSON lines and Parquet; does not know what any column means.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

import duckdb

from equipoise.errors import ConfigurationError, Problem
from equipoise.trials.outcomes.problems import named, outcomes_error

Cells = Sequence[str]
Rows = Iterator[tuple[int, Cells]]
_LOCAL: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""DuckDB reads local files and speaks to no network."""
_AT_ONCE = 10_000
_PATTERN = frozenset("*?[]{}")
"""What DuckDB takes for a pattern in a name, and offers no way to escape."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header, and rows as (number, texts in the header's order); an empty text is no value.

    Numbers are lines of the file, from 1, or rows where a format has no lines. Rows are read as
    they are asked for, once; `problems` holds every row that could not be, once all were asked for.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterable[tuple[int, Cells]]
    problems: list[Problem]


def read_sheet(path: Path) -> Sheet:
    """Open a file by what its name ends in.

    Raises ConfigurationError where it is not there, its format is unknown or it has no header.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    reader = _READERS.get(suffixes[-1] if suffixes else "")
    if reader is None:
        raise _broken(path, f"ends in none of {', '.join(_READERS)}", "Name it by its format.")
    if not path.is_file():
        raise _broken(path, "is no file that is there")
    sheet = reader(path)
    if sheet.problems and not sheet.header:
        raise outcomes_error(named(sheet.problems))
    return sheet


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    # A mark at the front is what spreadsheets write; it is not part of the first name.
    if path.suffix.lower() == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file


def _until_broken(path: Path, rows: Rows, problems: list[Problem]) -> Rows:
    """The rows until the file turns out to be broken, which is noted."""
    try:
        yield from rows
    except UnicodeDecodeError:
        problems += _no_text(path)
    except (OSError, EOFError, zlib.error) as error:
        problems.append(Problem(str(path), None, "", f"cannot be read: {error}"))
    except duckdb.Error as error:
        problems.append(Problem(str(path), None, "", f"is no Parquet file: {_first(error)}"))


def _first(error: Exception) -> str:
    """The first line of what DuckDB says; the others show its own query."""
    return str(error).strip().partition("\n")[0]


def _no_text(path: Path) -> Iterator[Problem]:
    """Every line that is not UTF-8."""
    packed = path.suffix.lower() == ".gz"
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                reason = f"cannot be read as text: byte 0x{line[error.start]:02x} "
                reason += f"at place {error.start + 1} of the line is no UTF-8"
                yield Problem(str(path), number, "", reason, "Write UTF-8.")


def _table(path: Path) -> Sheet:
    problems: list[Problem] = []
    rows = _until_broken(path, _separated(path, problems), problems)
    header = tuple(name.strip() for name in next(rows, (1, ()))[1])
    return Sheet(path.name, header, _as_long(path, rows, len(header), problems), problems)


def _separated(path: Path, problems: list[Problem]) -> Rows:
    csv.field_size_limit(sys.maxsize)  # an answer in a cell may be long
    with _text(path) as file:
        first = file.readline()
        delimiter = max("\t;,", key=first.count) if first else ","
        lines = csv.reader(chain([first], file), delimiter=delimiter, strict=True)
        while True:
            begins = lines.line_num + 1
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                problems.append(Problem(str(path), begins, "", _no_row(lines.line_num, error)))
                continue
            if cells or begins == 1:
                yield begins, cells


def _no_row(ends: int, error: csv.Error) -> str:
    if "unexpected end of data" in str(error):
        return f"is no table: a quote that opens here is not closed by line {ends}, the last"
    return f"is no table: {error}"


def _as_long(path: Path, rows: Rows, length: int, problems: list[Problem]) -> Rows:
    for number, cells in rows:
        if len(cells) == length:
            yield number, cells
        else:
            reason = f"has {len(cells)} cells where the header has {length}"
            problems.append(Problem(str(path), number, "", reason))


def _json_lines(path: Path) -> Sheet:
    """Read twice: only all lines together say which columns there are."""
    problems: list[Problem] = []
    objects = _objects(path, problems)
    names: dict[str, None] = {}
    for _, values in _until_broken(path, ((n, list(value)) for n, value in objects), problems):
        names.update(dict.fromkeys(values))
    header = tuple(names)
    again: list[Problem] = []
    rows = (
        (number, [_plain(value.get(name)) for name in header])
        for number, value in _objects(path, again)
    )
    return Sheet(path.name, header, _until_broken(path, rows, again), problems)


def _objects(path: Path, problems: list[Problem]) -> Iterator[tuple[int, Mapping[str, object]]]:
    with _text(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                problems.append(Problem(str(path), number, "", f"is no JSON: {error.msg}"))
            except RecursionError:
                problems.append(Problem(str(path), number, "", "is nested too deep to be read"))
            except ValueError:
                reason = "holds a whole number of too many digits to be read"
                problems.append(Problem(str(path), number, "", reason))
            else:
                if isinstance(value, dict):
                    yield number, value
                else:
                    problems.append(Problem(str(path), number, "", "is no JSON object"))


def _parquet(path: Path) -> Sheet:
    problems: list[Problem] = []
    rows = _until_broken(path, _records(path), problems)
    header = tuple(next(rows, (0, ()))[1])
    return Sheet(path.name, header, rows, problems)


def _records(path: Path) -> Rows:
    """The names of the columns, then the rows."""
    with (
        duckdb.connect(":memory:", config=_LOCAL) as connection,
        _without_pattern(path) as plain,
    ):
        asked = connection.execute("SELECT * FROM read_parquet(?)", [str(plain)])
        yield 0, tuple(str(column[0]) for column in asked.description)
        number = 0
        while found := asked.fetchmany(_AT_ONCE):
            for row in found:
                number += 1
                yield number, [_plain(value) for value in row]


@contextmanager
def _without_pattern(path: Path) -> Iterator[Path]:
    """The same file under a name that is no pattern of names."""
    if _PATTERN.isdisjoint(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "outcomes.parquet"
        link.symlink_to(path.resolve())
        yield link


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        value if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    )


def _broken(path: Path, reason: str, advice: str = "") -> ConfigurationError:
    return outcomes_error([Problem(str(path), None, "", reason, advice)])


_READERS: dict[str, Callable[[Path], Sheet]] = {
    ".csv": _table,
    ".tsv": _table,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
