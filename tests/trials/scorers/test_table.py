"""The table as a whole: every scorer takes any text, and says what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.domain.workload import Task
from equipoise.trials.scorers import SCORERS, Given, answer_text, judge_of, misfit, rule
from equipoise.trials.scorers.options import default, faults, meanings, read
from equipoise.trials.scorers.score import MALFORMED, WRONG, Score

GOLD: dict[str, Any] = {
    "exact_label": {"queue": "billing"},
    "exact_fields": {"queue": "billing", "urgent": True},
    "field_f1": {"queue": "billing", "tags": ["late"]},
    "exact_text": "billing",
    "normalised_text": ["billing", "invoices"],
    "choice": "B",
    "numeric": 42,
    "pattern": "bill(ing)?",
    "json_schema": None,
    "tool_calls": [{"name": "look_up", "arguments": {"order": 7}}],
    "similarity": "billing",
    "length": None,
    "refusal": "answer",
}
# Without a server to embed and a process for each answer.
PURE = sorted(SCORERS.keys() - {"similarity", "code_tests"})


def task(scorer: str, **more: Any) -> Task:
    return Task("Sort.", {}, scorer, 16, **more)


def test_every_scorer_has_a_gold_that_it_takes() -> None:
    assert GOLD.keys() == SCORERS.keys() - {"code_tests"}
    for name, gold in GOLD.items():
        row = SCORERS[name]
        assert row.gold_fault(gold, read(row.options, {})) == "", name


@settings(max_examples=200)
@given(st.sampled_from(PURE), st.text() | st.text('{}[]":,0123456789.\\n` ABCDE'))
def test_every_scorer_takes_any_text_a_model_may_write(name: str, text: str) -> None:
    judged = judge_of(task(name))(Given(text), GOLD[name])

    assert judged.error == ""
    assert 0 <= judged.value <= 1
    assert 0 <= judged.fields_right <= 1
    assert not (judged.accepted and (judged.malformed or judged.outcome != "accepted"))


@pytest.mark.parametrize("name", PURE)
@pytest.mark.parametrize(
    "text", ["[" * 100_000, "9" * 100_000, "a " * 100_000, "\0" * 1000, "\u202e{}\u202c", "\ud800"]
)
def test_every_scorer_takes_what_goes_on_without_end(name: str, text: str) -> None:
    assert judge_of(task(name))(Given(text), GOLD[name]).error == ""


@pytest.mark.parametrize("name", sorted(SCORERS.keys() - {"refusal", "code_tests"}))
def test_what_the_endpoint_calls_a_refusal_is_one_and_not_malformed(name: str) -> None:
    options = {"url": "http://127.0.0.1:9"} if name == "similarity" else {}
    judged = judge_of(task(name, options=options))(Given("billing", refused=True), GOLD[name])

    assert judged.outcome == "refused"


def test_declining_in_words_is_told_from_a_wrong_and_a_malformed_answer() -> None:
    declined = "I'm sorry, but I can't help with that."

    assert judge_of(task("choice"))(Given(declined), "B").outcome == "refused"
    assert judge_of(task("exact_text"))(Given(declined), "B").outcome == "refused"
    assert judge_of(task("exact_text"))(Given(declined), declined).outcome == "accepted"
    assert judge_of(task("choice"))(Given("Perhaps."), "B").outcome == "malformed"
    assert judge_of(task("choice"))(Given("C"), "B").outcome == "wrong"


def test_options_decide() -> None:
    strict, lenient = task("numeric"), task("numeric", options={"absolute": 1})

    assert not judge_of(strict)(Given("41"), 42).accepted
    assert judge_of(lenient)(Given("41"), 42).accepted


def test_what_cannot_be_judged_by_is_refused() -> None:
    with pytest.raises(ValueError, match="no scorer 'exact'"):
        judge_of(task("exact"))
    with pytest.raises(ValueError, match="absolute: should be a number"):
        judge_of(task("numeric", options={"absolute": "1"}))
    with pytest.raises(ValueError, match="code_tests runs code, which the task does not allow"):
        judge_of(task("code_tests"))
    with pytest.raises(ValueError, match=r"python:f\.py:f runs code"):
        judge_of(task("python:f.py:f", program="def f(a, b): return True"))


def test_a_function_of_the_user_judges_once_it_may() -> None:
    program = "def f(text, gold):\n    return text == gold\n"
    judge = judge_of(task("python:f.py:f", program=program, allow_code=True))

    assert judge(Given("a"), "a").accepted
    assert not judge(Given("b"), "a").accepted


@pytest.mark.parametrize("name", [*SCORERS, "python:f.py:f"])
def test_every_option_says_what_it_means_and_takes_its_own_default(name: str) -> None:
    row = rule(name)
    assert row is not None
    said = meanings(row.options)

    assert all(text and text[0].islower() and text[-1] != "." for text in said.values())
    given_defaults = {key: default(row.options, key) for key in said}
    assert list(faults(row.options, given_defaults)) == []
    assert read(row.options, given_defaults) == row.options()


@pytest.mark.parametrize(
    ("given_options", "key", "reason"),
    [
        ({"absolut": 1}, "absolut", "unknown key"),
        ({"absolute": "1"}, "absolute", "should be a number"),
        ({"absolute": True}, "absolute", "should be a number"),
        ({"absolute": float("nan")}, "absolute", "should be a number"),
        ({"absolute": -1}, "absolute", "should be greater than or equal to 0"),
        ({"relative": 2}, "relative", "should be between 0 and 1"),
        ({"percent": "maybe"}, "percent", "'maybe' is not allowed"),
    ],
)
def test_an_option_that_is_wrong_is_named_with_its_reason(
    given_options: dict[str, Any], key: str, reason: str
) -> None:
    (fault,) = faults(SCORERS["numeric"].options, given_options)

    assert (fault.key, fault.reason) == (key, reason)


def test_scorers_of_fields_and_of_text_are_told_apart() -> None:
    schema = {"properties": {"queue": {"type": "string"}}}
    fitting = {name for name in SCORERS if not misfit(name, schema)}

    assert fitting == {"exact_label", "exact_fields", "field_f1"}
    assert misfit("numeric", schema) == "numeric judges plain text and no fields"


def test_a_right_answer_is_written_where_gold_says_one() -> None:
    said = {name: answer_text(task(name), GOLD[name]) for name in GOLD}

    assert said["exact_text"] == said["similarity"] == said["normalised_text"] == "billing"
    assert said["numeric"] == "42"
    assert said["tool_calls"] == '[{"name": "look_up", "arguments": {"order": 7}}]'
    assert {name for name, text in said.items() if text is None} == {
        "pattern", "json_schema", "length", "refusal",
    }  # fmt: skip


def test_a_score_has_one_class_and_a_value() -> None:
    assert (WRONG.value, WRONG.outcome, MALFORMED.outcome) == (0.0, "wrong", "malformed")
    assert Score(accepted=True, fields_right=1.0).value == 1.0
    assert Score(accepted=False, fields_right=0.5, value=0.5, error="x").outcome == "error"
    with pytest.raises(ValueError, match="between 0 and 1"):
        Score(accepted=True, fields_right=1.0, value=1.5)
