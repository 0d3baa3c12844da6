"""Labelled items from a file or a folder; every bad row is named, and none is skipped.

No text of an item stands in any message: rows are named by number, cells by column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from equipoise.config.items_columns import PARTS
from equipoise.config.items_reading import ItemsFile, ItemsOrder, Reading
from equipoise.config.problems import suggest
from equipoise.errors import Problem
from equipoise.trials.items.source import Kind, Source, SourceError, find_source, rows

_ELSEWHERE = "The path is taken from the workload file's folder."


def read_items(path: Path, schema: Mapping[str, Any] | None) -> ItemsFile:
    """Read all rows of a file whose columns are called like the parts of an item."""
    return read_ordered(ItemsOrder(path, schema=schema))


def read_ordered(order: ItemsOrder) -> ItemsFile:
    """Read a source of items; whatever is wrong with it is in the value, and nothing is raised."""
    columns = order.columns
    digest: list[str] = []
    try:
        source = find_source(order.path, columns.split, columns.of("input"))
        lacking = tuple(_lacking(source, order))
        if lacking:
            return ItemsFile((), "", 0, lacking)
        reading = Reading(order, in_parts=source.of_folder)
        for row in rows(source, columns.read, digest):
            reading.take(row)
    except SourceError as error:
        return ItemsFile((), "", 0, (_problem(order, error.reason, error.advice),))
    except (OSError, EOFError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        return ItemsFile((), "", 0, (_problem(order, reason, _ELSEWHERE),))
    return reading.done(digest[0])


def _problem(order: ItemsOrder, reason: str, advice: str, key: str = "") -> Problem:
    return Problem(str(order.path), None, key, reason, advice)


def _lacking(source: Source, order: ItemsOrder) -> Iterator[Problem]:
    """Columns that are needed or named and that no row of a table can have."""
    columns, there = order.columns, source.columns
    if there is None:
        return
    if order.gold and any(file.kind is Kind.LOG for file in source.files):
        yield _problem(
            order,
            "is a log of calls: it holds answers that were given, and none that are right",
            "Draft items to label with `equipoise trial init LOG`.",
        )
        return
    needed = {"input", *columns.stated, *(["expected"] if order.gold else [])}
    for part in PARTS:
        name = columns.of(part)
        if part in needed and name not in there and name.partition(".")[0] not in there:
            advice = f"Name it in [items], such as {part} = 'question'. {suggest(name, there)}"
            yield _problem(order, f"there is no such column for `{part}`", advice, name)
    if columns.split and not source.of_folder and "split" not in there:
        yield _problem(order, "there is no such column to choose a split by", "", "split")


__all__ = ["ItemsFile", "ItemsOrder", "read_items", "read_ordered"]
