"""The vendors' own Python clients, unchanged, put to one use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import anthropic
import openai
from tests.gateway.house import ANTHROPIC, OPENAI

from equipoise.domain.endpoint import Dialect

PACKAGES: dict[Dialect, Any] = {OPENAI: openai, ANTHROPIC: anthropic}
Package = Any


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as a client's package reads it; counts are input and output."""

    id: str
    text: str
    reason: str | None
    counts: tuple[int, int]


@contextmanager
def client(dialect: Dialect, url: str) -> Iterator[Any]:
    """A client of the vendor's of a dialect, which asks once."""
    kind = {OPENAI: openai.OpenAI, ANTHROPIC: anthropic.Anthropic}[dialect]
    base = {OPENAI: f"{url}/v1", ANTHROPIC: url}[dialect]
    with kind(api_key="any", base_url=base, max_retries=0, timeout=60) as opened:
        yield opened


def ask(dialect: Dialect, url: str, model: str, text: str, *, stream: bool, **more: Any) -> Said:
    """Put one question; raises what the client's package raises.

    `more` are fields of the body: Anthropic's package has no argument for some that its API has.
    """
    with client(dialect, url) as opened:
        asker = (_openai, _openai_stream) if dialect is OPENAI else (_anthropic, _anthropic_stream)
        turns = [{"role": "user", "content": text}]
        asked = {"model": model, "messages": turns, "max_tokens": 32, "extra_body": more}
        return asker[stream](opened, asked)


def _openai(opened: Any, asked: dict[str, Any]) -> Said:
    answer = opened.chat.completions.create(**asked)
    choice, usage = answer.choices[0], answer.usage
    counts = usage.prompt_tokens, usage.completion_tokens
    return Said(answer.id, choice.message.content, choice.finish_reason, counts)


def _openai_stream(opened: Any, asked: dict[str, Any]) -> Said:
    chunks = list(
        opened.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    choices = [choice for chunk in chunks for choice in chunk.choices]
    text = "".join(choice.delta.content or "" for choice in choices)
    (reason,) = {choice.finish_reason for choice in choices} - {None}
    (usage,) = [chunk.usage for chunk in chunks if chunk.usage]
    return Said(chunks[0].id, text, reason, (usage.prompt_tokens, usage.completion_tokens))


def _anthropic(opened: Any, asked: dict[str, Any]) -> Said:
    return _message(opened.messages.create(**asked))


def _anthropic_stream(opened: Any, asked: dict[str, Any]) -> Said:
    with opened.messages.stream(**asked) as stream:
        text = "".join(stream.text_stream)
        said = _message(stream.get_final_message())
        assert said.text == text
        return said


def _message(answer: Any) -> Said:
    text = "".join(block.text for block in answer.content)
    read = answer.usage.input_tokens + (answer.usage.cache_read_input_tokens or 0)
    return Said(answer.id, text, answer.stop_reason, (read, answer.usage.output_tokens))
