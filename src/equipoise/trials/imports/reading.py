"""Logs of any known format, line by line: every line is a call, a batch's input or a problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from equipoise.trials.imports import anthropic_messages, openai_batch, openai_chat
from equipoise.trials.imports.call import Asked, BadLine, RecordedCall, UnreadableError
from equipoise.trials.imports.detect import Format, batch_format, log_format
from equipoise.trials.imports.envelope import decode_line, open_envelope

_READERS = {
    Format.OPENAI_CHAT: openai_chat.read_call,
    Format.ANTHROPIC_MESSAGES: anthropic_messages.read_call,
}


@dataclass(frozen=True, slots=True)
class Logs:
    """What files came to: `lines`, blank ones apart, are as many as calls, inputs and problems.

    `calls` are in the order of the files; `formats` counts them by format.
    """

    lines: int
    calls: tuple[RecordedCall, ...]
    inputs: int
    problems: tuple[BadLine, ...]
    formats: tuple[tuple[str, int], ...]

    def distinct(self) -> dict[str, RecordedCall]:
        """Calls by an id that is made of what they are.

        A line that stands again is the same call, unless its answer has no id of its own: then two
        equal lines of these logs are two calls.
        """
        found: dict[str, RecordedCall] = {}
        times: Counter[str] = Counter()
        for call in self.calls:
            digest = call.digest
            times[digest] += 1
            again = not call.answer_id and times[digest] > 1
            found.setdefault(f"{digest}-{times[digest]}" if again else digest, call)
        return found


@dataclass(slots=True)
class LogReader:
    """Reads the lines of files, and joins a batch's two sides, whichever came first."""

    _lines: int = 0
    _calls: list[tuple[RecordedCall, str | None]] = field(default_factory=list)
    _asked: dict[str, Asked] = field(default_factory=dict)
    _taken_twice: set[str] = field(default_factory=set)
    _inputs: int = 0
    _problems: list[BadLine] = field(default_factory=list)
    _formats: dict[str, int] = field(default_factory=dict)

    def read(self, file: str, lines: Iterable[bytes]) -> None:
        """Read a file's lines; `file` is what problems call it."""
        for number, line in enumerate(lines, start=1):
            # Some editors begin a file with a byte order mark, which is no JSON.
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not line.strip():
                continue
            self._lines += 1
            try:
                self._line(line)
            except UnreadableError as error:
                self._problems.append(BadLine(file, number, str(error)))

    def logs(self) -> Logs:
        """All that was read."""
        return Logs(
            lines=self._lines,
            calls=tuple(self._joined(call, name) for call, name in self._calls),
            inputs=self._inputs,
            problems=tuple(self._problems),
            formats=tuple(sorted(self._formats.items())),
        )

    def _line(self, line: bytes) -> None:
        row = decode_line(line)
        kind = batch_format(row)
        match kind:
            case Format.OPENAI_BATCH_INPUT:
                self._keep_input(openai_batch.read_input(row))
                return
            case Format.OPENAI_BATCH_OUTPUT:
                self._calls.append((openai_batch.read_output(row), openai_batch.custom_id(row)))
            case _:
                envelope = open_envelope(row)
                kind = log_format(envelope)
                self._calls.append((_READERS[kind](envelope), None))
        self._formats[kind.value] = self._formats.get(kind.value, 0) + 1

    def _keep_input(self, asked: Asked) -> None:
        if self._asked.setdefault(asked.custom_id, asked) != asked:
            # Nobody knows which of the two an answer belongs to, so it is joined with neither.
            self._taken_twice.add(asked.custom_id)
            raise UnreadableError("another request stands under this custom_id already")
        self._inputs += 1

    def _joined(self, call: RecordedCall, name: str | None) -> RecordedCall:
        if name is None or name in self._taken_twice:
            return call
        asked = self._asked.get(name)
        return openai_batch.joined(call, asked) if asked is not None else call
