"""Lines of keys, against files that a writer wrote which knows where it put everything."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.config.toml_lines import Path, line_of, locate

# What a reader of lines can stumble over: quotes, brackets, comments, line breaks of every kind.
TEXTS = st.text("ab\"'[]{}=,.#\\\n\té\u2028\x85 ", max_size=8)
KEYS = st.one_of(st.sampled_from(["a", "b-1", "2"]), st.text("ab\"'[].#= \u2028", max_size=3))


@dataclass(frozen=True)
class Text:
    """A string with the quotes it is written in, as far as they can hold it."""

    value: str
    quotes: str

    def __str__(self) -> str:
        raw = not re.search("[\n\t\x85]", self.value)
        if self.quotes == "'" and raw and "'" not in self.value:
            return f"'{self.value}'"
        if self.quotes == "'''" and "'''" not in self.value:
            return f"'''\n{self.value}'''"
        if self.quotes == '"""':
            escaped = self.value.replace("\\", "\\\\").replace('"""', '""\\"')
            return f'"""\n{escaped}"""'
        return json.dumps(self.value)


@dataclass(frozen=True)
class Array:
    """Elements, each on a line of its own or all on one."""

    elements: list[Value]
    tall: bool


@dataclass(frozen=True)
class Inline:
    """A table on one line."""

    pairs: dict[str, Value]


Value = Text | int | bool | Array | Inline


@dataclass(frozen=True)
class Table:
    """Pairs, then tables and arrays of tables inside, each under its header."""

    pairs: dict[str, Value] = field(default_factory=dict)
    inside: dict[str, Table | list[Table]] = field(default_factory=dict)


SCALARS = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.builds(Text, TEXTS, st.sampled_from(['"', "'", '"""', "'''"])),
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(Array, st.lists(inner, max_size=3), st.booleans()),
        st.builds(Inline, st.dictionaries(KEYS, inner, max_size=2)),
    ),
    max_leaves=5,
)
PAIRS = st.dictionaries(KEYS, VALUES, max_size=3)


def disjoint(table: Table) -> bool:
    """Whether no key is both a pair and a table."""
    return not table.pairs.keys() & table.inside.keys()


TABLES: st.SearchStrategy[Table] = st.recursive(
    st.builds(Table, PAIRS),
    lambda inner: st.builds(
        Table,
        PAIRS,
        st.dictionaries(
            KEYS, st.one_of(inner, st.lists(inner, min_size=1, max_size=2)), max_size=2
        ),
    ).filter(disjoint),
    max_leaves=5,
)


class Writer:
    """Writes a table as TOML and notes on which line each thing begins."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[Path, int] = {(): 1}

    def note(self, path: Path) -> None:
        self.lines[path] = self.text.count("\n") + 1

    def table(self, table: Table, path: Path, header: str) -> None:
        for key, value in table.pairs.items():
            self.note((*path, key))
            self.text += f"{written(key)} = "
            self.value(value, (*path, key))
            self.text += " # not = a [key]\n"
        for key, inside in table.inside.items():
            name = f"{header}.{written(key)}".removeprefix(".")
            self.note((*path, key))
            if isinstance(inside, Table):
                self.text += f"[ {name} ] # [[x]]\n\n"
                self.table(inside, (*path, key), name)
                continue
            for index, element in enumerate(inside):
                self.note((*path, key, index))
                self.text += f"[[{name}]]\n"
                self.table(element, (*path, key, index), name)

    def value(self, value: Value, path: Path) -> None:
        if isinstance(value, Array):
            self.text += "["
            for index, element in enumerate(value.elements):
                self.text += "\n # ] ,\n  " if value.tall else ""
                self.note((*path, index))
                self.value(element, (*path, index))
                self.text += "," if value.tall or index < len(value.elements) - 1 else ""
            self.text += "\n]" if value.tall else "]"
        elif isinstance(value, Inline):
            self.text += "{ "
            for index, (key, inner) in enumerate(value.pairs.items()):
                self.text += ", " if index else ""
                self.note((*path, key))
                self.text += f"{written(key)} = "
                self.value(inner, (*path, key))
            self.text += " }"
        else:
            self.text += str(value).lower() if isinstance(value, bool) else str(value)


def written(key: str) -> str:
    """A key as TOML takes it."""
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key)


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """Every path in parsed data."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


@given(TABLES)
def test_everything_in_a_file_is_found_on_the_line_where_it_was_put(table: Table) -> None:
    writer = Writer()
    writer.table(table, (), "")

    assert set(places(tomllib.loads(writer.text))) == writer.lines.keys()
    assert locate(writer.text) == writer.lines


DOTTED = """\
owner.name.first = "a"
owner.name.last = "b"
"quoted . key".x = 1

[a.b.c]
x = 1
[a]
y = { p.q = 1, r = [ { s = 1 },
  { s = 2 } ] }
[[fruit]]
[fruit.physical]
colour = "red"
[[fruit]]
[[fruit.variety]]
[[fruit.variety]]
name = '''
[not.a.table]
not = "a key"
'''
[fruit.physical]
colour = "blue"
at = 1979-05-27 07:32:00 # = a date
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("owner",), 1),
        (("owner", "name"), 1),
        (("owner", "name", "last"), 2),
        (("quoted . key", "x"), 3),
        (("a",), 7),
        (("a", "b"), 5),
        (("a", "b", "c", "x"), 6),
        (("a", "y", "p", "q"), 8),
        (("a", "y", "r", 0, "s"), 8),
        (("a", "y", "r", 1), 9),
        (("fruit",), 10),
        (("fruit", 0, "physical", "colour"), 12),
        (("fruit", 1), 13),
        (("fruit", 1, "variety", 0), 14),
        (("fruit", 1, "variety", 1, "name"), 16),
        (("fruit", 1, "physical", "colour"), 21),
        (("fruit", 1, "physical", "at"), 22),
    ],
)
def test_tables_that_dots_and_headers_imply_have_lines_too(path: Path, line: int) -> None:
    assert locate(DOTTED)[path] == line


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quote_before_a_closing_fence_is_part_of_the_text(quote: str) -> None:
    text = "a = [ FENCEit is QsoQFENCE, QbQ,\n QcQ ]\nd = 1\n"
    text = text.replace("FENCE", quote * 3).replace("Q", quote)
    lines = locate(text)

    assert tomllib.loads(text)["a"] == [f"it is {quote}so{quote}", "b", "c"]
    assert [lines["a", index] for index in range(3)] == [1, 1, 2]
    assert lines["d",] == 3


def test_what_is_not_there_is_placed_at_what_would_hold_it() -> None:
    lines = locate(DOTTED)

    assert line_of(lines, ("fruit", 1, "physical", "weight", "unit")) == 20
    assert line_of(lines, ("vegetable",)) == 1


def test_a_table_that_was_never_a_file_has_no_lines() -> None:
    assert line_of({}, ("requirements", "volume")) is None
