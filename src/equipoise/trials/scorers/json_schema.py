"""Whether an answer is JSON, and of a schema: JSON Schema's draft 2020-12, gold left aside.

Nothing is fetched for a `$ref`, and patterns are matched in linear time: no schema can be made to
hang by what a model writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from equipoise.trials.scorers import linear_regex
from equipoise.trials.scorers.options import described
from equipoise.trials.scorers.score import MALFORMED, WRONG, Score, failed, read_json, verdict
from equipoise.trials.scorers.text import said


@dataclass(frozen=True, slots=True)
class Options:
    """What the JSON has to be."""

    schema: dict[str, Any] = field(
        default_factory=dict,
        metadata=described("the JSON schema of an answer; without one any JSON is accepted"),
    )


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether an answer satisfies the schema, and what gold asks of it; no JSON is malformed.

    Gold is null, or a schema that this one item's answer has to satisfy as well.
    """
    try:
        value = read_json(said(text))
    except ValueError:
        return MALFORMED
    schemas = [options.schema, expected] if isinstance(expected, dict) else [options.schema]
    try:
        return verdict(accepted=all(_satisfies(value, schema) for schema in schemas))
    except (Unresolvable, SchemaError, ValueError) as error:
        return failed(f"a schema that cannot be used: {error}")
    except OverflowError:  # a whole number beyond what can be divided by a fraction
        return WRONG
    except RecursionError:
        return MALFORMED


def fault(options: Options) -> str:
    """Why the schema cannot be used; empty where it can."""
    reason = _schema_fault(options.schema)
    return f"schema: {reason}" if reason else ""


def gold_fault(expected: object) -> str:
    """Why a gold answer is neither null nor a schema; empty where it is."""
    if expected is None:
        return ""
    if not isinstance(expected, dict):
        return "must be null, or a JSON schema for this item"
    return _schema_fault(expected)


def _schema_fault(schema: dict[str, Any]) -> str:
    for inner in _inside(schema):
        if "patternProperties" in inner:
            return "patternProperties is not supported: name the properties"
        reference = inner.get("$ref", "#")
        if isinstance(reference, str) and not reference.startswith("#"):
            return f"nothing is fetched for {reference!r}: put it under $defs"
        pattern = inner.get("pattern")
        if isinstance(pattern, str) and (reason := linear_regex.fault(pattern)):
            return f"the pattern {pattern!r} cannot be used: {reason}"
    try:
        Draft202012Validator.check_schema(schema)
        _satisfies(None, schema)
    except SchemaError as error:
        return f"not a JSON schema: {error.message}"
    except Unresolvable as error:
        return f"refers to what is not there: {error}"
    except RecursionError:
        return "refers to itself without end"
    return ""


def _inside(value: object) -> Iterator[Mapping[str, Any]]:
    """Every object of a schema, itself first; what stands under `const` and `enum` is no schema."""
    if isinstance(value, Mapping):
        yield value
        for key, inner in value.items():
            if key not in {"const", "enum", "default", "examples"}:
                yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


def _satisfies(value: object, schema: Mapping[str, Any]) -> bool:
    return bool(_validator(json.dumps(schema, sort_keys=True)).is_valid(value))


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    return _Linear(json.loads(schema), registry=Registry())


def _pattern(
    _validator: object, pattern: str, instance: object, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not linear_regex.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Linear = extend(Draft202012Validator, {"pattern": _pattern})
