"""Calls of tools in the shapes that models write them, against the calls that gold asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import tool_calls
from equipoise.trials.scorers.tool_calls import Options, score

LOOK_UP: dict[str, Any] = {"name": "look_up", "arguments": {"order": 7, "fields": ["state"]}}
REFUND: dict[str, Any] = {"name": "refund", "arguments": {"order": 7, "euro": 12.5}}
NOTIFY: dict[str, Any] = {"name": "notify", "arguments": {}}

OPENAI = {
    "tool_calls": [
        {
            "type": "function",
            "function": {"name": n["name"], "arguments": json.dumps(n["arguments"])},
        }
        for n in (LOOK_UP,)
    ]
}
ANTHROPIC = [{"type": "tool_use", "name": "look_up", "input": LOOK_UP["arguments"]}]
TAGGED = f"I will look.\n<tool_call>\n{json.dumps(LOOK_UP)}\n</tool_call>"

RIGHT = [
    json.dumps(LOOK_UP),
    json.dumps([LOOK_UP]),
    f"```json\n{json.dumps(LOOK_UP)}\n```",
    f"Let me look.\n```json\n{json.dumps(LOOK_UP)}\n```\n",
    json.dumps(OPENAI),
    json.dumps(ANTHROPIC),
    TAGGED,
    f"<think>which?</think>{TAGGED}",
    f"<tool_call>{json.dumps(LOOK_UP)}",
    '{"name": "look_up", "parameters": {"fields": ["state"], "order": 7.0}}',
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_call_is_read_in_every_shape(text: str) -> None:
    judged = score(text, LOOK_UP)

    assert (judged.accepted, judged.fields_right, judged.malformed) == (True, 1.0, False)


@pytest.mark.parametrize(
    ("call", "accepted"),
    [
        ({**LOOK_UP, "name": "lookup"}, False),
        ({"name": "look_up", "arguments": {"order": "7", "fields": ["state"]}}, False),
        ({"name": "look_up", "arguments": {"order": True, "fields": ["state"]}}, False),
        ({"name": "look_up", "arguments": {"order": 7, "fields": ["State"]}}, False),
        ({"name": "look_up", "arguments": {"order": 7}}, False),
        ({"name": "look_up", "arguments": {**LOOK_UP["arguments"], "limit": 1}}, False),
        ({"name": "look_up", "arguments": {**LOOK_UP["arguments"]}}, True),
    ],
)
def test_names_and_arguments_are_gold_s_exactly(call: dict[str, Any], accepted: bool) -> None:
    judged = score(json.dumps(call), LOOK_UP)

    assert (judged.accepted, judged.malformed) == (accepted, False)


@pytest.mark.parametrize(
    "text",
    ["", "I would look the order up.", "{}", "[5]", '{"name": 5}', '{"name": "a", "arguments": []}',
     '{"name": "a", "arguments": "{"}', "<tool_call>{</tool_call>", '{"name": "look_up"',
     "[" * 100_000, "<tool_call>" * 20_000],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_holds_no_call_is_malformed(text: str) -> None:
    assert score(text, LOOK_UP).outcome == "malformed"


def test_arguments_may_be_more_than_gold_s_or_anything() -> None:
    more = json.dumps({"name": "look_up", "arguments": {**LOOK_UP["arguments"], "limit": 1}})
    other = json.dumps({"name": "look_up", "arguments": {"order": 8}})

    assert score(more, LOOK_UP, Options(arguments="subset")).accepted
    assert not score(other, LOOK_UP, Options(arguments="subset")).accepted
    assert score(other, LOOK_UP, Options(arguments="ignored")).accepted


def test_several_calls_are_matched_in_any_order_unless_it_counts() -> None:
    text = json.dumps([REFUND, LOOK_UP])
    gold = [LOOK_UP, REFUND]

    assert score(text, gold).accepted
    assert not score(text, gold, Options(order=True)).accepted
    assert score(json.dumps(gold), gold, Options(order=True)).accepted


def test_a_call_too_few_is_half_right_and_one_too_many_is_wrong_unless_it_may_be() -> None:
    few, many = score(json.dumps(LOOK_UP), [LOOK_UP, REFUND]), json.dumps([LOOK_UP, NOTIFY])

    assert (few.accepted, few.fields_right) == (False, 0.5)
    assert not score(many, LOOK_UP).accepted
    assert score(many, LOOK_UP, Options(more_calls=True)).accepted
    assert score(many, LOOK_UP, Options(more_calls=True, order=True)).accepted


def test_each_call_counts_for_one_of_gold_s_only() -> None:
    assert not score(json.dumps([NOTIFY]), [NOTIFY, NOTIFY]).accepted
    # The first given call fits both of gold's, the second only the first: they are told apart.
    wide = {"name": "f", "arguments": {"a": 1, "b": 2}}
    narrow = {"name": "f", "arguments": {"a": 1}}
    gold = [{"name": "f", "arguments": {"a": 1}}, {"name": "f", "arguments": {"b": 2}}]
    assert score(json.dumps([wide, narrow]), gold, Options(arguments="subset")).accepted


def test_where_nothing_is_to_be_called_plain_words_are_right() -> None:
    assert score("Your order is on its way.", []).accepted
    assert score("[]", []).accepted
    assert score(json.dumps(LOOK_UP), []).outcome == "wrong"


@pytest.mark.parametrize(
    "text",
    ['<tool_call>{"name": "delete_all", "arguments": {bad}</tool_call>',
     '<tool_call>{"name": "delete_all"', "<function=delete_all>{}</function>",
     'Deleting now: {"name": "delete_all", "arguments": {}}', "[TOOL_CALLS] delete_all{}",
     '{"name": "delete_all", "arguments": {"order": }', '<|python_tag|>delete_all()',
     '{"tool_calls": [{"function": {"name": 5}}]}', '{"type": "tool_use", "input": '],
)  # fmt: skip
def test_a_call_that_cannot_be_read_is_no_plain_word(text: str) -> None:
    assert score(text, []).outcome == "malformed"


def test_words_about_names_are_plain() -> None:
    assert score('Which "name" is on the order? I have no tool for that.', []).accepted
    assert score("<think>call <tool_call>?</think>No need.", []).accepted


@pytest.mark.parametrize("gold", [LOOK_UP, [LOOK_UP], [], OPENAI, ANTHROPIC])
def test_gold_holds_calls(gold: object) -> None:
    assert tool_calls.gold_fault(gold) == ""


@pytest.mark.parametrize("gold", ["look_up", {}, [5], None, [LOOK_UP] * 300])
def test_gold_without_calls_is_refused(gold: object) -> None:
    assert tool_calls.gold_fault(gold) != ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "arguments", "function", "tool_calls", "input"]), inner
        )
    ),
)


@given(st.text() | JSON.map(json.dumps) | JSON.map(json.dumps).map("<tool_call>{}".format))
def test_no_text_stops_the_reading_of_calls(text: str) -> None:
    assert score(text, [LOOK_UP, REFUND]).error == ""
