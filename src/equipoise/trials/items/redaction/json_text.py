"""A text that is JSON as a whole, cut where its values stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_FENCED: Final = re.compile(r"\s*```\w*(.*?)(?:```)?\s*", re.DOTALL)
_TOKEN: Final = re.compile(
    r'(?P<text>"[^"\\]*(?:\\.[^"\\]*)*")(?P<key>\s*:)?'
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|}"
)


@dataclass(frozen=True, slots=True)
class Value:
    """A text or a number of an object or array: where it stands, and the field it is of, if any."""

    start: int
    end: int
    value: str
    is_text: bool
    field: str = ""


def values(text: str) -> list[Value] | None:
    """The texts, names of fields and numbers of an object or array; None where a text is none.

    It may stand in a code fence. A number is given as it is written.
    """
    fenced = _FENCED.fullmatch(text) if text.lstrip().startswith("```") else None
    start, end = fenced.span(1) if fenced is not None else (0, len(text))
    body = text[start:end]
    if body.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        # Kept as texts, numbers may have any number of digits.
        json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return list(_values(text, start, end))


def _values(text: str, start: int, end: int) -> Iterator[Value]:
    name = ""
    for token in _TOKEN.finditer(text, start, end):
        kind = token.lastgroup
        if kind is None:
            name = ""
        elif kind == "number":
            yield Value(token.start(), token.end(), token[0], is_text=False, field=name)
        else:
            value = json.loads(token["text"])
            is_name = kind == "key"
            yield Value(*token.span("text"), value, is_text=True, field="" if is_name else name)
            name = value if is_name else name
