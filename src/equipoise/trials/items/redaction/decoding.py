r"""A text as a person would read it: escapes undone, wide letters narrow, invisible ones gone.

`jane\u0040example.org`, `jane%40example.org`, `jane&#64;example.org` and the same in full width
are one address, and a pattern that knows the last of these forms only would leak the others. What
is found here is replaced where it stands in the text itself, the rest of which stays as it was.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from equipoise.trials.items.redaction.spans import Span

# A log's line inside of a log's line inside of a form: nothing honest is packed more often.
_DEPTH: Final = 4
_ENCODED: Final = re.compile(
    r"(?<!\\)\\+(?:"
    r"u[dD][89abAB][0-9A-Fa-f]{2}\\+u[dD][c-fC-F][0-9A-Fa-f]{2}"
    r"|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[nrtbf\"'/])"
    r"|%(?:0[9ADad]|[2-7][0-9A-Fa-f])"
    r"|%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,3}"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});"
    r"|[^\t-\r -~]"
)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n"}
_HYPHENS: Final = frozenset("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d")
_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_OTHER_MEANING: Final = ("<super>", "<sub>", "<fraction>")


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one undoing changed: where in the result and in the text, each with its end."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    there: list[Span] = field(default_factory=list)

    def origin(self, span: Span) -> Span:
        return self._of(span[0])[0], self._of(span[1] - 1)[1]

    def _of(self, place: int) -> Span:
        piece = bisect_right(self.starts, place) - 1
        if piece < 0:
            return place, place + 1
        if place < self.ends[piece]:
            return self.there[piece]
        start = self.there[piece][1] + place - self.ends[piece]
        return start, start + 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and where each part of that stands in the text as it is written."""

    text: str
    layers: tuple[_Layer, ...] = ()

    def origin(self, span: Span) -> Span:
        """The part of the written text that a part of this one, not an empty one, was read from."""
        for layer in reversed(self.layers):
            span = layer.origin(span)
        return span


def read(text: str) -> Reading:
    """Undo what hides a text's letters, as often as it was done, in bounds."""
    layers: list[_Layer] = []
    while len(layers) < _DEPTH:
        layer = _Layer()
        once = _undone(text, layer)
        if not layer.starts:
            break
        layers.append(layer)
        text = once
    return Reading(text, tuple(layers))


def _undone(text: str, layer: _Layer) -> str:
    parts: list[str] = []
    done = length = 0
    for match in _ENCODED.finditer(text):
        given = match[0]
        plain = _letter(given) if len(given) == 1 else _decoded(given)
        if plain == given:
            continue
        start, end = match.span()
        length += start - done
        layer.starts.append(length)
        layer.ends.append(length + len(plain))
        layer.there.append((start, end))
        parts += [text[done:start], plain]
        length += len(plain)
        done = end
    return "".join((*parts, text[done:]))


def _decoded(given: str) -> str:
    """The letter that an escape stands for; the escape itself where it stands for none."""
    if given.startswith("&"):
        return html.unescape(given)
    if given.startswith("%"):
        try:
            return bytes.fromhex(given.replace("%", "")).decode()
        except UnicodeDecodeError:
            return given
    body = given.lstrip("\\")
    if len(body) == 1:
        return _LETTERS.get(body, body)
    units = [int(part[1:], 16) for part in re.split(r"\\+", body)]
    if len(units) == 2:
        return chr(0x10000 + ((units[0] - 0xD800) << 10) + units[1] - 0xDC00)
    return chr(units[0])


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    """A letter in its usual form; empty where it is invisible or only a mark on another one."""
    kind = unicodedata.category(letter)
    if letter in _HYPHENS:
        return "-"
    if letter == "\u3002":  # the full stop that names of domains may have in place of ours
        return "."
    if letter.isspace():
        return " "
    if letter in _UNSEEN or kind in {"Cc", "Cf", "Mn", "Me"}:
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    # "5²" is not 52, nor is "½" 1 and 2.
    if unicodedata.decomposition(letter).startswith(_OTHER_MEANING):
        return letter
    return unicodedata.normalize("NFKC", letter)
