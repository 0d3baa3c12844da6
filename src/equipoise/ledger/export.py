"""Records out of a ledger: JSON lines, which come back as they were, and Parquet for analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import duckdb
import msgspec

from equipoise.domain.record import Record
from equipoise.errors import LedgerError
from equipoise.ledger.queries import named
from equipoise.ledger.rows import flat_rows

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Record)


def to_jsonl(records: Iterable[Record], file: BinaryIO) -> None:
    """Write one record a line, its keys sorted: equal records make equal bytes."""
    file.writelines(_ENCODER.encode(record) + b"\n" for record in records)


def from_jsonl(file: BinaryIO) -> Iterator[Record]:
    """The records that `to_jsonl` wrote; raises LedgerError at a line that is none."""
    for number, line in enumerate(file, start=1):
        try:
            yield _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LedgerError(
                f"line {number} is no record: {error}",
                hint="Export it anew from the ledger it came from.",
            ) from error


def to_parquet(records: Iterable[Record], path: Path) -> None:
    """Write one row an attempt, with its request's columns; `path` appears when it is whole.

    A request that was put to no target has one row, without an attempt's columns. Money is in
    picodollars as BIGINT. Raises LedgerError where the file cannot be written.
    """
    try:
        # Beside the target, so that the finished file is renamed and never copied.
        with TemporaryDirectory(dir=path.parent, prefix=".parquet-") as folder:
            rows, whole = Path(folder) / "rows.jsonl", Path(folder) / "whole.parquet"
            with rows.open("wb") as file:
                for record in records:
                    for row in flat_rows(record):
                        file.write(_ENCODER.encode(row) + b"\n")
            with duckdb.connect() as connection:
                values = {"rows": str(rows), "path": str(whole)}
                connection.execute(named("parquet.sql")["write"], values)
            whole.replace(path)
    except (OSError, duckdb.Error) as error:
        raise LedgerError(
            f"{path} cannot be written: {error}",
            hint="Check that its folder exists, who may write there, and that the disk has room.",
        ) from error
