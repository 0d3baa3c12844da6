"""The trial's journal: one line an answer, on disk before the next question is asked.

A crash loses at most the answer in flight. A line that was cut by it is dropped when the journal
is opened again; any other damage is an error, because an answer that was paid for lies behind it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec

from equipoise.errors import JournalError
from equipoise.trials.plan import TrialPlan, canonical

_RESTORE = "Restore the file from a copy, or move it away to run the trial anew."


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer as it came: text, tokens as the endpoint counted them, times in seconds, cost.

    `cost_pico` is in picodollars: tokens at the vendor's price, or our machine's time at its rent.
    `failure` is set where no answer came, after every retry.
    """

    candidate: str
    item: str
    text: str
    stop_reason: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    seconds: float
    first_token_seconds: float
    cost_pico: int
    failure: str = ""


_FIELDS = frozenset(field.name for field in fields(AnswerRow))


class Journal:
    """An open journal, held by one process. Use it as a context manager.

    Opening raises JournalError where the file is held, damaged or another plan's, and leaves such
    a file as it is.
    """

    def __init__(self, path: Path, plan: TrialPlan) -> None:
        self.path = path
        self._plan = plan
        self._file: BinaryIO | None = None
        self._rows: dict[tuple[str, str], AnswerRow] = {}

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
        file, self._file = self._file, None
        if file is not None:
            file.close()

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """Every answer so far, in the order of asking."""
        return tuple(self._rows.values())

    def has(self, candidate: str, item: str) -> bool:
        """Whether this question was answered already."""
        return (candidate, item) in self._rows

    def append(self, row: AnswerRow) -> None:
        """Write an answer and wait until the disk has it; raises JournalError where it cannot."""
        self._write({"kind": "answer", **asdict(row)})
        self._rows[row.candidate, row.item] = row

    def digest(self) -> str:
        """SHA-256 of what the answers say, whatever order they were journaled in."""
        rows = sorted(self._rows.values(), key=lambda row: (row.item, row.candidate))
        return hashlib.sha256(canonical([asdict(row) for row in rows])).hexdigest()

    def _write(self, row: dict[str, Any]) -> None:
        file = self._file
        if file is None:
            raise JournalError(f"the journal {self.path} is not open", hint="Use it in a `with`.")
        line = canonical(row) + b"\n"
        end = file.seek(0, os.SEEK_END)
        try:
            if file.write(line) < len(line):
                raise OSError(None, "the disk took a part of the line only")
            os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):
                file.truncate(end)  # the next line must not begin in the middle of this one
            raise JournalError(
                f"an answer could not be written to {self.path}: {error.strerror}",
                hint="Make room and run the same command again; earlier answers are kept.",
            ) from error

    def _recover(self, file: BinaryIO) -> None:
        file.seek(0)
        content = file.read()
        *lines, cut = content.split(b"\n")  # inside a line JSON escapes every line break
        first = {"kind": "plan", "digest": self._plan.digest, "plan": asdict(self._plan)}
        if lines:
            self._check_plan(lines[0], first)
        elif not canonical(first).startswith(cut):
            raise self._foreign()
        for number, line in enumerate(lines[1:], start=2):
            answer = self._answer(number, line)
            self._rows[answer.candidate, answer.item] = answer
        if cut:
            file.truncate(len(content) - len(cut))
        self._file = file
        if not lines:
            self._write(first)
            _sync_folder(self.path.parent)

    def _check_plan(self, line: bytes, expected: dict[str, Any]) -> None:
        row = self._object(1, line)
        if row.get("kind") != "plan":
            raise self._damaged(1, "the plan is missing")
        if row.get("digest") != self._plan.digest:
            raise self._foreign()
        if canonical(row) != canonical(expected):
            raise self._damaged(1, "the plan does not have its digest")

    def _answer(self, number: int, line: bytes) -> AnswerRow:
        row = self._object(number, line)
        if row.pop("kind", None) != "answer" or not row.keys() <= _FIELDS:
            raise self._damaged(number, "not an answer")
        try:
            answer = msgspec.convert(row, AnswerRow)
        except msgspec.ValidationError as error:
            raise self._damaged(number, str(error)) from error
        asked = answer.candidate in {arm.candidate for arm in self._plan.arms}
        if not asked or answer.item not in self._plan.order:
            raise self._damaged(number, "the plan does not ask this question")
        return answer

    def _object(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise self._damaged(number, str(error)) from error
        if not isinstance(row, dict):
            raise self._damaged(number, "not a JSON object")
        return row

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
