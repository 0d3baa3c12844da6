"""Texts compared letter by letter, and as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import exact_text, normalised_text
from equipoise.trials.scorers.normalised_text import DEFAULT, Options, normalised
from equipoise.trials.scorers.score import ACCEPTED, MALFORMED, WRONG, Score
from equipoise.trials.scorers.text import said, texts_fault, unfenced, visible


@pytest.mark.parametrize(
    ("text", "gold", "expected"),
    [
        ("Paris", "Paris", ACCEPTED),
        ("  Paris\n", "Paris", ACCEPTED),
        ("Paris", ["Lyon", "Paris"], ACCEPTED),
        ("paris", "Paris", WRONG),
        ("Paris.", "Paris", WRONG),
        ("Pari\u0301s", "París", WRONG),
        ("<think>Lyon?</think>\n\nParis", "Paris", ACCEPTED),
        ("<think>Paris", "Paris", MALFORMED),
        (" \n", "Paris", MALFORMED),
        ("Paris" * 100_000, "Paris", WRONG),
    ],
)
def test_an_exact_text_is_the_same_but_for_blanks_around_it(
    text: str, gold: object, expected: Score
) -> None:
    assert exact_text.score(text, gold) == expected


EN, FR = Options(articles="en"), Options(articles="fr")


@pytest.mark.parametrize(
    ("text", "gold", "expected", "options"),
    [
        ("paris", "Paris", ACCEPTED, DEFAULT),
        ("**Paris!**", "Paris", ACCEPTED, DEFAULT),
        ("New   York\nCity", "new york city", ACCEPTED, DEFAULT),
        ("Pari\u0301s", "París", ACCEPTED, DEFAULT),
        ("ＰＡＲＩＳ", "Paris", ACCEPTED, DEFAULT),
        ("STRASSE", "Straße", ACCEPTED, DEFAULT),
        ("twenty-one", "twenty one", ACCEPTED, DEFAULT),
        ("U.S.", "US", ACCEPTED, DEFAULT),
        ("\u200fشكرا\u200f", "شكرا", ACCEPTED, DEFAULT),
        ("Par\0is", "Paris", ACCEPTED, DEFAULT),
        ("Paris, France", "Paris", WRONG, DEFAULT),
        ("The Beatles", "Beatles", WRONG, DEFAULT),
        ("The Beatles", "Beatles", ACCEPTED, EN),
        ("the", "The", ACCEPTED, EN),
        ("L'eau", "eau", ACCEPTED, FR),
        ("paris", "Paris", WRONG, Options(case=True)),
        ("C++", "C", WRONG, DEFAULT),
        ("C#", "C", WRONG, Options(punctuation=True)),
        ("C#", "C", WRONG, DEFAULT),
        ("**C#**.", "c#", ACCEPTED, DEFAULT),
        ("C++!", "c++", ACCEPTED, DEFAULT),
        ("_C#_", "C", WRONG, DEFAULT),
        ("# Paris", "Paris", ACCEPTED, DEFAULT),
        ("#1", "1", ACCEPTED, DEFAULT),
        ("O-", "O", WRONG, DEFAULT),
        ('"A-"', "A", WRONG, DEFAULT),
        ("A−.", "a-", ACCEPTED, DEFAULT),
        ("-5", "5", WRONG, DEFAULT),
        ("−5", "-5", ACCEPTED, DEFAULT),
        ("(-5)", "-5", ACCEPTED, DEFAULT),
        ("- 5", "5", WRONG, DEFAULT),
        ("-$5", "$5", WRONG, DEFAULT),
        ("$-5", "$5", WRONG, DEFAULT),
        ("1.5", "15", WRONG, DEFAULT),
        ("1.5.", "1.5", ACCEPTED, DEFAULT),
        (".5", "5", WRONG, DEFAULT),
        ("1,5", "15", WRONG, DEFAULT),
        ("1'500", "1500", WRONG, DEFAULT),
        ("50%", "50", WRONG, DEFAULT),
        ("50 %", "50%", ACCEPTED, DEFAULT),
        ("$5", "5", WRONG, DEFAULT),
        ("$ 5", "$5", ACCEPTED, DEFAULT),
        ("10:30", "1030", WRONG, DEFAULT),
        ("10:30.", "10:30", ACCEPTED, DEFAULT),
        ("3/4", "3 4", WRONG, DEFAULT),
        ("3–5", "3-5", ACCEPTED, DEFAULT),
        ("3-5", "35", WRONG, DEFAULT),
        ("5²", "52", WRONG, DEFAULT),
        ("1½", "11/2", WRONG, DEFAULT),
        ("1½", "1 1/2", ACCEPTED, DEFAULT),
        ("5(6)", "56", WRONG, DEFAULT),
        ("COVID-19", "covid 19", ACCEPTED, DEFAULT),
        ("the 90's", "the 90s", ACCEPTED, DEFAULT),
        ("AC/DC", "ac dc", ACCEPTED, DEFAULT),
        ("don't", "dont", ACCEPTED, DEFAULT),
        ("“The Beatles”", "Beatles", ACCEPTED, EN),
        ("!!!", "!!!", ACCEPTED, DEFAULT),
        ("", "Paris", MALFORMED, DEFAULT),
        ("\u200b\u200e", "Paris", MALFORMED, DEFAULT),
    ],
)
def test_a_normalised_text_is_what_a_reader_sees(
    text: str, gold: object, expected: Score, options: Options
) -> None:
    assert normalised_text.score(text, gold, options) == expected


MARKED = st.text("ab5 .,:-–−/#%$'_()²½l")


@given(
    st.text() | MARKED,
    st.sampled_from([DEFAULT, EN, FR, Options(case=True), Options(punctuation=True)]),
)
def test_normalising_twice_says_what_normalising_once_does(text: str, options: Options) -> None:
    once = normalised(text, options)

    assert normalised(once, options) == once


@given(st.text())
def test_a_text_is_accepted_as_itself_unless_it_shows_nothing(text: str) -> None:
    for rule in (exact_text.score, normalised_text.score):
        judged = rule(text, text)
        assert judged.accepted != judged.malformed


def test_the_working_is_not_the_answer() -> None:
    assert said("<think>a</think>b") == "b"
    assert said("a</think>b") == "b"
    assert said("b") == "b"
    assert said("<think>a") == ""


def test_the_longest_fence_is_the_answer() -> None:
    text = "Here:\n```python\ndef f():\n    return 1\n```\nSo\n```\nf()\n```\n"

    assert unfenced(text) == "def f():\n    return 1\n"
    assert unfenced("```python\nx = 1") == "x = 1"
    assert unfenced("x = 1") is None


def test_what_nobody_sees_is_taken_out() -> None:
    assert visible("a\u202eb\u200bc\0d\ufb01") == "abcdfi"


@pytest.mark.parametrize(
    ("expected", "fits"), [("a", True), (["a", "b"], True), ("", False), ([], False), (5, False)]
)
def test_gold_is_a_text_or_several(expected: object, fits: bool) -> None:
    assert (texts_fault(expected) == "") is fits
