"""Answers to multiple-choice questions as models write them, and the letter each one chooses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import choice
from equipoise.trials.scorers.choice import Options, chosen_letter
from equipoise.trials.scorers.score import ACCEPTED, MALFORMED, WRONG

CHOSEN: dict[str, str | None] = {
    "B": "B",
    "b": "B",
    "B.": "B",
    "(B)": "B",
    "**B**": "B",
    "`B`": "B",
    '"B"': "B",
    "Ｂ": "B",
    "\u200fB\u200f": "B",
    "\0B\0": "B",
    "The answer is (B).": "B",
    "the answer is b.": "B",
    "Answer: B": "B",
    "**Answer:** B": "B",
    "Answer: B) Paris": "B",
    "The answer is **B) Paris**": "B",
    "Correct answer: (B)": "B",
    "The correct option is B because Paris is the capital": "B",
    "The answer is A because it is older": "A",
    "So the final answer is:\n\n**C**": "C",
    "$\\boxed{\\text{B}}$": "B",
    "#### B": "B",
    "<answer>B</answer>": "B",
    '{"answer": "B"}': "B",
    "I choose D": "D",
    "Option B is correct": "B",
    "B) Paris": "B",
    "B. Paris is the capital.": "B",
    "B. Paris\n\nA is wrong because it is in Germany; C is Rome.": "B",
    "I think the answer is A. Wait, the answer is B.": "B",
    "The answer is not A. The answer is D": "D",
    "The answer is B, not C.": "B",
    "Die richtige Antwort ist B.": "B",
    "La bonne réponse est la B": "B",
    "La respuesta correcta es la B.": "B",
    "<think>A? No, it must be B.</think>\nB": "B",
    "A? No.\n</think>\nB": "B",
    "The answer is not B but C": "C",
    "The answer must be C not A": "C",
    "It's not A, it's B": "B",
    "B is wrong, so A": "A",
    "Option B is wrong. Option A is correct.": "A",
    "A) is wrong; B) is right": "B",
    "I would say A is incorrect and B is correct": "B",
    "The answer is D.\nWait, actually it is C.": "C",
    "If the answer is A then x=1, contradiction. Therefore it is B.": "B",
    "Suppose the answer is A. That fails. So B.": "B",
    "The correct option is A since D is wrong": "A",
    "D is the correct answer": "D",
    "The answer is likely B": "B",
    "A. no\nB. yes\nSo the answer is B": "B",
    "A is wrong, B is wrong, D is wrong, hence C": "C",
    "The answer is a dog, so B": "B",
    "The answer is B. So C is wrong.": "B",
    "The answer is B. So it is C.": None,
    "The answer is B, so B": "B",
    "B is wrong": None,
    "B is incorrect.": None,
    "**B** is not correct": None,
    "B) is wrong": None,
    "B can't be right": None,
    "All except B": None,
    "All of them other than B.": None,
    "cannot be B": None,
    "The answer cannot be B": None,
    "The answer isn't B.": None,
    "The answer is not A. ": None,
    "So B is wrong.": None,
    "If the answer is A then x = 1": None,
    "The answer is either A or B": None,
    "The answer is (A), (B)": None,
    "None of them (A, B, C or D)": None,
    "": None,
    "F": None,
    "В": None,  # the Cyrillic letter
    "none of the above": None,
    "Battery": None,
    "The answer is: Battery": None,
    "Vitamin B-12": None,
    "A dog ate it": None,
    "The answer is a dog": None,
    "It is not B": None,
    "The answer is A or B": None,
    "The answer is B/C": None,
    "The answer is (A) and (B)": None,
    "First the answer is A, then the answer is B or C": None,
    "A) Berlin B) Paris C) Rome": None,
    "Both A and C": None,
    "<think>perhaps A, or": None,
    "answer:" * 20_000: None,
    "A and " * 20_000 + "B": None,
    "(" * 100_000 + "B": "B",
    "B is wrong. " * 20_000: None,
    "not the option " * 20_000: None,
    "so it is " * 20_000 + "B": "B",
    "if " * 50_000: None,
}


@pytest.mark.parametrize("text", CHOSEN, ids=lambda text: text[:40])
def test_a_letter_is_found_however_it_is_said_and_a_doubtful_one_is_not(text: str) -> None:
    assert chosen_letter(text) == CHOSEN[text]


def test_the_letter_has_to_be_gold_or_one_of_those_accepted() -> None:
    assert choice.score("The answer is (B).", "b") == ACCEPTED
    assert choice.score("The answer is (B).", ["A", "B"]) == ACCEPTED
    assert choice.score("The answer is (B).", "C") == WRONG
    assert choice.score("It could be any of them.", "C") == MALFORMED


def test_only_the_letters_of_the_task_are_looked_for() -> None:
    yes_or_no = Options(letters="YN")

    assert chosen_letter("Y", yes_or_no) == "Y"
    assert chosen_letter("The answer is N.", yes_or_no) == "N"
    assert chosen_letter("B", yes_or_no) is None


@pytest.mark.parametrize(
    ("expected", "fits"),
    [("B", True), ("b", True), (["A", "C"], True), ("F", False), (2, False), ([], False)],
)
def test_gold_is_one_of_the_letters(expected: object, fits: bool) -> None:
    assert (choice.gold_fault(expected, choice.DEFAULT) == "") is fits


@pytest.mark.parametrize("letters", ["", "A", "A-", "ÄB"])
def test_letters_that_nobody_could_choose_from_are_refused(letters: str) -> None:
    assert choice.fault(Options(letters=letters)).startswith("letters: ")


@given(st.text() | st.text("ABCDE().:, *answer\n"))
def test_a_letter_is_chosen_of_any_text_or_none_is(text: str) -> None:
    assert chosen_letter(text) in {*"ABCDE", None}


@given(st.sampled_from("ABCDE"), st.text("abcdefghij .,\n", max_size=80))
def test_a_letter_stated_last_is_chosen_whatever_stands_before_it(letter: str, text: str) -> None:
    assert chosen_letter(f"{text}\nThe answer is ({letter}).") == letter
