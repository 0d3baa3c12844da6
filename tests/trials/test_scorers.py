"""Answers beside their gold: what is accepted, what is wrong, and what cannot be read at all."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equipoise.config.workload_schema import answer_schema
from equipoise.trials.scorers import Score, exact_fields, exact_label, misfit

ACCEPTED = Score(accepted=True, fields_right=1.0)
WRONG = Score(accepted=False, fields_right=0.0)
HALF = Score(accepted=False, fields_right=0.5)
MALFORMED = Score(accepted=False, fields_right=0.0, malformed=True)

LABEL = {"queue": "billing"}
LABELS: list[tuple[str, Score]] = [
    ('{"queue": "billing"}', ACCEPTED),
    ('  {"queue": " Billing\\n"}\n', ACCEPTED),
    ('{"queue": "BILLING", "why": "an invoice"}', ACCEPTED),
    ('{"queue": "delivery"}', WRONG),
    ('{"queue": "bill"}', WRONG),
    ('{"queue": ""}', WRONG),
    ('```json\n{"queue": "billing"}\n```', ACCEPTED),
    ('```JSON\n{"queue": "billing"}\n```', ACCEPTED),
    ('```\n{"queue": "billing"}\n```\n', ACCEPTED),
    ('```{"queue": "billing"}```', ACCEPTED),
    ('```json\n{"queue": "billing"}', ACCEPTED),
    ('```json\n{"queue": "delivery"}\n```', WRONG),
    ('<think>{"queue": "delivery"}?</think>\n{"queue": "billing"}', ACCEPTED),
    ('hm</think>{"queue": "billing"}', ACCEPTED),
    ('<think>{"queue": "billing"}', MALFORMED),
    ('```json\n{"queue": "bill', MALFORMED),
    ("", MALFORMED),
    ("billing", MALFORMED),
    ('"billing"', MALFORMED),
    ('["billing"]', MALFORMED),
    ('{"queue": "billing"', MALFORMED),
    ('{"queue": "billing"} {"queue": "billing"}', MALFORMED),
    ('{"queue": null}', MALFORMED),
    ('{"queue": ["billing"]}', MALFORMED),
    ('{"Queue": "billing"}', MALFORMED),
    ("{}", MALFORMED),
    ("[" * 100_000, MALFORMED),
    ('{"queue":' * 100_000, MALFORMED),
    ('{"queue": ' + "9" * 5000 + "}", MALFORMED),
]


@pytest.mark.parametrize(("text", "score"), LABELS, ids=lambda value: str(value)[:40])
def test_a_label_is_right_whatever_its_case_blanks_and_fence(text: str, score: Score) -> None:
    assert exact_label.score(text, LABEL) == score


FIELDS: dict[str, tuple[dict[str, Any], str, Score]] = {
    "both right": ({"name": "advil", "dose": 400}, '{"name": "Advil", "dose": 400.0}', ACCEPTED),
    "in a fence": ({"dose": 5}, '```json\n{"dose": 5}\n```', ACCEPTED),
    "one right": ({"name": "ibuprofen", "dose": 400}, '{"name": "naproxen", "dose": 400}', HALF),
    "one missing": ({"name": "ibuprofen", "dose": 400}, '{"name": "ibuprofen"}', HALF),
    "none right": ({"dose": 400}, '{"dose": 40}', WRONG),
    "nothing given": ({"dose": 400}, "{}", WRONG),
    "one more than asked": ({"dose": 400}, '{"dose": 400, "unit": "mg"}', ACCEPTED),
    "a sampled tenth": ({"dose": 0.1}, '{"dose": 0.1000000015}', ACCEPTED),
    "a sampled small dose": ({"dose": 0.075}, '{"dose": 0.07500000298023224}', ACCEPTED),
    "a neighbouring dose": ({"dose": 0.1}, '{"dose": 0.1001}', WRONG),
    "a sampled whole": ({"dose": 5}, '{"dose": 5.0000000001}', ACCEPTED),
    "a neighbouring whole number": ({"dose": 123_456_789}, '{"dose": 123456790}', WRONG),
    "a neighbour as a float": ({"dose": 123_456_789}, '{"dose": 123456790.0}', WRONG),
    "nothing for zero": ({"dose": 0}, '{"dose": null}', WRONG),
    "zero": ({"dose": 0}, '{"dose": 0.0}', ACCEPTED),
    "minus zero": ({"dose": 0}, '{"dose": -0.0}', ACCEPTED),
    "infinity": ({"dose": 0.5}, '{"dose": Infinity}', WRONG),
    "no number": ({"dose": 0.5}, '{"dose": NaN}', WRONG),
    "more digits than a float has": ({"dose": 0.5}, '{"dose": %s}' % ("9" * 400), WRONG),
    "more digits than a float has, whole": ({"dose": 5}, '{"dose": %s}' % ("9" * 400), WRONG),
    "a number in quotes": ({"dose": 5}, '{"dose": "5"}', WRONG),
    "a boolean": ({"urgent": True}, '{"urgent": true}', ACCEPTED),
    "the other boolean": ({"urgent": True}, '{"urgent": false}', WRONG),
    "one for true": ({"urgent": True}, '{"urgent": 1}', WRONG),
    "true for one": ({"count": 1}, '{"count": true}', WRONG),
    "null": ({"dose": None}, '{"dose": null}', ACCEPTED),
    "missing for null": ({"dose": None}, "{}", WRONG),
    "after working": ({"dose": 5}, '<think>4?</think>```json\n{"dose": 5}\n```', ACCEPTED),
    "working only": ({"dose": 5}, '<think>{"dose": 5}', MALFORMED),
    "nothing for false": ({"urgent": False}, "{}", WRONG),
    "a text for a boolean": ({"urgent": True}, '{"urgent": "true"}', WRONG),
    "no object": ({"dose": 5}, "5", MALFORMED),
    "prose": ({"dose": 5}, "The dose is 5 mg.", MALFORMED),
    "cut off": ({"dose": 5}, '{"dose": 5', MALFORMED),
    "brackets without end": ({"dose": 5}, "[" * 100_000, MALFORMED),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS)
def test_fields_are_compared_one_by_one(case: str) -> None:
    gold, text, score = FIELDS[case]

    assert exact_fields.score(text, gold) == score


@given(st.floats(-1e6, 1e6, width=32))
def test_a_number_survives_being_printed_in_single_precision(number: float) -> None:
    # Engines sample in decimal, parse into single precision and print all of its digits.
    decimal = float(f"{number:.6g}")
    printed = struct.unpack("f", struct.pack("f", decimal))[0]

    assert exact_fields.score(json.dumps({"dose": printed}), {"dose": decimal}) == ACCEPTED


@given(st.integers(), st.integers())
def test_whole_numbers_are_the_same_only_if_they_are(given_number: int, gold: int) -> None:
    assume(abs(given_number) < 10**300)
    score = exact_fields.score(json.dumps({"count": given_number}), {"count": gold})

    assert score.accepted == (given_number == gold)


ANSWERS = st.one_of(
    st.text(),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["queue", "x"]), inner),
    ).map(json.dumps),
)


SCORES = st.sampled_from([exact_fields.score, exact_label.score])


@given(ANSWERS, SCORES)
def test_no_answer_of_any_text_stops_a_scorer(
    text: str, rule: Callable[[str, dict[str, Any]], Score]
) -> None:
    score = rule(text, LABEL)

    assert score.fields_right == float(score.accepted)
    assert not (score.malformed and score.accepted)


@given(ANSWERS, SCORES)
def test_a_fence_around_an_answer_changes_nothing(
    text: str, rule: Callable[[str, dict[str, Any]], Score]
) -> None:
    assume(not text.strip().startswith("```") and not text.strip().endswith("```"))

    assert rule(f"```json\n{text}\n```", LABEL) == rule(text, LABEL)


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ({"queue": ["billing"]}, True),
        ({"queue": "string"}, True),
        ({"queue": "number"}, False),
        ({"queue": ["billing"], "urgent": "boolean"}, False),
    ],
)
def test_labels_are_one_text_and_a_scorer_says_where_they_are_not(
    answer: dict[str, object], fits: bool
) -> None:
    schema = answer_schema(answer)

    assert schema is not None
    assert (misfit("exact_label", schema) == "") is fits
    assert misfit("exact_fields", schema) == ""
