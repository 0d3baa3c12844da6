"""Where a figure comes from, for `--why`: its sum, what is in that, down to the sources."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import click

from equipoise.cli.output import Rows, on_terminal, show
from equipoise.console.names import one_line
from equipoise.decisions.costing.page import CostPage, Figure
from equipoise.errors import NotFoundError

_HEADERS = ("depth", "figure", "value", "unit", "sum", "source")


def why(page: CostPage, name: str, *, as_json: bool) -> None:
    """Print the figure and all it rests on; raises NotFoundError with the names that there are."""
    known = {figure.name: figure for figure in page.figures}
    if name not in known:
        raise NotFoundError(f"no figure is called {name!r}", hint=_hint(name, list(known)))
    found = list(_below(known, known[name], 0, set()))
    if on_terminal() and not as_json:
        for depth, figure in found:
            _print(depth, figure)
        return
    rows = [
        (float(depth), figure.name, figure.value, figure.unit, figure.sum, figure.source)
        for depth, figure in found
    ]
    show(Rows("equipoise.cost.why/1", _HEADERS, rows), as_json=as_json)


def _below(
    known: dict[str, Figure], figure: Figure, depth: int, seen: set[str]
) -> Iterator[tuple[int, Figure]]:
    """The figure and its inputs, each once: where it is met first."""
    seen.add(figure.name)
    yield depth, figure
    for name in figure.inputs:
        if name not in seen:
            yield from _below(known, known[name], depth + 1, seen)


def _print(depth: int, figure: Figure) -> None:
    indent = "  " * depth
    value = "none" if figure.value is None else f"{figure.value:,.9g} {figure.unit}"
    click.echo(f"{indent}{click.style(figure.name, bold=True)} = {value}")
    if figure.sum:
        click.echo(f"{indent}    {one_line(figure.sum)}")
    if figure.source:
        source = f"source: {one_line(figure.source)}"
        click.echo(f"{indent}    {click.style(source, dim=True)}")


def _hint(name: str, known: list[str]) -> str:
    """Those of the candidate that is named, the nearest ones, or all of them."""
    close = [each for each in known if each.startswith(f"{name}.")]
    close = close or difflib.get_close_matches(name, known, 1, 0.8)
    if close:
        return f"There are: {', '.join(close)}."
    return f"There are: {', '.join(known)}."
