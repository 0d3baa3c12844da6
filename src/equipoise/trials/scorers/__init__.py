"""The rules that compare an answer with its gold: one small file each, and the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from equipoise.domain.workload import Task
from equipoise.trials.scorers import options as scorer_options
from equipoise.trials.scorers import python_function, refusal
from equipoise.trials.scorers.given import Given
from equipoise.trials.scorers.rule import Rule, by_text
from equipoise.trials.scorers.score import Score
from equipoise.trials.scorers.table import SCORERS
from equipoise.trials.scorers.text import expected_texts

Judge = Callable[[Given, Any], Score]


def rule(scorer: str, program: str = "") -> Rule[Any] | None:
    """The row of a scorer's name, or one made for a function of the user's; None for neither."""
    function = python_function.find(scorer)
    if function is None:
        return SCORERS.get(scorer)

    def score(text: str, expected: object, options: python_function.Options) -> Score:
        return python_function.score(text, expected, program, function.name, options)

    return Rule(
        python_function.Options, by_text(score), "either", gold_is_answer=False, executes=True
    )


def misfit(scorer: str, schema: Mapping[str, Any]) -> str:
    """Why a scorer cannot judge answers of a schema; empty where it can."""
    row = rule(scorer)
    if row is None or row.answers == "text":
        return f"{scorer} judges plain text and no fields"
    return row.misfit(schema)


def judge_of(task: Task) -> Judge:
    """What judges the answers of a task.

    An answer that is not accepted and declines in words is marked as refused, whatever the scorer.
    Raises ValueError for a scorer that is not known, options it does not take, and code to be run
    that the task does not allow.
    """
    row = rule(task.scorer, task.program)
    if row is None:
        raise ValueError(f"no scorer {task.scorer!r}")
    if row.executes and not task.allow_code:
        raise ValueError(f"{task.scorer} runs code, which the task does not allow")
    options = scorer_options.read(row.options, task.options)

    def judge(given: Given, expected: Any) -> Score:
        score = row.judge(given, expected, options)
        if score.outcome in {"wrong", "malformed"} and refusal.declines(given.text):
            return replace(score, refused=True)
        return score

    return judge


def answer_text(task: Task, expected: Any) -> str | None:
    """A right answer as a model would write it; None where gold does not say one."""
    row = rule(task.scorer)
    if task.schema:
        return json.dumps(expected, ensure_ascii=False)
    return written(expected) if row is not None and row.gold_is_answer else None


def written(answer: Any) -> str:
    """A text as it is, the first of several that are accepted, and the rest as JSON."""
    texts = expected_texts(answer)
    return texts[0] if texts else json.dumps(answer, ensure_ascii=False)


__all__ = [
    "SCORERS",
    "Given",
    "Judge",
    "Rule",
    "Score",
    "answer_text",
    "judge_of",
    "misfit",
    "rule",
    "written",
]
