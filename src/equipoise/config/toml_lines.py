"""Which line of a TOML file a key stands on, for error messages. Knows nothing of meaning.

The standard parser keeps no positions, so this reads the text a second time. It takes for granted
that the text is TOML: `toml_file` has parsed it before.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Path = tuple[str | int, ...]

# A closing fence may follow one or two quotes of the text it closes, hence up to five in a row.
_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<newline> \n )
    | (?P<text> "{3} (?:\\.|[^\\])*? "{3,5} | '{3} .*? '{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<mark> [\[\]{},=.] )
    | (?P<bare> [^\s\[\]{},=."'\#]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_END = ("newline", "\n")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int

    @property
    def ends_a_value(self) -> bool:
        return self.kind == "newline" or self.text in {",", "]", "}"}

    @property
    def key(self) -> str:
        """What a key of this spelling is called: quotes and escapes are the parser's business."""
        if self.kind == "bare":
            return self.text
        called: str = tomllib.loads(f"key = {self.text}")["key"]
        return called


def locate(text: str) -> Mapping[Path, int]:
    """Map every table, key and array element to its line, counted from 1.

    Elements of arrays and array tables carry their index, as they do in the parsed data.
    """
    return _Reader(text).read()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of `path`, or of the nearest thing around it; None in what was never a file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


class _Reader:
    """Walks over the tokens once and notes where it is."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), _Token(*_END, 0)]
        self._next = 0
        self._found: dict[Path, int] = {(): 1}
        self._arrays: Counter[Path] = Counter()

    def read(self) -> Mapping[Path, int]:
        table: Path = ()
        while self._next < len(self._tokens):
            token = self._tokens[self._next]
            if token.kind == "newline":
                self._next += 1
            elif token.text == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._found

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _passed(self, mark: str) -> bool:
        """Step over `mark` if it comes next. No quoted text is equal to a mark."""
        found = self._tokens[self._next].text == mark
        self._next += found
        return found

    def _header(self) -> Path:
        line = self._take().line
        repeated = self._passed("[")
        *parents, name = self._keys("]")
        self._next += repeated
        path: Path = ()
        for parent in parents:
            path = (*path, parent)
            self._found.setdefault(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        path = (*path, name)
        if repeated:
            self._found.setdefault(path, line)
            self._arrays[path] += 1
            path = (*path, self._arrays[path] - 1)
        # Its own header is where a table stands, although a table inside it may have come before.
        self._found[path] = line
        return path

    def _keys(self, end: str) -> list[str]:
        keys = [self._take().key]
        while self._passed("."):
            keys.append(self._take().key)
        self._passed(end)
        return keys

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._next].line
        for key in self._keys("="):
            table = (*table, key)
            self._found.setdefault(table, line)
        self._value(table)

    def _value(self, path: Path) -> None:
        if self._passed("["):
            self._array(path)
        elif self._passed("{"):
            while not self._closed("}"):
                self._pair(path)
        else:
            while not self._tokens[self._next].ends_a_value:
                self._next += 1

    def _array(self, path: Path) -> None:
        index = 0
        while not self._closed("]"):
            self._found[*path, index] = self._tokens[self._next].line
            self._value((*path, index))
            index += 1

    def _closed(self, end: str) -> bool:
        """Step over what stands between two elements, and over `end` where it comes next."""
        while self._tokens[self._next].kind == "newline" or self._tokens[self._next].text == ",":
            self._next += 1
        return self._passed(end)


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "comment":
            yield _Token(str(match.lastgroup), match[0], line)
        line += match[0].count("\n")
