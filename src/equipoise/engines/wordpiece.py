"""BERT's tokenizer: lower case without accents, words cut into the longest pieces it knows.

Source: Devlin et al. 2018 and google-research/bert, tokenization.py, the uncased models' settings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

_LONGEST_WORD = 100
# CJK ideographs stand for words of their own; the blocks of BERT's own list.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """A vocabulary, by the number of each piece; one that goes on with a word begins with ##."""

    def __init__(self, pieces: Mapping[str, int], longest: int) -> None:
        self._pieces = pieces
        self._longest = longest
        self._unknown = pieces["[UNK]"]
        self._ends = pieces["[CLS]"], pieces["[SEP]"]

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces between its two marks, cut at the longest that is read."""
        begin, end = self._ends
        numbers: list[int] = []
        for word in _words(text):
            if len(numbers) >= self._longest - 2:
                break
            numbers += self._word(word)
        return [begin, *numbers[: self._longest - 2], end]

    def _word(self, word: str) -> list[int]:
        """The longest pieces from the left; a word of which a part is unknown is unknown."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        numbers: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            known = next((e for e in ends if mark + word[start:e] in self._pieces), None)
            if known is None:
                return [self._unknown]
            numbers.append(self._pieces[mark + word[start:known]])
            start = known
        return numbers


def _words(text: str) -> Iterator[str]:
    """The words of a text and its punctuation marks, each by itself."""
    for chunk in text.split():
        word = ""
        for character in unicodedata.normalize("NFD", chunk.lower()):
            kind = unicodedata.category(character)
            if kind == "Mn" or kind in {"Cc", "Cf"} or character == "\ufffd":
                continue
            if _stands_alone(character, kind):
                yield from (word, character) if word else (character,)
                word = ""
            else:
                word += character
        if word:
            yield word


def _stands_alone(character: str, kind: str) -> bool:
    # ASCII's symbols, such as $ and ^, are punctuation to BERT.
    symbol = character.isascii() and not character.isalnum()
    return symbol or kind[0] == "P" or any(a <= ord(character) <= b for a, b in _IDEOGRAPHS)
