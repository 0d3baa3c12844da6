"""How long an answer is, in words, characters or tokens, and whether that is within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from equipoise.trials.scorers.given import Given
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, failed, verdict
from equipoise.trials.scorers.text import said

_UNITS = ("words", "characters", "tokens")
_NO_END = 2**31
_BOUNDS = frozenset({"least", "most"})


@dataclass(frozen=True, slots=True)
class Options:
    """The bounds, both of which are within."""

    unit: str = option("words", "what is counted", words=_UNITS)
    least: int = option(1, "the fewest that are accepted", least=0)
    most: int = option(_NO_END, "the most that are accepted", least=0)


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether an answer is within the bounds; gold may set its own. Tokens need `judge`."""
    return judge(Given(text), expected, options)


def judge(given: Given, expected: object, options: Options) -> Score:
    """The same of an answer with the endpoint's count of its tokens.

    Words are what blanks part, characters are Unicode's code points; blanks around an answer are
    not counted. Tokens are all that the endpoint charged for, its hidden working too.
    """
    count = _count(given, options.unit)
    if count is None:
        return failed("the tokens of this answer were not counted")
    if not said(given.text).strip() and options.least > 0:
        return MALFORMED
    own = expected if isinstance(expected, dict) else {}
    least, most = own.get("least", options.least), own.get("most", options.most)
    return verdict(accepted=least <= count <= most)


def fault(options: Options) -> str:
    """Why no answer could be within the bounds; empty where one could."""
    return "least: is above most" if options.least > options.most else ""


def gold_fault(expected: Any) -> str:
    """Why a gold answer is neither null nor bounds; empty where it is."""
    if expected is None:
        return ""
    bounds = isinstance(expected, dict) and expected and expected.keys() <= _BOUNDS
    if bounds and all(type(bound) is int and bound >= 0 for bound in expected.values()):
        return ""
    return 'must be null, or bounds such as {"least": 20, "most": 60}'


def _count(given: Given, unit: str) -> int | None:
    if unit == "tokens":
        return given.output_tokens
    answer = said(given.text).strip()
    return len(answer.split()) if unit == "words" else len(answer)
