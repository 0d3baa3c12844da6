"""A text, letter by letter: only blanks around it do not count."""

from __future__ import annotations

from equipoise.trials.scorers.score import MALFORMED, Score, verdict
from equipoise.trials.scorers.text import expected_texts, said


def score(text: str, expected: object) -> Score:
    """Whether an answer is one of the accepted texts; an answer of blanks only is malformed."""
    answer = said(text).strip()
    if not answer:
        return MALFORMED
    return verdict(accepted=answer in {gold.strip() for gold in expected_texts(expected)})
