"""What SQLite refuses, as errors with a next step.

The codes and their meaning: https://www.sqlite.org/rescode.html.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from equipoise.errors import LedgerError

_MOVE_AWAY = "Name another file, or move this one away."

# By primary result code: what is the matter, and what to do.
_REFUSALS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_NOTADB: ("is no database", _MOVE_AWAY),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore it from a copy."),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that its folder exists and who may write there.",
    ),
    sqlite3.SQLITE_PERM: ("cannot be opened", "Check who may read and write it."),
    sqlite3.SQLITE_READONLY: (
        "cannot be written",
        "Check who may write to it and to its folder: its log lies beside it.",
    ),
    sqlite3.SQLITE_FULL: (
        "finds no room on the disk",
        "Make room and try again; what is written is kept.",
    ),
    sqlite3.SQLITE_IOERR: (
        "meets a fault of the disk",
        "Check that the disk is sound and has room; what is written is kept.",
    ),
    sqlite3.SQLITE_BUSY: (
        "is held by another process",
        "End what holds it, or try again.",
    ),
}


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Turn whatever SQLite raises inside into a LedgerError."""
    try:
        yield
    except sqlite3.Error as error:
        # Errors that the Python module raises itself, as on a closed ledger, have no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        matter, hint = _REFUSALS.get(code, ("cannot do it", ""))
        raise LedgerError(f"the ledger {path} {matter}: {error}", hint=hint) from error


def no_ledger(path: Path) -> LedgerError:
    """The error for a database that another program made."""
    return LedgerError(f"{path} is a database, but no ledger", hint=_MOVE_AWAY)


def newer_version(path: Path, version: int, newest: int) -> LedgerError:
    """The error for a ledger that a later release made."""
    return LedgerError(
        f"the ledger {path} has version {version}; this release knows versions up to {newest}",
        hint="Use the release that wrote it, or a later one.",
    )
