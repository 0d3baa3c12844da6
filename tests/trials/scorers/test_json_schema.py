"""Answers as JSON of a schema: what satisfies it, what does not, and what is no JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import json_schema
from equipoise.trials.scorers.json_schema import Options, score
from equipoise.trials.scorers.score import ACCEPTED, MALFORMED, WRONG, Score

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 1},
    },
    "required": ["id", "lines"],
    "additionalProperties": False,
    "$defs": {
        "line": {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1}}}
    },
}
GOOD = '{"id": "AB-12", "lines": [{"count": 2}]}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, ACCEPTED),
        (f"```json\n{GOOD}\n```", ACCEPTED),
        (f"<think>hm</think>{GOOD}", ACCEPTED),
        ('{"id": "AB-12", "lines": [{"count": 2.0}]}', ACCEPTED),
        ('{"id": "AB-12", "lines": []}', WRONG),
        ('{"id": "ab-12", "lines": [{"count": 2}]}', WRONG),
        ('{"id": "AB-12", "lines": [{"count": "2"}]}', WRONG),
        ('{"id": "AB-12", "lines": [{"count": 2}], "note": "x"}', WRONG),
        ("[]", WRONG),
        ("null", WRONG),
        (f"Here it is: {GOOD}", MALFORMED),
        (GOOD[:-1], MALFORMED),
        ('{"id": NaN}', MALFORMED),
        ("", MALFORMED),
        ("[" * 100_000, MALFORMED),
        ('{"id": "' + "9" * 200_000, MALFORMED),
        ("9" * 5000, MALFORMED),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_answer_satisfies_the_schema_or_not(text: str, expected: Score) -> None:
    assert score(text, None, Options(schema=ORDER)) == expected


def test_without_a_schema_any_json_will_do() -> None:
    assert score("[1, 2]", None) == ACCEPTED
    assert score("one, two", None) == MALFORMED


def test_an_item_may_ask_for_more() -> None:
    gold = {"properties": {"id": {"const": "AB-12"}}}

    assert score(GOOD, gold, Options(schema=ORDER)) == ACCEPTED
    assert score(GOOD.replace("12", "13"), gold, Options(schema=ORDER)) == WRONG


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "objekt"}, "not a JSON schema"),
        ({"$ref": "https://example.org/order.json"}, "nothing is fetched"),
        ({"$ref": "#/$defs/order"}, "refers to what is not there"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"patternProperties": {"^a": {}}}, "patternProperties is not supported"),
        ({"items": {"pattern": "(?=a)"}}, "the pattern '(?=a)' cannot be used"),
    ],
)
def test_a_schema_that_cannot_be_used_is_found_before_anything_is_asked(
    schema: dict[str, Any], reason: str
) -> None:
    assert json_schema.fault(Options(schema=schema)).startswith(f"schema: {reason}")
    assert json_schema.gold_fault(schema).startswith(reason)


def test_gold_is_nothing_or_a_schema() -> None:
    assert json_schema.gold_fault(None) == ""
    assert json_schema.gold_fault({"type": "array"}) == ""
    assert json_schema.gold_fault("array") != ""


def test_a_tree_deeper_than_can_be_followed_is_malformed() -> None:
    tree = {"type": "array", "items": {"$ref": "#"}}

    assert score("[" * 10 + "]" * 10, None, Options(schema=tree)) == ACCEPTED
    assert score("[" * 900 + "]" * 900, None, Options(schema=tree)) == MALFORMED


def test_a_whole_number_beyond_all_floats_is_no_multiple_of_a_fraction() -> None:
    assert score("9" * 400, None, Options(schema={"multipleOf": 0.3})) == WRONG


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "lines"]), inner),
)


@given(st.text() | JSON.map(json.dumps))
def test_no_text_stops_the_judging_of_a_schema(text: str) -> None:
    assert score(text, None, Options(schema=ORDER)).error == ""
