"""Models: weights or a service. `weights` says who may hold them, never who runs them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.domain.provenance import Source


class Weights(StrEnum):
    """Whether the weights can be had, whatever the licence then allows."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Architecture:
    """What sizing needs of an open model.

    `parameters` and `active_parameters` are counts; `kv_bytes_per_token` is for 16-bit keys and
    values; `weight_bytes` is the size of the file as served.
    """

    parameters: float
    active_parameters: float
    layers: int
    kv_bytes_per_token: int
    weight_bytes: float
    context: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the catalog knows it. A closed one has no architecture and no repository.

    `repository` is where its weights lie on the Hugging Face hub, as `owner/name`;
    `cache_minimum_tokens` the shortest prefix that its vendor's prompt cache keeps, None where
    nobody has read it: no saving is then counted.
    """

    id: str
    name: str
    developer: str
    weights: Weights
    licence: str
    capabilities: frozenset[str]
    source: Source
    released: date | None = None
    architecture: Architecture | None = None
    base_model: str | None = None
    repository: str | None = None
    cache_minimum_tokens: int | None = None
