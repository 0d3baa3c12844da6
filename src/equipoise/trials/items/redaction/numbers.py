"""Numbers of cards and of accounts, in the groups that people write them in.

A card is unbroken, or in the groups of its print: any other way to cut digits is a list of other
numbers, and of thirty two-digit numbers some that stand together satisfy Luhn's sum nearly always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from equipoise.trials.items.redaction.checksums import IBAN_LENGTHS, is_card, is_iban
from equipoise.trials.items.redaction.spans import Span

_CHAIN: Final = re.compile(r"[0-9]+(?:(?:[ \t]{1,2}|[._/-]| - |[ \t]?\r?\n[ \t]?)(?=[0-9])[0-9]+)*")
_GROUP: Final = re.compile(r"[0-9]+")
_SHAPES: Final = ((4, 4, 4, 4, 3), (4, 4, 4, 4), (6, 13), (4, 6, 5), (4, 6, 4))
_UNBROKEN: Final = range(14, 20)
# Beside the four groups of a card may stand one more of four, such as a year.
_MOST_FOURS: Final = 5
_ACCOUNT: Final = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=[Ii][Bb][Aa][Nn]))[A-Za-z]{2}[0-9]{2}(?![0-9]{30})"
)


def cards(text: str) -> Iterator[Span]:
    """Numbers of cards, in one run of digits or in groups of 4-4-4-4(-3), 4-6-5, 4-6-4 or 6-13.

    A row of six or more groups of four is a list of numbers, unless it is cards from its beginning
    to its end. Digits behind a decimal point are a fraction.
    """
    for chain in _CHAIN.finditer(text):
        groups = [match.span() for match in _GROUP.finditer(text, *chain.span())]
        sizes = [end - start for start, end in groups]
        listed = _listed(text, groups, sizes)
        place = 0
        while place < len(groups):
            count = 0 if place in listed else _card_at(text, groups, sizes, place)
            if count:
                yield groups[place][0], groups[place + count - 1][1]
            place += count or 1


def _card_at(text: str, groups: list[Span], sizes: list[int], place: int) -> int:
    """How many groups from this one on are one card; 0 without one."""
    start = groups[place][0]
    if sizes[place] in _UNBROKEN:
        fraction = text[start - 1 : start] in {".", ","} and text[start - 2 : start - 1].isdigit()
        return int(not fraction and is_card(text[slice(*groups[place])]))
    for shape in _SHAPES:
        if tuple(sizes[place : place + len(shape)]) == shape and is_card(
            "".join(text[slice(*group)] for group in groups[place : place + len(shape)])
        ):
            return len(shape)
    return 0


def _listed(text: str, groups: list[Span], sizes: list[int]) -> set[int]:
    """The groups that stand in a long row of groups of four, which is not all cards."""
    listed: set[int] = set()
    place = 0
    while place < len(groups):
        end = place
        while end < len(groups) and sizes[end] == 4:
            end += 1
        row = groups[place:end]
        if len(row) > _MOST_FOURS and not _all_cards(text, row):
            listed.update(range(place, end))
        place = max(end, place + 1)
    return listed


def _all_cards(text: str, row: list[Span]) -> bool:
    return len(row) % 4 == 0 and all(
        is_card("".join(text[slice(*group)] for group in row[place : place + 4]))
        for place in range(0, len(row), 4)
    )


def ibans(text: str) -> Iterator[Span]:
    """Numbers of accounts, whole or in groups."""
    after = 0
    for start in _ACCOUNT.finditer(text):
        length = IBAN_LENGTHS.get(start[0][:2].upper(), 0)
        end = _after_letters(text, start.start(), length) if start.start() >= after else None
        if end is not None and is_iban(re.sub(r"[^0-9A-Za-z]", "", text[start.start() : end])):
            after = end
            yield start.start(), end


def _after_letters(text: str, start: int, count: int) -> int | None:
    """The end of so many letters and digits, single signs apart; None where there are fewer."""
    place = start
    while count and place < len(text):
        letter = text[place]
        if letter.isascii() and letter.isalnum():
            count -= 1
        elif letter not in " .-\n" or text[place - 1] == letter:
            return None
        place += 1
    following = text[place : place + 1]
    return place if not count and not (following.isascii() and following.isalnum()) else None
