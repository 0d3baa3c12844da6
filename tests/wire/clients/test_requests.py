"""Requests of clients: each field is carried, ignored for a reason, or refused by name."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.clients.cases import ANTHROPIC, LEAST, OPENAI, decode

from equipoise.domain.endpoint import Dialect
from equipoise.errors import RequestRefusedError
from equipoise.wire.clients import anthropic_messages, openai_chat
from equipoise.wire.clients.shape import Shape
from equipoise.wire.codec import CODECS

SHAPES: list[tuple[Dialect, str, Shape[Any]]] = [
    (OPENAI, "", openai_chat.BODY),
    (OPENAI, "messages[0]", openai_chat.MESSAGE),
    (OPENAI, "messages[0].content[0]", openai_chat.PART),
    (OPENAI, "stream_options", openai_chat.STREAM_OPTIONS),
    (OPENAI, "response_format", openai_chat.RESPONSE_FORMAT),
    (OPENAI, "response_format.json_schema", openai_chat.JSON_SCHEMA),
    (ANTHROPIC, "", anthropic_messages.BODY),
    (ANTHROPIC, "messages[0]", anthropic_messages.MESSAGE),
    (ANTHROPIC, "messages[0].content[0]", anthropic_messages.BLOCK),
    (ANTHROPIC, "output_config", anthropic_messages.OUTPUT_CONFIG),
    (ANTHROPIC, "output_config.format", anthropic_messages.FORMAT),
]
dialects = pytest.mark.parametrize("dialect", list(Dialect))


def body(dialect: Dialect, **fields: object) -> dict[str, Any]:
    """The least request, and these fields."""
    return LEAST[dialect] | fields


def placed(dialect: Dialect, path: str, field: str, value: object) -> dict[str, Any]:
    """A request whole in itself that has this field at this place."""
    extra = {field: value}
    schema = {"schema": {"type": "object"}}
    part = {"type": "text", "text": "cough"} | extra
    named = {"name": "ward"} | schema | (extra if path.endswith("json_schema") else {})
    form = {"type": "json_schema", "json_schema": named}
    bodies: dict[str, dict[str, Any]] = {
        "": extra,
        "messages[0]": {"messages": [{"role": "user", "content": "cough"} | extra]},
        "messages[0].content[0]": {"messages": [{"role": "user", "content": [part]}]},
        "stream_options": {"stream": True, "stream_options": extra},
        "response_format": {"response_format": form | extra},
        "response_format.json_schema": {"response_format": form},
        "output_config": {"output_config": extra},
        "output_config.format": {
            "output_config": {"format": {"type": "json_schema"} | schema | extra}
        },
    }
    return body(dialect, **bodies[path])


def rows(kind: str) -> list[tuple[Dialect, str, str]]:
    """Every field that a table of this kind names, with its place."""
    return [
        (dialect, path, field) for dialect, path, shape in SHAPES for field in getattr(shape, kind)
    ]


def refusal(dialect: Dialect, sent: object) -> RequestRefusedError:
    """The refusal that a request meets."""
    with pytest.raises(RequestRefusedError) as caught:
        decode(dialect, sent)
    return caught.value


@pytest.mark.parametrize(("dialect", "path", "field"), rows("refused"))
def test_a_field_that_cannot_be_carried_is_refused_by_name(
    dialect: Dialect, path: str, field: str
) -> None:
    error = refusal(dialect, placed(dialect, path, field, "asked for"))

    place = f"{path}.{field}" if path else field
    assert error.message == f"{place}: cannot be carried to the model"
    assert error.hint.endswith(".")


@pytest.mark.parametrize(("dialect", "path", "field"), rows("refused"))
def test_a_refused_field_that_is_null_asks_for_nothing(
    dialect: Dialect, path: str, field: str
) -> None:
    assert decode(dialect, placed(dialect, path, field, None)).request.model == "triage"


@pytest.mark.parametrize(
    ("dialect", "path", "field", "value"),
    [
        (dialect, path, field, value)
        for dialect, path, shape in SHAPES
        for field, values in shape.idle.items()
        for value in values
    ],
)
def test_a_refused_field_that_asks_for_nothing_may_stand(
    dialect: Dialect, path: str, field: str, value: object
) -> None:
    assert decode(dialect, placed(dialect, path, field, value)).request.model == "triage"


@pytest.mark.parametrize(("dialect", "path", "field"), rows("ignored"))
def test_an_ignored_field_changes_nothing(dialect: Dialect, path: str, field: str) -> None:
    asked = decode(dialect, placed(dialect, path, field, {"any": "thing"}))

    # The same request with nothing but a null in the field's place.
    assert asked == decode(dialect, placed(dialect, path, field, None))


def test_every_ignored_field_says_why_and_no_field_stands_in_two_tables() -> None:
    for _, path, shape in SHAPES:
        carried = set(shape.carried.__struct_fields__)
        assert all(shape.ignored.values()), path
        assert not carried & (set(shape.ignored) | set(shape.refused)), path
        assert not set(shape.ignored) & set(shape.refused), path
        assert set(shape.idle) <= set(shape.refused), path


@pytest.mark.parametrize(("dialect", "path", "shape"), SHAPES)
def test_an_unknown_field_is_refused_wherever_it_stands(
    dialect: Dialect, path: str, shape: Shape[Any]
) -> None:
    error = refusal(dialect, placed(dialect, path, "qqqq", 1))

    assert error.message == f"{path}.qqqq: not a field known here".removeprefix(".")
    assert error.hint == "Leave it out: no effect is known for it."


@pytest.mark.parametrize(
    ("dialect", "wrong", "right"),
    [
        (OPENAI, "temprature", "temperature"),
        (OPENAI, "max_output_tokens", "max_tokens"),
        (OPENAI, "tool", "tools"),
        (ANTHROPIC, "stop_sequence", "stop_sequences"),
        (ANTHROPIC, "max_token", "max_tokens"),
    ],
)
def test_an_unknown_field_is_answered_with_the_nearest(
    dialect: Dialect, wrong: str, right: str
) -> None:
    assert refusal(dialect, body(dialect, **{wrong: 1})).hint == f"Did you mean {right!r}?"


def test_a_name_without_end_is_not_repeated_whole() -> None:
    assert len(refusal(OPENAI, body(OPENAI, **{"x" * 10**6: 1})).message) < 100


@pytest.mark.parametrize(
    ("dialect", "fields", "message"),
    [
        (OPENAI, {"model": ""}, "model: Expected str of length >= 1"),
        (OPENAI, {"model": 4}, "model: Expected str, got int"),
        (OPENAI, {"messages": []}, "messages: Expected array of length >= 1"),
        (OPENAI, {"messages": "hi"}, "messages: Expected array, got str"),
        (OPENAI, {"messages": ["hi"]}, "messages[0]: Expected object, got str"),
        (OPENAI, {"messages": [{}]}, "messages[0]: Object missing required field role"),
        (OPENAI, {"max_tokens": 0}, "max_tokens: Expected int >= 1"),
        (OPENAI, {"max_tokens": 1.5}, "max_tokens: Expected int | null, got float"),
        (OPENAI, {"max_tokens": 4, "max_completion_tokens": 5}, "max_tokens: differs from"),
        (OPENAI, {"temperature": 2.5}, "temperature: Expected float <= 2.0"),
        (OPENAI, {"temperature": "hot"}, "temperature: Expected float | null, got str"),
        (OPENAI, {"seed": "seven"}, "seed: Expected int | null, got str"),
        (OPENAI, {"stop": ["a", ""]}, "stop[1]: Expected str of length >= 1"),
        (OPENAI, {"stop": list("abcde")}, "stop: Expected array of length <= 4"),
        (OPENAI, {"logprobs": True, "top_logprobs": 21}, "top_logprobs: Expected int <= 20"),
        (OPENAI, {"top_logprobs": 2}, "top_logprobs: expected logprobs to be true"),
        (OPENAI, {"stream": "yes"}, "stream: Expected bool | null, got str"),
        (OPENAI, {"stream_options": {}}, "stream_options: expected stream to be true"),
        (OPENAI, {"stream": True, "stream_options": 1}, "stream_options: Expected object"),
        (OPENAI, {"n": 2}, "n: cannot be carried"),
        (OPENAI, {"store": True}, "store: cannot be carried"),
        (OPENAI, {"tool_choice": "required"}, "tool_choice: cannot be carried"),
        (OPENAI, {"response_format": {"type": "json_object"}}, "response_format.type: expected"),
        (
            OPENAI,
            {"response_format": {"type": "json_schema"}},
            "response_format.json_schema: Expected object, got null",
        ),
        (
            OPENAI,
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}},
            "response_format.json_schema: Object missing required field schema",
        ),
        (ANTHROPIC, {"max_tokens": None}, "max_tokens: Expected int, got null"),
        (ANTHROPIC, {"temperature": 1.5}, "temperature: Expected float <= 1.0"),
        (ANTHROPIC, {"stop_sequences": "x"}, "stop_sequences: Expected array | null, got str"),
        (ANTHROPIC, {"system": ""}, "system: expected text"),
        (ANTHROPIC, {"system": []}, "system: expected text"),
        (ANTHROPIC, {"system": [{"type": "text"}]}, "system[0].text: expected text"),
        (ANTHROPIC, {"thinking": {"type": "adaptive"}}, "thinking: cannot be carried"),
        (ANTHROPIC, {"seed": 7}, "seed: not a field known here"),
        (
            ANTHROPIC,
            {"output_config": {"format": {"type": "xml", "schema": {}}}},
            "output_config.format.type: expected 'json_schema'",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_what_is_expected(
    dialect: Dialect, fields: dict[str, object], message: str
) -> None:
    assert refusal(dialect, body(dialect, **fields)).message.startswith(message)


@pytest.mark.parametrize(
    ("dialect", "message", "place"),
    [
        (OPENAI, {"role": "tool", "content": "3"}, "messages[0].role: not a role"),
        (OPENAI, {"role": "user"}, "messages[0].content: expected text"),
        (OPENAI, {"role": "user", "content": []}, "messages[0].content: expected text"),
        (OPENAI, {"role": "assistant", "content": "lu"}, "messages[0].role: the last turn"),
        (
            OPENAI,
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
            "messages[0].content[0].image_url: cannot",
        ),
        (
            OPENAI,
            {"role": "user", "content": [{"type": "input_text", "text": "x"}]},
            "messages[0].content[0].type: expected 'text'",
        ),
        (ANTHROPIC, {"role": "developer", "content": "3"}, "messages[0].role: not a role"),
        (ANTHROPIC, {"role": "user", "content": ""}, "messages[0].content: expected text"),
        (ANTHROPIC, {"role": "assistant", "content": "lu"}, "messages[0].role: the last turn"),
        (
            ANTHROPIC,
            {"role": "user", "content": [{"type": "image", "source": {"type": "url"}}]},
            "messages[0].content[0].source: cannot",
        ),
        (
            ANTHROPIC,
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a"}]},
            "messages[0].content[0].tool_use_id: cannot",
        ),
    ],
)
def test_a_message_that_cannot_be_carried_is_refused_with_its_place(
    dialect: Dialect, message: dict[str, object], place: str
) -> None:
    assert refusal(dialect, body(dialect, messages=[message])).message.startswith(place)


@dialects
@pytest.mark.parametrize("lacking", ["model", "messages"])
def test_a_field_that_every_request_has_is_missed_by_name(dialect: Dialect, lacking: str) -> None:
    sent = {name: value for name, value in LEAST[dialect].items() if name != lacking}

    assert refusal(dialect, sent).message == f"the body: Object missing required field {lacking}"


@dialects
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"model":"\xff"}',
        b'{"\xff":1}',
        b'{"messages":' + b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(dialect: Dialect, content: bytes) -> None:
    assert refusal(dialect, content).message.startswith(("the body: ", "model: "))


@dialects
@given(st.binary(max_size=60))
def test_no_bytes_are_more_than_refused(dialect: Dialect, content: bytes) -> None:
    refusal(dialect, content)


@dialects
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
    ),
    st.data(),
)
def test_no_value_of_any_field_is_more_than_refused(
    dialect: Dialect, value: object, data: st.DataObject
) -> None:
    shape = next(shape for of, path, shape in SHAPES if of is dialect and not path)
    field = data.draw(st.sampled_from([*shape.carried.__struct_fields__, *shape.refused]))
    with suppress(RequestRefusedError):
        decode(dialect, body(dialect, **{field: value}))


def test_a_role_of_developers_is_the_systems() -> None:
    messages = [{"role": "developer", "content": "Be brief."}, *LEAST[OPENAI]["messages"]]

    assert decode(OPENAI, body(OPENAI, messages=messages)).request.messages[0].role == "system"


def test_without_a_limit_an_openai_answer_has_the_documented_room() -> None:
    limit = decode(OPENAI, LEAST[OPENAI]).request.max_output_tokens

    assert limit == openai_chat.DEFAULT_MAX_OUTPUT_TOKENS


def test_one_stop_sequence_may_stand_without_a_list() -> None:
    assert decode(OPENAI, body(OPENAI, stop="###")).request.stop == ("###",)


@pytest.mark.parametrize(("given", "asked"), [({}, 0), ({"top_logprobs": 3}, 3)])
def test_log_probabilities_are_asked_for_with_or_without_alternatives(
    given: dict[str, int], asked: int
) -> None:
    assert decode(OPENAI, body(OPENAI, logprobs=True, **given)).request.top_logprobs == asked


def test_a_format_of_text_is_no_format() -> None:
    plain = body(OPENAI, response_format={"type": "text"})

    assert decode(OPENAI, plain).request.answer_format is None


@dialects
def test_a_request_sent_upstream_is_read_back_as_itself(dialect: Dialect) -> None:
    request = decode(dialect, LEAST[dialect]).request

    assert decode(dialect, CODECS[dialect].encode_request(request)).request == request


@dialects
def test_a_schema_keeps_the_order_of_its_keys(dialect: Dialect) -> None:
    schema = b'{"z":1,"a":{"y":2,"b":3}}'
    form = {
        OPENAI: b'"response_format":{"type":"json_schema","json_schema":{"name":"w","schema":%s}}',
        ANTHROPIC: b'"output_config":{"format":{"type":"json_schema","schema":%s}}',
    }[dialect]
    sent = msgspec.json.encode(LEAST[dialect])[:-1] + b"," + form % schema + b"}"
    read = decode(dialect, sent).request.answer_format

    assert read is not None
    assert msgspec.json.encode(read.schema) == schema
