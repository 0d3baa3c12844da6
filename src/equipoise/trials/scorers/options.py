"""The options of a scorer: a frozen dataclass whose fields say what they mean and may be.

A field's kind is that of its default: true or false, a whole number, a number, a text, a list of
texts, a table. TOML's own kinds are asked for; only a whole number will do for a number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

Kind = TypeVar("Kind")
Value = TypeVar("Value")

_KINDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple: "a list of texts",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class NoOptions:
    """What a scorer takes that has nothing to choose."""


@dataclass(frozen=True, slots=True)
class OptionFault:
    """Why an option cannot be used; `known` are the words to choose from, if it is one of those."""

    key: str
    reason: str
    meaning: str = ""
    known: tuple[str, ...] = ()


def option(
    default: Value,
    meaning: str,
    *,
    words: tuple[str, ...] = (),
    least: float = -math.inf,
    most: float = math.inf,
) -> Value:
    """A field with its default, what it means, and the words or numbers that it may be."""
    return field(default=default, metadata=described(meaning, words, least, most))


def described(
    meaning: str,
    words: tuple[str, ...] = (),
    least: float = -math.inf,
    most: float = math.inf,
) -> dict[str, Any]:
    """What a field says of itself, for one whose default has to be made anew, as a table's has."""
    return {"meaning": meaning, "words": words, "least": least, "most": most}


def meanings(kind: type[Any]) -> dict[str, str]:
    """What each option means, in the order they are written down."""
    return {row.name: str(row.metadata["meaning"]) for row in fields(kind)}


def default(kind: type[Any], name: str) -> object:
    """What an option is that was not given."""
    return getattr(kind(), name)


def read(kind: type[Kind], given: Mapping[str, Any]) -> Kind:
    """The options as a value; raises ValueError with the first fault where there is one."""
    for fault in faults(kind, given):
        raise ValueError(f"{fault.key}: {fault.reason}")
    return kind(**{name: _frozen(value) for name, value in given.items()})


def faults(kind: type[Any], given: Mapping[str, Any]) -> Iterator[OptionFault]:
    """Everything that is wrong with options as they were written."""
    known = {row.name: row for row in fields(kind)}
    for name, value in given.items():
        if name not in known:
            yield OptionFault(name, "unknown key", known=tuple(known))
            continue
        reason = _fault(known[name], value)
        if reason:
            row = known[name].metadata
            words = row["words"] if isinstance(value, str) else ()
            yield OptionFault(name, reason, f"It is {row['meaning']}.", words)


def _fault(row: Field[Any], value: object) -> str:
    kind = dict if row.default_factory is dict else type(row.default)
    if not _is(kind, value):
        return f"should be {_KINDS[kind]}"
    if kind is dict and not _is_json(value):
        return "should hold what JSON can say, and no dates or endless numbers"
    words, least, most = (row.metadata[name] for name in ("words", "least", "most"))
    if words and value not in words:
        return f"{value!r} is not allowed"
    if isinstance(value, int | float) and not least <= value <= most:
        return f"should be between {least:g} and {most:g}" if most < math.inf else _below(least)
    return ""


def _below(least: float) -> str:
    return f"should be greater than or equal to {least:g}"


def _is(kind: type, value: object) -> bool:
    if kind is float:
        return type(value) is int or (isinstance(value, float) and math.isfinite(value))
    if kind is tuple:
        return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
    return type(value) is kind


def _is_json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
