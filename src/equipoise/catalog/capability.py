"""How able the catalog's models are, by the Epoch Capabilities Index. Knows no task of anybody's.

The index joins some forty benchmarks into one scale on which Claude 3.5 Sonnet of June 2024 is
130 and GPT-5 is 150; it is one edition, and a model released since then has no score.
"""

from __future__ import annotations

from functools import cache

from equipoise.catalog import models, tables
from equipoise.domain.capability import Capability
from equipoise.domain.model import Model

_INDEX = "epoch-capabilities-index"


@cache
def capabilities() -> tuple[Capability, ...]:
    """All scores, in the order of the file."""
    index = tables.read("capability")[_INDEX]
    cited = tables.source(index["source"])
    return tuple(
        Capability(name, row["score"], row.get("low"), row.get("high"), cited)
        for name, row in index["models"].items()
    )


def score_of(model_id: str) -> Capability | None:
    """A model's score; None where the index has none, which is not a low one."""
    return next((row for row in capabilities() if row.model == model_id), None)


def at_least(score: float) -> tuple[Model, ...]:
    """The models that score that much or more, the ablest first."""
    enough = sorted(
        (row for row in capabilities() if row.score >= score),
        key=lambda row: row.score,
        reverse=True,
    )
    return tuple(models.find(row.model) for row in enough)
