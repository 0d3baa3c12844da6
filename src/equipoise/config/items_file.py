"""Labelled items from JSONL; every bad line is named, and none is skipped."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from equipoise.config.problems import suggest
from equipoise.domain.workload import Item
from equipoise.errors import Problem

_KEYS = ("cluster", "expected", "id", "input")
_EXAMPLE = 'A line is one JSON object, such as {"id": "a1", "input": "…", "expected": "…"}.'


@dataclass(frozen=True, slots=True)
class ItemsFile:
    """The items of one file, the digest of its bytes, and what is wrong with it.

    `lines` counts the lines that hold something, good or bad.
    """

    items: tuple[Item, ...]
    digest: str
    lines: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str
    advice: str
    key: str = ""


def read_items(path: Path, schema: Mapping[str, Any] | None) -> ItemsFile:
    """Read a file of one JSON object a line; gold answers must satisfy `schema`.

    Without a schema everything else is checked.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        advice = "The path is taken from the workload file's folder."
        return ItemsFile((), "", 0, (Problem(str(path), None, "", reason, advice),))
    validator = Draft202012Validator(schema) if schema is not None else None
    items: dict[str, tuple[int, Item]] = {}
    problems: list[Problem] = []
    count = 0
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        count += 1
        item, faults = _read(line, validator)
        if item is not None and item.id in items:
            first = items[item.id][0]
            faults = [_Fault(f"{item.id!r} is line {first}'s id", "Ids are unique.", "id")]
        if item is None or faults:
            problems += [Problem(str(path), number, f.key, f.reason, f.advice) for f in faults]
        else:
            items[item.id] = (number, item)
    if not count:
        problems.append(Problem(str(path), None, "", "has no items", _EXAMPLE))
    found = tuple(item for _, item in items.values())
    return ItemsFile(found, hashlib.sha256(content).hexdigest(), count, tuple(problems))


def _read(line: bytes, validator: Draft202012Validator | None) -> tuple[Item | None, list[_Fault]]:
    """The item of a line, or everything that is wrong with it."""
    try:
        text = line.decode("utf-8")
        row = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
        # An escaped half of a surrogate pair is no character: it could be sent to nobody.
        json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        return None, [_Fault(f"not UTF-8: {error.reason}", "Save the file as UTF-8.")]
    except UnicodeEncodeError:
        return None, [_Fault("half a surrogate pair", "Write the character itself.")]
    except json.JSONDecodeError as error:
        return None, [_Fault(f"not JSON: {error.msg} at column {error.colno}", _EXAMPLE)]
    except (ValueError, RecursionError) as error:
        return None, [_Fault(f"not JSON that can be used: {error}", _EXAMPLE)]
    if not isinstance(row, dict):
        return None, [_Fault("not a JSON object", _EXAMPLE)]
    expected = _whole(row.get("expected"), validator)
    faults = [*_row_faults(row), *_gold_faults(row, expected, validator)]
    if faults:
        return None, faults
    return Item(row["id"], row["input"], expected, row.get("cluster")), []


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is beyond the largest number")
    return number


def _row_faults(row: Mapping[str, Any]) -> Iterator[_Fault]:
    for key in sorted(set(row) - set(_KEYS)):
        yield _Fault("unknown key", suggest(key, _KEYS), key)
    for key in ("id", "input"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            yield _Fault("must be a text that is not empty", _EXAMPLE, key)
    if "expected" not in row:
        yield _Fault("missing", "It is the right answer, which somebody has to give.", "expected")
    if not isinstance(row.get("cluster"), str | None):
        yield _Fault("must be a text", "It ties items that are not independent.", "cluster")


def _gold_faults(
    row: Mapping[str, Any], expected: object, validator: Draft202012Validator | None
) -> Iterator[_Fault]:
    if validator is None or "expected" not in row:
        return
    for error in validator.iter_errors(expected):
        key = ".".join(["expected", *map(str, error.path)])
        if error.validator == "enum":
            advice = suggest(str(error.instance), error.validator_value)
            yield _Fault(f"{error.instance!r} is not one of the allowed words", advice, key)
        else:
            yield _Fault(f"does not fit: {error.message}", "It has to fit [task.answer].", key)


def _whole(expected: object, validator: Draft202012Validator | None) -> object:
    """A bare value stands for the only field of a one-field answer."""
    fields = list(validator.schema["properties"]) if validator is not None else []
    if len(fields) == 1 and not isinstance(expected, dict):
        return {fields[0]: expected}
    return expected
