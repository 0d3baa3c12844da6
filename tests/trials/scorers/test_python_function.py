"""A scorer that the user wrote: what it may return, and that its faults are its own."""

from __future__ import annotations

import pytest

from equipoise.trials.scorers import python_function
from equipoise.trials.scorers.python_function import Function, Options, find, program_fault, score
from equipoise.trials.scorers.score import Score

PROGRAM = """\
import json

def same(text, gold):
    return text == gold

def share(text, gold):
    return sum(c in gold for c in text) / len(text)

def told(text, gold):
    return {"accepted": False, "value": 0.25, "refused": True}

def raises(text, gold):
    return json.loads(text)["missing"]

def leaves(text, gold):
    raise SystemExit(0)

def waits(text, gold):
    while True:
        pass

def returns(text, gold):
    return gold

async def later(text, gold):
    return True
"""
QUICK = Options(seconds=2)


def judged(name: str, text: str = "abc", gold: object = "abc") -> Score:
    return score(text, gold, PROGRAM, name, QUICK)


def test_true_and_false_accept_and_do_not() -> None:
    assert judged("same").outcome == "accepted"
    assert judged("same", "abd").outcome == "wrong"
    assert judged("same", "ü\0\ud800", "ü\0\ud800").outcome == "accepted"


def test_a_number_is_accepted_from_the_threshold_on() -> None:
    assert judged("share", "abxx") == Score(accepted=False, fields_right=0.5, value=0.5)
    assert score("abxx", "abc", PROGRAM, "share", Options(seconds=2, threshold=0.5)).accepted


def test_an_object_says_more() -> None:
    told = judged("told")

    assert (told.outcome, told.value) == ("refused", 0.25)


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("raises", "{}", "raises: KeyError: 'missing' (line 13)"),
        ("raises", "no", "raises: JSONDecodeError: Expecting value: line 1 column 1"),
        ("leaves", "", "leaves: SystemExit: 0"),
        ("waits", "", "waits: took longer than 2 s"),
        ("absent", "", "absent: KeyError: 'absent'"),
        ("later", "", "later: TypeError: Object of type coroutine is not JSON serializable"),
    ],
)
def test_what_it_raises_is_the_error_of_the_item_and_no_wrong_answer(
    name: str, text: str, error: str
) -> None:
    found = score(text, "abc", PROGRAM, name, QUICK)

    assert found.outcome == "error"
    assert found.error.startswith(error)


@pytest.mark.parametrize(
    "result", [2, -0.5, "yes", None, [], {}, {"accepted": 1}, {"value": 2}, {"accept": True}]
)
def test_what_means_no_score_is_an_error(result: object) -> None:
    assert judged("returns", gold=result).outcome == "error"


@pytest.mark.parametrize("result", [True, 0, 1, 0.5, {"accepted": True}, {"value": 0.5}])
def test_what_means_a_score_is_one(result: object) -> None:
    assert judged("returns", gold=result).error == ""


@pytest.mark.parametrize(
    ("scorer", "found"),
    [
        ("python:fit.py:judge", Function("fit.py", "judge")),
        ("python:rules/a b.py:judge", Function("rules/a b.py", "judge")),
        ("python:fit.py", None),
        ("python::judge", None),
        ("python:fit.py:", None),
        ("python:fit.py:no-name", None),
        ("exact_label", None),
    ],
)
def test_a_name_means_a_function_of_a_file_or_none(scorer: str, found: Function | None) -> None:
    assert find(scorer) == found


def test_a_program_is_looked_at_and_not_run() -> None:
    assert program_fault("import os\nos.abort()\ndef f(a, b): ...", "f") == ""
    assert program_fault("def f(a, b): ...", "g") == "has no function 'g'"
    assert program_fault("def f(", "f").startswith("not Python: ")
    assert python_function.PREFIX == "python:"
