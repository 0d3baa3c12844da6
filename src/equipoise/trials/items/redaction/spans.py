"""Where something stands in a text, and how a finder of it looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

Span = tuple[int, int]
Finder = Callable[[str], Iterable[Span]]

_WINDOW: Final = 256


def found(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """Every match, and those right behind one: what stands before them is replaced, too."""
    place = 0
    while place < len(text):
        beside = pattern.match(text[place : place + _WINDOW])
        if beside is not None and beside.end() == _WINDOW:
            beside = pattern.match(text[place:])
        match = None if beside is not None else pattern.search(text, place)
        if beside is not None:
            span = place, place + beside.end()
        elif match is not None:
            span = match.span()
        else:
            return
        yield span
        place = span[1]


def apart(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order; of two that overlap the one that begins first, and then the longer."""
    end = 0
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if span[0] >= end:
            end = span[1]
            yield span
