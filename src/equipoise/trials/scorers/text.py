"""What of an answer is its answer: without the working, the fence, and what nobody sees."""

from __future__ import annotations

import re
import unicodedata

_OPEN, _CLOSE = "<think>", "</think>"
_FENCED = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)


def said(text: str) -> str:
    """The answer without a leading block of working, which some engines leave in the text.

    A block that never ends was cut off before the answer began, and leaves nothing.
    """
    begun = text.lstrip()
    if begun.startswith(_OPEN):
        return begun.partition(_CLOSE)[2]
    # Some templates write the opening tag themselves, so that the text holds the closing one only.
    before, found, after = text.rpartition(_CLOSE)
    return after if found and _OPEN not in before else text


def visible(text: str) -> str:
    """Compatibility characters in their plain form (NFKC); format characters and NUL taken out.

    Format characters are direction marks, joiners and zero-width blanks (category Cf): they change
    how a text is laid out and not what it says.
    """
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(c for c in plain if c != "\0" and unicodedata.category(c) != "Cf")


def unfenced(text: str) -> str | None:
    """The content of the longest code fence, closed or cut off; None without one.

    Answers show a short call of their code beside it, or the output of one.
    """
    return max(map(str, _FENCED.findall(text)), key=len, default=None)


def expected_texts(expected: object) -> tuple[str, ...]:
    """The accepted texts of a gold answer: one, or a list of them; empty where it is neither."""
    if isinstance(expected, str):
        return (expected,)
    if isinstance(expected, list) and all(isinstance(text, str) for text in expected):
        return tuple(expected)
    return ()


def texts_fault(expected: object) -> str:
    """Why a gold answer is no accepted text, nor a list of them; empty where it is."""
    texts = expected_texts(expected)
    if texts and all(text.strip() for text in texts):
        return ""
    return "must be a text that is not empty, or a list of the texts that are accepted"
