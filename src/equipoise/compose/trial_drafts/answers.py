"""What answers of a log look like, and so what a trial would ask for and judge by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from equipoise.trials.items.redaction.redactor import PLACEHOLDER
from equipoise.trials.scorers.score import read_object

# Fewer words than this, each said twice on average, are a list to choose from.
_MOST_WORDS = 20
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Form:
    """The scorer that fits, the fields of an answer if it has any, and why, as a comment."""

    scorer: str
    fields: dict[str, str | list[str]]
    why: str


def form_of(answers: Sequence[str]) -> Form:
    """The form of most of these answers: JSON of the same fields, or text."""
    objects = [found for found in map(read_object, answers) if found is not None]
    names = {frozenset(found) for found in objects}
    flat = all(isinstance(v, str | int | float | bool) for found in objects for v in found.values())
    if objects and len(objects) == len(answers) and len(names) == 1 and flat and objects[0]:
        fields = {name: _kind([found[name] for found in objects]) for name in objects[0]}
        return Form(
            "exact_fields",
            fields,
            "read off the answers in the log: see that no allowed word is missing",
        )
    return Form(
        "normalised_text",
        {},
        "the answers in the log are text; a list of other scorers is in docs/reference",
    )


def written(form: Form) -> Iterator[str]:
    """The `[task.answer]` table; nothing where answers are text."""
    if form.fields:
        yield "[task.answer]"
        for name, kind in form.fields.items():
            yield f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(kind, ensure_ascii=False)}"


def _kind(values: Sequence[Any]) -> str | list[str]:
    if all(isinstance(value, bool) for value in values):
        return "boolean"
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return "integer"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return "number"
    words = sorted({str(value) for value in values})
    if any(PLACEHOLDER.search(word) for word in words):
        # What was redacted differs from item to item: a list of placeholders allows nothing real.
        return "string"
    short = all(word.strip() and len(word) <= _LONGEST_WORD for word in words)
    return (
        words if short and 2 * len(words) <= len(values) and len(words) <= _MOST_WORDS else "string"
    )
