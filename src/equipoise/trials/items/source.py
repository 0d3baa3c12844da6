"""What a path holds, found out from its bytes and never from its name; and its rows."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path

from equipoise.trials.imports.call import UnreadableError
from equipoise.trials.imports.envelope import decode_line
from equipoise.trials.items import log_rows, queried
from equipoise.trials.items.csv_rows import DELIMITERS, csv_rows, header_of
from equipoise.trials.items.dataset import label_names, splits
from equipoise.trials.items.jsonl import jsonl_rows
from equipoise.trials.items.row import Row
from equipoise.trials.items.text_file import lines, opened

LEDGER_HOLDS_NONE = (
    "is a gateway's ledger, which holds what requests cost and no word of what was asked",
    "Log the calls in your own application, and draft items with `equipoise trial init LOG`.",
)
_LOOK = 1 << 16
_LINES = 20
_SAVE = "Save it as CSV, JSON lines or Parquet."
_REFUSED: Mapping[bytes, tuple[str, str]] = {
    b"SQLite format 3\0": LEDGER_HOLDS_NONE,
    b"PK\x03\x04": ("is an archive or a spreadsheet", _SAVE),
    b"\xd0\xcf\x11\xe0": ("is a spreadsheet", _SAVE),
    b"%PDF": ("is a PDF", _SAVE),
    b"ARROW1": ("is an Arrow file", _SAVE),
    b"\xff\xfe": ("is UTF-16 text", "Save it as UTF-8."),
    b"\xfe\xff": ("is UTF-16 text", "Save it as UTF-8."),
}
_ARRAY = re.compile(r"\[\s*[{\]]")
_OF_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


class SourceError(ValueError):
    """A path holds no items that can be read: the reason, and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class Kind(StrEnum):
    """How rows are kept."""

    JSON_LINES = "json_lines"
    JSON_ARRAY = "json_array"
    TABLE = "table"
    PARQUET = "parquet"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class File:
    """One file of rows. `columns` are all it has; None where each row has its own."""

    path: Path
    kind: Kind
    columns: tuple[str, ...] | None = None
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a path, in order. `of_folder` says that they are a split of a dataset's."""

    path: Path
    files: tuple[File, ...]
    of_folder: bool = False

    @property
    def columns(self) -> tuple[str, ...] | None:
        """All columns of all files; None where rows have their own."""
        known = [file.columns for file in self.files if file.columns is not None]
        if len(known) < len(self.files):
            return None
        return tuple(dict.fromkeys(name for columns in known for name in columns))


def find_source(path: Path, split: str, question: str) -> Source:
    """Look at a path. `split` chooses one of a folder's; `question` is the column of the question.

    Raises SourceError, OSError or ValueError where nothing can be read.
    """
    if not path.is_dir():
        return Source(path, (_file(path, question),))
    try:
        found = splits(path)
        labels = label_names(path)
    except ValueError as error:
        raise SourceError(f"is no dataset that can be read: {error}", _SAVE) from error
    wanted = split or (next(iter(found)) if len(found) == 1 else "")
    if wanted not in found:
        reason = f"has no split {split!r}" if split else "has several splits"
        advice = f"Set items.split to one of {', '.join(sorted(found))}."
        raise SourceError(reason, advice)
    files = [_file(file, question) for file in found[wanted]]
    named = tuple(replace(file, labels={**labels, **file.labels}) for file in files)
    return Source(path, named, of_folder=True)


def rows(source: Source, columns: Collection[str], digest: list[str]) -> Iterator[Row]:
    """Every row of every file; of Parquet only some columns are read.

    The last step appends to `digest` SHA-256 of the file's bytes, or of all the digests of a
    folder's files. Raises OSError or ValueError where a file cannot be read to its end.
    """
    digests: list[str] = []
    for file in source.files:
        sha = hashlib.sha256()
        match file.kind:
            case Kind.PARQUET | Kind.JSON_ARRAY:
                with file.path.open("rb") as binary:
                    sha = hashlib.file_digest(binary, "sha256")
                read = (
                    queried.parquet_rows(file.path, columns)
                    if file.kind is Kind.PARQUET
                    else queried.array_rows(file.path)
                )
            case Kind.TABLE:
                read = csv_rows(file.path, sha)
            case Kind.LOG:
                read = log_rows.log_rows(file.path, sha)
            case _:
                read = jsonl_rows(file.path, sha)
        for row in read:
            yield _named(row, file.labels)
        digests.append(sha.hexdigest())
    if source.of_folder:
        names = [file.path.relative_to(source.path).as_posix() for file in source.files]
        told = "".join(f"{name} {one}\n" for name, one in zip(names, digests, strict=True))
        digests = [hashlib.sha256(told.encode()).hexdigest()]
    digest.append(digests[0])


def _named(row: Row, labels: Mapping[str, tuple[str, ...]]) -> Row:
    """The row with the names of classes in the place of their numbers; -1 is no class."""
    if row.values is None or labels.keys().isdisjoint(row.values):
        return row
    values = dict(row.values)
    for column, names in labels.items():
        number = values.get(column)
        if type(number) is int and -1 <= number < len(names):
            values[column] = names[number] if number >= 0 else None
    return replace(row, values=values)


def _file(path: Path, question: str) -> File:
    with opened(path, hashlib.sha256()) as binary:
        start = binary.peek(_LOOK)[:_LOOK]
    for signature, refusal in _REFUSED.items():
        if start.startswith(signature):
            raise SourceError(*refusal)
    if start.startswith(queried.PARQUET):
        columns = queried.parquet_columns(path)
        return File(path, Kind.PARQUET, columns, queried.parquet_labels(path))
    text = start.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("{"):
        kind = Kind.LOG if _is_log(path, question) else Kind.JSON_LINES
        return File(path, kind, log_rows.COLUMNS if kind is Kind.LOG else None)
    if _ARRAY.match(text):
        return File(path, Kind.JSON_ARRAY)
    first = text.partition("\n")[0]
    if not text or path.name.endswith(_OF_LINES) or not _is_table(first, question):
        return File(path, Kind.JSON_LINES)
    names = header_of(start)[1]
    doubled = [name for name, count in Counter(names).items() if name and count > 1]
    if doubled:
        raise SourceError(f"has the column {doubled[0]!r} twice", "Rename one of the two.")
    return File(path, Kind.TABLE, tuple(names))


def _is_table(first: str, question: str) -> bool:
    return any(delimiter in first for delimiter in DELIMITERS) or first.strip(' "\r') == question


def _is_log(path: Path, question: str) -> bool:
    """Whether the first line that is JSON is a call: whole lines are read, as calls are long."""
    with opened(path, hashlib.sha256()) as binary:
        for _, line in islice(lines(binary), _LINES):
            try:
                row = decode_line(line or b"")
            except UnreadableError:
                continue
            asked = "custom_id" in row and "body" in row
            return question not in row and ("response" in row or asked)
    return False
