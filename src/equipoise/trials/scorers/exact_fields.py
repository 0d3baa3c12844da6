"""A JSON object, field by field; accepted when every field is right."""

from __future__ import annotations

import math
from typing import Any

from equipoise.trials.scorers.score import MALFORMED, Score, read_object

# Engines print a sampled 0.1 as 0.1000000015, a single-precision number in full: it is off by up to
# 6e-8 of itself, which is far finer than any dose. Whole numbers are printed as they are.
SINGLE_PRECISION = 1e-7


def score(text: str, expected: dict[str, Any]) -> Score:
    """Compare each field of an answer with its gold value."""
    answer = read_object(text)
    if answer is None:
        return MALFORMED
    right = [_same(answer.get(name), gold) for name, gold in expected.items()]
    return Score(accepted=all(right), fields_right=sum(right) / len(right))


def _same(given: Any, gold: Any) -> bool:
    if isinstance(gold, bool) or isinstance(given, bool):
        return given is gold
    if isinstance(gold, int | float) and isinstance(given, int | float):
        return _close(given, gold)
    if isinstance(gold, str) and isinstance(given, str):
        return given.strip().casefold() == gold.strip().casefold()
    return bool(given == gold)


def _close(given: float, gold: float) -> bool:
    if given == gold or (_whole(given) and _whole(gold)):
        return given == gold
    try:
        return math.isclose(given, gold, rel_tol=SINGLE_PRECISION, abs_tol=1e-12)
    except OverflowError:  # a whole number of more than 308 digits, which a model may well write
        return False


def _whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()
