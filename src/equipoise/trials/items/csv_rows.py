"""Rows of a table of text: CSV with any usual delimiter, its first row the columns' names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from equipoise.trials.items.row import Fault, Place, Row
from equipoise.trials.items.text_file import LONGEST, Digest, opened

DELIMITERS = ",;\t|"
_LOOK = 1 << 16
_UTF8 = "Save the file as CSV UTF-8."
_QUOTES = "A cell with a quotation mark stands in quotation marks, and has its own doubled."


def header_of(start: bytes) -> tuple[str, list[str]]:
    """The delimiter and the names in the first row of a file that begins with `start`."""
    text = start.decode("utf-8-sig", "replace")
    found: list[tuple[int, str, list[str]]] = []
    for place, delimiter in enumerate(DELIMITERS):
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        found.append((-len(names), delimiter, names))
        if place == 0 and len(names) > 1 and not set(DELIMITERS[1:]) & set("".join(names)):
            break
    _, delimiter, names = min(found, key=lambda row: row[0], default=(0, ",", []))
    return delimiter, [name.strip() for name in names]


def csv_rows(path: Path, digest: Digest) -> Iterator[Row]:
    """Every row below the names; one that cannot be told from its neighbours ends the reading.

    Raises OSError or ValueError where the file cannot be read.
    """
    with opened(path, digest) as file:
        delimiter, names = header_of(file.peek(_LOOK)[:_LOOK])
        # Cells hold documents, of which the library's own limit of 128 KiB would refuse many.
        csv.field_size_limit(LONGEST)
        # Bytes that are no UTF-8 are kept apart, so that their row can be named.
        text = io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="")
        try:
            yield from _rows(str(path), text, delimiter, names)
        finally:
            text.detach()


def _rows(path: str, text: Iterable[str], delimiter: str, names: Sequence[str]) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        place = Place(path, begins)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            limit = "field larger" in str(error)
            reason = f"a cell is longer than {LONGEST >> 20} MiB" if limit else "no CSV from here"
            yield Row(place, None, (Fault(reason, _QUOTES),), texts=True)
            return
        if cells is None:
            return
        if begins > 1 and any(cells):
            yield _row(place, cells, names)
        begins = reader.line_num + 1


def _row(place: Place, cells: Sequence[str], names: Sequence[str]) -> Row:
    fault = None
    if len(cells) != len(names):
        fault = Fault(f"has {len(cells)} cells, and the header {len(names)}", _QUOTES)
    elif any("\udc80" <= letter <= "\udcff" for cell in cells for letter in cell):
        fault = Fault("not UTF-8", _UTF8)
    if fault is not None:
        return Row(place, None, (fault,), texts=True)
    return Row(place, dict(zip(names, cells, strict=True)), texts=True)
