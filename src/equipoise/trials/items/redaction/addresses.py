"""Addresses of the internet, told from numbers of versions and sections by what stands around."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from equipoise.trials.items.redaction.spans import Span, found

_IPV4: Final = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\.[0-9])")
_IPV6: Final = re.compile(
    r"(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])"
)
_NUMBERED: Final = re.compile(
    r"(?:(?<![A-Za-z])(?:v|ver|versions?|release|rev|revision|build|firmware|sect?|sections?|chapter"
    r"|clause|paragraph|article|annex|appendix|kapitel|abschnitt|ziffer)|§)[ .:#=v]{0,3}$"
    r"|[=<>~!]= ?$|(?:chrome|chromium|edge?|opr|version|electron)/$",
    re.IGNORECASE,
)
_BEFORE: Final = 24
_LEAST_GROUPS: Final = 3


def addresses(text: str) -> Iterator[Span]:
    """Addresses old and new, but those of the very machine.

    Four parts are the number of a version or of a section where a word or sign for one stands right
    before them, and where each is a single digit. An address of version 6 has three groups at
    least, one of them with a digit: `[::2]` and `a::b` stand in programs.
    """
    for start, end in found(_IPV4, text):
        parts = text[start:end]
        numbered = _NUMBERED.search(text[max(0, start - _BEFORE) : start]) is not None
        if len(parts) > len("1.2.3.4") and not numbered and _is_address(parts):
            yield start, end
    for start, end in found(_IPV6, text):
        groups = text[start:end]
        enough = sum(map(bool, groups.split(":"))) >= _LEAST_GROUPS
        if enough and any(letter.isdigit() for letter in groups) and _is_address(groups):
            yield start, end


def _is_address(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
