"""Which format a line is of, told by what stands in it and never by a file's name."""

from __future__ import annotations

from enum import StrEnum

from equipoise.trials.imports.call import UnreadableError
from equipoise.trials.imports.envelope import Envelope, Row


class Format(StrEnum):
    """The formats that are read."""

    OPENAI_CHAT = "openai_chat"
    ANTHROPIC_MESSAGES = "anthropic_messages"
    OPENAI_BATCH_INPUT = "openai_batch_input"
    OPENAI_BATCH_OUTPUT = "openai_batch_output"


def batch_format(row: Row) -> Format | None:
    """Which side of a batch a line is; None where it is a line of a log."""
    if "custom_id" not in row:
        return None
    if "response" in row or "error" in row:
        return Format.OPENAI_BATCH_OUTPUT
    return Format.OPENAI_BATCH_INPUT if "body" in row else None


def log_format(envelope: Envelope) -> Format:
    """The dialect of a logged response; raises UnreadableError where it is neither's."""
    response = envelope.response
    if response.get("type") in ("message", "message_start"):
        return Format.ANTHROPIC_MESSAGES
    if "choices" in response:
        return Format.OPENAI_CHAT
    if envelope.stream:
        raise UnreadableError("the stream is neither OpenAI's chat nor Anthropic's messages")
    raise UnreadableError(
        "the response is neither a chat completion ('choices') nor a message ('type': 'message')"
    )
