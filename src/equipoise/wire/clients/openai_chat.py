"""OpenAI chat completions, as a client sends them.

Source: the request types of the official client, openai 3.57 for Python, read 2026-11. Text only.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from equipoise.domain.request import AnswerFormat, Message, Request, Role
from equipoise.wire.clients.content import Content, TextPart, text_of
from equipoise.wire.clients.request import ClientRequest
from equipoise.wire.clients.shape import NOTHING, Shape, refuse

PATH: Final = "/v1/chat/completions"

# OpenAI's own default is whatever the model can say, which we cannot know before a target is
# chosen. This is room for some 3,000 words; a longer answer has to be asked for.
DEFAULT_MAX_OUTPUT_TOKENS: Final = 4096

_ROLES: Final[dict[str, Role]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Name = Annotated[str, msgspec.Meta(min_length=1)]


class _Body(msgspec.Struct):
    model: _Name
    messages: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1)]
    max_tokens: _Positive | None = None
    max_completion_tokens: _Positive | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    seed: int | None = None
    stop: Annotated[list[_Name], msgspec.Meta(max_length=4)] | _Name | None = None
    response_format: msgspec.Raw = NOTHING
    logprobs: bool | None = None
    top_logprobs: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None
    stream: bool | None = None
    stream_options: msgspec.Raw = NOTHING


class _Message(msgspec.Struct):
    role: str
    content: Content = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class _ResponseFormat(msgspec.Struct):
    type: str
    json_schema: msgspec.Raw = NOTHING


class _JsonSchema(msgspec.Struct):
    name: _Name
    schema: dict[str, Any]


_NO_TOOLS: Final = "Tools are not translated here yet: leave it out, or call the endpoint itself."
_NO_MEDIA: Final = "Only text is carried: leave it out, or call the endpoint itself."
_NO_SAMPLING: Final = "Not every endpoint has it: leave it out, or set temperature."
_NO_CONTROL: Final = "Not every endpoint has it: leave it out."

BODY: Final = Shape(
    _Body,
    ignored={
        "user": "names the client's user to the vendor; no part of the prompt",
        "safety_identifier": "names the client's user to the vendor; no part of the prompt",
        "metadata": "labels an answer that the vendor keeps; none is kept there",
        "service_tier": "buys speed; the policy decides what is bought",
        "prediction": "buys speed; the answer is the same without it",
        "parallel_tool_calls": "says how to call tools, and there are none",
        "prompt_cache_key": "steers the vendor's cache: the price, not the answer",
        "prompt_cache_options": "steers the vendor's cache: the price, not the answer",
        "prompt_cache_retention": "steers the vendor's cache: the price, not the answer",
    },
    refused={
        "tools": _NO_TOOLS,
        "tool_choice": _NO_TOOLS,
        "functions": _NO_TOOLS,
        "function_call": _NO_TOOLS,
        "web_search_options": _NO_TOOLS,
        "audio": _NO_MEDIA,
        "modalities": _NO_MEDIA,
        "n": "Ask once for each answer wanted, or set n to 1.",
        "store": "Answers are not kept by the endpoint: set store to false.",
        "moderation": "No endpoint but OpenAI's moderates this way: leave it out.",
        "top_p": _NO_SAMPLING,
        "frequency_penalty": _NO_SAMPLING,
        "presence_penalty": _NO_SAMPLING,
        "logit_bias": _NO_SAMPLING,
        "reasoning_effort": _NO_CONTROL,
        "verbosity": _NO_CONTROL,
    },
    idle={
        "tools": ([],),
        "tool_choice": ("none", "auto"),
        "functions": ([],),
        "function_call": ("none", "auto"),
        "modalities": (["text"],),
        "n": (1,),
        "store": (False,),
        "top_p": (1,),
        "frequency_penalty": (0,),
        "presence_penalty": (0,),
        "logit_bias": ({},),
    },
)
MESSAGE: Final = Shape(
    _Message,
    refused={
        "name": "Names of speakers are not carried: write the name into the text.",
        "tool_calls": _NO_TOOLS,
        "tool_call_id": _NO_TOOLS,
        "function_call": _NO_TOOLS,
        "audio": _NO_MEDIA,
        "refusal": "Send the text of an earlier refusal as content.",
        "annotations": "Leave the annotations of an earlier answer out.",
    },
    idle={"tool_calls": ([],), "annotations": ([],)},
)
PART: Final = Shape(
    TextPart,
    ignored={"prompt_cache_breakpoint": "steers the vendor's cache: the price, not the answer"},
    refused={
        "image_url": _NO_MEDIA,
        "input_audio": _NO_MEDIA,
        "file": _NO_MEDIA,
        "refusal": "Send the text of an earlier refusal as a part of type 'text'.",
    },
)
STREAM_OPTIONS: Final = Shape(
    _StreamOptions,
    ignored={"include_obfuscation": "pads chunks against eavesdroppers; no part of the answer"},
)
RESPONSE_FORMAT: Final = Shape(_ResponseFormat)
JSON_SCHEMA: Final = Shape(
    _JsonSchema,
    ignored={"strict": "a schema is always sent as strict, which is what was asked or more"},
    refused={"description": "Write it into the schema's own description."},
)


def decode_request(body: bytes) -> ClientRequest:
    """Read a request; raises RequestRefusedError with the field and what is expected of it."""
    read = BODY.read(body)
    options = STREAM_OPTIONS.optional(read.stream_options, "stream_options")
    if options is not None and not read.stream:
        refuse("stream_options", "expected stream to be true", "Leave it out, or set stream.")
    request = Request(
        model=read.model,
        messages=_messages(read.messages),
        max_output_tokens=_max_output_tokens(read),
        temperature=read.temperature,
        seed=read.seed,
        stop=(read.stop,) if isinstance(read.stop, str) else tuple(read.stop or ()),
        answer_format=_answer_format(read.response_format),
        top_logprobs=_top_logprobs(read),
    )
    return ClientRequest(
        request,
        stream=bool(read.stream),
        include_usage=options is not None and bool(options.include_usage),
    )


def _messages(given: list[msgspec.Raw]) -> tuple[Message, ...]:
    messages = tuple(_message(raw, f"messages[{at}]") for at, raw in enumerate(given))
    if messages[-1].role == "assistant":
        # OpenAI answers with a turn of its own, Anthropic and llama.cpp continue the last one.
        hint = "End with a user's message: endpoints differ in what they make of this."
        refuse(f"messages[{len(messages) - 1}].role", "the last turn is the assistant's", hint)
    return messages


def _message(raw: msgspec.Raw, path: str) -> Message:
    read = MESSAGE.read(raw, path)
    if read.role not in _ROLES:
        hint = f"Tools are not translated here yet; the roles are {', '.join(_ROLES)}."
        refuse(f"{path}.role", "not a role that can be carried", hint)
    return Message(_ROLES[read.role], text_of(read.content, PART, f"{path}.content"))


def _max_output_tokens(read: _Body) -> int:
    older, newer = read.max_tokens, read.max_completion_tokens
    if older is not None and newer is not None and older != newer:
        hint = "Leave max_tokens out: it is the older name of max_completion_tokens."
        refuse("max_tokens", "differs from max_completion_tokens", hint)
    return newer or older or DEFAULT_MAX_OUTPUT_TOKENS


def _top_logprobs(read: _Body) -> int | None:
    if read.logprobs:
        return read.top_logprobs or 0
    if read.top_logprobs is not None:
        refuse("top_logprobs", "expected logprobs to be true", "Leave it out, or set logprobs.")
    return None


def _answer_format(raw: msgspec.Raw) -> AnswerFormat | None:
    read = RESPONSE_FORMAT.optional(raw, "response_format")
    if read is None or read.type == "text":
        return None
    if read.type != "json_schema":
        hint = "JSON is asked for by its schema, which every endpoint here understands."
        refuse("response_format.type", "expected 'text' or 'json_schema'", hint)
    schema = JSON_SCHEMA.read(read.json_schema, "response_format.json_schema")
    return AnswerFormat(schema.name, schema.schema)
