"""Names that somebody else chose, as a reader may safely meet them: in a cell, in a drawing.

Projects, keys, models and files come out of exports that others wrote. Escaping keeps a name from
being markup; this keeps it from turning the text around it, from being a formula once its table is
pasted into a spreadsheet, and from filling the page.
"""

from __future__ import annotations

import re
import unicodedata

from equipoise.bill.record import as_text

NAMELESS = "no name given"
REPLACEMENT = "\ufffd"
LONGEST = 120

# Control characters other than the ends of lines, marks that turn the direction of writing or have
# no shape, and code points that no encoding of the page can hold. Joiners stay: scripts and emoji
# need them.
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029"
    "\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# A letter carries three marks in the scripts that stack most; a tower of them covers other lines.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWER = re.compile(f"({_MARK}{{3}}){_MARK}+")
_CUT = " … "


def printable(text: str) -> str:
    """The text with what cannot be shown, or would turn what follows, made visible as "�"."""
    return _TOWER.sub(r"\1", _UNSHOWN.sub(REPLACEMENT, text))


def one_line(name: str) -> str:
    """A name as one line of printable text; empty where it holds nothing but space."""
    return printable(" ".join(name.split()))


def shown(name: str) -> str:
    """A name in a sentence or a drawing: one line of bounded length, "no name given" if empty.

    Of a long one both ends stay, for names of a kind mostly differ there.
    """
    line = one_line(name) or NAMELESS
    if len(line) <= LONGEST:
        return line
    tail = LONGEST // 4
    return f"{line[: LONGEST - tail - len(_CUT)]}{_CUT}{line[-tail:]}"


def cell_text(name: str) -> str:
    """A name in a table's cell: as `shown`, and never a formula where the table is pasted.

    A name that begins as a formula does is led by an apostrophe, as spreadsheets write text. It is
    for names alone: a number's sign stays what it is.
    """
    return as_text(shown(name))


def columns(text: str) -> int:
    """How many letters wide a text is: East Asian letters and emoji count twice, marks nothing."""
    return sum(_columns(letter) for letter in text)


def fitted(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it is wider than `most` letters."""
    if columns(text) <= most:
        return text
    kept, used = "", 1
    for letter in text:
        used += _columns(letter)
        if used > most:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
