"""What stands in a cell: a score, a cost, a time. Knows spellings, not what they are of."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from equipoise.trials.outcomes.problems import shown

_WORDS = {
    "true": 1.0, "yes": 1.0, "pass": 1.0, "passed": 1.0, "correct": 1.0,
    "false": 0.0, "no": 0.0, "fail": 0.0, "failed": 0.0, "incorrect": 0.0,
}  # fmt: skip
_NOTHING = {"", "null", "none"}


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """The least and the greatest score there can be; scores are moved onto 0 to 1."""

    low: float = 0.0
    high: float = 1.0

    def share(self, score: float) -> float:
        """Where a score lies between the ends, 0 to 1."""
        return (score - self.low) / (self.high - self.low)


def read_score(text: str, scale: ScoreRange) -> float | None:
    """A score as a share of its range, None where there is none: unmeasured, which is not 0.

    Raises ValueError, with the reason, for what is no score or lies outside the range.
    """
    lowered = text.lower()
    if lowered in _NOTHING:
        return None
    if lowered in _WORDS:
        return _WORDS[lowered]
    score = _number(text)
    if not scale.low <= score <= scale.high:
        raise ValueError(f"{shown(text)} lies outside {scale.low:g} to {scale.high:g}")
    return scale.share(score)


def read_weight(text: str | None) -> float:
    """How much an item counts, 1 where nothing is said; raises ValueError unless above 0."""
    if text is None or text.lower() in _NOTHING:
        return 1.0
    weight = _number(text)
    if weight <= 0.0:
        raise ValueError(f"{shown(text)} is not above 0")
    return weight


def is_yes_or_no(text: str) -> bool:
    """Whether a cell is a score of 0 or 1."""
    return text.lower() in _WORDS or _known(text) in {0.0, 1.0}


def is_number(text: str) -> bool:
    """Whether a cell is a finite number, of whatever size."""
    value = _known(text)
    return value is not None and isfinite(value)


def read_amount(text: str | None) -> float | None:
    """A cost or a time, None where there is none; raises ValueError below 0 or for no number."""
    if text is None or text.lower() in _NOTHING:
        return None
    amount = _number(text.removeprefix("$"))
    if amount < 0.0:
        raise ValueError(f"{shown(text)} is below 0")
    return amount


def _number(text: str) -> float:
    value = _known(text)
    if value is None:
        raise ValueError(f"'{shown(text)}' is no number")
    if not isfinite(value):
        raise ValueError(
            f"{shown(text)} is no finite number; leave the cell empty where none was measured"
        )
    return value


def _known(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
