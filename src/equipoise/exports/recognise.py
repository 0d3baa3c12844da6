"""Which layout a file follows, by its columns; what it resembles where it follows none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.errors import ExportError, Problem
from equipoise.exports.container import Container, Header
from equipoise.exports.layout import Layout, layouts, normal

_ALIKE = 0.5
"""The share of a layout's needs from which a file is said to resemble it."""

Place = tuple[int, str]
"""A level of nesting, 0 outermost, and where a value lies in it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to see a file's rows: what their columns are called and lie at.

    `columns` maps a name in normal form to its places, the preferred first: a column's own name in
    a table, a path in Parquet and JSON. `levels` are the arrays walked in JSON; `preamble` is what
    stands above a table's header, as `preamble.invoice_date`. Where it is not `complete`, rows may
    have columns that we did not look at; `empty` says that we saw no row.
    """

    columns: Mapping[str, tuple[Place, ...]]
    header: Header | None = None
    levels: tuple[str, ...] = ()
    preamble: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is understood."""

    container: Container
    layout: Layout
    shape: Shape
    staged: Path = Path()
    skip: int = 0

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.container.path

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that the layout does not read, in normal form."""
        used = self.layout.used(self.shape.columns)
        return tuple(column for column in self.shape.columns if column and column not in used)

    @property
    def doubled(self) -> tuple[str, ...]:
        """The columns that the layout reads and that a table has twice."""
        if self.shape.header is None:
            return ()
        used = self.layout.used(self.shape.columns)
        return tuple(
            name for name, places in self.shape.columns.items() if len(places) > 1 and name in used
        )


def recognise(container: Container, shapes: Iterable[tuple[Layout, Shape]]) -> Export:
    """The layout with the most needs among those a file meets.

    Raises ExportError where it meets none; the problem says which it resembles and what it lacks.
    """
    seen = [(layout, shape, layout.missing(shape.columns)) for layout, shape in shapes]
    fitting = [(layout, shape) for layout, shape, missing in seen if not missing]
    if fitting:
        layout, shape = max(fitting, key=lambda pair: len(pair[0].needs))
        return Export(container, layout, shape)
    raise ExportError((_unknown(container, seen),))


def table_shapes(container: Container) -> Iterable[tuple[Layout, Shape]]:
    """Every layout under every row that may be the header of a table."""
    preamble: dict[tuple[str, str], str] = {}
    for header in container.headers:
        columns: dict[str, tuple[Place, ...]] = {}
        for cell, own in zip(header.cells, own_names(header), strict=True):
            name = normal(cell)
            if name:
                columns[name] = (*columns.get(name, ()), (0, own))
        above = {
            name: value for (mark, name), value in preamble.items() if mark == header.delimiter
        }
        shape = Shape(columns, header, preamble=above)
        if len(header.cells) > 1 and header.cells[1].strip():
            place = (header.delimiter, f"preamble.{normal(header.cells[0])}")
            preamble[place] = header.cells[1].strip()
        for layout in layouts():
            yield layout, shape


def own_names(header: Header) -> list[str]:
    """A name for each column of a table, no two alike: its number and its normal form."""
    return [f"{number} {normal(cell)}" for number, cell in enumerate(header.cells)]


def _unknown(
    container: Container, seen: Iterable[tuple[Layout, Shape, tuple[str, ...]]]
) -> Problem:
    path = str(container.path)
    scored = [
        (1 - len(missing) / len(layout.needs), len(shape.columns), layout, shape, missing)
        for layout, shape, missing in seen
    ]
    share, _, layout, shape, missing = max(scored, key=lambda row: row[:2])
    if share >= _ALIKE:
        return Problem(
            path,
            shape.header.lines if shape.header is not None else None,
            "",
            f"resembles {layout.name}, but these columns are missing: {', '.join(missing)}",
            "Export it again with them, or rename the columns that hold them.",
        )
    columns = ", ".join(list(shape.columns)[:8]) or "none"
    known = "; ".join(sorted({layout.name for layout in layouts()}))
    reason = f"no known export has these columns: {columns}"
    return Problem(path, None, "", reason, f"Known are: {known}.")
