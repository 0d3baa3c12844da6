"""A row of the table of scorers: how it judges, what it takes, and what it can be used for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from equipoise.trials.scorers.given import Given
from equipoise.trials.scorers.options import NoOptions
from equipoise.trials.scorers.score import REFUSED, Score

Options = TypeVar("Options")

Answers = Literal["fields", "text", "either"]
"""Which tasks a scorer is for: those with `task.answer`, those without, or both."""


def _no_fault(_options: Any) -> str:
    return ""


def _any_gold(_expected: Any, _options: Any) -> str:
    return ""


def _any_schema(_schema: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Rule(Generic[Options]):
    """One scorer.

    `fault` says why its options cannot be used, as `key: reason`; `gold_fault` why a gold answer
    cannot be judged by it; `misfit` why an answer's schema cannot; each is empty where it can.
    `gold_is_answer` says that gold is what a right answer says, and not only what it is held
    against; without `needs_gold` an item may have none. A rule that `executes` needs the workload
    file's leave.
    """

    options: type[Options]
    judge: Callable[[Given, Any, Options], Score]
    answers: Answers = "text"
    fault: Callable[[Options], str] = _no_fault
    gold_fault: Callable[[Any, Options], str] = _any_gold
    misfit: Callable[[Mapping[str, Any]], str] = _any_schema
    gold_is_answer: bool = True
    needs_gold: bool = True
    executes: bool = False


def by_text(score: Callable[[str, Any, Options], Score]) -> Callable[[Given, Any, Options], Score]:
    """Judge the text alone; what the endpoint calls a refusal is one, whatever it says."""

    def judge(given: Given, expected: Any, options: Options) -> Score:
        return REFUSED if given.refused else score(given.text, expected, options)

    return judge


def without_options(score: Callable[[str, Any], Score]) -> Callable[[Given, Any, NoOptions], Score]:
    """The same of a scorer that has nothing to choose."""

    def judge(given: Given, expected: Any, _options: NoOptions) -> Score:
        return REFUSED if given.refused else score(given.text, expected)

    return judge


def gold(fault: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    """A gold check that does not depend on options."""

    def check(expected: Any, _options: Any) -> str:
        return fault(expected)

    return check
