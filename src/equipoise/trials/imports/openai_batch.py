"""OpenAI's batch files: the lines of the input, and those of the output that they are joined with.

    input   {"custom_id": "a1", "method": "POST", "url": "/v1/chat/completions", "body": {…}}
    output  {"custom_id": "a1", "response": {"status_code": 200, "body": {…}}, "error": null}

Source: platform.openai.com/docs/guides/batch, read 2026-11. Batches answer within a day, so no
line says how long its call took; chat completions only.
"""

from __future__ import annotations

from dataclasses import replace

from equipoise.trials.imports import openai_chat
from equipoise.trials.imports.call import Asked, Mark, RecordedCall, UnreadableError
from equipoise.trials.imports.conversation import messages_of
from equipoise.trials.imports.envelope import Row, open_envelope


def custom_id(row: Row) -> str:
    """The id under which a line was asked; raises UnreadableError where it is no text."""
    given = row.get("custom_id")
    if not isinstance(given, str) or not given:
        raise UnreadableError("custom_id is no text")
    return given


def read_input(row: Row) -> Asked:
    """Read a line of the input; raises UnreadableError."""
    body = row.get("body")
    if not isinstance(body, dict):
        raise UnreadableError("the request is not a JSON object")
    return Asked(custom_id(row), *messages_of(openai_chat.read_request(body).messages))


def read_output(row: Row) -> RecordedCall:
    """Read a line of the output, its conversation unknown; raises UnreadableError."""
    custom_id(row)
    return openai_chat.read_call(open_envelope({**row, "request": None}), batch=True)


def joined(call: RecordedCall, asked: Asked) -> RecordedCall:
    """A call of the output with the conversation of its input."""
    marks = (call.marks - {Mark.NO_CONVERSATION}) | asked.marks
    return replace(call, messages=asked.messages, marks=marks)
