"""The rules that compare an answer with its gold: one small file each, and the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from equipoise.trials.scorers import exact_fields, exact_label
from equipoise.trials.scorers.score import Score

Scorer = Callable[[str, Any], Score]

SCORERS: Mapping[str, Scorer] = {
    "exact_label": exact_label.score,
    "exact_fields": exact_fields.score,
}

_MISFITS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"exact_label": exact_label.misfit}


def misfit(scorer: str, schema: Mapping[str, Any]) -> str:
    """Why a scorer cannot judge answers of a schema; empty where it can."""
    return _MISFITS[scorer](schema) if scorer in _MISFITS else ""


__all__ = ["SCORERS", "Score", "Scorer", "misfit"]
