"""Files that are no ledger or take none: a clear error with a next step, and the file as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.records import record

from equipoise.domain.record import Record
from equipoise.errors import LedgerError
from equipoise.ledger import sqlite
from equipoise.ledger.sqlite import SqliteLedger

NOBODY = 65_534


@pytest.fixture
def shut() -> Iterator[Path]:
    """A folder in which nobody may write, while this process is nobody."""
    folder = Path(tempfile.mkdtemp())
    SqliteLedger(folder / "old.db").close()
    (folder / "empty.db").touch()
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:  # whom no mode of a file holds back
        os.seteuid(NOBODY)
    yield folder
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def refused(path: Path) -> str:
    """What is said where a ledger cannot be opened."""
    with pytest.raises(LedgerError) as caught:
        SqliteLedger(path)
    assert str(path) in caught.value.message
    assert caught.value.hint.endswith(".")
    return caught.value.message


def fill(ledger: SqliteLedger, kept: list[Record]) -> None:
    """Append until it is refused; what was not is in `kept`."""
    for number in range(1_000):
        ledger.append(record(str(number)))
        kept.append(record(str(number)))


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("minutes of the meeting\n" * 100)

    assert "is no database" in refused(path)
    assert path.read_text() == "minutes of the meeting\n" * 100
    assert list(path.parent.iterdir()) == [path]


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE customers (name)")
    before = path.read_bytes()

    assert "is a database, but no ledger" in refused(path)
    assert path.read_bytes() == before


def test_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    newer = sqlite._VERSION + 1
    SqliteLedger(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {newer}")
    before = path.read_bytes()

    assert f"has version {newer}; this release knows versions up to {newer - 1}" in refused(path)
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_an_error(path: Path) -> None:
    with closing(SqliteLedger(path)) as ledger:
        for number in range(200):
            ledger.append(record(str(number)))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))

    with closing(SqliteLedger(path)) as ledger, pytest.raises(LedgerError, match="is damaged"):
        list(ledger.records())


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(tmp_path / "absent" / "ledger.db")
    assert "cannot be opened" in refused(tmp_path)


def test_where_nobody_may_write_no_ledger_is_opened(shut: Path) -> None:
    assert "cannot be opened" in refused(shut / "new.db")
    assert "cannot be written" in refused(shut / "empty.db")
    refused(shut / "old.db")


def test_a_full_disk_refuses_the_record_whole_and_takes_it_later(path: Path) -> None:
    with closing(SqliteLedger(path)) as ledger:
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
        kept: list[Record] = []
        with pytest.raises(LedgerError, match="finds no room on the disk") as caught:
            fill(ledger, kept)
        assert caught.value.hint
        assert kept
        assert list(ledger.records()) == kept

        ledger._connection.execute(f"PRAGMA max_page_count = {pages + 100}")
        ledger.append(record("late"))
        assert list(ledger.records()) == [*kept, record("late")]


def test_a_ledger_that_another_process_holds_is_waited_for_and_then_an_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_WAIT_SECONDS", 0.05)
    with closing(SqliteLedger(path)) as ledger, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="is held by another process"):
            ledger.append(record("a"))
        other.rollback()

        ledger.append(record("a"))
        assert list(ledger.records()) == [record("a")]
