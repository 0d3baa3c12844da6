"""The ledger in one SQLite file, which several processes may append to at once.

What is appended is in the write-ahead log before `append` returns, and so survives the death of
the process; with `full` it is on the disk and survives a loss of power too
(https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from threading import Lock

from equipoise.domain.ports import SummaryRow
from equipoise.domain.record import Record
from equipoise.ledger.queries import migrations, named
from equipoise.ledger.rows import (
    GROUPINGS,
    Row,
    attempt_row,
    check_grouping,
    check_record,
    other_record,
    record_of,
    request_row,
)
from equipoise.ledger.sqlite_errors import newer_version, no_ledger, refusals

_SQL = named("sqlite.sql")
_MIGRATIONS = migrations()
_VERSION = max(_MIGRATIONS)
_APPLICATION = int.from_bytes(b"EQPI", "big")

# Many times what a busy disk takes to commit what stands before us in the queue.
_WAIT_SECONDS = 30.0
# Requests that are read at once: no reader holds the log back, and none holds it all in memory.
_PAGE = 500
_NANO = 10**9


class SqliteLedger:
    """An open ledger in the file `path`, made where there is none. Threads may share it.

    Opening raises LedgerError where the file is no ledger, a newer version's, or out of reach, and
    leaves such a file as it is. The path `:memory:` keeps all in this process.
    """

    def __init__(self, path: Path, full: bool = False) -> None:
        self.path = path
        self._lock = Lock()
        with ExitStack() as undo, refusals(path):
            self._connection = sqlite3.connect(
                path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            undo.callback(self._connection.close)
            self._connection.row_factory = sqlite3.Row
            self._open(full)
            undo.pop_all()

    def append(self, record: Record) -> None:
        """Keep `record`, durable on return; the same record again changes nothing.

        Raises LedgerError where the id is another record's, where the record cannot be kept
        exactly, or where the disk takes no more; nothing of it is kept then.
        """
        check_record(record)
        with self._transaction():
            kept = self._all("select_record", {"id": record.id})
            if not kept:
                self._insert(record)
            elif record_of(kept) != record:
                raise other_record(record)

    def records(self) -> Iterator[Record]:
        """Every record, in order of arrival; those that arrive meanwhile come last."""
        after = 0
        while page := self._read("select_page", {"after": after, "size": _PAGE}):
            for _, rows in groupby(page, key=lambda row: row["seq"]):
                yield record_of(list(rows))
            after = page[-1]["seq"]

    def summary(self, by: tuple[str, ...] = ("workload",)) -> tuple[SummaryRow, ...]:
        """The sums of each group, in order of its values; money is exact, however much it is.

        Raises ValueError for an unknown grouping.
        """
        check_grouping(by)
        rows = self._read("summary", {name: name in by for name in GROUPINGS})
        return tuple(sorted((_summary_row(row, by) for row in rows), key=lambda row: row.values))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _write_ahead(self) -> None:
        """Turn the log on. SQLite's own waiting does not cover a change of the journal's mode."""
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                self._run("write_ahead")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return

    def _open(self, full: bool) -> None:
        # Looked at before anything is written: another program's file stays as it is.
        self._version()
        self._write_ahead()
        self._run("hold_references")
        self._run("survive_kill")
        if full:
            self._run("survive_power_loss")
            self._run("flush_drive")
        if self._version() < _VERSION:
            self._migrate()

    def _version(self) -> int:
        """The version of the schema, 0 for an empty file; LedgerError where it is none of ours."""
        found = self._all("identify", {})[0]
        if found["objects"] and found["application_id"] != _APPLICATION:
            raise no_ledger(self.path)
        version = int(found["version"])
        if version > _VERSION:
            raise newer_version(self.path, version, _VERSION)
        return version

    def _migrate(self) -> None:
        with self._transaction():
            # Another process may have done it while this one waited for the lock.
            for version in range(self._version() + 1, _VERSION + 1):
                for statement in _MIGRATIONS[version]:
                    self._connection.execute(statement)

    def _insert(self, record: Record) -> None:
        try:
            request = self._run("insert_request", request_row(record)).lastrowid
            for attempt in record.attempts:
                self._run("insert_attempt", attempt_row(attempt) | {"request": request})
        except sqlite3.IntegrityError as error:
            raise other_record(record) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All that is written inside is kept, or nothing of it."""
        with self._lock, refusals(self.path), ExitStack() as undo:
            self._run("begin")
            undo.callback(self._roll_back)
            yield
            self._run("commit")
            undo.pop_all()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # a full disk may have ended it already
            self._run("rollback")

    def _read(self, name: str, values: Row) -> list[sqlite3.Row]:
        with self._lock, refusals(self.path):
            return self._all(name, values)

    def _all(self, name: str, values: Row) -> list[sqlite3.Row]:
        return self._run(name, values).fetchall()

    def _run(self, name: str, values: Row | None = None) -> sqlite3.Cursor:
        return self._connection.execute(_SQL[name], values or {})


def _summary_row(row: sqlite3.Row, by: tuple[str, ...]) -> SummaryRow:
    """A row of the query `summary`, its money put together again."""
    return SummaryRow(
        values=tuple(row[f"by_{name}"] for name in by),
        requests=row["requests"],
        failed=row["failed"],
        attempts=row["attempts"],
        failed_attempts=row["failed_attempts"],
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        cached_tokens=row["cached_tokens"],
        cost_pico=row["cost_high"] * _NANO + row["cost_low"],
        estimated_pico=row["estimated_high"] * _NANO + row["estimated_low"],
    )
