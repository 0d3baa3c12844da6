"""What a line of a log says beside the call: whose it is, and which part of the traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

CONVERSATIONS: Final = ("conversation_id", "conversation", "session_id", "thread_id", "chat_id")
"""Where the id of a conversation may stand."""

USERS: Final = ("user_id", "user", "customer_id", "account_id", "safety_identifier")
"""Where the id of whoever asked may stand."""

Row = Mapping[str, Any]


def first_of(row: Row, names: tuple[str, ...]) -> str:
    """The first of these fields that a line has; empty where it has none."""
    return next(filter(None, (field_of(row, name) for name in names)), "")


def field_of(row: Row, name: str) -> str:
    """A field of a line, of its `metadata`, of the request or of that one's; empty without it.

    `name` may lead inside of something with dots. Only texts and numbers are values.
    """
    for place in _places(row):
        value: Any = place
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value).strip()
    return ""


def _places(row: Row) -> Iterator[Row]:
    request = row.get("request", row.get("body"))
    body = request.get("body", request) if isinstance(request, Mapping) else None
    for part in (row, body):
        if isinstance(part, Mapping):
            yield part
            if isinstance(part.get("metadata"), Mapping):
                yield part["metadata"]
