"""A regular expression: what it finds is compared with gold, or gold itself is the expression.

The expressions are RE2's (`linear_regex`), so that no answer can keep one busy.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.trials.scorers import linear_regex
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, failed, verdict
from equipoise.trials.scorers.text import expected_texts, said, texts_fault


@dataclass(frozen=True, slots=True)
class Options:
    """The expression that finds the answer, if gold is not one itself."""

    pattern: str = option("", "what finds the answer: its first group, or all that it matches")
    case: bool = option(False, "whether upper and lower case are told apart")


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether the text is one that gold describes.

    With a pattern, what it finds last has to be gold, and an answer in which it finds nothing is
    malformed. Without one gold is the pattern, which has to be found in the answer.
    """
    answer = said(text)
    try:
        if not options.pattern:
            golds = [_flagged(gold, options) for gold in expected_texts(expected)]
            return verdict(accepted=any(linear_regex.search(gold, answer) for gold in golds))
        found = linear_regex.last_found(_flagged(options.pattern, options), answer)
    except ValueError as error:
        return failed(f"a pattern that cannot be used: {error}")
    if found is None:
        return MALFORMED
    golds = [_folded(gold, options) for gold in expected_texts(expected)]
    return verdict(accepted=_folded(found, options) in golds)


def fault(options: Options) -> str:
    """Why the pattern cannot be used; empty where it can."""
    reason = linear_regex.fault(options.pattern)
    return f"pattern: {reason}" if reason else ""


def gold_fault(expected: object, options: Options) -> str:
    """Why a gold answer is no text, or no pattern where it has to be one; empty where it is."""
    wrong = texts_fault(expected)
    if wrong or options.pattern:
        return wrong
    reasons = (linear_regex.fault(text) for text in expected_texts(expected))
    return next((f"must be a pattern: {reason}" for reason in reasons if reason), "")


def _flagged(pattern: str, options: Options) -> str:
    return pattern if options.case else f"(?i){pattern}"


def _folded(text: str, options: Options) -> str:
    return text.strip() if options.case else text.strip().casefold()
