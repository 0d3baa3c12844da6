"""The trial's journal: one line an answer, on disk before the answer counts.

A crash loses at most the answers in flight. A line that was cut by it is dropped when the journal
is opened again; any other damage is an error, because an answer that was paid for lies behind it.
Answers stay on the disk: in memory is where each stands, eight bytes an answer.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import os
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from equipoise.errors import JournalError
from equipoise.trials import answer_row
from equipoise.trials.answer_row import AnswerRow
from equipoise.trials.plan import TrialPlan, canonical

__all__ = ["AnswerRow", "Journal"]

ROOM = 1 << 20
"""Bytes kept free beside a journal that is asked into, at the least."""

_RESTORE = "Restore the file from a copy, or move it away to run the trial anew."
_MAKE_ROOM = "Make room and run the same command again; earlier answers are kept."
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOWHERE = -1


@dataclass(slots=True)
class Sum:
    """What one candidate's answers come to; `paid_pico` leaves out those of other journals."""

    answers: int = 0
    cost_pico: int = 0
    paid_pico: int = 0
    seconds: float = 0.0

    def add(self, row: AnswerRow) -> None:
        """Take in one more answer."""
        self.answers += 1
        self.cost_pico += row.cost_pico
        self.paid_pico += 0 if row.cached else row.cost_pico
        self.seconds += row.seconds


