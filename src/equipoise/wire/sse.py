"""Server-sent events: bytes in, events out, however the bytes are cut.

Source: WHATWG HTML, section 9.2 "Server-sent events" (read 2026-11). Comments, ids and retry
fields are dropped: no dialect here uses them. As the standard has it, an event without its final
blank line is never delivered.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# Not `str.splitlines`, which would also cut at U+2028 and other marks that JSON may hold.
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its type (`message` unless named) and its data lines joined by newlines."""

    type: str
    data: str


class EventDecoder:
    """Decodes one stream. Feed it bytes; an unfinished event waits for the next ones."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pending: list[str] = []
        self._type = ""
        self._data: list[str] = []
        self._at_start = True
        self._after_return = False

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take the next bytes; return the events that they complete."""
        text = self._text.decode(chunk)
        if not text:
            return []
        if self._at_start:
            text = text.removeprefix("\ufeff")
            self._at_start = False
        # A lone CR ends a line at once; the LF that may follow in the next bytes belongs to it.
        if self._after_return:
            text = text.removeprefix("\n")
        self._after_return = text.endswith("\r")
        *lines, rest = _LINE_END.split(text)
        if lines:
            lines[0] = "".join((*self._pending, lines[0]))
            self._pending.clear()
        self._pending.append(rest)
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._type or "message", "\n".join(self._data))
            complete = bool(self._data)
            self._type, self._data = "", []
            return event if complete else None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        return None
