"""Placeholders in the place of what was found, the same one for the same thing."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from equipoise.trials.items.redaction.addresses import addresses
from equipoise.trials.items.redaction.decoding import Reading, read
from equipoise.trials.items.redaction.emails import emails
from equipoise.trials.items.redaction.json_text import Value, values
from equipoise.trials.items.redaction.numbers import cards, ibans
from equipoise.trials.items.redaction.phones import phones
from equipoise.trials.items.redaction.secrets import is_named_secret, secrets
from equipoise.trials.items.redaction.spans import Finder, Span, apart


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of thing: its name in a placeholder, what it is in words, and where it stands.

    `same` spells two ways to write one thing alike.
    """

    name: str
    words: str
    find: Finder
    same: Callable[[str], str] = str.strip


def _without_blanks(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z+]", "", text).upper()


def _phone(text: str) -> str:
    """Digits; a North American number has the same ones with its country's code as without."""
    return re.sub(r"^\+?1([2-9][0-9]{9})$", r"\1", re.sub("^00", "+", _without_blanks(text)))


PATTERNS: Final = (
    Pattern("SECRET", "keys, tokens and passwords, by their form or the name before", secrets),
    Pattern("EMAIL", "addresses of mail", emails, str.casefold),
    Pattern("IBAN", "numbers of accounts, proved modulo 97", ibans, _without_blanks),
    Pattern("CARD", "numbers of cards, proved by Luhn's sum", cards, _without_blanks),
    Pattern("IP", "addresses of the internet", addresses, str.casefold),
    Pattern("PHONE", "numbers of phones, by their groups or the word before", phones, _phone),
)
"""In this order: what holds others of them comes first."""

MISSES: Final = (
    "names, streets, dates of birth, numbers of passports, customers and insurances, bare digits "
    "of phones without a word for one, secrets without a known form or name, pictures of texts, "
    "texts in base64, and what is spelt out"
)
"""What no pattern finds."""

PLACEHOLDER: Final = re.compile(rf"<({'|'.join(row.name for row in PATTERNS)})_([0-9]{{1,9}})>")

_SECRET: Final = PATTERNS[0]
_PASSES: Final = 8
"""How often what is laid bare is looked for; then the whole word goes. No honest text needs two."""


@dataclass(slots=True)
class Redactor:
    """Redacts texts that belong together; the same thing has the same placeholder in all of them.

    `found` counts replacements by kind.
    """

    found: Counter[str] = field(default_factory=Counter)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _last: Counter[str] = field(default_factory=Counter)

    def apart(self, *texts: str) -> Redactor:
        """One that knows what this one does, and counts and learns for itself.

        Placeholders that stand in `texts` already are never given to anything else.
        """
        other = Redactor(Counter(), dict(self._numbers), self._last.copy())
        for text in texts:
            other._leave_free(text)
        return other

    def redact(self, text: str) -> str:
        """The text with placeholders such as `<EMAIL_1>`; nothing that is looked for is left.

        An object or array of JSON stays JSON: its values are looked at each, in the light of their
        field's name, and a number that is replaced becomes a text.
        """
        self._leave_free(text)
        found = values(text)
        if found is None:
            return self._redacted(text)
        parts: list[str] = []
        done = 0
        for value in found:
            parts += [text[done : value.start], self._value(value, text[value.start : value.end])]
            done = value.end
        return "".join((*parts, text[done:]))

    def _leave_free(self, text: str) -> None:
        for name, number in PLACEHOLDER.findall(text):
            self._last[name] = max(self._last[name], int(number))

    def _value(self, value: Value, written: str) -> str:
        """A value of JSON, redacted; to the letter as it was where there is nothing to redact."""
        given = value.value
        if not PLACEHOLDER.fullmatch(given) and is_named_secret(value.field, given):
            told = self._placeholder(_SECRET, given)
        elif value.is_text and values(given) is not None:
            told = self.redact(given)
        else:
            told = self._redacted(given, f"{value.field}: " if value.field else "")
        return written if told == given else json.dumps(told, ensure_ascii=written.isascii())

    def _redacted(self, text: str, before: str = "") -> str:
        """The text, redacted; `before` is looked at with it and not replaced."""
        passes = 0
        while True:
            words = passes > _PASSES
            once = self._round(read, text, before, words=words)
            if once == text:
                # An escape may stand where it is none, as in a name of a file with a %.
                once = self._round(Reading, text, before, words=words)
            # What is replaced may lay bare what stood beside it.
            if once == text:
                return text
            text = once
            passes += 1

    def _round(
        self, reads: Callable[[str], Reading], text: str, before: str, *, words: bool
    ) -> str:
        reading = reads(before + text)
        for pattern in PATTERNS:
            there = [
                (max(start - len(before), 0), end - len(before), reading.text[slice(*span)])
                for span in apart(pattern.find(reading.text))
                for start, end in (reading.origin(span),)
                if end > len(before)
            ]
            if there:
                text = self._replaced(pattern, text, there, words=words)
                reading = reads(before + text)
        return text

    def _replaced(
        self, pattern: Pattern, text: str, there: list[tuple[int, int, str]], *, words: bool
    ) -> str:
        parts: list[str] = []
        done = 0
        given = {(start, end): found for start, end, found in there}
        spans = dict(_widened(given, text)) if words else {span: span for span in given}
        for start, end in apart(spans):
            told = self._placeholder(pattern, given[spans[start, end]])
            parts += [text[done:start], told]
            done = end
        return "".join((*parts, text[done:]))

    def _placeholder(self, pattern: Pattern, given: str) -> str:
        self.found[pattern.name] += 1
        key = pattern.name, pattern.same(given)
        if key not in self._numbers:
            self._last[pattern.name] += 1
            self._numbers[key] = self._last[pattern.name]
        return f"<{pattern.name}_{self._numbers[key]}>"


def _widened(spans: Iterable[Span], text: str) -> Iterator[tuple[Span, Span]]:
    """Each span as far as the words reach that it begins and ends in, and the span itself."""
    edges = [match.start() for match in re.finditer(r"\s", text)]
    for start, end in spans:
        before, after = bisect_right(edges, start - 1), bisect_left(edges, end)
        wide = (
            edges[before - 1] + 1 if before else 0,
            edges[after] if after < len(edges) else len(text),
        )
        yield wide, (start, end)
