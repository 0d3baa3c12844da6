"""The letter that an answer chooses, found wherever it is said; doubtful ones are refused.

The order of looking: the answer is a letter and nothing else; it states one in words, in a box or
in a tag (the last statement counts); it begins with one; it holds one letter by itself and no
other. A letter that is denied or supposed is not chosen. Whatever is left says no letter, or
several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, verdict
from equipoise.trials.scorers.text import expected_texts, said, visible

# English, German, French and Spanish words with which an answer is stated.
_STATED = (
    r"(?:(?:correct|right|best|final|my)\s+)?(?:answer|choice|option|letter)\s*"
    r"(?:is|would\s+be|should\s+be|must\s+be|:|=|-|–|—)+|(?:correct|right)\s+(?:answer|choice|option)"
    r"|i\s+(?:choose|pick|select)|(?:wait|actually|correction|rather)\b,?"
    r"|(?:so|therefore|thus|hence|finally|final)\b[,:]?|it(?:\s+is|'s|’s|\s+must\s+be)"
    r"|(?:richtige\s+)?(?:antwort|lösung)\s*(?:ist|lautet|wäre|:)+"
    r"|(?:la\s+)?(?:bonne\s+)?réponse\s*(?:correcte\s*)?(?:est|:)+"
    r"|(?:la\s+)?respuesta\s*(?:correcta\s*)?(?:es|:)+"
)
# Bounded, as an answer may repeat them until it is cut off.
_FILLER = (
    r"(?:[\s*_`\"'«»“”‘’:(\[{$]|\\boxed|\\text(?:bf|rm|tt)?|\\mathrm"
    r"|\b(?:option|choice|answer|letter|lettre|letra|opción|buchstabe|la|die|actually|definitely|"
    r"clearly|probably|likely|it\s+is|it's|is)\b){0,24}"
)
_OR = (
    r"[\s*_`\"')\]}$.]{0,8}(?:and/or|or|and|oder|und|ou|et|o|y|/|,|&)"
    r"(?:[\s*_`\"'(\[{$]|also\b){0,8}"
)
_NOT = (
    r"(?:\b(?:not|cannot|never|nor|neither|except|excluding|without|besides|eliminate|exclude|reject|"
    r"discard|rule\s+out|other\s+than|rather\s+than|instead\s+of|apart\s+from|nicht|außer|ohne|pas|"
    r"sauf|excepto|salvo)|n't|n’t|\bno)\s+"
    r"(?:(?:be|is|necessarily|the|option|choice|answer|letter|for|likely)\s+){0,4}[*_`\"'(\[]{0,4}"
)
_WRONG = (
    r"[*_`\"')\]}.:]{0,4}\s+(?:(?:option|choice|answer)\s+)?(?:(?:is|are|was|were|seems|looks|would\s+be|"
    r"must\s+be|can\s+be|ist|sind|est|es)\s+(?:\w+ly\s+|also\s+|both\s+|sehr\s+)?(?:wrong|incorrect|"
    r"false|not|out\b|impossible|inconsistent|ruled|eliminated|excluded|falsch|faux|fausse|incorrecta?|"
    r"falsa|nicht|pas)|isn['’]t|aren['’]t|wasn['’]t|can(?:not|['’]t|\s+not)|could(?:n['’]t|\s+not)|"
    r"does(?:n['’]t|\s+not)|won['’]t|fails?\b|n['’]est\s+pas|no\s+es)"
)
_LOOSE = re.compile(r"(?:so|therefore|thus|hence|it)\b", re.IGNORECASE)
_SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|assume|assuming|unless|whether|were|wenn|falls|angenommen|si)\b"
    r"[^.;\n]{0,24}$",
    re.IGNORECASE,
)
# An English "A" before a word in lower case is an article, unless brackets or marks hold it.
_NO_ARTICLE = r"(?!(?<=A)\s+(?!(?:and|or|is|und|oder|ist)\b)[a-z])"


@dataclass(frozen=True, slots=True)
class Options:
    """Which letters there are to choose from."""

    letters: str = option("ABCDE", "the letters that may be chosen")


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether the letter of an answer is the gold one, or one of those; none is malformed."""
    chosen = chosen_letter(text, options)
    if chosen is None:
        return MALFORMED
    return verdict(accepted=chosen in {gold.strip().upper() for gold in expected_texts(expected)})


