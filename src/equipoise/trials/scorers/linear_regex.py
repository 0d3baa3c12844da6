"""Regular expressions in time that grows with the text and not beyond: RE2, as DuckDB holds it.

Python's own engine goes back over a text for as long as it likes: `(a+)+$` on forty letters takes
hours. RE2 (github.com/google/re2, wiki Syntax) has no look-around and no back-references for that.
"""

from __future__ import annotations

import threading
from functools import cache

import duckdb

_LOCK = threading.Lock()


def fault(pattern: str) -> str:
    """Why a pattern cannot be used; empty where it can."""
    try:
        search(pattern, "")
    except ValueError as error:
        return str(error)
    return ""


def search(pattern: str, text: str) -> bool:
    """Whether the pattern is found anywhere in a text; raises ValueError for a bad pattern."""
    return bool(_ask("select regexp_matches(?, ?)", text, pattern))


def last_found(pattern: str, text: str) -> str | None:
    """What the pattern finds last: its first group, or all of it without one; None for nothing.

    Raises ValueError for a bad pattern.
    """
    for group in (1, 0):
        try:
            found = _ask("select regexp_extract_all(?, ?, ?)", text, pattern, group)
        except ValueError as error:
            if group and "group" in str(error).casefold():
                continue
            raise
        # A group that took no part in a match is empty.
        return str(found[-1] or "") if isinstance(found, list) and found else None
    raise AssertionError("unreachable")


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False})


def _ask(query: str, text: str, pattern: str, *more: object) -> object:
    # Half a surrogate pair is no character of UTF-8, which the engine reads.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    try:
        with _LOCK:
            row = _connection().execute(query, [clean, pattern, *more]).fetchone()
    except duckdb.Error as error:
        raise ValueError(str(error).partition(": ")[2] or str(error)) from error
    return row[0] if row is not None else None
