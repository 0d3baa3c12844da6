"""Logs as vendors document them become calls, whatever envelope they are in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.imports.lines import (
    ASKED,
    BATCH_INPUT,
    BATCH_OUTPUT,
    CHAT,
    CHUNKS,
    COMPLETION,
    COUNT,
    FRAMES,
    MESSAGE,
    MESSAGES,
    MESSAGES_ASKED,
    event_stream,
    jsonl,
    read,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.request import Message, StopReason, Usage
from equipoise.trials.imports.call import Mark, RecordedCall
from equipoise.trials.imports.reading import LogReader

CONVERSATION = (Message("system", "Sort it."), Message("user", "Where is my parcel?"))
DONE = "data: [DONE]\n\n"
GOLDEN_CHAT = RecordedCall(
    answer_id="chatcmpl-1",
    dialect=Dialect.OPENAI_CHAT,
    model="gpt-4.1-mini-2025-04-14",
    messages=CONVERSATION,
    answer="delivery",
    stop_reason=StopReason.END,
    usage=Usage(input=19, output=2, cached=8, reasoning=1),
    started=datetime(2026, 11, 18, 10, 6, 40, tzinfo=UTC),
    seconds=0.812,
)
GOLDEN_MESSAGES = RecordedCall(
    answer_id="msg_1",
    dialect=Dialect.ANTHROPIC_MESSAGES,
    model="claude-haiku-4-5-20251001",
    messages=CONVERSATION,
    answer="delivery",
    stop_reason=StopReason.END,
    usage=Usage(input=16, output=2, cached=8),
    started=datetime(2026, 11, 18, 11, 6, 40, 500_000, tzinfo=UTC),
    seconds=1.5,
)


def only(*rows: object) -> RecordedCall:
    """The only call in these lines."""
    logs = read(*rows)
    assert logs.problems == ()
    (call,) = logs.calls
    return call


def test_a_chat_completion_is_read_in_full() -> None:
    assert only(CHAT) == GOLDEN_CHAT


def test_a_message_is_read_in_full_and_its_cached_input_is_input() -> None:
    assert only(MESSAGES) == GOLDEN_MESSAGES


@pytest.mark.parametrize(
    "shape",
    [
        {"request": ASKED, "response": COMPLETION},
        {"request": {"body": ASKED}, "response": {"status": 200, "body": COMPLETION}},
        {"body": ASKED, "response": {"status_code": 200, "body": COMPLETION}},
        {"request": {"body": json.dumps(ASKED)}, "response": {"body": json.dumps(COMPLETION)}},
    ],
)
def test_every_documented_envelope_holds_the_same_call(shape: dict[str, Any]) -> None:
    beside = {"started_at": CHAT["started_at"], "duration_ms": 812}

    assert only({**shape, **beside}) == GOLDEN_CHAT


@pytest.mark.parametrize(
    "response",
    [[*CHUNKS, COUNT], event_stream(*CHUNKS, COUNT, end=DONE)],
    ids=["chunks", "text"],
)
def test_a_streamed_completion_is_put_together(response: object) -> None:
    call = only({"request": {**ASKED, "stream": True}, "response": response})

    assert (call.answer, call.stop_reason, call.usage) == ("delivery", StopReason.END, Usage(19, 2))
    assert (call.answer_id, call.streamed, call.marks) == ("chatcmpl-2", True, frozenset())
    assert call.started == datetime.fromtimestamp(1_795_000_100, UTC)


@pytest.mark.parametrize("response", [FRAMES, event_stream(*FRAMES)], ids=["frames", "text"])
def test_a_streamed_message_is_put_together(response: object) -> None:
    call = only({"request": MESSAGES_ASKED, "response": response})

    assert (call.answer, call.usage) == ("delivery", Usage(input=19, output=2, cached=8))
    assert (call.answer_id, call.model) == ("msg_2", "claude-haiku-4-5-20251001")


def test_a_stream_without_usage_is_kept_and_marked() -> None:
    call = only({"request": ASKED, "response": CHUNKS})

    assert (call.answer, call.usage) == ("delivery", None)
    assert call.marks == {Mark.NO_USAGE}


def test_a_batch_output_is_read_without_its_input() -> None:
    call = only(BATCH_OUTPUT)

    assert (call.batch, call.messages, call.seconds) == (True, (), None)
    assert call.marks == {Mark.NO_CONVERSATION}
    assert call.usage == GOLDEN_CHAT.usage


@pytest.mark.parametrize("rows", [(BATCH_INPUT, BATCH_OUTPUT), (BATCH_OUTPUT, BATCH_INPUT)])
def test_a_batch_output_is_joined_with_its_input_in_any_order(rows: tuple[object, ...]) -> None:
    logs = read(*rows)
    (call,) = logs.calls

    assert (call.messages, call.marks) == (CONVERSATION, frozenset())
    assert (logs.lines, logs.inputs) == (2, 1)
    assert call.digest == only(BATCH_OUTPUT).digest


def test_an_answer_is_joined_with_neither_of_two_inputs_of_one_id() -> None:
    other = {**BATCH_INPUT, "body": {**ASKED, "messages": [{"role": "user", "content": "?"}]}}
    logs = read(BATCH_INPUT, other, BATCH_OUTPUT)

    assert logs.calls[0].messages == ()
    assert [str(problem) for problem in logs.problems] == [
        "log.jsonl:2: another request stands under this custom_id already"
    ]


def test_formats_are_told_by_content_and_may_be_mixed_in_one_file() -> None:
    logs = read(CHAT, MESSAGES, BATCH_INPUT, BATCH_OUTPUT)

    assert dict(logs.formats) == {
        "openai_chat": 1,
        "anthropic_messages": 1,
        "openai_batch_output": 1,
    }


@pytest.mark.parametrize(
    "asked",
    [
        {**ASKED, "messages": [*ASKED["messages"], {"role": "tool", "content": "3"}]},
        {**ASKED, "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
    ],
    ids=["tool", "image"],
)
def test_a_call_beyond_text_is_kept_for_its_tokens_without_half_a_conversation(
    asked: object,
) -> None:
    call = only({**CHAT, "request": asked})

    assert call.messages == ()
    assert call.marks == {Mark.BEYOND_TEXT}
    assert call.usage == GOLDEN_CHAT.usage


def test_an_answer_that_calls_a_tool_is_marked() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "t"}]}
    chat = {**COMPLETION, "choices": [{"message": message, "finish_reason": "tool_calls"}]}
    content = [{"type": "text", "text": "Look."}, {"type": "tool_use", "id": "t"}]

    assert only({**CHAT, "response": chat}).marks == {Mark.BEYOND_TEXT}
    assert only({**MESSAGES, "response": {**MESSAGE, "content": content}}).marks == {
        Mark.BEYOND_TEXT
    }


@pytest.mark.parametrize(
    ("beside", "started"),
    [
        ({"time": "2026-11-18T10:00:00"}, datetime(2026, 11, 18, 10, tzinfo=UTC)),
        ({"time": "2026-11-18T12:00:00+02:00"}, datetime(2026, 11, 18, 10, tzinfo=UTC)),
        ({"created_at": 1_795_000_000}, datetime.fromtimestamp(1_795_000_000, UTC)),
        ({"created": 1_795_000_000_250}, datetime.fromtimestamp(1_795_000_000.25, UTC)),
        ({}, datetime.fromtimestamp(COMPLETION["created"], UTC)),
    ],
)
def test_a_moment_is_read_as_it_is_written(beside: dict[str, object], started: datetime) -> None:
    assert only({"request": ASKED, "response": COMPLETION, **beside}).started == started


def test_a_file_may_begin_with_a_byte_order_mark_and_hold_blank_lines() -> None:
    reader = LogReader()
    reader.read("log", [b"\xef\xbb\xbf" + jsonl(CHAT), b"\n", b"  \n"])

    assert (reader.logs().lines, reader.logs().calls) == (1, (GOLDEN_CHAT,))
