"""The table of files at the head of a dataset's README: the part of YAML that such tables use.

Mappings, lists and plain or quoted scalars by indentation, as in
huggingface.co/docs/hub/datasets-manual-configuration, read 2026-11. What else YAML can say, such as
anchors and blocks of text, ends the reading with a ValueError: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Value = str | list["Value"] | dict[str, "Value"]

_FENCE: Final = "---"
_PAIR: Final = re.compile(r"""("[^"]*"|'[^']*'|[^\s"'#][^:#]*?)\s*:(?:\s+(.*))?$""")
_FLAT_LIST: Final = re.compile(r"\[([^\[\]{}]*)\]")
_BEYOND: Final = ("&", "*", "|", ">", "{", "[", "!", "%", "@", "`")


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    text: str


def front_matter(text: str, key: str) -> Value | None:
    """What stands under `key` at the head of a README; None where there is no head or key.

    Raises ValueError where it cannot be read.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        return None
    ends = [n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE]
    if not ends:
        return None
    return _under(lines[1 : ends[0]], key)


def _under(head: Sequence[str], key: str) -> Value | None:
    """Only the wanted part is parsed: elsewhere a README says whatever YAML can."""
    starts = [n for n, line in enumerate(head) if re.match(rf"{re.escape(key)}\s*:\s*$", line)]
    if not starts:
        return None
    part: list[_Line] = []
    for line in head[starts[0] + 1 :]:
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise ValueError("its head is indented with tabs")
        indent = len(line) - len(line.lstrip(" "))
        # A list may stand as far left as its key.
        if indent == 0 and not stripped.startswith("-"):
            break
        part.append(_Line(indent, stripped))
    value, rest = _block(part, part[0].indent) if part else ("", [])
    if rest:
        raise ValueError(f"its `{key}` is indented in a way that says nothing")
    return value


def _block(lines: list[_Line], indent: int) -> tuple[Value, list[_Line]]:
    is_list = lines[0].text == "-" or lines[0].text.startswith("- ")
    return _list(lines, indent) if is_list else _mapping(lines, indent)


def _list(lines: list[_Line], indent: int) -> tuple[Value, list[_Line]]:
    found: list[Value] = []
    while lines and lines[0].indent == indent and re.match(r"-( |$)", lines[0].text):
        inside = lines[0].text[1:].lstrip()
        # What stands behind the dash begins a block at its own column.
        column = indent + len(lines[0].text) - len(inside)
        if not inside:
            value, lines = _nested(lines[1:], indent)
        elif _PAIR.fullmatch(inside):
            value, lines = _block([_Line(column, inside), *lines[1:]], column)
        else:
            value, lines = _scalar(inside), lines[1:]
        found.append(value)
    return found, lines


def _mapping(lines: list[_Line], indent: int) -> tuple[Value, list[_Line]]:
    found: dict[str, Value] = {}
    while lines and lines[0].indent == indent and not re.match(r"-( |$)", lines[0].text):
        pair = _PAIR.fullmatch(lines[0].text)
        if pair is None:
            raise ValueError("its head holds a line that is no key")
        given = (pair[2] or "").strip()
        if given and not given.startswith("#"):
            value, lines = _scalar(given), lines[1:]
        else:
            value, lines = _nested(lines[1:], indent, lists=True)
        found[str(_scalar(pair[1]))] = value
    return found, lines


def _nested(lines: list[_Line], above: int, *, lists: bool = False) -> tuple[Value, list[_Line]]:
    """The block below a key or a dash; a list may stand as far left as its key."""
    if not lines:
        return "", lines
    level = lines[0].indent == above and lists and lines[0].text.startswith("-")
    return _block(lines, lines[0].indent) if lines[0].indent > above or level else ("", lines)


def _scalar(text: str) -> Value:
    if text[0] in "\"'":
        end = text.find(text[0], 1)
        if end < 0 or not re.fullmatch(r"\s*(#.*)?", text[end + 1 :]):
            raise ValueError("its head has a quotation mark that is not closed")
        return text[1:end]
    plain = re.sub(r"\s+#.*$", "", text)
    if flat := _FLAT_LIST.fullmatch(plain):
        return [_scalar(part.strip()) for part in flat[1].split(",") if part.strip()]
    # A pattern of files may begin with a star, where YAML has a reference.
    if plain.startswith(_BEYOND) and not plain.startswith(("*.", "**", "*/")):
        raise ValueError("its head says something in a way that is not read here")
    return plain
