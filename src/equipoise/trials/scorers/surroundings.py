"""What stands around a number and makes another of it: an operator, a range, a bound, a denial.

Nothing is computed. A number that is part of something else has no value that could be read, and
one that is denied, counts something else than the answer or belongs to a unit is passed over.
"""

from __future__ import annotations

import re
from enum import Enum

_BEFORE, _AFTER = 64, 40
_CURRENCY = r"(?:\\?[$€£¥₹₩₽¢]\s?)?"
_OPERATOR = r"(?:[-+*×·÷∙/]|\*\*|\+/-|\\times|\\cdot|\\div|[x×](?=\s?\d))"
_JOIN = (
    r"(?:or|and|to|through|oder|und|bis|ou|et|à|o|u|y|plus|minus|times|divided by|multiplied by|"
    r"over|mal|durch)"
)
# What may stand between a denial and the number that it denies: "I don't think that it is 42".
_FILLER = (
    r"(?:(?:exactly|equal|to|just|be|been|think|believe|say|it|it's|is|that|the|answer|result|"
    r"simply|necessarily|likely|das|die|ist|es|la)\s+){0,6}"
)
_BOUND = (
    r"(?:(?:more|less|fewer|greater|larger|smaller|higher|lower|bigger|other) than|at least|"
    r"at most|over|under|above|below|up to|exceeds?|exceeding|beyond|nearly|almost|"
    r"(?:minimum|maximum) of|mehr als|weniger als|größer als|kleiner als|mindestens|höchstens|über|"
    r"unter|plus de|moins de|au moins|au plus|más de|menos de|al menos|como máximo)"
)


class Setting(Enum):
    """What a number is where it stands."""

    ITSELF = "itself"
    NEGATED = "negated"  # minus five, in words
    PART = "part"  # of something that cannot be read without guessing
    BESIDE = "beside"  # no answer at all: not 42, step 2, m^2


_BESIDE = re.compile(
    rf"(?:(?:\b(?:not|never|cannot|nicht|keine?|pas)|n't|n’t)\s+{_FILLER}"
    r"|\b(?:ref|reference|page|pages|p|pp|step|line|lines|section|figure|fig|table|question|"
    r"chapter|note|equation|eq|example|method|seite|schritt|página|paso|étape)\.?\s?[#(]?"
    # An exponent belongs to its unit, variable or bracket; what ± stands before is no answer.
    r"|[\w)}\]]\s?(?:\^|\*\*)\s?[({]?[-+]?|(?:±|\\pm|\+/-?)\s?)$",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    rf"(?:\d[\s)\]%°]{{0,3}}{_OPERATOR}\s?[({{]?|\d%?\s+-|\d(?::|\s:\s)|\d%?\s?,\s{{1,2}}(?:{_JOIN}\s)?"
    rf"|\d%?\s{_JOIN}\s|\b(?:between|either|neither|nor|zwischen|entre|entweder|weder)\b[^.;\n]{{0,40}}"
    rf"|\b{_BOUND}\s+|(?<![<>=-])[<>≤≥≠]=?\s?|\\(?:leq?|geq?|lt|gt|neq?)\s?"
    r"|(?:√|\b(?:sqrt|log|ln|sin|cos|tan|exp)|\\(?:sqrt|log|ln|sin|cos|tan|exp))\s?[({\[]?)$",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    rf"\s?(?:\^|\*\*\s?[\d({{-])|[\s)\]%°]{{0,3}}{_OPERATOR}\s?[({{]?{_CURRENCY}\.?\d"
    rf"|(?::|\s:\s)\d|\s?\(?\s?(?:±|\\pm|\+/-)|\s?\+(?![\w\s]*\d)|\s?,\s{{1,2}}(?:{_JOIN}\s)?{_CURRENCY}-?\d"
    rf"|\s{_JOIN}\s(?:(?:minus|negative)\s)?{_CURRENCY}-?\d"
    r"|(?:\s\w{1,20})?\s(?:or|oder|ou|o)\s(?:more|less|fewer|so|higher|greater|lower|above|below|"
    r"mehr|weniger|plus|moins|más|menos)\b"
    # Magnitudes that are written in several ways, and the variables of algebra.
    r"|(?:[kKMB]|bn|mn|mln|[xyz])(?!\w)|\s(?:hundred|dozen|lakh|crore|Mio|Mrd|Tausend|Million|"
    r"Millionen|Milliarden?|mille|mil|milliards?|millions|millones|billions)\b"
)
_TAG = re.compile(r"<[^<>\s]{1,30}>")
_NEGATIVE = re.compile(r"\b(?:minus|negative|negativ|moins|menos)\s+$", re.IGNORECASE)
_TAKEN_FROM = re.compile(r"\d\w*\s+(?:minus|moins|menos)\s+$", re.IGNORECASE)
_FACTORIAL = re.compile(r"!(?!\w)")


def setting(text: str, start: int, end: int) -> Setting:
    """What the number at `start` to `end` of a text is; looks at what is near it on its line."""
    before = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    before = _TAG.sub("", before)
    after = text[end : end + _AFTER].partition("\n")[0]
    if text[start] in "+-":
        # 5 -3 is a difference or two numbers.
        before = f"{before}{text[start]}" if re.search(r"\d%?\s+$", before) else before
    if _BESIDE.search(before):
        return Setting.BESIDE
    # "It is 42!" exclaims, 5! is a factorial.
    if _FACTORIAL.match(after) and not any(map(str.isalpha, before)):
        return Setting.PART
    if _PART_BEFORE.search(before) or _PART_AFTER.match(after) or _TAKEN_FROM.search(before):
        return Setting.PART
    if _NEGATIVE.search(before):
        return Setting.PART if text[start] in "+-" else Setting.NEGATED
    return Setting.ITSELF
