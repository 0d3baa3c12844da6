"""Numbers of phones: no checksum proves them, so the groups or a word before them must."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from equipoise.trials.items.redaction.spans import Span

# Country codes of ITU-T E.164.
_CODE: Final = (
    r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|(?:2[1-69]|3[578]|42|5[09]|6[7-9]|8[0578]|9[679])[0-9])"
)
_WORLD: Final = re.compile(
    rf"(?<![\w+])(?:\+\(?|00 ?){_CODE}(?:[ ()./-]{{0,3}}[0-9]){{5,13}}(?![0-9])"
)
# The groups that a country's people write without its code.
_NATIONAL: Final[Mapping[str, re.Pattern[str]]] = {
    country: re.compile(rf"(?<![\w+]){form}(?!\w)")
    for country, form in {
        "US, CA": r"(?:1[ .-])?(?:\([2-9][0-9]{2}\)[ .-]?|[2-9][0-9]{2}[ .-])"
        r"[2-9][0-9]{2}[ .-][0-9]{4}",
        "FR": r"0[1-9]([ ./-])[0-9]{2}(?:\1[0-9]{2}){3}",
        "DE, UK, JP": r"\(?0[1-9][0-9]{1,4}\)?(?: ?/ ?|[ -])[0-9]{2,8}(?:[ -][0-9]{2,5}){0,4}",
        "CN": r"1[3-9][0-9]([ -])[0-9]{4}\1[0-9]{4}",
        "IN": r"(?![0-9]{3}00[ -][0-9]{3}00)[6-9][0-9]{4}[ -][0-9]{5}",
        "ES": r"[6-9][0-9]{2}([ -])(?:[0-9]{3}\1[0-9]{3}|[0-9]{2}\1[0-9]{2}\1[0-9]{2})",
        "IT": r"3[0-9]{2}[ ./-](?:[0-9]{3}[ .-]?[0-9]{4}|[0-9]{6,7})",
    }.items()
}
_WORDED: Final = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-hj-z])(?=[A-Z]))(?i:telephone|telefono|téléphone|teléfono|telefon|tel"
    r"|phone|mobile|mobil|móvil|handy|cell|fax|whatsapp|sms|call|dial|rufnummer|portable"
    r"|电话|手机|電話|携帯)(?i:number|nummer)?(?![a-z]|[A-Z]{2})[^0-9+(\n,;!?]{0,16}"
    r"(\+?\(?[0-9](?:[ ()./-]{0,3}[0-9]){6,14})(?![0-9])"
)
_DATE: Final = re.compile(
    r"[0-9]{1,2}([ ./-])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2}"
)
_MONEY: Final = re.compile(r"\s?(?:[€$£¥%]|EUR|USD|GBP|CHF|euro|dollar)", re.IGNORECASE)
_SUM: Final = re.compile(r"[0-9]\s?$")
_BESIDE: Final = 24
_LEAST: Final = 8


def phones(text: str) -> Iterator[Span]:
    """International numbers, national ones in their country's groups, any digits behind a word."""
    for match in _WORLD.finditer(text):
        if not _is_sum(text, match):
            yield match.span()
    for match in _WORDED.finditer(text):
        if not _DATE.match(match[1]):
            yield match.span(1)
    for pattern in _NATIONAL.values():
        place = 0
        while groups := pattern.search(text, place):
            is_phone = _is_phone(text, groups)
            if is_phone:
                yield groups.span()
            place = groups.end() if is_phone else groups.start() + 1


def _is_sum(text: str, match: re.Match[str]) -> bool:
    """Whether this is the second number of "5 +12345678", or an unbroken code behind two zeros."""
    given = match[0]
    if not given.lstrip("+").isdigit():
        return False
    start = match.start()
    return given[0] != "+" or _SUM.search(text[max(0, start - 2) : start]) is not None


def _is_phone(text: str, match: re.Match[str]) -> bool:
    """Whether groups are no date, no amount, and no part of a list of numbers of one length."""
    given = match[0]
    count = sum(letter.isdigit() for letter in given)
    if count < _LEAST or _DATE.match(given) or _MONEY.match(text, match.end()):
        return False
    groups = re.findall("[0-9]+", given)
    before = text[max(0, match.start() - _BESIDE) : match.start()]
    behind = text[match.end() : match.end() + _BESIDE]
    earlier = re.search(r"(?<![0-9])([0-9]+)([ ./-])$", before)
    later = re.match(r"([ ./-])([0-9]+)(?![0-9])", behind)
    listed = (
        earlier is not None and len(earlier[1]) == len(groups[0]) and earlier[2] in given
    ) or (later is not None and len(later[2]) == len(groups[-1]) and later[1] in given)
    return not listed
