"""Long work as a person sees it: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from equipoise.cli.output import say

_SECONDS_BETWEEN_LINES = 20.0


class Bar:
    """A bar a label, on stderr. Use it as a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("elapsed,"),
            TimeRemainingColumn(),
            TextColumn("to go"),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def advance(self, label: str, done: int, total: int) -> None:
        """Draw how far `label` is."""
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)


class Lines:
    """A line on stderr at the start, at the end and every twenty seconds between.

    `steps` is what is counted.
    """

    def __init__(self, steps: str = "answers") -> None:
        self._steps = steps
        self._last: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def advance(self, label: str, done: int, total: int) -> None:
        """Say how far `label` is, unless it was said a moment ago."""
        now = time.monotonic()
        due = now - self._last.get(label, float("-inf")) >= _SECONDS_BETWEEN_LINES
        if due or done == total:
            self._last[label] = now
            say(f"{label}: {done} of {total} {self._steps}")


def progress(steps: str = "answers") -> Bar | Lines:
    """What suits stderr: a bar where a person looks on."""
    return Bar() if sys.stderr is not None and sys.stderr.isatty() else Lines(steps)
