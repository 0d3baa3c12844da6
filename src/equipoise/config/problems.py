"""From what pydantic complains of to problems a person can mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from equipoise.config.toml_file import TomlFile
from equipoise.config.toml_lines import Path
from equipoise.errors import Problem

_LONGEST_ECHO = 60

# Where pydantic speaks of Python's types, the reader thinks in TOML's.
_REASONS: Mapping[str, str] = {
    "model_type": "should be a table",
    "dict_type": "should be a table",
    "finite_number": "should be a finite number",
    "string_pattern_mismatch": "does not have the form that is asked",
}


def from_validation(
    error: ValidationError, schema: type[BaseModel], file: TomlFile, *, echo: bool = True
) -> list[Problem]:
    """Turn everything that pydantic found into problems with lines and suggestions.

    Without `echo` no value of the file is repeated: what stands there may be a secret.
    """
    return [_problem(row, schema, file, echo=echo) for row in error.errors()]


def suggest(wrong: str, known: Iterable[str]) -> str:
    """`Did you mean …?`, or the list to choose from."""
    options = sorted(known)
    close = difflib.get_close_matches(wrong, options, 1, 0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Choose from: {', '.join(options)}." if options else ""


def _problem(row: ErrorDetails, schema: type[BaseModel], file: TomlFile, *, echo: bool) -> Problem:
    # Pydantic marks a key that is wrong itself with a last part of this name.
    where: Path = tuple(part for part in row["loc"] if part != "[key]")
    match row["type"]:
        case "extra_forbidden":
            model = _model_at(schema, where[:-1])
            known = model.model_fields if model is not None else ()
            return file.problem(where, "unknown key", suggest(str(where[-1]), known))
        case "missing":
            return file.problem(where, "missing", _description(schema, where))
        case "enum":
            options = re.findall(r"'([^']+)'", row["ctx"]["expected"])
            given = repr(row["input"]) if echo else "this value"
            advice = suggest(str(row["input"]), options)
            return file.problem(where, f"{given} is not allowed", advice)
        case kind:
            reason = _REASONS.get(kind) or _reason(row["msg"])
            return file.problem(
                where, reason + (_echo(row["input"]) if echo else ""), _description(schema, where)
            )


def _reason(message: str) -> str:
    reason = message.removeprefix("Value error, ").removeprefix("Input ")
    return reason[:1].lower() + reason[1:]


def _echo(value: object) -> str:
    if not isinstance(value, str | int | float):
        return ""
    text = repr(value)
    return f" (here: {text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + '…'})"


def _model_at(schema: type[BaseModel], where: Path) -> type[BaseModel] | None:
    """Walk the schema to the table at `where`; None where a plain value stands."""
    current: Any = schema
    for part in where:
        current = _inside(current, part)
    return _model(current)


def _inside(annotation: Any, part: str | int) -> Any:
    """The annotation of what `part` names inside a table, a list or a table of tables."""
    if (model := _model(annotation)) is not None:
        field = model.model_fields.get(str(part))
        return field.annotation if field is not None else None
    container = _present(annotation)
    return get_args(container)[-1] if get_origin(container) in {dict, list} else None


def _model(annotation: Any) -> type[BaseModel] | None:
    present = _present(annotation)
    return present if isinstance(present, type) and issubclass(present, BaseModel) else None


def _present(annotation: Any) -> Any:
    """An annotation without its `| None`."""
    members = [member for member in get_args(annotation) if member is not type(None)]
    return members[0] if type(None) in get_args(annotation) else annotation


def _description(schema: type[BaseModel], where: Path) -> str:
    parent = _model_at(schema, where[:-1])
    field = parent.model_fields.get(str(where[-1])) if parent is not None and where else None
    return f"It is {field.description}." if field is not None and field.description else ""
