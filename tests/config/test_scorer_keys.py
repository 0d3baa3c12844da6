"""The scorer's keys of a workload file: free text, options, leave to run code, and gold to fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload
from equipoise.domain.workload import Workload
from equipoise.engines import minilm
from equipoise.errors import Problem
from equipoise.trials.plan import make_plan

Edit = tuple[str, str]
Reader = Callable[..., tuple[Problem, ...]]
Finder = Callable[[str], int]

ANSWER = '[task.answer]\nqueue = ["billing", "delivery"]\n'
TEXT: tuple[Edit, ...] = ((ANSWER, ""),)


def scored(scorer: str, more: str = "") -> tuple[Edit, ...]:
    """The changes that make the workload one of free text, judged by a scorer."""
    return ((ANSWER, f"{more}\n"), ('scorer = "exact_label"', f'scorer = "{scorer}"'))


@pytest.fixture
def read(workload_file: Path) -> Callable[..., Workload]:
    """Change passages of the workload file, write golds into its items, and read it."""

    def make(*edits: Edit, golds: tuple[Any, ...] = ()) -> Workload:
        text = workload_file.read_text()
        for old, new in edits:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        workload_file.write_text(text)
        if golds:
            write_golds(workload_file.parent, *golds)
        return load_workload(workload_file, load_settings(None))

    return make


def write_golds(folder: Path, *golds: Any) -> None:
    """Twelve items whose golds are these in turn."""
    rows = [{"id": f"t{n}", "input": f"message {n}"} for n in range(12)]
    lines = [json.dumps({**row, "expected": golds[n % len(golds)]}) for n, row in enumerate(rows)]
    (folder / "items.jsonl").write_text("\n".join(lines))


def test_a_task_without_an_answer_s_fields_is_free_text(read: Callable[..., Workload]) -> None:
    workload = read(*scored("normalised_text"))

    assert (workload.task.schema, workload.task.scorer) == ({}, "normalised_text")
    assert {item.expected for item in workload.items} == {"billing"}
    assert [shot.answer for shot in workload.task.shots] == ["delivery", "delivery"]


def test_gold_may_be_whatever_the_scorer_takes(read: Callable[..., Workload]) -> None:
    golds: tuple[Any, ...] = ({"name": "look_up", "arguments": {"order": 7}}, [])

    assert read(*scored("tool_calls"), golds=golds).items[0].expected == golds[0]


def test_a_scorer_that_needs_no_gold_takes_items_without_one(
    read: Callable[..., Workload],
) -> None:
    workload = read(*scored("length", "options = { most = 20 }"), golds=(None, {"most": 5}))

    assert [item.expected for item in workload.items[:2]] == [None, {"most": 5}]


def test_options_and_leave_to_run_code_are_the_task_s(read: Callable[..., Workload]) -> None:
    workload = read(
        *scored("code_tests", "allow_code = true\n[task.options]\nseconds = 2\n"),
        golds=("assert f(1) == 2",),
    )

    assert workload.task.options == {"seconds": 2}
    assert workload.task.allow_code


def test_the_plan_names_the_options_only_where_there_are_any(
    read: Callable[..., Workload], workload_file: Path
) -> None:
    before = workload_file.read_text()
    plain = read(*scored("choice"), golds=("B",))
    workload_file.write_text(before)
    chosen = read(*scored("choice", '[task.options]\nletters = "ABCD"'), golds=("B",))

    assert make_plan(plain, plain.candidates).scorer == "choice"
    assert make_plan(chosen, chosen.candidates).scorer == 'choice {"options":{"letters":"ABCD"}}'
    assert make_plan(chosen, ()).digest != make_plan(plain, ()).digest


def test_a_function_of_the_user_s_is_read_and_its_source_is_in_the_plan(
    read: Callable[..., Workload], workload_file: Path
) -> None:
    program = "def fit(text, gold):\n    return text == gold\n"
    (workload_file.parent / "rules.py").write_text(program)
    workload = read(*scored("python:rules.py:fit", "allow_code = true"))
    plan = make_plan(workload, workload.candidates)

    assert workload.task.program == program
    assert plan.scorer.startswith('python:rules.py:fit {"program":"')


# What is changed; the key of the problem, its reason, and what is advised.
MISTAKES: dict[str, tuple[tuple[Edit, ...], str, str, str]] = {
    "an unknown option": (
        scored("numeric", "[task.options]\nabsolut = 1"),
        "task.options.absolut",
        "unknown key",
        "Did you mean 'absolute'?",
    ),
    "an option of another kind": (
        scored("numeric", '[task.options]\nabsolute = "1"'),
        "task.options.absolute",
        "should be a number",
        "It is how far off the number may be.",
    ),
    "an option that is no such word": (
        scored("numeric", '[task.options]\npercent = "fractions"'),
        "task.options.percent",
        "'fractions' is not allowed",
        "Did you mean 'fraction'?",
    ),
    "an option of a scorer that has none": (
        (('scorer = "exact_label"', 'scorer = "exact_label"\noptions = { case = true }'),),
        "task.options.case",
        "unknown key",
        "",
    ),
    "a date inside a schema": (
        scored("json_schema", "[task.options.schema]\nconst = 2026-01-01"),
        "task.options.schema",
        "should hold what JSON can say",
        "It is the JSON schema",
    ),
    "a pattern that cannot be used": (
        scored("pattern", "[task.options]\npattern = '(?=a)'"),
        "task.options.pattern",
        "invalid perl operator",
        "It is what finds the answer",
    ),
    "options that do not fit together": (
        scored("length", "[task.options]\nleast = 5\nmost = 4"),
        "task.options.least",
        "is above most",
        "It is the fewest that are accepted.",
    ),
    "no server of embeddings": (
        scored("similarity"),
        "task.options.url",
        "missing",
        "It is the base URL",
    ),
    "a server of embeddings elsewhere": (
        scored("similarity", '[task.options]\nurl = "https://api.example.com/v1"'),
        "task.options.url",
        "is not on this machine",
        "It is the base URL",
    ),
    "code that nobody has allowed": (
        scored("code_tests"),
        "task.allow_code",
        "code_tests runs the code that models write, which nobody has allowed",
        "Write allow_code = true into [task] if that is meant.",
    ),
    "a scorer of text for fields": (
        (('scorer = "exact_label"', 'scorer = "numeric"'),),
        "task.scorer",
        "numeric judges plain text and no fields",
        "Choose from: exact_fields, exact_label, field_f1.",
    ),
    "a scorer of fields for text": (
        TEXT,
        "task.answer",
        "missing",
        "It is the table of an answer's fields",
    ),
    "judged fields of a text": (
        scored("choice", 'judged = ["queue"]'),
        "task.judged",
        "a plain text has no fields to be judged",
        "Take the key away.",
    ),
    "a function without a file": (
        scored("python:rules.py:fit", "allow_code = true"),
        "task.scorer",
        "no file 'rules.py'",
        "The path is taken from the workload file's folder.",
    ),
    "a function without a name": (
        scored("python:rules.py", "allow_code = true"),
        "task.scorer",
        "'python:rules.py' names no function",
        "Write python:FILE.py:FUNCTION",
    ),
    "leave that is no truth value": (
        (('scorer = "exact_label"', 'scorer = "exact_label"\nallow_code = "yes"'),),
        "task.allow_code",
        "should be a valid boolean",
        "It is whether a scorer may run code",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_scorer_is_reported_once_with_what_to_write(
    mistake: str, problems_after: Reader, workload_file: Path
) -> None:
    edits, key, reason, advice = MISTAKES[mistake]
    if mistake == "no server of embeddings" and minilm.installed():
        pytest.skip("MiniLM embeds here")
    (problem,) = [p for p in problems_after(*edits) if p.path == str(workload_file)]

    assert problem.key == key
    assert problem.reason.startswith(reason)
    assert advice in problem.suggestion


def test_a_program_that_holds_no_such_function_is_found_before_anything_is_asked(
    problems_after: Reader, workload_file: Path
) -> None:
    (workload_file.parent / "rules.py").write_text("def fits(text, gold): ...\n")
    (problem,) = problems_after(*scored("python:rules.py:fit", "allow_code = true"))

    assert (problem.key, problem.reason) == ("task.scorer", "rules.py: has no function 'fit'")


def test_gold_that_the_scorer_cannot_judge_by_is_one_problem_a_reason(
    problems_after: Reader, workload_file: Path
) -> None:
    (problem,) = problems_after(*scored("numeric"))

    assert problem.path == str(workload_file.parent / "items.jsonl")
    assert problem.key == "t0.expected"
    assert problem.reason == (
        "must be a number, a text of one number, or a list of those that are accepted, "
        "and in 11 more items"
    )


def test_an_item_without_gold_is_missed_by_a_scorer_that_needs_it(
    problems_after: Reader, workload_file: Path
) -> None:
    write_golds(workload_file.parent, "billing", None)
    (problem,) = problems_after(*scored("exact_text"))

    assert problem.path == str(workload_file.parent / "items.jsonl")
    assert "missing" in problem.reason
