"""A logged conversation as canonical messages, where it is all text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from equipoise.domain.request import Message, Role
from equipoise.trials.imports.call import Mark

ROLES: Final[dict[str, Role]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


class Part(msgspec.Struct):
    """One part of a message or an answer, in either dialect."""

    type: str = ""
    text: str | None = None


Content = str | list[Part] | None


class Turn(msgspec.Struct):
    """One message as it was logged. What only tools have is not read, only seen."""

    role: str
    content: Content = None
    tool_calls: list[Any] | None = None


def messages_of(turns: Iterable[Turn]) -> tuple[tuple[Message, ...], frozenset[Mark]]:
    """The canonical messages; none, and a mark, where one of them is not text alone.

    Half a conversation would be another one.
    """
    messages = []
    for turn in turns:
        text = text_of(turn.content)
        if text is None or turn.role not in ROLES or turn.tool_calls:
            return (), frozenset({Mark.BEYOND_TEXT})
        messages.append(Message(ROLES[turn.role], text))
    return tuple(messages), frozenset() if messages else frozenset({Mark.NO_CONVERSATION})


def text_of(content: Content) -> str | None:
    """The text of a message; None where it holds something else, or nothing."""
    if not isinstance(content, list):
        return content
    texts = [part.text for part in content if part.type == "text" and part.text is not None]
    return "\n".join(texts) if len(texts) == len(content) else None
