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


class AttentionKind(StrEnum):
    """How a layer keeps the past: the paths of the cache's arithmetic."""

    FULL = "full"
    LATENT = "latent"
    WINDOW = "window"
    STATE = "state"


_NEEDS = {
    AttentionKind.FULL: ("kv_heads", "head_dim"),
    AttentionKind.LATENT: ("width",),
    AttentionKind.WINDOW: ("kv_heads", "head_dim", "window"),
    AttentionKind.STATE: ("state_bytes",),
}


@dataclass(frozen=True, slots=True)
class AttentionGroup:
    """Layers that keep the past alike, and what one of them keeps of one sequence.

    - `full`: keys and values of every token, for `kv_heads` heads of `head_dim`.
    - `latent`: one vector of `width` elements a token for all heads; each device has a copy.
    - `window`: as full, but of at most `window` tokens, sliding or in chunks of that length.
    - `state`: `state_bytes`, however long the sequence (state space, linear attention).

    `value_dim` is the values' dimension where it is not the keys'. `sharers` are further layers
    that read the keys and values of these and keep none. Raises ValueError where a fact that the
    kind needs is missing.
    """

    kind: AttentionKind
    layers: int
    kv_heads: int = 0
    head_dim: int = 0
    value_dim: int | None = None
    width: int = 0
    window: int = 0
    state_bytes: int = 0
    sharers: int = 0

    def __post_init__(self) -> None:
        for name in ("layers", *_NEEDS[self.kind]):
            if getattr(self, name) < 1:
                raise ValueError(f"attention of kind {self.kind} needs {name}")

    @property
    def elements_per_token(self) -> int:
        """Elements that one layer keeps of a token which it keeps; 0 of a state."""
        if self.kind is AttentionKind.LATENT:
            return self.width
        values = self.head_dim if self.value_dim is None else self.value_dim
        return self.kv_heads * (self.head_dim + values)


def kv_bytes_per_token(attention: tuple[AttentionGroup, ...]) -> int:
    """Bytes that a token of further context adds beyond every window, at 16 bits an element."""
    grows = (AttentionKind.FULL, AttentionKind.LATENT)
    return sum(2 * row.layers * row.elements_per_token for row in attention if row.kind in grows)


@dataclass(frozen=True, slots=True)
class Architecture:
    """What sizing needs of an open model.

    `parameters` and `active_parameters` are counts; `weight_bytes` is the size of the file as
    served; `kv_bytes_per_token` is what a token adds to a long context, at 16 bits an element.
    `attention` says which layers keep what; it is empty where only that figure is known, and all
    of it is then taken for full attention. Raises ValueError where the two disagree.
    """

    parameters: float
    active_parameters: float
    layers: int
    kv_bytes_per_token: int
    weight_bytes: float
    context: int
    hidden_size: int | None = None
    query_heads: int | None = None
    vocabulary: int | None = None
    attention: tuple[AttentionGroup, ...] = ()

    def __post_init__(self) -> None:
        if self.attention and self.kv_bytes_per_token != kv_bytes_per_token(self.attention):
            raise ValueError("kv_bytes_per_token does not follow from the attention's layers")


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the catalog knows it. A closed one has no architecture and no repository.

    `repository` is where its weights lie on the Hugging Face hub, as `owner/name`;
    `cache_minimum_tokens` the shortest prefix that its vendor's prompt cache keeps, None where
    nobody has read it: no saving is then counted. `smaller` is the catalog's id of the next
    smaller and cheaper model of the same developer that is still sold, None where there is none
    or nobody has said so.
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
    smaller: str | None = None
