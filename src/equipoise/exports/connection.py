"""A DuckDB that reads local files in bounded memory and speaks to no network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from equipoise.domain.ports import Progress

MEMORY = "400MB"
"""What reading, sorting and grouping may take; beyond it they go on on disk."""
_SECONDS_BETWEEN_LOOKS = 0.2
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection that knows the layouts' macros, and a folder for its files.

    Queries run in a thread of their own: DuckDB looks at signals late or never, and so whoever
    waits can say how far it is to `progress`, and Ctrl-C ends it at once.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    progress: Progress
    thread: ThreadPoolExecutor

    def rows(self, sql: str) -> list[Row]:
        """What a query gives; raises duckdb.Error."""
        return self._waited(sql, _nobody)

    def row(self, sql: str) -> Row:
        """The one row that an aggregate gives."""
        return self.rows(sql)[0]

    def long(self, sql: str, label: str, total: int) -> list[Row]:
        """The same as `rows`, for work of `total` megabytes that somebody waits for."""
        said = 0

        def heard(percent: float) -> None:
            nonlocal said
            through = min(int(total * percent / 100), total - 1)
            if through > said:
                said = through
                self.progress.advance(label, through, total)

        self.progress.advance(label, 0, total)
        found = self._waited(sql, heard)
        self.progress.advance(label, total, total)
        return found

    def _fetched(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()

    def _waited(self, sql: str, heard: Callable[[float], None]) -> list[Row]:
        query = self.thread.submit(self._fetched, sql)
        try:
            while not wait((query,), _SECONDS_BETWEEN_LOOKS).done:
                heard(self.connection.query_progress())
        finally:
            if not query.done():
                self.connection.interrupt()
                wait((query,))
        return query.result()


def _nobody(_percent: float) -> None:
    """Nobody waits long enough to ask."""


@contextmanager
def opened(progress: Progress) -> Iterator[Reader]:
    """A reader; its room on disk is given back at the end."""
    with TemporaryDirectory(prefix="equipoise-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(folder) / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
        with (
            duckdb.connect(":memory:", config=settings) as connection,
            ThreadPoolExecutor(1) as thread,
        ):
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
            for macros in _macros():
                connection.execute(macros.read_text(encoding="utf-8"))
            yield Reader(connection, Path(folder), progress, thread)


def _macros() -> list[Traversable]:
    """What all layouts use, then what those of one vendor share."""
    folder = files(__package__).joinpath("layouts")
    vendors = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=str)
    return [files(__package__).joinpath("macros.sql"), *vendors]
