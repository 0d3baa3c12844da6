"""A text as a reader sees it: case, blanks, punctuation and compatibility forms do not count.

The rules are those of SQuAD's evaluation (Rajpurkar et al. 2016), which drops articles and
punctuation and folds case, with Unicode's NFKC and case folding in place of ASCII's. Unlike there,
marks that make another number or another name of it count: -5, 1.5, 10:30, 50 %, C#, blood type A-.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, verdict
from equipoise.trials.scorers.text import expected_texts, said, visible

_ARTICLES = {
    "none": "",
    "en": "a an the",
    "de": "der die das den dem des ein eine einen einem einer eines",
    "fr": "le la les un une des",
    "es": "el la los las un una unos unas",
}
# An elided article stands before its noun with an apostrophe and no blank: l'eau.
_ELIDED = re.compile(r"\b[ld]['’]", re.IGNORECASE)
# NFKC makes 5² into 52 and 1½ into 11/2: they are taken apart before it.
_RAISED = re.compile("[⁰¹²³⁴-⁹⁺⁻]+")
_PART = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_CURRENCIES = "$€£¥₹₩₽¢"
_WORD_ENDS = r"(?=(?:[^\w\s]|_)*(?:\s|$))"
_KEPT = re.compile(
    rf"(?<!\S)(?:[^\w\s+-]|_)*(?P<grade>[^\W\d_]{{1,2}}-){_WORD_ENDS}"
    rf"|(?P<sharp>(?<=[^\W_])#+{_WORD_ENDS})"
    rf"|(?P<number>(?:(?<![^\W_])-\s?)?(?:[{_CURRENCIES}]\s?-?)?(?:(?<![^\W_])(?<!\.)[.٫])?"
    r"\d+(?:[.,:/٫٬-]\d+)*(?:\s?[%‰٪])?)"
)
_INNER_BLANK = re.compile(rf"(?<=[{_CURRENCIES}])\s|\s(?=[%‰٪])")


@dataclass(frozen=True, slots=True)
class Options:
    """What counts nevertheless."""

    case: bool = option(False, "whether upper and lower case are told apart")
    punctuation: bool = option(False, "whether punctuation counts")
    articles: str = option("none", "whose articles are left out", words=tuple(_ARTICLES))


DEFAULT = Options()


def score(text: str, expected: object, options: Options = DEFAULT) -> Score:
    """Whether an answer is one of the accepted texts once both are normalised."""
    answer = normalised(said(text), options)
    if not answer:
        return MALFORMED
    return verdict(accepted=answer in {normalised(t, options) for t in expected_texts(expected)})


def normalised(text: str, options: Options = DEFAULT) -> str:
    """The text with everything taken away that does not count.

    A text of nothing but punctuation, or of one article alone, keeps it: nothing else is left.
    """
    plain = visible(_RAISED.sub(lambda raised: f"^{raised[0]}", _PART.sub(" ", text)))
    if not options.case:
        # Folding may bring a compatibility form out again, such as ẞ in a fraktur letter.
        plain = unicodedata.normalize("NFKC", plain.casefold())
    words = " ".join(plain.replace("⁄", "/").split())
    if options.articles == "fr":
        words = " ".join(_ELIDED.sub("", words).split()) or words
    if not options.punctuation:
        words = _without_punctuation(words) or words
    if options.articles != "none":
        words = _without_articles(words, options.articles) or words
    return words


def _without_punctuation(text: str) -> str:
    plain = "".join("-" if c == "−" or unicodedata.category(c) == "Pd" else c for c in text)
    kept = []
    end = 0
    for match in _KEPT.finditer(plain):
        kind = match.lastgroup or ""
        before = plain[end : match.start(kind)]
        # No two numbers become one, and no sign becomes a hyphen, by what is dropped between them.
        parted = kind == "number" and _is_punctuation(before[-1:])
        kept += [_bare(before), " " if parted else "", _INNER_BLANK.sub("", match[kind])]
        end = match.end()
    return " ".join("".join([*kept, _bare(plain[end:])]).split())


def _bare(text: str) -> str:
    # A hyphen or slash parts words; an apostrophe or full stop inside one does not: don't, U.S.
    marks = {c: " " if c in "-/" else "" for c in set(text) if _is_punctuation(c)}
    return "".join(marks.get(c, c) for c in text)


def _is_punctuation(character: str) -> bool:
    return bool(character) and unicodedata.category(character)[0] == "P"


def _without_articles(text: str, language: str) -> str:
    articles = frozenset(_ARTICLES[language].split())
    return " ".join(word for word in text.split() if word.casefold() not in articles)
