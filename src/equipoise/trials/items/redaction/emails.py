"""Addresses of mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from equipoise.trials.items.redaction.spans import Span

# Labels of a name in the domain name system, in any alphabet, of which there are two or more.
_DOMAIN: Final = re.compile(
    r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*"
    r"\.(?:[Xx][Nn]--[\w-]*[^\W_]|[^\W\d_]{2,})"
)
_USUAL: Final = frozenset("_.+%'-")
_RARE: Final = frozenset("!#$&*/=?^`{|}~") | _USUAL
_QUOTED: Final = re.compile(r'"[^"@\n]{1,64}"$')
_SPELT: Final = re.compile(
    r"(?<![\w.+-])[^\W_](?:[\w.+-]{0,62}[^\W_])? ?[(\[{] ?(?:at|@) ?[)\]}] ?"
    r"(?:[\w-]{1,63}(?: ?[(\[{] ?(?:dot|\.) ?[)\]}] ?|\.)){1,5}[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)
# `a@b.mean()` multiplies matrices.
_CALL: Final = re.compile(
    r"\.(?:all|any|argmax|argmin|astype|conj|copy|cpu|cuda|detach|dot|flatten|float|item|mean"
    r"|ravel|reshape|round|squeeze|std|sum|to|transpose|unsqueeze|view)\($"
)


def emails(text: str) -> Iterator[Span]:
    """Addresses with an @, and those that spell it "(at)".

    A rare sign counts to one only where nothing else stands before the @.
    """
    after = 0
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        if domain is not None and not _is_call(text, domain):
            start = _local(text, after, at)
            if start is not None:
                yield start, domain.end()
                after = domain.end()
        at = text.find("@", max(at + 1, after))
    for match in _SPELT.finditer(text):
        yield match.span()


def _is_call(text: str, domain: re.Match[str]) -> bool:
    return _CALL.search(text, domain.start(), domain.end() + 1) is not None


def _local(text: str, after: int, at: int) -> int | None:
    """Where the part before the @ begins, behind an earlier address; None where there is none."""
    quoted = _QUOTED.search(text, max(after, at - 66), at)
    if quoted is not None:
        return quoted.start()
    usual = _signs(text, after, at, _USUAL)
    return usual if usual is not None else _signs(text, after, at, _RARE)


def _signs(text: str, after: int, at: int, signs: frozenset[str]) -> int | None:
    start = at
    while start > after and (text[start - 1].isalnum() or text[start - 1] in signs):
        start -= 1
    # A quotation mark or a dash before an address is none of it.
    first = next((place for place in range(start, at) if text[place].isalnum()), start)
    return first if start < at else None
