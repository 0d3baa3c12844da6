"""Whether two JSON values are the same: numbers by what they are worth, texts exactly."""

from __future__ import annotations

import math
from typing import Any

# See `exact_fields`: engines print sampled numbers in single precision.
SINGLE_PRECISION = 1e-7


def same_value(given: Any, gold: Any) -> bool:
    """Compare two values of JSON; 1 and 1.0 are one number, true and 1 are not the same."""
    if isinstance(gold, bool) or isinstance(given, bool):
        return given is gold
    if isinstance(gold, int | float) and isinstance(given, int | float):
        return same_number(given, gold)
    if isinstance(gold, dict) and isinstance(given, dict):
        return given.keys() == gold.keys() and all(same_value(given[k], gold[k]) for k in gold)
    if isinstance(gold, list) and isinstance(given, list):
        return len(given) == len(gold) and all(map(same_value, given, gold))
    return bool(given == gold)


def same_number(given: float, gold: float) -> bool:
    """Whether two numbers are the same, to single precision unless both are whole."""
    if given == gold or (is_whole(given) and is_whole(gold)):
        return given == gold
    try:
        return math.isclose(given, gold, rel_tol=SINGLE_PRECISION, abs_tol=1e-12)
    except OverflowError:  # a whole number of more than 308 digits, which a model may well write
        return False


def is_whole(number: float) -> bool:
    """Whether a number has no fraction, however it is written."""
    return isinstance(number, int) or number.is_integer()
