"""How a file holds its rows, found out from its first bytes and never from its name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path

import msgspec

from equipoise.errors import ExportError, Problem
from equipoise.exports.layout import normal

_LOOK = 1 << 20
_TAIL = 1 << 12
_PREAMBLE = 40
"""Lines before a table's header that some consoles write: the account, the invoice, the month."""
_DELIMITERS = ",;\t|"
_AGAIN = "Export it again."
_UNPACK = "Unpack it, or save the sheet as CSV."
_SIGNATURES = {
    b"PK\x03\x04": ("is an archive or a spreadsheet", _UNPACK),
    b"\xd0\xcf\x11\xe0": ("is a spreadsheet", _UNPACK),
    b"\x1f\x8b": ("is compressed", _UNPACK),
    b"BZh": ("is compressed", _UNPACK),
    b"\xfd7zXZ": ("is compressed", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("is compressed", _UNPACK),
    b"%PDF": ("is a PDF", "Export the same figures as CSV or JSON."),
}
_SURE_ENDS = ("\n", "\r", '"')
"""Last characters of a table that was not cut off within its last cell."""


class Kind(StrEnum):
    """The containers that are read."""

    TABLE = "table"
    PARQUET = "parquet"
    JSON_LINES = "json_lines"
    JSON_ARRAY = "json_array"
    JSON_DOCUMENT = "json_document"
    LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class Header:
    """A row of a table that might be its header; its last line is the `lines`-th of the file."""

    lines: int
    delimiter: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Container:
    """A file and how to take it apart.

    `headers` are the rows of a table that might be its header: some exports begin with lines about
    the account. `mixed` says that lines end in more than one way, `unended` that the last of a
    table does not end at all: a file that was cut off looks like this.
    """

    path: Path
    kind: Kind
    encoding: str = "utf-8-sig"
    mixed: bool = False
    unended: bool = False
    headers: tuple[Header, ...] = field(default=(), repr=False)


def look(path: Path) -> Container:
    """Look into a file; raises ExportError where it holds nothing that could be an export."""
    start, end = _ends(path)
    if start.startswith(b"SQLite format 3\0"):
        return Container(path, Kind.LEDGER)
    if start.startswith(b"PAR1"):
        return Container(path, Kind.PARQUET)
    for signature, (reason, advice) in _SIGNATURES.items():
        if start.startswith(signature):
            raise unreadable(path, reason, advice)
    text, encoding = _decoded(path, start)
    stripped = text.lstrip()
    if not stripped:
        raise unreadable(path, "is empty", _AGAIN)
    if stripped[0] == "<":
        raise unreadable(path, "is a web page or XML", "Sign in and export it as CSV or JSON.")
    # In UTF-16 every other byte of what we look for is zero.
    ending = end.replace(b"\0", b"").decode("latin-1")
    if stripped[0] in "[{":
        # DuckDB takes an array that is cut off after a comma for a whole one.
        if ending.strip() and ending.strip()[-1] != {"[": "]", "{": "}"}[stripped[0]]:
            raise unreadable(path, "does not end as JSON does: it is cut off", _AGAIN)
        kind = Kind.JSON_ARRAY if stripped[0] == "[" else _objects(stripped)
        return Container(path, kind, encoding)
    headers = tuple(_headers(text))
    if not headers:
        advice = "Give a usage or cost export as CSV, JSON, JSON lines or Parquet."
        raise unreadable(path, "holds no table and no JSON", advice)
    kinds_of_line_end = {"\r\n" in text, "\n" in text.replace("\r\n", "")}
    return Container(
        path,
        Kind.TABLE,
        encoding,
        mixed=kinds_of_line_end == {True},
        unended=not ending.endswith(_SURE_ENDS),
        headers=headers,
    )


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file."""
    if path.is_dir():
        advice = "Name the files in it, such as folder/*.csv."
        raise unreadable(path, "is a folder", advice)
    if path.exists() and not path.is_file():
        # What comes through a pipe can be read once; we read it several times.
        raise unreadable(path, "is no regular file", "Save it to a file first.")
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
            file.seek(max(0, path.stat().st_size - _TAIL))
            end = file.read()
    except OSError as error:
        raise unreadable(path, f"cannot be read: {error.strerror}") from error
    return start, end


def _decoded(path: Path, start: bytes) -> tuple[str, str]:
    """The text of the first bytes; the last character may have been cut in two by our look."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", errors="ignore"), "utf-16"
    advice = "Export it again as CSV UTF-8, or as JSON."
    try:
        text = start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(start) < _LOOK or len(start) - error.start >= 4:
            line = start.count(b"\n", 0, error.start) + 1
            raise unreadable(path, "is not UTF-8 text", advice, line) from error
        text = start[: error.start].decode("utf-8-sig")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise unreadable(path, "holds bytes that are no text", advice, line)
    return text, "utf-8-sig"


def _objects(text: str) -> Kind:
    """Objects a line each, or one document over many lines."""
    first, _, rest = text.partition("\n")
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, RecursionError):
        return Kind.JSON_DOCUMENT
    return Kind.JSON_LINES if rest.strip() else Kind.JSON_DOCUMENT


def _headers(text: str) -> Iterable[Header]:
    """The first rows that have several cells with words in them, by every delimiter."""
    for delimiter in _DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for cells in islice(rows, _PREAMBLE):
                if sum(bool(normal(cell)) for cell in cells) > 1:
                    yield Header(rows.line_num, delimiter, tuple(cells))
        except csv.Error:  # a cell of more than 128 KiB, which no header has
            continue


def unreadable(path: Path, reason: str, advice: str = "", line: int | None = None) -> ExportError:
    """An error about one file as a whole."""
    return ExportError((Problem(str(path), line, "", reason, advice),))
