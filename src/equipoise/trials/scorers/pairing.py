"""Which rows and columns of a table to pair, one with one, so that they agree most."""

from __future__ import annotations

from collections.abc import Sequence


def most_agreement(table: Sequence[Sequence[int]]) -> int:
    """The greatest sum of cells of which no two share a row or column; every cell is 0 or more.

    The Hungarian method with shortest augmenting paths (Kuhn 1955, Munkres 1957; Jonker and
    Volgenant 1987), in the time of rows² × columns.
    """
    if not table or not table[0]:
        return 0
    if len(table) > len(table[0]):
        table = list(zip(*table, strict=True))
    rows, columns = len(table), len(table[0])
    of_rows, of_columns = [0] * (rows + 1), [0] * (columns + 1)
    # Column 0 stands for none; it holds the row that is being placed.
    holder = [0] * (columns + 1)
    for row in range(1, rows + 1):
        holder[0] = row
        _place(table, of_rows, of_columns, holder)
    return sum(table[row - 1][column - 1] for column, row in enumerate(holder) if column and row)


def _place(
    table: Sequence[Sequence[int]], of_rows: list[int], of_columns: list[int], holder: list[int]
) -> None:
    """Give the row that column 0 holds a column, moving others along the cheapest path."""
    columns = len(of_columns)
    slack: list[float] = [float("inf")] * columns
    came_from, seen = [0] * columns, [False] * columns
    column = 0
    while holder[column]:
        seen[column] = True
        row, nearest = holder[column], float("inf")
        following = 0
        for other in (c for c in range(1, columns) if not seen[c]):
            cost = -table[row - 1][other - 1] - of_rows[row] - of_columns[other]
            if cost < slack[other]:
                slack[other], came_from[other] = cost, column
            if slack[other] < nearest:
                nearest, following = slack[other], other
        for other in range(columns):
            if seen[other]:
                of_rows[holder[other]] += int(nearest)
                of_columns[other] -= int(nearest)
            else:
                slack[other] -= nearest
        column = following
    while column:
        holder[column] = holder[came_from[column]]
        column = came_from[column]
