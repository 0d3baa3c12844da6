"""A JSON object, field by field; accepted when every field is right."""

from __future__ import annotations

from typing import Any

from equipoise.trials.scorers.score import MALFORMED, Score, read_object
from equipoise.trials.scorers.text import said
from equipoise.trials.scorers.values import same_value


def score(text: str, expected: dict[str, Any]) -> Score:
    """Compare each field of an answer with its gold value; a text's case does not count."""
    answer = read_object(said(text))
    if answer is None:
        return MALFORMED
    # A field that is missing is not one that is said to be null.
    right = [name in answer and _same(answer[name], gold) for name, gold in expected.items()]
    return Score(accepted=all(right), fields_right=sum(right) / len(right))


def _same(given: Any, gold: Any) -> bool:
    if isinstance(gold, str) and isinstance(given, str):
        return given.strip().casefold() == gold.strip().casefold()
    return same_value(given, gold)
