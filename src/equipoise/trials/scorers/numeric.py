"""A number, however it is written: compared exactly or within a tolerance, in decimal.

The number that counts is that in the last box, after the last `####`, in the last `<answer>` tag or
after the last words such as "the answer is"; without one of these, the last number of the text.
Several numbers in one box, a range, a bound or a sum that is not worked out are no answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext

from equipoise.trials.scorers.numerals import DIGITS, Numeral, numerals, read_number
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, verdict
from equipoise.trials.scorers.text import said

_BOX = re.compile(r"\\(?:boxed|fbox)\s*{((?:[^{}]|{[^{}]{0,200}}){0,400})}")
_TAG = re.compile(r"<answer>([^<]{0,400})", re.IGNORECASE)
_HASHES = re.compile(r"####([^\n]{0,400})")
_STATED = re.compile(
    r"\b(?:answer|result|total|antwort|lösung|ergebnis|réponse|résultat|respuesta|resultado)\b"
    r"[\s*_]{0,4}(?:is|are|was|equals|ist|lautet|est|es|:|=)[ :*_=]{0,8}",
    re.IGNORECASE,
)
# "If the answer is 3" states nothing.
_SUPPOSED = re.compile(
    r"\b(?:if|suppose|supposing|assume|assuming|unless|whether|wenn|falls|si)\b[^.;\n]{0,20}$",
    re.IGNORECASE,
)
# "The answer is 5. Wait, I forgot 2": what holds in the end is not said.
_TAKEN_BACK = re.compile(
    r"\b(?:wait|actually|correction|scratch that|on second thought|i made a mistake|"
    r"i misread)\b[^\n]{0,200}?\d",
    re.IGNORECASE,
)
# A sum that is worked out is worth what stands after its last sign of equality.
_WORKED_OUT = re.compile(r"(?:(?![.,;](?:\s|$))[^\n]){0,200}=")
_STRETCH = 200
_STATEMENTS = 64  # of an answer that repeats itself the last are looked at


@dataclass(frozen=True, slots=True)
class Options:
    """How far off an answer may be, and how numbers are written in it."""

    absolute: float = option(0.0, "how far off the number may be", least=0)
    relative: float = option(0.0, "how far off it may be, as a share of gold", least=0, most=1)
    decimal: str = option(".", "the mark before the fraction", words=(".", ","))
    percent: str = option(
        "number",
        "what 25 % is: the number 25, the fraction 0.25, or either",
        words=("number", "fraction", "either"),
    )


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether the number of an answer is gold's; malformed without one that can be read."""
    given = stated_number(text, options)
    if given is None or given.value is None:
        return MALFORMED
    golds = [gold for value in _listed(expected) if (gold := gold_number(value, options))]
    near = any(
        _near(one, other, options)
        for gold in golds
        for one in _worth(given, options)
        for other in _worth(gold, options)
    )
    return verdict(accepted=near)


def stated_number(text: str, options: Options = DEFAULT) -> Numeral | None:
    """The number that an answer gives; None where there is none."""
    answer = said(text)
    for pattern in (_BOX, _HASHES, _TAG):
        stated = pattern.findall(answer)
        if stated:
            return _only(_after_equality(stated[-1]), options)
    for statement in reversed([*_STATED.finditer(answer)][-_STATEMENTS:]):
        if _supposed(answer, statement.start()):
            continue
        line = answer[statement.end() : statement.end() + _STRETCH].partition("\n")[0]
        # "The answer is 5 apples, not 6": the first number after the words.
        stretch = _after_equality(f"{statement[0]}{line}")
        for number in numerals(stretch, options.decimal):
            return Numeral(None) if _TAKEN_BACK.search(answer, statement.end()) else number
    return next(numerals(answer, options.decimal, backwards=True), None)


def gold_number(expected: object, options: Options = DEFAULT) -> Numeral | None:
    """The number of a gold answer, which is a number or a text of nothing else."""
    if isinstance(expected, bool):
        return None
    if isinstance(expected, int | float):
        return read_number(repr(expected), ".")
    return read_number(expected, options.decimal) if isinstance(expected, str) else None


def gold_fault(expected: object, options: Options) -> str:
    """Why a gold answer is no number; empty where it is."""
    values = _listed(expected)
    if values and all(gold_number(value, options) is not None for value in values):
        return ""
    return "must be a number, a text of one number, or a list of those that are accepted"


def _listed(expected: object) -> list[object]:
    return expected if isinstance(expected, list) else [expected]


def _only(text: str, options: Options) -> Numeral | None:
    """The number of a text that holds one; without a value where it holds several."""
    found = set(numerals(text, options.decimal))
    return found.pop() if len(found) == 1 else Numeral(None) if found else None


def _after_equality(text: str) -> str:
    worked_out = _WORKED_OUT.match(text)
    return text[worked_out.end() :] if worked_out else text


def _supposed(text: str, start: int) -> bool:
    return _SUPPOSED.search(text[max(0, start - 40) : start]) is not None


def _worth(number: Numeral, options: Options) -> tuple[Decimal, ...]:
    if number.value is None:
        return ()
    if not number.percent or options.percent == "number":
        return (number.value,)
    with localcontext(prec=DIGITS):
        share = number.value / 100
    return (share,) if options.percent == "fraction" else (number.value, share)


def _near(given: Decimal, gold: Decimal, options: Options) -> bool:
    with localcontext(prec=DIGITS):
        allowed = max(Decimal(options.absolute), Decimal(options.relative) * abs(gold))
        # The tolerance is a binary number: a hair more, so that 0.1 allows all of 0.1.
        return abs(given - gold) <= allowed + abs(allowed) * Decimal("1e-12")