class Journal:
    """An open journal, held by one process. Use it as a context manager.

    Opening raises JournalError where the file is held, damaged or another plan's, and leaves such
    a file as it is. `full` says that the disk took an answer only because room was kept for it.
    """

    def __init__(self, path: Path, plan: TrialPlan) -> None:
        self.path = path
        self.full = False
        self.sums: dict[str, Sum] = {arm.candidate: Sum() for arm in plan.arms}
        self._plan = plan
        self._file: BinaryIO | None = None
        self._end = self._durable = 0
        self._places = {item: place for place, item in enumerate(plan.order)}
        asked = len(plan.order) * plan.repeats
        self._offsets = {arm.candidate: array("q", [_NOWHERE]) * asked for arm in plan.arms}
        self._room = path.with_name(f"{path.name}.room")
        self._syncing: asyncio.Future[None] | None = None
        self._broken: JournalError | None = None
        self._executor = ThreadPoolExecutor(1, "journal")

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                # Unbuffered: a row that could not be written must not be tried again at the close.
                file = stack.enter_context(self.path.open("a+b", buffering=0))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise JournalError(
                    f"another process is running this trial ({self.path})",
                    hint="Wait for it, or stop it; its answers are kept.",
                ) from error
            except OSError as error:
                raise JournalError(
                    f"the journal {self.path} cannot be opened: {error.strerror}",
                    hint="Check who may write there.",
                ) from error
            self._recover(file)
            stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor.shutdown()  # what is being made durable must have the file until it is
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # whoever waited for these answers has been told or has gone
                if self._durable < self._end:
                    os.fsync(file.fileno())
            file.close()
            self._room.unlink(missing_ok=True)

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """Every answer so far, in the order of the file. Of very many, use `stream`."""
        return tuple(self.stream())

    def stream(self) -> Iterator[AnswerRow]:
        """Every answer so far, in the order of the file, one at a time."""
        offset = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if offset >= self._end:
                    return
                if number > 1:
                    row = self._answer(number, line)
                    if self._offsets[row.candidate][self._place(row.item, row.repeat)] == offset:
                        yield row
                offset += len(line)

    def has(self, candidate: str, item: str, repeat: int = 0) -> bool:
        """Whether this question was answered already."""
        return self._offsets[candidate][self._place(item, repeat)] != _NOWHERE

    def read(self, candidate: str, item: str, repeat: int = 0) -> AnswerRow:
        """One answer; raises KeyError where there is none."""
        offset = self._offsets[candidate][self._place(item, repeat)]
        if offset == _NOWHERE:
            raise KeyError((candidate, item, repeat))
        with self.path.open("rb") as lines:
            lines.seek(offset)
            return answer_row.read(lines.readline())

    def reserve(self, room: int = ROOM) -> None:
        """Keep so many bytes for answers in flight; raises JournalError where the disk has none.

        On a disk that fills up, what was paid for is then still kept, and nothing more is asked.
        """
        try:
            with self._room.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(ROOM, room))
        except OSError as error:
            self._room.unlink(missing_ok=True)
            raise JournalError(
                f"there is no room for answers beside {self.path}: {error.strerror}",
                hint=_MAKE_ROOM,
            ) from error

    def append(self, row: AnswerRow) -> None:
        """Write an answer and wait until the disk has it; raises JournalError where it cannot."""
        offset = self._write(answer_row.line(row))
        self._sync()
        self._index(row, offset)

    async def keep(self, row: AnswerRow) -> None:
        """As `append`, while others go on; answers of one moment share one wait for the disk."""
        offset = self._write(answer_row.line(row))
        end = self._end
        while self._durable < end:
            if self._syncing is None:
                self._syncing = asyncio.ensure_future(self._sync_beside())
            # Who stops waiting must not stop it for the others.
            await asyncio.shield(self._syncing)
        self._index(row, offset)

    def digest(self) -> str:
        """SHA-256 of what the answers say, whatever order they were journaled in."""
        hashed, comma = hashlib.sha256(b"["), b""
        with self.path.open("rb") as lines:
            for item in sorted(self._places):
                for candidate in sorted(self._offsets):
                    for repeat in range(self._plan.repeats):
                        offset = self._offsets[candidate][self._place(item, repeat)]
                        if offset != _NOWHERE:
                            lines.seek(offset)
                            row = answer_row.read(lines.readline())
                            hashed.update(comma + canonical(answer_row.said(row)))
                            comma = b","
        hashed.update(b"]")
        return hashed.hexdigest()

    def _place(self, item: str, repeat: int) -> int:
        return self._places[item] * self._plan.repeats + repeat

    def _index(self, row: AnswerRow, offset: int) -> None:
        offsets, place = self._offsets[row.candidate], self._place(row.item, row.repeat)
        if offsets[place] == _NOWHERE:
            self.sums[row.candidate].add(row)
        offsets[place] = offset

    def _write(self, line: bytes) -> int:
        """Write a whole line at the end, in the room that was kept if need be; its offset."""
        if self._file is None:
            raise JournalError(f"the journal {self.path} is not open", hint="Use it in a `with`.")
        if self._broken is not None:
            raise self._broken
        try:
            try:
                self._write_whole(self._file, line)
            except OSError as error:
                if error.errno not in _FULL or not self._room.exists():
                    raise
                self.full = True
                self._room.unlink()
                self._write_whole(self._file, line)
        except OSError as error:
            raise self._unwritten(error) from error
        self._end += len(line)
        return self._end - len(line)

    def _write_whole(self, file: BinaryIO, line: bytes) -> None:
        left = line
        try:
            while left:
                left = left[file.write(left) :]
        except OSError:
            with suppress(OSError):
                file.truncate(self._end)  # the next line must not begin in the middle of this one
            raise

    def _sync(self) -> None:
        file = self._file
        if file is None:
            raise JournalError(f"the journal {self.path} is not open", hint="Use it in a `with`.")
        end = self._end
        try:
            os.fsync(file.fileno())
        except OSError as error:
            self._undo(file, error)
            raise self._unwritten(error) from error
        self._durable = end

    async def _sync_beside(self) -> None:
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._executor, self._sync)
        finally:
            self._syncing = None

    def _undo(self, file: BinaryIO, error: OSError) -> None:
        """Take back what the disk may not have; nobody knows what it would have after that."""
        self._broken = self._unwritten(error)
        with suppress(OSError):
            file.truncate(self._durable)
        self._end = self._durable

    def _unwritten(self, error: OSError) -> JournalError:
        return JournalError(
            f"an answer could not be written to {self.path}: {error.strerror}", hint=_MAKE_ROOM
        )

    def _recover(self, file: BinaryIO) -> None:
        first = {"kind": "plan", "digest": self._plan.digest, "plan": self._plan.values}
        offset, cut = 0, b""
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):  # inside a line JSON escapes every line break
                    cut = line
                elif number == 1:
                    self._check_plan(line, first)
                else:
                    self._index(self._answer(number, line), offset)
                offset += len(line)
        if offset == len(cut) and not canonical(first).startswith(cut):
            raise self._foreign()
        if cut:
            file.truncate(offset - len(cut))
        self._file = file
        self._end = self._durable = offset - len(cut)
        if not self._end:
            self._write(canonical(first) + b"\n")
            self._sync()
            _sync_folder(self.path.parent)

    def _check_plan(self, line: bytes, expected: dict[str, Any]) -> None:
        if line == canonical(expected) + b"\n":  # of a million items, reading it costs memory
            return
        try:
            row = answer_row.read_object(line)
        except ValueError as error:
            raise self._damaged(1, str(error)) from error
        if row.get("kind") != "plan":
            raise self._damaged(1, "the plan is missing")
        if row.get("digest") != self._plan.digest:
            raise self._foreign()
        if canonical(row) != canonical(expected):
            raise self._damaged(1, "the plan does not have its digest")

    def _answer(self, number: int, line: bytes) -> AnswerRow:
        try:
            answer = answer_row.read(line)
        except ValueError as error:
            raise self._damaged(number, str(error)) from error
        asked = answer.candidate in self._offsets and answer.item in self._places
        if not asked or not 0 <= answer.repeat < self._plan.repeats:
            raise self._damaged(number, "the plan does not ask this question")
        return answer

    def _damaged(self, number: int, reason: str) -> JournalError:
        return JournalError(f"{self.path}:{number}: a damaged line: {reason}", hint=_RESTORE)

    def _foreign(self) -> JournalError:
        return JournalError(
            f"{self.path} belongs to another plan",
            hint="Move it away; a plan is never changed after its first call.",
        )


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its lines."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
