"""The models the catalog knows, open and closed."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from equipoise.catalog import tables
from equipoise.domain.model import (
    Architecture,
    AttentionGroup,
    AttentionKind,
    Model,
    Weights,
    kv_bytes_per_token,
)
from equipoise.errors import UnknownModelError

_NEAR = 6  # similar names that an error gives


@cache
def models() -> tuple[Model, ...]:
    """All models, by developer and then in the order of the file."""
    return tuple(_model(name, row) for name, row in tables.read("models").items())


def find(model: str) -> Model:
    """Look a model up by id; raises UnknownModelError, which names the most similar."""
    for row in models():
        if row.id == model:
            return row
    names = [row.id for row in models()]
    near = get_close_matches(model, names, n=_NEAR, cutoff=0.0)
    raise UnknownModelError(
        f"the catalog has no model {model!r}",
        hint=f"It has: {', '.join(near)} and {len(names) - len(near)} more, which"
        " `equipoise catalog models` lists.",
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
        architecture=_architecture(architecture) if architecture else None,
        base_model=row.get("base_model"),
        repository=row.get("repository"),
        cache_minimum_tokens=row.get("cache_minimum_tokens"),
        smaller=row.get("smaller"),
    )


def _architecture(row: tables.Row) -> Architecture:
    attention = tuple(
        AttentionGroup(**{**group, "kind": AttentionKind(group["kind"])})
        for group in row["attention"]
    )
    held = kv_bytes_per_token(attention)
    return Architecture(**{**row, "attention": attention, "kv_bytes_per_token": held})
