"""Text as SQL writes it: whatever comes out of a file passes here before it enters a query."""

from __future__ import annotations

BY = '"#by"'
"""The user's own column: no name in normal form holds a number sign."""


def literal(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A column's name in double quotes."""
    return '"' + name.replace('"', '""') + '"'
