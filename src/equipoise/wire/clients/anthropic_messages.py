"""Anthropic messages, as a client sends them.

Source: the request types of the official client, anthropic 2.13 for Python, read 2026-11; that
client has dropped `temperature` and `top_k`, which the older models still take. Text only.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from equipoise.domain.request import AnswerFormat, Message, Request, Role
from equipoise.wire.clients.content import Content, TextPart, text_of
from equipoise.wire.clients.request import ClientRequest
from equipoise.wire.clients.shape import NOTHING, Shape, refuse

PATH: Final = "/v1/messages"

# This dialect's schemas are anonymous, others' are not.
ANSWER_FORMAT_NAME: Final = "answer"

# `system` may also stand among the messages, at the point from which it holds.
_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system"}

_Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Body(msgspec.Struct):
    model: _Name
    messages: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1)]
    max_tokens: Annotated[int, msgspec.Meta(ge=1)]
    system: Content = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    stop_sequences: list[_Name] | None = None
    output_config: msgspec.Raw = NOTHING
    stream: bool | None = None


class _Message(msgspec.Struct):
    role: str
    content: Content = None


class _OutputConfig(msgspec.Struct):
    format: msgspec.Raw = NOTHING


class _Format(msgspec.Struct):
    type: str
    schema: dict[str, Any]


_NO_TOOLS: Final = "Tools are not translated here yet: leave it out, or call the endpoint itself."
_NO_MEDIA: Final = "Only text is carried: leave it out, or call the endpoint itself."
_NO_SAMPLING: Final = "Not every endpoint has it: leave it out, or set temperature."
_NO_CONTROL: Final = "Not every endpoint has it: leave it out."
_NO_THINKING: Final = "Thinking is not carried: leave it out, of earlier turns too."
_CACHE: Final = "steers the vendor's cache: the price, not the answer"

BODY: Final = Shape(
    _Body,
    ignored={
        "metadata": "names the client's user to the vendor; no part of the prompt",
        "user_profile_id": "names the client's user to the vendor; no part of the prompt",
        "service_tier": "buys speed; the policy decides what is bought",
        "speed": "buys speed; the policy decides what is bought",
        "cache_control": _CACHE,
    },
    refused={
        "tools": _NO_TOOLS,
        "tool_choice": _NO_TOOLS,
        "mcp_servers": _NO_TOOLS,
        "container": _NO_TOOLS,
        "thinking": _NO_THINKING,
        "top_p": _NO_SAMPLING,
        "top_k": _NO_SAMPLING,
        "context_management": "Send the conversation as the model is to read it.",
        "diagnostics": _NO_CONTROL,
        "inference_geo": "The policy decides where a request may go: leave it out.",
        "workspace_id": "The gateway's key decides whose account is used: leave it out.",
        "output_format": "Write it as output_config.format, which took its place.",
    },
    idle={
        "tools": ([],),
        "tool_choice": ({"type": "none"}, {"type": "auto"}),
        "mcp_servers": ([],),
        "thinking": ({"type": "disabled"},),
        "top_p": (1,),
    },
)
MESSAGE: Final = Shape(_Message)
BLOCK: Final = Shape(
    TextPart,
    ignored={"cache_control": _CACHE},
    refused={
        "citations": "Citations are not carried: leave them out.",
        "source": _NO_MEDIA,
        "id": _NO_TOOLS,
        "tool_use_id": _NO_TOOLS,
        "thinking": _NO_THINKING,
        "data": _NO_THINKING,
    },
    idle={"citations": ([],)},
)
OUTPUT_CONFIG: Final = Shape(_OutputConfig, refused={"effort": _NO_CONTROL})
FORMAT: Final = Shape(_Format)


def decode_request(body: bytes) -> ClientRequest:
    """Read a request; raises RequestRefusedError with the field and what is expected of it."""
    read = BODY.read(body)
    system = () if read.system is None else (Message("system", _text(read.system, "system")),)
    request = Request(
        model=read.model,
        messages=system + _messages(read.messages),
        max_output_tokens=read.max_tokens,
        temperature=read.temperature,
        stop=tuple(read.stop_sequences or ()),
        answer_format=_answer_format(read.output_config),
    )
    # A stream of this dialect always counts.
    return ClientRequest(request, stream=bool(read.stream), include_usage=True)


def _messages(given: list[msgspec.Raw]) -> tuple[Message, ...]:
    messages = tuple(_message(raw, f"messages[{at}]") for at, raw in enumerate(given))
    if messages[-1].role == "assistant":
        hint = "An answer cannot be begun for every model: end with a user's message."
        refuse(f"messages[{len(messages) - 1}].role", "the last turn is the assistant's", hint)
    return messages


def _message(raw: msgspec.Raw, path: str) -> Message:
    read = MESSAGE.read(raw, path)
    if read.role not in _ROLES:
        refuse(f"{path}.role", "not a role of this dialect", f"Choose from: {', '.join(_ROLES)}.")
    return Message(_ROLES[read.role], _text(read.content, f"{path}.content"))


def _text(content: Content, path: str) -> str:
    text = text_of(content, BLOCK, path)
    if not text:
        refuse(path, "expected text, found none", "This dialect takes no empty text: leave it out.")
    return text


def _answer_format(raw: msgspec.Raw) -> AnswerFormat | None:
    config = OUTPUT_CONFIG.optional(raw, "output_config")
    read = None if config is None else FORMAT.optional(config.format, "output_config.format")
    if read is None:
        return None
    if read.type != "json_schema":
        hint = "JSON is asked for by its schema."
        refuse("output_config.format.type", "expected 'json_schema'", hint)
    return AnswerFormat(ANSWER_FORMAT_NAME, read.schema)
