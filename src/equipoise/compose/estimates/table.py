"""A CSV table of points, a row each: checked as a whole first, then estimated in its order.

Two layouts are read, as `economics.throughput.rows` has them. No column that says what was measured
is read; `estimate_columns` says which there are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, isfinite
from pathlib import Path

import numpy as np

from equipoise.compose.estimates.columns import (
    FIGURES,
    answer_columns,
    checked_header,
    kept_positions,
    refusal,
)
from equipoise.domain.ports import Progress
from equipoise.economics.throughput.row_estimates import RowEstimate, estimate_rows
from equipoise.economics.throughput.rows import Reason

_AT_ONCE = 4096  # rows: their columns of numbers stay in the processor's cache
_MAY_BE_NOTHING = ("isl", "input_len")
_RUNNING = ("batch_size", "decode_batch_size", "concurrency")
_COUNTS = (*_MAY_BE_NOTHING, "osl", "output_len", "request_rate_rps", *_RUNNING)
_OF_DEVICES = ("tp_size", "pp_size", "dp_size", "ep_size", "_workers", "gpu_count")
_MOST = 1e9  # tokens or requests: beyond it somebody mixed units up
_MOST_DEVICES = 1e5
_BEYOND = Reason("its figures are beyond all that can be calculated with")
_NO_END = "requests arrive faster than they are answered: the first token waits without end"


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be estimated: its columns, how many rows, which columns an answer has.

    `kept` are the positions of the input's columns that the answer has, under `columns`; those of
    an earlier answer are left out, as they are made anew.
    """

    path: Path
    header: tuple[str, ...]
    rows: int
    kept: tuple[int, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One row's cells that are kept, its estimate if there is one, and why there is none or less.

    `line` is where it ends in the file.
    """

    cells: tuple[str, ...]
    estimate: RowEstimate | None
    reason: str
    line: int


def check_table(path: Path) -> Table:
    """Read the file once, row by row; raises ConfigurationError where it is no such table."""
    rows = 0
    header: tuple[str, ...] | None = None
    for _, cells in _lines(path):
        if header is None:
            header = checked_header(path, cells)
        else:
            rows += 1
    if header is None:
        raise refusal(path, None, "is empty", "It needs a header and a row a point.")
    if not rows:
        raise refusal(path, None, "has a header and no rows", "It needs a row a point.")
    kept = kept_positions(header)
    return Table(path, header, rows, kept, answer_columns(header, kept))


def estimate_table(table: Table, progress: Progress) -> Iterator[Answer]:
    """Every row's answer, in the order of the file."""
    done = 0
    lines = _lines(table.path)
    next(lines)  # the header
    while chunk := list(islice(lines, _AT_ONCE)):
        yield from _answers(table, chunk)
        done += len(chunk)
        progress.advance(table.path.name, done, table.rows)


def _answers(table: Table, chunk: Sequence[tuple[int, list[str]]]) -> Iterator[Answer]:
    names = [name.strip() for name in table.header]
    width, bounds = len(names), dict(_bounds(names))
    rows: list[Mapping[str, str]] = []
    refused: dict[int, str] = {}
    for index, (_, cells) in enumerate(chunk):
        row: Mapping[str, str] = dict(zip(names, cells, strict=False))
        reason = _surplus(cells, width) or _out_of_bounds(row, bounds)
        if reason:
            refused[index] = reason
        rows.append({} if reason else row)
    found = _estimates(rows)
    for index, ((line, cells), row, one) in enumerate(zip(chunk, rows, found, strict=True)):
        whole = [*cells[:width], *[""] * (width - len(cells))]
        kept = tuple(whole[position] for position in table.kept)
        if isinstance(one, Reason):
            yield Answer(kept, None, refused.get(index) or _named(row, one.reason), line)
        else:
            yield Answer(kept, one, _NO_END if one.ttft_ms is None else "", line)


def _estimates(rows: Sequence[Mapping[str, str]]) -> list[RowEstimate | Reason]:
    """As `estimate_rows`; a row whose figures are beyond all bounds costs no other its estimate."""
    try:
        with np.errstate(all="ignore"):
            found = estimate_rows(rows)
    except (ArithmeticError, ValueError) as error:
        if len(rows) == 1:
            return [Reason(f"it cannot be calculated with: {error}")]
        middle = len(rows) // 2
        return [*_estimates(rows[:middle]), *_estimates(rows[middle:])]
    return [one if isinstance(one, Reason) or _is_possible(one) else _BEYOND for one in found]


def _is_possible(estimate: RowEstimate) -> bool:
    figures = (getattr(estimate, name) for name in FIGURES)
    return all(figure is None or 0 < figure < inf for figure in figures)


def _surplus(cells: Sequence[str], width: int) -> str:
    """What stands beyond the last column is kept in the reason: no column is its own."""
    if len(cells) <= width:
        return ""
    more = ", ".join(map(repr, cells[width:]))
    return f"the row has {len(cells)} cells and the header {width}: {more} belongs to no column"


def _bounds(names: Iterable[str]) -> Iterator[tuple[str, float]]:
    """What the columns of counts have at most."""
    for name in names:
        if name in _COUNTS:
            yield name, _MOST
        elif name.endswith(_OF_DEVICES):
            yield name, _MOST_DEVICES


def _out_of_bounds(row: Mapping[str, str], bounds: Mapping[str, float]) -> str:
    """The first count that no deployment has; one that is none is left to the estimator."""
    for name, most in bounds.items():
        text = row.get(name, "")
        number = _number(text) if text else None
        if number is None:
            continue
        if number > most:
            return f"{name} is {text.strip()}, more than {most:,.0f}"
        if name in _RUNNING and 0 < number < 1:
            return f"{name} is {text.strip()}, less than one request"
    return ""


def _named(row: Mapping[str, str], reason: str) -> str:
    """The reason, with the count that is none where there is one."""
    for name in _COUNTS:
        number = _number(row.get(name, ""))
        least = "not below 0" if name in _MAY_BE_NOTHING else "above 0"
        if number is not None and (number < 0 or (number == 0 and least == "above 0")):
            return f"{name} is {row[name].strip()}, which has to be {least}"
    return reason


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row with the number of the line that it ends on; blank lines are none."""
    if path.exists() and not path.is_file():
        raise refusal(path, None, "is no file", "Name a file that can be read twice.")
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for cells in reader:
                line = reader.line_num
                if cells:
                    yield line, cells
    except UnicodeDecodeError as error:
        raise refusal(path, _undecodable(path), "is not UTF-8 text", "Save it as UTF-8.") from error
    except csv.Error as error:
        advice = "Mend the quotes and commas there."
        raise refusal(path, line + 1, f"is no CSV: {error}", advice) from error
    except OSError as error:
        raise refusal(path, None, f"cannot be read: {error.strerror}", "") from error


def _undecodable(path: Path) -> int | None:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None
