"""The answer to a table of points: the same rows with their estimates, and what they came to."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Protocol, TextIO

import click

from equipoise.cli.exit_codes import ExitCode
from equipoise.cli.output import say
from equipoise.cli.progress import progress
from equipoise.compose.estimates.columns import FIGURES, MEASURED_PREFIX
from equipoise.compose.estimates.table import Answer, Table, check_table, estimate_table
from equipoise.errors import ConfigurationError, Problem

SCHEMA = "equipoise.cost.estimates/1"

_DIGITS = 9
_REASONS_SHOWN = 12
_AT_ONCE = 65_536  # letters that are written together
_NOTHING = (None,) * len(FIGURES)

Write = Callable[[str], object]


def run_table(file: Path, out: Path | None, *, as_json: bool) -> int:
    """Estimate every row, write the answer and say what it came to.

    CSV goes into `out`, or to stdout where there is none and JSON was not asked for. Raises
    ConfigurationError or click.BadParameter.
    """
    if out is not None and out.exists() and file.exists() and out.samefile(file):
        raise click.BadParameter(f"{out} is the table itself", param_hint="--out")
    table = check_table(file)
    tally = Tally()
    with _opened(out) as write, progress("rows") as bar:
        sinks: list[_Sink] = [] if as_json and out is None else [_Csv(table, write)]
        if as_json:
            sinks.append(_Json(table, tally))
        for answer in estimate_table(table, bar):
            tally.count(answer)
            for sink in sinks:
                sink.add(answer)
        for sink in sinks:
            sink.end()
    _say(tally, table, out)
    return ExitCode.OK if tally.estimated else ExitCode.NOT_FOUND


class Tally:
    """How many rows were estimated, and why others were not."""

    def __init__(self) -> None:
        self.rows = 0
        self.estimated = 0
        self.reasons: Counter[str] = Counter()
        self.first: dict[str, int] = {}

    def count(self, answer: Answer) -> None:
        """One row more."""
        self.rows += 1
        self.estimated += answer.estimate is not None
        if answer.reason:
            self.reasons[answer.reason] += 1
            self.first.setdefault(answer.reason, answer.line)

    def summary(self) -> Mapping[str, object]:
        """The counts as plain values."""
        reasons = [
            {"reason": reason, "rows": count, "first_line": self.first[reason]}
            for reason, count in self.reasons.most_common()
        ]
        return {"rows": self.rows, "estimated": self.estimated, "reasons": reasons}


class _Sink(Protocol):
    """Somewhere that an answer goes."""

    def add(self, answer: Answer) -> None:
        """Take one row."""
        ...

    def end(self) -> None:
        """There are no more."""
        ...


class _Csv:
    """The input's columns and the added ones, separated by commas."""

    def __init__(self, table: Table, write: Write) -> None:
        self._write = write
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(table.columns)

    def add(self, answer: Answer) -> None:
        figures = astuple(answer.estimate) if answer.estimate else _NOTHING
        cells = ("" if one is None else f"{one:.{_DIGITS}g}" for one in figures)
        self._writer.writerow((*answer.cells, *cells, answer.reason))
        if self._text.tell() > _AT_ONCE:
            self.end()

    def end(self) -> None:
        self._write(self._text.getvalue())
        self._text.seek(0)
        self._text.truncate()


class _Json:
    """One value, written piece by piece; a column without a name is called by its position."""

    def __init__(self, table: Table, tally: Tally) -> None:
        self._tally = tally
        self._names = [name or f"column {at}" for at, name in enumerate(table.columns, start=1)]
        self._pieces = [_start(str(table.path))]
        self._between = "\n"

    def add(self, answer: Answer) -> None:
        figures = astuple(answer.estimate) if answer.estimate else _NOTHING
        rounded = (None if one is None else float(f"{one:.{_DIGITS}g}") for one in figures)
        cells = (*answer.cells, *rounded, answer.reason or None)
        row = json.dumps(dict(zip(self._names, cells, strict=True)), ensure_ascii=False)
        self._pieces.append(f"{self._between}{row}")
        self._between = ",\n"
        if len(self._pieces) > _AT_ONCE // 256:
            self._print()

    def end(self) -> None:
        summary = json.dumps(self._tally.summary(), ensure_ascii=False)
        self._pieces.append(f'\n], "summary": {summary}}}\n')
        self._print()

    def _print(self) -> None:
        _print("".join(self._pieces))
        self._pieces.clear()


def _start(file: str) -> str:
    head = json.dumps({"schema": SCHEMA, "file": file}, ensure_ascii=False)
    return f'{head[:-1]}, "rows": ['


def _say(tally: Tally, table: Table, out: Path | None) -> None:
    """The counts for a person, and the next step."""
    left = tally.rows - tally.estimated
    rows = f"{tally.rows:,} row{'' if tally.rows == 1 else 's'}"
    say(f"\n{tally.estimated:,} of {rows} estimated{f', {left:,} not' if left else ''}")
    for reason, count in tally.reasons.most_common(_REASONS_SHOWN):
        say(f"{count:>7,}  {reason} (first on line {tally.first[reason]:,})")
    if len(tally.reasons) > _REASONS_SHOWN:
        more = len(tally.reasons) - _REASONS_SHOWN
        say(f"         and {more:,} further reasons, in the column reason")
    if out is not None:
        say(f"\nAnswer  {out}")
    say(f"\nNext: {_next(tally, table)}")


def _next(tally: Tally, table: Table) -> str:
    if not tally.estimated:
        return "mend what the reasons name, and run the same command again"
    for measured in (f"{MEASURED_PREFIX}tpot_ms", "silicon_tpot_ms"):
        if measured in table.columns:
            return f"set tpot_ms, which is estimated, beside {measured}"
    point = "--model NAME --device NAME --input-tokens N --output-tokens N --concurrency N"
    return f"equipoise cost estimate {point} --why, for what a row rests on"


@contextmanager
def _opened(out: Path | None) -> Iterator[Write]:
    """Where the CSV goes; a file takes its place whole, when it is done, or not at all."""
    if out is None:
        yield _print
    elif out.exists() and not out.is_file():  # a pipe, say, is written to as it is
        with _file(out, out) as file:
            yield file.write
    else:
        whole = out.with_name(f".{out.name}.new")
        file = _file(out, whole)
        try:
            with file:
                yield file.write
            whole.replace(out)
        finally:
            whole.unlink(missing_ok=True)


def _file(out: Path, whole: Path) -> TextIO:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return whole.open("w", encoding="utf-8", newline="")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        problem = Problem(str(out), None, "", reason, "Name another file with --out.")
        raise ConfigurationError((problem,)) from error


def _print(text: str) -> None:
    # Named to have colour, so that escapes in somebody's cells stay what they are.
    click.echo(text, nl=False, color=True)
