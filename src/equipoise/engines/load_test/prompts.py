"""Prompts of a wanted length, made from a seed: plain words, and prefixes that requests share.

No tokenizer is asked: a word counts as one token, which is nearly so for the short common words
here in every vocabulary we know. What they came to is what the endpoint itself counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.domain.request import Message, Request

BLOCK_TOKENS = 512
"""Tokens that one hash of a Mooncake trace stands for (Qin et al. 2024, arXiv 2407.00079)."""

_TEXT = (
    "about after also and back because been before between both came come could day did "
    "different do down each even every few find first for from get give go good great had "
    "hand has have her here high him his home house how in into is it its just keep kind know "
    "land large last left life like line little long look made make man many may me men might "
    "more most much must my name near need never new next night no not now number of off old "
    "on once one only or other our out over own page part people place play point put read "
    "right said same saw say school see seem set she should show side small so some soon "
    "state still stop such sun take tell than that the their them then there these they thing "
    "think this three through time to too took tree turn two under until up us use very want "
    "was water way we well went were what when where which while who why will with work world "
    "would year you young your "
)
_WORDS = np.array(_TEXT.split())
_ORDER = "Go on with the story in the style of these words, at length and without stopping:\n\n"


@dataclass(frozen=True, slots=True)
class PromptMaker:
    """Makes the requests of a test. What two of them share comes first, so that it can be cached.

    `lengths` are input, output and shared prefix in tokens.
    """

    model: str
    seed: int
    input_tokens: int
    output_tokens: int
    shared_tokens: int = 0

    def request(self, level: str, number: int) -> Request:
        """The request of this number at this level; no two share more than the prefix."""
        shared = _words(f"{self.seed}/shared", min(self.shared_tokens, self.input_tokens))
        own = _words(f"{self.seed}/{level}/{number}", self.input_tokens - len(shared))
        return self._request([*shared, *own], self.output_tokens)

    def traced(self, number: int, length: int, output: int, blocks: Sequence[int]) -> Request:
        """A request of a trace: `length` tokens, of which every block has the text of its hash."""
        words: list[str] = []
        for block in blocks[: -(-length // BLOCK_TOKENS)]:
            words += _words(f"{self.seed}/block/{block}", BLOCK_TOKENS)
        words = words[:length]
        words += _words(f"{self.seed}/trace/{number}", length - len(words))
        return self._request(words, output)

    def _request(self, words: Sequence[str], output: int) -> Request:
        message = Message("user", _ORDER + " ".join(words))
        return Request(self.model, (message,), max_output_tokens=max(1, output))


def generator(name: str) -> np.random.Generator:
    """A stream of draws of its own for every name, the same on every machine."""
    digest = hashlib.sha256(name.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _words(name: str, count: int) -> list[str]:
    return [str(word) for word in generator(name).choice(_WORDS, max(0, count))]
