"""What SQLite itself holds to: append-only, versions of the schema, the way a commit is made."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.records import record

from equipoise.errors import LedgerError
from equipoise.ledger.queries import migrations, named
from equipoise.ledger.sqlite import SqliteLedger

# A new number, so that the id alone is in the way.
UNDER_A_NEW_NUMBER = """
    REPLACE INTO requests
    SELECT seq + 1, id, started_ms, workload, data_class, dialect, model, policy_id, streamed,
        500, outcome, total_ms
    FROM requests
"""


@pytest.fixture
def written(path: Path) -> Path:
    """A ledger of one record."""
    with closing(SqliteLedger(path)) as ledger:
        ledger.append(record("a"))
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE requests SET status = 500",
        "UPDATE attempts SET cost_pico = 0",
        "DELETE FROM requests",
        "DELETE FROM attempts",
        "REPLACE INTO requests SELECT * FROM requests",
        UNDER_A_NEW_NUMBER,
        "REPLACE INTO attempts SELECT * FROM attempts",
    ],
)
def test_nobody_changes_or_removes_what_is_written(written: Path, statement: str) -> None:
    # Another program's connection, which knows nothing of this one's manners.
    with closing(sqlite3.connect(written)) as other:
        with pytest.raises(sqlite3.IntegrityError, match="the ledger is append-only"):
            other.execute(statement)
        other.commit()

    with closing(SqliteLedger(written)) as ledger:
        assert list(ledger.records()) == [record("a")]


@pytest.mark.parametrize(("full", "level"), [(False, 1), (True, 2)])
def test_a_commit_is_in_the_log_and_on_the_disk_if_asked(
    path: Path, full: bool, level: int
) -> None:
    with closing(SqliteLedger(path, full=full)) as ledger:
        assert ledger._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert ledger._connection.execute("PRAGMA synchronous").fetchone()[0] == level


def test_an_empty_file_becomes_a_ledger_of_the_newest_version(path: Path) -> None:
    path.touch()
    SqliteLedger(path).close()

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA user_version").fetchone()[0] == max(migrations())
        tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"requests", "attempts"}


def test_a_ledger_is_opened_again_and_goes_on(written: Path) -> None:
    with closing(SqliteLedger(written)) as ledger:
        ledger.append(record("a"))
        ledger.append(record("b"))

        assert [row.id for row in ledger.records()] == ["a", "b"]


def test_migrations_are_numbered_without_a_gap_and_each_sets_its_own_version() -> None:
    steps = migrations()

    assert list(steps) == list(range(1, len(steps) + 1))
    for version, statements in steps.items():
        assert statements[-1] == f"PRAGMA user_version = {version};"


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {1: (*migrations()[1][:2], "CREATE TABLE requests (again)")}
    with monkeypatch.context() as patched:
        patched.setattr("equipoise.ledger.sqlite._MIGRATIONS", broken)
        with pytest.raises(LedgerError, match="already exists"):
            SqliteLedger(path)

    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    SqliteLedger(path).close()


def test_who_waits_while_another_makes_the_ledger_finds_it_made(path: Path) -> None:
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        ThreadPoolExecutor() as pool,
    ):
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        opening = [pool.submit(SqliteLedger, path) for _ in range(3)]
        time.sleep(0.2)  # all three have seen an empty file and wait for the lock
        other.execute("ROLLBACK")
        ledgers = [waiting.result() for waiting in opening]

    for ledger in ledgers:
        ledger.append(record("a"))
        ledger.close()


def test_every_statement_is_complete_and_only_one() -> None:
    texts = [
        *named("sqlite.sql").values(),
        *(text for rows in migrations().values() for text in rows),
    ]

    assert [text for text in texts if not sqlite3.complete_statement(text)] == []
    with closing(sqlite3.connect(":memory:")) as connection:
        for text in migrations()[1]:
            connection.execute(text)


def test_threads_may_share_a_ledger(path: Path) -> None:
    with closing(SqliteLedger(path)) as ledger:

        def write(name: str) -> None:
            for number in range(100):
                ledger.append(record(f"{name}{number}"))
                assert ledger.summary()[0].attempts % 2 == 0

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        rows = list(ledger.records())
    assert len(rows) == 400
    assert rows == [record(row.id) for row in rows]


def test_a_reader_does_not_hold_back_the_log(path: Path) -> None:
    with closing(SqliteLedger(path)) as ledger:
        ledger.append(record("a"))
        reading = ledger.records()
        next(reading)
        ledger.append(record("b"))

        assert ledger._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        assert [row.id for row in reading] == ["b"]
