"""A trial as it goes: how far it is, what it has cost, and when it will be through."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from equipoise.cli.output import say
from equipoise.cli.progress import Bar, Lines
from equipoise.domain.ports import Progress

_SECONDS_BETWEEN_LINES = 5.0
Spent = Callable[[], float]
"""What was spent so far, in dollars."""


class SpendingBar(Bar):
    """A bar that says what was spent."""

    def __init__(self, spent: Spent) -> None:
        super().__init__()
        self._spent = spent

    def advance(self, label: str, done: int, total: int) -> None:
        """Draw how far `label` is, and what it has cost."""
        super().advance(label, done, total)
        text = f"{label}  {self._spent():.4f} USD"
        self._progress.update(self._tasks[label], description=text)


class SpendingLines(Lines):
    """A line every few seconds with what was spent, and when the end is expected."""

    def __init__(self, spent: Spent) -> None:
        super().__init__()
        self._spent = spent
        self._began: tuple[float, int] | None = None

    def advance(self, label: str, done: int, total: int) -> None:
        """Say how far `label` is, unless it was said a moment ago."""
        now = time.monotonic()
        began, first = self._began = self._began or (now, done)
        due = now - self._last.get(label, float("-inf")) >= _SECONDS_BETWEEN_LINES
        if not due and done < total:
            return
        self._last[label] = now
        words = f"{label}: {done} of {total} answers, {self._spent():.4f} USD"
        if first < done < total:
            left = (now - began) / (done - first) * (total - done)
            ends = datetime.fromtimestamp(time.time() + left).astimezone()
            words += f", through at about {ends:%H:%M}"
        say(words)


def spending(spent: Spent, *, person: bool) -> AbstractContextManager[Progress]:
    """What suits stderr: a bar where a person looks on."""
    return SpendingBar(spent) if person else SpendingLines(spent)