def chosen_letter(text: str, options: Options = DEFAULT) -> str | None:
    """The letter that a text chooses, as a capital; None where there is none, or no single one."""
    seen = visible(said(text)).strip()
    patterns = _patterns(options.letters.upper())
    if whole := patterns.whole.fullmatch(seen):
        return whole[1].upper()
    denied = {match.start(1) for match in patterns.denied.finditer(seen)}
    denied |= {match.start(1) for match in patterns.wrong.finditer(seen)}
    stated = list(_stated(seen, patterns, denied))
    if stated:
        letter, firm = stated[-1]
        # "The answer is B. So C" says two things.
        firmly = [other for other, its_firm in stated if its_firm] or [letter]
        return letter if firm or firmly[-1] == letter else None
    begun = patterns.begins.match(seen)
    if begun and begun.start(1) not in denied:
        # What lists the options one after the other chooses none of them.
        listed = {match[1] for match in patterns.listed.finditer(seen)}
        return begun[1] if listed <= {begun[1]} else None
    # What stands alone is told from a word that looks like it by its capital.
    alone = {match[1] or match[2] for match in patterns.alone.finditer(seen)}
    alone -= {seen[place] for place in denied}
    return alone.pop() if len(alone) == 1 else None


def gold_fault(expected: object, options: Options) -> str:
    """Why a gold answer is no letter that may be chosen; empty where it is."""
    letters = set(options.letters.upper())
    texts = [text.strip().upper() for text in expected_texts(expected)]
    if texts and letters.issuperset(texts):
        return ""
    return f"must be one of the letters {', '.join(sorted(letters))}, or a list of them"


def fault(options: Options) -> str:
    """Why these letters cannot be chosen from; empty where they can."""
    if len(options.letters) < 2 or not (options.letters.isascii() and options.letters.isalpha()):
        return "letters: should be at least two of A to Z"
    return ""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """How one set of letters is looked for; the group is the letter."""

    whole: re.Pattern[str]
    stated: re.Pattern[str]
    begins: re.Pattern[str]
    listed: re.Pattern[str]
    alone: re.Pattern[str]
    denied: re.Pattern[str]
    wrong: re.Pattern[str]
    another: re.Pattern[str]


@lru_cache(maxsize=16)
def _patterns(letters: str) -> _Patterns:
    small, capital = f"[{letters.lower()}]", f"[{letters}]"
    marks = r"[\s*_`\"'«»“”‘’()\[\]{}<>.:;,!$\\#]"
    closing = r"[)\]}.:;,*_`\"'!?<$]"
    end = r"(?![\w'’]|-\w)"
    # "The answer is a dog" states no letter, "the answer is a." does.
    letter = rf"(?-i:({capital}){end}|({small})(?={closing}|\s*$))"
    return _Patterns(
        whole=re.compile(
            rf"(?:{marks}|\\boxed|\\text|\b(?:option|answer|choice)\b)*"
            rf"({capital}){end}{marks}*",
            re.IGNORECASE,
        ),
        stated=re.compile(
            rf"(?:\b(?:{_STATED})|####|\\boxed\s*{{|<answer>){_FILLER}{letter}", re.IGNORECASE
        ),
        begins=re.compile(rf"[\s*_`\"'(\[]*({capital})(?:\s*[):.\]]|\s+[-–—]\s|[*_`]{{1,3}})"),
        listed=re.compile(rf"(?<!\S)[*_`(\[]*({capital})[).\]:]"),
        alone=re.compile(
            rf"(?<![\w'’\-])(?:({capital})(?={closing}|\s*$)|({capital}){end}{_NO_ARTICLE})"
        ),
        denied=re.compile(rf"(?i:{_NOT})({capital}){end}"),
        wrong=re.compile(rf"(?<![\w'’\-])({capital}){end}(?i:{_WRONG})"),
        another=re.compile(rf"(?i:{_OR})({capital}){end}"),
    )


def _stated(seen: str, patterns: _Patterns, denied: set[int]) -> Iterator[tuple[str | None, bool]]:
    """The letters that are stated, in order, None for two at once; and whether that is firm.

    "The answer is" is firm, "so" and "it is" are not.
    """
    for match in patterns.stated.finditer(seen):
        place = match.start(match.lastindex or 1)
        before = seen[max(0, match.start() - 40) : match.start()]
        if place in denied or _SUPPOSED.search(before):
            continue
        letter = seen[place].upper()
        other = patterns.another.match(seen, match.end())
        firm = _LOOSE.match(match[0]) is None
        yield (None if other is not None and other[1] != letter else letter), firm
