"""The models the catalog knows, open and closed."""

from __future__ import annotations

from functools import cache

from equipoise.catalog import tables
from equipoise.domain.model import Architecture, Model, Weights
from equipoise.errors import UnknownModelError


@cache
def models() -> tuple[Model, ...]:
    """All models, in the order of the file."""
    return tuple(_model(name, row) for name, row in tables.read("models").items())


def find(model: str) -> Model:
    """Look a model up by id; raises UnknownModelError."""
    for row in models():
        if row.id == model:
            return row
    raise UnknownModelError(
        f"the catalog has no model {model!r}",
        hint=f"It has: {', '.join(row.id for row in models())}.",
    )


def _model(name: str, row: tables.Row) -> Model:
    architecture = row.get("architecture")
    return Model(
        id=name,
        name=row["name"],
        developer=row["developer"],
        weights=Weights(row["weights"]),
        licence=row["licence"],
        capabilities=frozenset(row["capabilities"]),
        source=tables.source(row["source"]),
        released=row.get("released"),
        architecture=Architecture(**architecture) if architecture else None,
        base_model=row.get("base_model"),
        repository=row.get("repository"),
        cache_minimum_tokens=row.get("cache_minimum_tokens"),
    )
