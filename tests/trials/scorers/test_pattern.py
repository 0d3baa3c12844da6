"""Regular expressions: what they find, what they describe, and that none runs for ever."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import linear_regex, pattern
from equipoise.trials.scorers.pattern import DEFAULT, Options, score
from equipoise.trials.scorers.score import ACCEPTED, MALFORMED, WRONG, Score

TICKET = Options(pattern=r"ticket\s+([A-Z]{2}-\d+)")
CASED = Options(pattern=r"Ticket ([A-Z]{2}-\d+)", case=True)


@pytest.mark.parametrize(
    ("text", "gold", "expected", "options"),
    [
        ("Ticket AB-12 is open", "AB-12", ACCEPTED, TICKET),
        ("ticket ab-12", "AB-12", ACCEPTED, TICKET),
        ("ticket AB-1, no: ticket AB-12", "AB-12", ACCEPTED, TICKET),
        ("ticket AB-12, no: ticket AB-1", "AB-12", WRONG, TICKET),
        ("ticket AB-12", ["CD-1", "AB-12"], ACCEPTED, TICKET),
        ("Ticket AB-12", "AB-12", ACCEPTED, CASED),
        ("ticket AB-12", "AB-12", MALFORMED, CASED),
        ("no such thing", "AB-12", MALFORMED, TICKET),
        ("", "AB-12", MALFORMED, TICKET),
        ("a\0 ticket AB-12 \ud800", "AB-12", ACCEPTED, TICKET),
        ("year 2026", "2026", ACCEPTED, Options(pattern=r"\d{4}")),
        ("It rained in Galway.", r"rain(ed|s)\b", ACCEPTED, DEFAULT),
        ("It snowed.", r"rain(ed|s)\b", WRONG, DEFAULT),
        ("It snowed.", [r"rain", r"^it snow"], ACCEPTED, DEFAULT),
        ("It snowed.", r"^it snow", WRONG, Options(case=True)),
    ],
)
def test_what_a_pattern_finds_is_compared_or_gold_is_the_pattern(
    text: str, gold: object, expected: Score, options: Options
) -> None:
    assert score(text, gold, options) == expected


@pytest.mark.parametrize("bad", ["(a", r"(?=a)b", r"(a)\1", "a{2000}"])
def test_a_pattern_that_cannot_be_used_is_found_before_anything_is_asked(bad: str) -> None:
    assert pattern.fault(Options(pattern=bad)).startswith("pattern: ")
    assert pattern.gold_fault(bad, DEFAULT).startswith("must be a pattern: ")
    assert pattern.gold_fault(bad, TICKET) == ""
    assert score("a", bad, DEFAULT).outcome == "error"


def test_a_pattern_that_python_would_follow_for_hours_is_done_at_once() -> None:
    started = time.process_time()
    judged = score("a" * 50_000 + "!", "x", Options(pattern="^(a+)+$"))

    assert judged == MALFORMED
    assert time.process_time() - started < 2.0


def test_a_group_that_took_no_part_found_nothing_and_is_found_all_the_same() -> None:
    assert linear_regex.last_found("a(x)?", "a") == ""
    assert linear_regex.last_found("ax?", "a") == "a"
    assert linear_regex.last_found("b", "a") is None


@given(st.text())
def test_no_text_stops_a_pattern(text: str) -> None:
    assert score(text, "x", TICKET).outcome in {"wrong", "malformed"}
