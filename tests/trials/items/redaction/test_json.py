"""What is JSON stays JSON, and its fields tell what their values are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.items.redaction.redactor import PLACEHOLDER, Redactor

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["ann@example.com", 4111111111111111, "4111 1111 1111 1111", "hunter2 x"]),
    st.sampled_from(["203.0.113.7", 4155552671, 'say "hunter22"', "sk-abcdefghijklmnop12"]),
)
NAMES = st.sampled_from(["phone", "password", "api_key", "a", "ann@example.com", "token"])
TREES = st.recursive(
    LEAVES,
    lambda tree: st.lists(tree, max_size=4) | st.dictionaries(NAMES, tree, max_size=4),
    max_leaves=12,
)
VALUES = st.lists(TREES, max_size=4) | st.dictionaries(NAMES, TREES, max_size=4)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]), st.sampled_from(["", "```json\n"]))
def test_valid_json_stays_valid_and_is_redacted_once(
    value: Any, ascii_only: bool, indent: int | None, fence: str
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    redacted = Redactor().redact(f"{fence}{text}{fence and chr(10) + '```'}")

    assert type(json.loads(redacted.removeprefix(fence).removesuffix("```"))) is type(value)
    assert Redactor().redact(redacted) == redacted
    assert "ann@example.com" not in redacted
    assert "4111111111111111" not in redacted


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ('{"card": 4111111111111111}', '{"card": "<CARD_1>"}'),
        ('{ "card":4111111111111111 , "n": 1.50 }', '{ "card":"<CARD_1>" , "n": 1.50 }'),
        (
            '{"phone": 4155552671, "order": 4155552671}',
            '{"phone": "<PHONE_1>", "order": 4155552671}',
        ),
        ('{"password": "a \\"b\\" c"}', '{"password": "<SECRET_1>"}'),
        ('{"token": "word", "token ": "abc12345"}', '{"token": "word", "token ": "<SECRET_1>"}'),
        ('["x\\u0040y.example"]', '["<EMAIL_1>"]'),
        ('{"ann@example.com": [1, 2]}', '{"<EMAIL_1>": [1, 2]}'),
        ('```json\n{"n": 4111111111111111}\n```', '```json\n{"n": "<CARD_1>"}\n```'),
        ("4111111111111111", "<CARD_1>"),
        ('{"n": 4111111111111111', '{"n": <CARD_1>'),
    ],
)
def test_what_is_replaced_and_what_stays_to_the_letter(text: str, redacted: str) -> None:
    assert Redactor().redact(text) == redacted


def test_json_in_json_stays_json_too() -> None:
    redacted = Redactor().redact(json.dumps({"a": json.dumps({"b": 4111111111111111})}))

    assert json.loads(json.loads(redacted)["a"]) == {"b": "<CARD_1>"}


def test_one_redactor_has_one_placeholder_for_a_thing_and_never_one_for_two() -> None:
    shared = Redactor()
    system = shared.redact("Ask boss@example.com.")
    first = shared.apart().redact("boss@example.com and ann@example.com")
    second = shared.apart().redact("bob@example.com")

    assert system == "Ask <EMAIL_1>."
    assert first == "<EMAIL_1> and <EMAIL_2>"
    assert second == "<EMAIL_2>"
    assert shared.found == {"EMAIL": 1}


def test_a_placeholder_that_stands_in_a_text_is_given_to_nothing_else() -> None:
    redactor = Redactor().apart("as <EMAIL_3> said")
    redacted = redactor.redact("<EMAIL_1> and ann@example.com")

    assert PLACEHOLDER.findall(redacted) == [("EMAIL", "1"), ("EMAIL", "4")]
