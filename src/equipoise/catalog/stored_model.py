"""A model as its own files describe it: what every reader of such files gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from equipoise.domain.model import Architecture, AttentionGroup
from equipoise.errors import ConfigurationError, Problem

MOST_LAYERS = 4_096
"""More layers than any model has: beyond it a file is broken, and nobody waits for it."""


POINTER = b"version "
"""How a file begins that Git LFS left in the place of the weights."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """An architecture whose parameters and bytes are those of the file.

    - `name`: what the file calls the model, empty where it does not.
    - `experts_used` of `experts` answer a token, 0 where the model is dense.
    - `stored_as`: the format of most of its weights, `q4_k_m` or `fp8`; `gguf` whether the file is
      llama.cpp's, which computes in kernels of its own.
    - `assumed`: whether a part of the architecture is a usual model's.
    - `notes`: what was assumed or left out, or cannot be known; one sentence each.
    """

    name: str
    architecture: Architecture
    experts: int
    experts_used: int
    stored_as: str
    assumed: bool = False
    gguf: bool = False
    notes: tuple[str, ...] = ()


def refused(where: str, reason: str, advice: str = "", key: str = "") -> ConfigurationError:
    """The error that says what is wrong with a file, and what to do instead."""
    return ConfigurationError((Problem(where, None, key, reason, advice),))


def check_no_pointer(beginning: bytes, where: str) -> None:
    """See that a file is the weights; raises ConfigurationError where Git LFS has them yet."""
    if beginning == POINTER:
        advice = "Run `git lfs pull` where the model was cloned."
        raise refused(where, "is a pointer of Git LFS, not the weights", advice)


def gathered(
    kept: Iterable[AttentionGroup], shared: Iterable[AttentionGroup] = ()
) -> tuple[AttentionGroup, ...]:
    """Layers that keep the past alike as one group each, in the order of the first of them.

    `shared` are those that read the keys and values of layers like them and keep none.
    """
    layers, sharers = Counter(kept), Counter(shared)
    return tuple(
        replace(group, layers=count, sharers=sharers[group]) for group, count in layers.items()
    )


def billions(count: float) -> str:
    """A number of parameters in words that a person reads."""
    return f"{count / 1e9:.3g} billion" if count >= 1e9 else f"{count / 1e6:.3g} million"
