"""Where output goes: data to stdout as a table, TSV or JSON; words to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

Cell = str | float | None
"""A text, a number, or nothing where there is none."""

# Nine digits are what the decision record keeps of a number.
_DIGITS = 9
# Only these could be taken for the end of a cell or a row.
_ONE_LINE = str.maketrans("\t\r\n", "   ")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of data; `schema` names its columns and changes whenever they do."""

    schema: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def on_terminal() -> bool:
    """Whether a person reads stdout. It is None where the shell closed it."""
    return sys.stdout is not None and sys.stdout.isatty()


def say(words: str) -> None:
    """Say something to a person, beside the data."""
    click.echo(words, err=True)


def show(table: Rows, *, as_json: bool = False) -> None:
    """A table where a person reads, tab-separated values where a program does, or JSON."""
    if as_json:
        _show_json(table)
    elif on_terminal():
        _show_table(table)
    else:
        for row in (table.headers, *table.rows):
            click.echo("\t".join(_text(cell).translate(_ONE_LINE) for cell in row))


def _show_json(table: Rows) -> None:
    rows = [dict(zip(table.headers, row, strict=True)) for row in table.rows]
    value = {"schema": table.schema, "rows": rows}
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _show_table(table: Rows) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(header_style="bold", box=None)
    for header in table.headers:
        drawn.add_column(header, overflow="fold")
    for row in table.rows:
        # As text: a name in brackets would be taken for markup and not be shown.
        drawn.add_row(*[Text(_text(cell)) for cell in row])
    Console().print(drawn)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.{_DIGITS}g}" if isinstance(cell, float) else cell
