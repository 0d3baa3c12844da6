"""One label, exactly: case and surrounding blanks do not count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from equipoise.trials.scorers.score import MALFORMED, Score, read_object
from equipoise.trials.scorers.text import said


def score(text: str, expected: dict[str, Any]) -> Score:
    """Compare the only field of an answer with its gold label."""
    ((name, gold),) = expected.items()
    answer = read_object(said(text))
    if answer is None or not isinstance(answer.get(name), str):
        return MALFORMED
    right = answer[name].strip().casefold() == str(gold).strip().casefold()
    return Score(accepted=right, fields_right=float(right))


def misfit(schema: Mapping[str, Any]) -> str:
    """Why answers of this schema are no labels; empty where they are."""
    kinds = [field["type"] for field in schema["properties"].values()]
    return "" if kinds == ["string"] else "exact_label judges answers of one text field only"
