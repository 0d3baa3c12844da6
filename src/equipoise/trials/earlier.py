"""Answers that other trials of this folder have paid for already, found by what was asked."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.domain.request import Usage
from equipoise.trials import answer_row
from equipoise.trials.arm import Question
from equipoise.trials.journal import AnswerRow
from equipoise.trials.plan import canonical

_DIGITS = 32
# Keys of a line are in order, so it is the first; a journal of before has none.
_FRONT = re.compile(rb'\{"asked":"([0-9a-f]{32})"')
_FILES = 40
"""The bits of an address that say where in a file; those above say which file."""


def asked_digest(question: Question) -> str:
    """What was put to whom and how, as 32 hexadecimal digits; empty where it is nobody else's.

    Two questions with one digest differ in nothing that an answer could depend on: a repeat is
    another question, because its answer has to be drawn anew.
    """
    if not question.arm.identity:
        return ""
    asked = [question.arm.identity, question.repeat, asdict(question.request)]
    return hashlib.sha256(canonical(asked)).hexdigest()[:_DIGITS]


class EarlierAnswers:
    """The answers of all journals of a folder but one; sixteen bytes of memory each."""

    def __init__(self, folder: Path, own: Path) -> None:
        self._files = sorted(path for path in folder.glob("*.jsonl") if path != own)
        keys, places = array("Q"), array("Q")
        for number, path in enumerate(self._files):
            with suppress(OSError):  # a journal that may not be read is no journal of ours
                for offset, digest in _digests(path):
                    keys.append(int(digest[:16], 16))
                    places.append(number << _FILES | offset)
        unsorted = np.frombuffer(keys, dtype=np.uint64) if keys else np.empty(0, dtype=np.uint64)
        order = np.argsort(unsorted, kind="stable")
        self._keys: NDArray[np.uint64] = unsorted[order]
        self._places: NDArray[np.uint64] = (
            np.frombuffer(places, dtype=np.uint64)[order] if places else unsorted
        )

    def find(self, question: Question) -> AnswerRow | None:
        """The answer to this very question, as this trial would journal it; None for none."""
        if not question.asked or not self._keys.size:
            return None
        key = np.uint64(int(question.asked[:16], 16))
        start, end = (int(np.searchsorted(self._keys, key, side)) for side in ("left", "right"))
        for place in map(int, self._places[start:end]):
            with suppress(OSError, ValueError):  # damage is for whoever opens that journal to say
                row = self._read(place)
                if row.asked == question.asked and not row.failure:
                    return _as_ours(row, question)
        return None

    def _read(self, place: int) -> AnswerRow:
        with self._files[place >> _FILES].open("rb") as lines:
            lines.seek(place & (1 << _FILES) - 1)
            return answer_row.read(lines.readline())


def _digests(path: Path) -> Iterator[tuple[int, str]]:
    """Where in a journal each answer stands that says what was asked."""
    offset = 0
    with path.open("rb") as lines:
        for line in lines:
            found = _FRONT.match(line)
            if found is not None and line.endswith(b"\n"):
                yield offset, found[1].decode()
            offset += len(line)


def _as_ours(row: AnswerRow, question: Question) -> AnswerRow:
    usage = Usage(row.input_tokens, row.output_tokens, row.cached_tokens)
    return replace(
        row,
        candidate=question.arm.candidate.id,
        item=question.item,
        cost_pico=question.arm.cost(usage, row.seconds),
        cached=True,
    )
