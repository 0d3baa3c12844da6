"""Numbers in running text, read by grammar and never evaluated.

Signs, thousands separators, currencies, percent, fractions, powers of ten and the digits of every
script are read. What cannot be read without guessing, such as 1,5 where the comma parts thousands,
is a numeral without a value; so is what is part of an expression, a range or a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext

from equipoise.trials.scorers.surroundings import Setting, setting

DIGITS = 120
"""Significant digits that are computed with: more than a number of `_LONGEST` digits has."""
_LONGEST, _LARGEST_POWER = 100, 400

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]{1,8}")
# Thin, narrow and figure spaces part thousands in print; a plain blank does where three digits
# follow. NFKC would make them all alike, and 1½ into 11/2: both are done before it.
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2007", "\u00a0"))
_MINUS = str.maketrans(dict.fromkeys("−–﹣－", "-"))
_ARABIC = str.maketrans({"٫": ".", "٬": ","})
_LATEX = re.compile(
    r"\\[dt]?frac\s{0,4}{\s{0,4}(-?[\d.,]{1,40})\s{0,4}}\s{0,4}{\s{0,4}([\d.,]{1,40})\s{0,4}}"
)
_WORDS = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_CURRENCY = r"(?:[$€£¥₹₩₽¢]|\\\$|\b(?:USD|EUR|GBP|CHF|JPY|INR)\b)"
# One run of digits with whatever may part them, then what may follow: an exponent, a fraction.
_NUMERAL = re.compile(
    rf"(?P<sign>(?<![\d\w.,)])[-+]\s?)?(?:{_CURRENCY}\s?(?P<inner>-)?)?"
    r"(?<![\w.])(?P<body>\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\.?\d(?:\d|[.,'’_\u00a0](?=\d))*)"
    r"(?:(?:[eE](?P<power>[-+]?\d{1,9})(?![\w]))"
    r"|\s?(?:[x×·*]|\\times|\\cdot)\s?10\s?(?:\^|\*\*)\s?{?(?P<times>[-+]?\d{1,9})}?)?"
    r"(?:\s?[/⁄]\s?(?P<under>\d[\d.,]{0,40}))?"
    r"(?:\s?(?P<percent>\\?%|٪|percent\b|per cent\b|Prozent\b)"
    r"|\s(?P<word>thousand|million|billion|trillion)\b)?"
)
_MIXED = re.compile(r"(?<![\d/.,])(\d{1,12})\s(\d{1,12})\s?[/⁄]\s?(\d{1,12})(?![\d/.,]*[/⁄])")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was written: its value, None where that would be a guess; a percent or not."""

    value: Decimal | None
    percent: bool = False


def numerals(text: str, decimal: str = ".", *, backwards: bool = False) -> Iterator[Numeral]:
    """Every number of a text that may be an answer, in order or from the last to the first.

    `decimal` is the mark before a fraction: . or a comma.
    """
    plain = _plain(text)
    matches: Iterator[re.Match[str]] = _NUMERAL.finditer(plain)
    for match in reversed(list(matches)) if backwards else matches:
        where = setting(plain, *match.span())
        if where is not Setting.BESIDE:
            yield _set(_numeral(match, decimal), where)


def read_number(text: str, decimal: str = ".") -> Numeral | None:
    """The number that a whole text is, with its sign, currency and unit; None where it is none."""
    plain = _plain(text).strip()
    match = _NUMERAL.fullmatch(plain) or _NUMERAL.fullmatch(plain.rstrip("$€£¥ "))
    if match is None:
        return None
    number = _numeral(match, decimal)
    return number if number.value is not None else None


def _set(number: Numeral, where: Setting) -> Numeral:
    if where is Setting.ITSELF or number.value is None:
        return number
    return Numeral(-number.value if where is Setting.NEGATED else None, number.percent)


def _plain(text: str) -> str:
    spaced = re.sub("(?<=[0-9])(?=[¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])", " ", text.translate(_SPACES))
    raised = _SUPERSCRIPT.sub(lambda m: "^" + m[0].translate(_SUPERSCRIPTS), spaced)
    # LaTeX parts thousands by a comma in braces or a thin space.
    kept = raised.replace("{,}", ",").replace("\\,", "\u00a0").replace("\u00a0", "\0")
    plain = unicodedata.normalize("NFKC", kept.translate(_MINUS).translate(_ARABIC))
    ascii_digits = "".join(_digit(c) for c in plain if unicodedata.category(c) != "Cf")
    simple = _LATEX.sub(r"\1/\2", ascii_digits.replace("\0", "\u00a0"))
    return _MIXED.sub(_improper, simple)


def _digit(character: str) -> str:
    if character.isascii() or unicodedata.category(character) != "Nd":
        return character
    return str(unicodedata.digit(character))


def _improper(match: re.Match[str]) -> str:
    whole, over, under = map(int, match.groups())
    return f"{whole * under + over}/{under}"


def _numeral(match: re.Match[str], decimal: str) -> Numeral:
    percent = match["percent"] is not None
    value = _decimal(match["body"], decimal)
    power = int(match["power"] or match["times"] or 0) + _WORDS.get(match["word"] or "", 0)
    under = _decimal(match["under"].rstrip(".,"), decimal) if match["under"] else Decimal(1)
    if value is None or not under or abs(power) > _LARGEST_POWER:
        return Numeral(None, percent)
    negative = (match["sign"] or "").startswith("-") != (match["inner"] is not None)
    with localcontext(prec=DIGITS):
        size = value.scaleb(power) / under
        return Numeral(-size if negative else size, percent)


def _decimal(body: str, decimal: str) -> Decimal | None:
    """The value of digits with separators; None where the separators do not fit."""
    mark, thousands = (".", ",") if decimal == "." else (",", ".")
    whole, found, fraction = body.partition(mark)
    if found and not fraction.isdigit():
        return None
    groups = re.split(rf"[{thousands}'’_\u00a0 ]", whole)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])):
        return None
    digits = "".join(groups)
    if len(digits) + len(fraction) > _LONGEST:
        return None
    try:
        return Decimal(f"{digits or 0}.{fraction or 0}")
    except InvalidOperation:
        return None
