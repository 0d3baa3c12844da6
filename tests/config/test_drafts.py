"""A draft: a workload file without items, which states how long its requests are instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.evidence import Lengths
from equipoise.domain.workload import Workload
from equipoise.errors import Problem

Edit = tuple[str, str]
Reader = Callable[..., tuple[Problem, ...]]
Finder = Callable[[str], int]

TASK = """\
items = "items.jsonl"
shots = "shots.jsonl"
scorer = "exact_label"
"""
ANSWER = """\
[task.answer]
queue = ["billing", "delivery"]
"""
LENGTHS = """\
[requirements.lengths]
input_tokens = 1_850
output_tokens = 310.5
counted_by = "the vendor's usage export of 2026-10"

[costs]
"""
DRAFT: tuple[Edit, ...] = (
    (TASK, ""),
    (ANSWER, ""),
    ("shots = 2\n", ""),
    ("[costs]\n", LENGTHS),
)


@pytest.fixture
def draft(workload_file: Path) -> Callable[..., Workload]:
    """The workload file with everything taken away that belongs to items, and read."""

    def read(*edits: Edit, every_item: bool = False) -> Workload:
        text = workload_file.read_text()
        for old, new in (*DRAFT, *edits):
            text = text.replace(old, new)
        workload_file.write_text(text)
        return load_workload(workload_file, load_settings(None), every_item=every_item)

    return read


def test_a_draft_has_lengths_in_place_of_items_an_answer_and_a_scorer(
    draft: Callable[..., Workload],
) -> None:
    workload = draft()

    assert (workload.items, workload.items_digest) == ((), "")
    assert (workload.task.schema, workload.task.scorer, workload.task.shots) == ({}, "", ())
    assert workload.lengths == Lengths(
        1850.0, 0.0, 310.5, measured_by="the vendor's usage export of 2026-10"
    )
    assert workload.trial.items == 12


def test_a_workload_with_items_has_no_stated_lengths(workload_file: Path) -> None:
    assert load_workload(workload_file, load_settings(None)).lengths is None


def test_a_draft_may_say_already_what_an_answer_is(draft: Callable[..., Workload]) -> None:
    scored = 'scorer = "exact_label"\nmax_output_tokens'
    workload = draft(("max_output_tokens", scored), ("[requirements]", f"{ANSWER}\n[requirements]"))

    assert workload.task.scorer == "exact_label"
    assert "queue" in workload.task.schema["properties"]


def test_a_draft_may_say_what_prefix_its_requests_share(draft: Callable[..., Workload]) -> None:
    lengths = draft(("output_tokens = 3", "shared_input_tokens = 1_850\noutput_tokens = 3")).lengths

    assert lengths is not None
    assert lengths.shared_input == lengths.input == 1850


def test_all_items_of_a_draft_are_as_many_as_it_will_have(draft: Callable[..., Workload]) -> None:
    assert draft(every_item=True).trial.items == 12


def test_lengths_beside_items_are_one_problem_on_the_line_of_their_table(
    problems_after: Reader, line_with: Finder
) -> None:
    (problem,) = problems_after(("[costs]\n", LENGTHS))

    assert (problem.key, problem.line) == (
        "requirements.lengths",
        line_with("[requirements.lengths]"),
    )
    assert problem.reason == "the lengths of a workload with items are counted, not stated"
    assert problem.suggestion == "Take the table away, or task.items."


def test_without_items_and_without_lengths_the_items_are_missing_and_the_draft_is_named(
    problems_after: Reader, line_with: Finder
) -> None:
    (problem,) = problems_after(('items = "items.jsonl"\n', ""))

    assert (problem.key, problem.line) == ("task.items", line_with("[task]"))
    assert problem.reason == "missing"
    assert "A draft has none and states requirements.lengths instead." in problem.suggestion


@pytest.mark.parametrize(
    ("edit", "key", "advice"),
    [
        (('scorer = "exact_label"\n', ""), "task.scorer", "the rule that compares an answer"),
        ((ANSWER, ""), "task.answer", "the table of an answer's fields"),
    ],
)
def test_with_items_it_is_missed_when_a_task_does_not_say_how_answers_are_judged(
    edit: Edit, key: str, advice: str, problems_after: Reader, line_with: Finder
) -> None:
    (problem,) = problems_after(edit)

    assert (problem.key, problem.line, problem.reason) == (key, line_with("[task]"), "missing")
    assert problem.suggestion.startswith(f"It is {advice}")


MISTAKES: dict[str, tuple[Edit, str, str]] = {
    "a prefix longer than the request": (
        ("output_tokens = 310.5", "output_tokens = 310.5\nshared_input_tokens = 1851"),
        "requirements.lengths.shared_input_tokens",
        "shared_input_tokens is above input_tokens",
    ),
    "requests of no length": (
        ("input_tokens = 1_850", "input_tokens = 0"),
        "requirements.lengths.input_tokens",
        "should be greater than 0 (here: 0)",
    ),
    "answers of no length": (
        ("output_tokens = 310.5", "output_tokens = 0"),
        "requirements.lengths.output_tokens",
        "should be greater than 0 (here: 0)",
    ),
    "nobody's count": (
        ('counted_by = "the vendor\'s usage export of 2026-10"', 'counted_by = " "'),
        "requirements.lengths.counted_by",
        "does not have the form that is asked",
    ),
    "no word on whose count it is": (
        ('counted_by = "the vendor\'s usage export of 2026-10"\n', ""),
        "requirements.lengths.counted_by",
        "missing",
    ),
    "shots, whose length nobody stated": (
        ('hardware = "cpu-2vcpu"', 'hardware = "cpu-2vcpu"\nshots = 2'),
        "candidates[1].shots",
        "a draft states one length of requests for all candidates, so none has shots",
    ),
    "answers that nothing judges": (
        ('hardware = "cpu-2vcpu"', 'hardware = "cpu-2vcpu"\nrecorded = "answers.jsonl"'),
        "candidates[1].recorded",
        "a draft has no items that recorded answers could be judged by",
    ),
    "an unknown scorer all the same": (
        ("max_output_tokens", 'scorer = "exact_labels"\nmax_output_tokens'),
        "task.scorer",
        "no scorer 'exact_labels'",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_a_draft_is_reported_once(mistake: str, problems_after: Reader) -> None:
    (old, new), key, reason = MISTAKES[mistake]
    edits = [(a, b.replace(old, new)) for a, b in DRAFT]
    own = [] if edits != list(DRAFT) else [(old, new)]
    (problem,) = problems_after(*edits, *own)

    assert problem.key == key
    assert problem.reason.startswith(reason)
