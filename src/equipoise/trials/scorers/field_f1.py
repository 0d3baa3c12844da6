"""The fields of a JSON answer against gold's: precision, recall and their harmonic mean.

A field is a leaf at its place; the order of a list does not count, and each element is found once.
The objects of a list are compared one with one, in the pairs that agree most: a name and an age
count only if they stand in the same object.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.pairing import most_agreement
from equipoise.trials.scorers.score import MALFORMED, Score, read_json
from equipoise.trials.scorers.text import said
from equipoise.trials.scorers.values import is_whole

_MEASURES = ("f1", "precision", "recall")
# So many objects of a list that have no equal are paired, and an eighth of it in a list within;
# the others count as not found.
_MOST_PAIRED = 64


@dataclass(frozen=True, slots=True)
class Options:
    """How much agreement is enough, and by which measure."""

    threshold: float = option(1.0, "how much agreement is accepted", least=0, most=1)
    measure: str = option("f1", "what measures it", words=_MEASURES)
    case: bool = option(False, "whether upper and lower case are told apart in texts")


DEFAULT = Options()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of fields: those given, those of gold, and those that are in both."""

    given: int
    gold: int
    both: int

    @property
    def precision(self) -> float:
        """The share of the given fields that gold has; 1 where none is given and gold has none."""
        return self.both / self.given if self.given else float(not self.gold)

    @property
    def recall(self) -> float:
        """The share of gold's fields that are given; 1 where gold has none."""
        return self.both / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.given + self.gold
        return 2 * self.both / total if total else 1.0


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """How far an answer's fields agree with gold's; what is no JSON object or list is malformed."""
    try:
        given = read_json(said(text))
    except ValueError:
        return MALFORMED
    if not isinstance(given, dict | list):
        return MALFORMED
    try:
        found = agreement(given, expected, options)
    except RecursionError:
        return MALFORMED
    value = {"f1": found.f1, "precision": found.precision, "recall": found.recall}[options.measure]
    return Score(accepted=value >= options.threshold, fields_right=found.recall, value=value)


def agreement(given: Any, gold: Any, options: Options = DEFAULT) -> Agreement:
    """Count the fields of two values of JSON, and those they share."""
    return Agreement(_size(given), _size(gold), _both(given, gold, options, _MOST_PAIRED))


def gold_fault(expected: object) -> str:
    """Why a gold answer has no fields; empty where it has."""
    if isinstance(expected, dict | list) and expected:
        return ""
    return "must be a JSON object or list that is not empty"


def _inside(value: Any) -> list[Any]:
    """The values of an object or list; none of a leaf, which an empty one is too."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _size(value: Any) -> int:
    return sum(map(_size, _inside(value))) or 1


def _both(given: Any, gold: Any, options: Options, most: int) -> int:
    """How many fields of one value are in the other."""
    if _inside(given) and _inside(gold) and type(given) is type(gold):
        if isinstance(gold, list):
            return _in_lists(given, gold, options, most)
        return sum(_both(given[key], gold[key], options, most) for key in gold if key in given)
    if _inside(given) or _inside(gold):
        return 0
    return int(_leaf(given, options) == _leaf(gold, options))


def _in_lists(given: list[Any], gold: list[Any], options: Options, most: int) -> int:
    one, other = (Counter(_spelt(element, options) for element in side) for side in (given, gold))
    equal = one & other
    left = [_unequal(side, equal.copy(), options)[:most] for side in (given, gold)]
    within = max(1, most // 8)
    table = [[_both(row, column, options, within) for column in left[1]] for row in left[0]]
    sizes = {_spelt(element, options): _size(element) for element in gold}
    return sum(sizes[spelt] * count for spelt, count in equal.items()) + most_agreement(table)


def _unequal(side: list[Any], equal: Counter[str], options: Options) -> list[Any]:
    """The objects and lists of a list that have no equal in the other."""
    left: list[Any] = []
    for element in side:
        spelt = _spelt(element, options)
        if equal[spelt]:
            equal[spelt] -= 1
        elif _inside(element):
            left.append(element)
    return left


def _spelt(value: Any, options: Options) -> str:
    """One spelling for values of which every field agrees."""
    if not _inside(value):
        return _leaf(value, options)
    if isinstance(value, dict):
        parts = sorted(f"{key!r}: {_spelt(inner, options)!r}" for key, inner in value.items())
    else:
        parts = sorted(repr(_spelt(inner, options)) for inner in value)
    # A digest, as what is quoted once more at every depth grows without end.
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{type(value).__name__} {digest}"


def _leaf(value: Any, options: Options) -> str:
    """One spelling for one value: numbers to seven digits, or whole; the kind is told apart."""
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return f"{value!r}"
    if isinstance(value, int | float):
        return f"number {int(value)}" if is_whole(value) else f"number {value:.7g}"
    text = " ".join(value.split())
    return f"text {text if options.case else text.casefold()}"
