"""Whether a gold answer is one that an answer can be, in words that repeat nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from equipoise.config.problems import suggest
from equipoise.trials.items.row import Fault

_FIT = "It has to fit [task.answer]."
_REMEMBERED = 10_000
_KINDS: Mapping[str, str] = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object of the answer's fields",
}


@dataclass(slots=True)
class Golds:
    """Holds golds against a schema; None where there is none to hold them against.

    Most items have one of a few golds, and what was found of those is remembered.
    """

    schema: Mapping[str, Any] | None
    _known: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    _validator: Draft202012Validator | None = None

    def __post_init__(self) -> None:
        if self.schema is not None:
            self._validator = Draft202012Validator(self.schema)

    def whole(self, expected: Any, *, texts: bool) -> Any:
        """A gold in full: a bare value stands for the only field.

        With `texts`, where a file knows no other kind, a cell is read as JSON unless that field is
        a text.
        """
        fields = self.schema["properties"] if self.schema is not None else {}
        kinds = [kind["type"] for kind in fields.values()]
        if texts and fields and isinstance(expected, str):
            expected = _read(expected, fields, text=kinds == ["string"])
        if len(fields) == 1 and not isinstance(expected, dict):
            return {next(iter(fields)): expected}
        return expected

    def faults(self, expected: Any, column: str) -> tuple[Fault, ...]:
        """Everything that is wrong with a gold."""
        if self._validator is None:
            return ()
        spelled = json.dumps([column, expected], sort_keys=True)
        if spelled not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            errors: Iterable[ValidationError] = self._validator.iter_errors(expected)
            self._known[spelled] = tuple(_fault(error, column) for error in errors)
        return self._known[spelled]


def _read(cell: str, fields: Mapping[str, Any], *, text: bool) -> Any:
    """What a cell says: JSON, or itself where the only field is a text."""
    try:
        value = json.loads(cell if cell not in {"True", "False", "TRUE", "FALSE"} else cell.lower())
    except (ValueError, RecursionError):
        return cell
    return (
        cell if text and not (isinstance(value, dict) and value.keys() == fields.keys()) else value
    )


def _fault(error: ValidationError, column: str) -> Fault:
    key = ".".join([column, *map(str, error.path)])
    match error.validator:
        case "enum":
            advice = suggest(str(error.instance), error.validator_value)
            return Fault("is not one of the allowed words", advice, key)
        case "type":
            return Fault(f"does not fit: must be {_KINDS[str(error.validator_value)]}", _FIT, key)
        case "required":
            lacking = set(error.validator_value) - set(error.instance)
            return Fault(f"does not fit: lacks {', '.join(sorted(lacking))}", _FIT, key)
        case _:
            return Fault("does not fit: holds a field that the answer has not", _FIT, key)
