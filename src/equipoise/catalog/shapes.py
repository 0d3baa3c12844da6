"""The architecture behind a model's name as measurements write it, experts included.

Names come with a publisher, a precision, a format, the day of a snapshot, a fine-tune's words; what
decides speed is the architecture, so all of that is taken off. A fine-tune is told by its sizes
(`35B-A3B`); a model nobody knows by the sizes in its name alone, and is then said to be assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from equipoise.catalog import models, tables
from equipoise.domain.model import (
    Architecture,
    AttentionGroup,
    AttentionKind,
    kv_bytes_per_token,
)
from equipoise.domain.provenance import Source


@dataclass(frozen=True, slots=True)
class Shape:
    """An architecture with its experts: `experts_used` of `experts` answer a token, 0 if dense.

    `selected` is how many tokens of the past an index picks for a latent layer to attend to, 0
    where it attends to all. `assumed` where only the sizes are known and the layers are a usual
    model's. `source` is where its layers and experts stand, None for a usual model's.
    """

    id: str
    architecture: Architecture
    experts: int = 0
    experts_used: int = 0
    selected: int = 0
    assumed: bool = False
    source: Source | None = None


# Words of a name that do not change the architecture: precisions, formats, tunings, publishers.
_NOISE = re.compile(
    r"(?<![a-z0-9])(?:nv|mx)?fp(?:4|8|16)(?![a-z0-9])|bf16|int[48]|w[48]a(?:8|16)|[248]-?bits?"
    r"|(?<![a-z0-9])(?:ud-)?i?q[2-8](?:_[0-9a-z]+)*"
    r"|(?<![a-z0-9])(?:instruct|chat|it|hf|gguf|awq|gptq|mlx|qat|mtp|ud|base|dynamic|block|tput|turbo|omni"
    r"|thinking|reasoning|merged|lora|preview|bnb|autoround|abliterated|uncensored|meta|nvidia"
    r"|aggressive|unquantized|99\.9|99|2507|2512|0528|2506|2410|2411|2501)(?![a-z0-9])"
)
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?")
_ROUTED = re.compile(r"(\d+(?:\.\d+)?)b-?a(\d+(?:\.\d+)?)b")
_MIXED = re.compile(r"(?<![a-z0-9.])(\d+)x(\d+(?:\.\d+)?)b(?![a-z0-9])")
_DENSE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])")
# Layers of usual models by billions of parameters: Llama, Qwen and Mistral from 0.5 to 405.
_SIZES = (0.5, 1.2, 3.2, 8.0, 14.0, 32.0, 70.0, 180.0, 405.0)
_LAYERS = (24, 16, 28, 32, 40, 64, 80, 88, 126)
_NEAR = 1.5  # a size that a name states is the model's own within it
_DENSE_SHARE = 0.45  # above it the rest are embeddings looked up by the token, not experts
# Of eight times seven billion parameters: what experts share is there once; two answer a token.
_MIXED_TOTAL, _MIXED_USED = 0.83, 1.85
_USED_SHARE = 0.75  # of the active parameters' share, what experts are: the rest is not routed


@lru_cache(maxsize=4096)
def shape(name: str, parameters: float | None = None, active: float | None = None) -> Shape | None:
    """The shape of the model that is called `name`; None where not even its size is known.

    `parameters` and `active` are what is said of it elsewhere, used where the name has no size.
    """
    known = _by_form().get(form(name)) or _by_beginning(name) or _by_sizes(name)
    if known is not None:
        return known
    total, used = sizes(name)
    total, used = total or parameters, used or active
    return assumed(total, used or total) if total else None


def of_model(model: str) -> Shape:
    """The shape of a model by its id in the catalog; raises UnknownModelError."""
    known = _by_id().get(model)
    if known is not None:
        return known
    found = models.find(model)
    raise ValueError(f"{found.id} has closed weights, of whose architecture nothing is known")


def form(name: str) -> str:
    """A name as words and numbers without what does not change the architecture."""
    text = _NOISE.sub(" ", name.lower().rpartition("/")[2]).replace("_", "-").replace(" v", " ")
    text = text.replace("llama2", "llama-2").replace("llama3", "llama-3")
    return " ".join(_TOKEN.findall(text))


def sizes(name: str) -> tuple[float | None, float | None]:
    """Total and active parameters as a name states them, `30B-A3B`, `8x7B` or `70b`."""
    text = re.sub(r"[\s_]+", "-", name.lower()).rpartition("/")[2]
    routed = _ROUTED.search(text)
    if routed:
        return float(routed[1]) * 1e9, float(routed[2]) * 1e9
    mixed = _MIXED.search(text)
    if mixed:
        each = float(mixed[2]) * 1e9
        return _MIXED_TOTAL * int(mixed[1]) * each, _MIXED_USED * each
    dense = _DENSE.search(text)
    return (float(dense[1]) * 1e9, None) if dense else (None, None)


def assumed(parameters: float, active: float) -> Shape:
    """A usual architecture of that size: grouped-query attention with eight heads of 128."""
    billions = (parameters * active) ** 0.5 / 1e9
    layers = round(float(np.interp(np.log(billions), np.log(_SIZES), _LAYERS)))
    attention = (AttentionGroup(AttentionKind.FULL, layers, kv_heads=8, head_dim=128),)
    architecture = Architecture(
        parameters=parameters,
        active_parameters=active,
        layers=layers,
        kv_bytes_per_token=kv_bytes_per_token(attention),
        weight_bytes=2 * parameters,
        context=131_072,
        hidden_size=round((active / (12 * layers)) ** 0.5),
        attention=attention,
    )
    experts, used = _experts(architecture, 0, 0)
    return Shape("assumed", architecture, experts, used, assumed=True)


def _experts(architecture: Architecture, count: int, used: int) -> tuple[int, int]:
    """As known, else 128 of which as many answer as the active parameters suggest."""
    if count or architecture.active_parameters > _DENSE_SHARE * architecture.parameters:
        return count, used
    share = architecture.active_parameters / architecture.parameters
    return 128, max(1, round(128 * share * _USED_SHARE))


@cache
def _by_id() -> Mapping[str, Shape]:
    rows = tables.read("shapes")
    found: dict[str, Shape] = {}
    for model in models.models():
        if model.architecture is not None:
            row = rows.get(model.id, {})
            experts = (row.get("experts", 0), row.get("experts_used", 0))
            experts = _experts(model.architecture, *experts)
            selected = row.get("selected", 0)
            cited = tables.source(row["source"]) if "source" in row else model.source
            found[model.id] = Shape(
                model.id, model.architecture, *experts, selected=selected, source=cited
            )
    for name, row in rows.items():
        if "architecture" in row:
            architecture = _architecture(row["architecture"])
            experts = (row.get("experts", 0), row.get("experts_used", 0))
            selected = row.get("selected", 0)
            cited = tables.source(row["source"])
            found[name] = Shape(name, architecture, *experts, selected=selected, source=cited)
    return found


def _architecture(row: tables.Row) -> Architecture:
    attention = tuple(
        AttentionGroup(**{**group, "kind": AttentionKind(group["kind"])})
        for group in row["attention"]
    )
    held = kv_bytes_per_token(attention)
    return Architecture(**{**row, "attention": attention, "kv_bytes_per_token": held})


def _names() -> Iterator[tuple[str, Shape]]:
    for known in _by_id().values():
        yield form(known.id), known
    for model in models.models():
        if model.id in _by_id():
            yield form(model.name), _by_id()[model.id]
            if model.repository is not None:
                yield form(model.repository), _by_id()[model.id]
    for name, row in tables.read("shapes").items():
        for alias in row.get("aliases", []):
            yield " ".join(_TOKEN.findall(alias)), _by_id()[name]


@cache
def _by_form() -> Mapping[str, Shape]:
    found: dict[str, Shape] = {}
    for name, known in _names():
        found.setdefault(name, known)
    return found


def _by_beginning(name: str) -> Shape | None:
    """The known model whose whole name this one goes on from, unless another size follows."""
    words = form(name).split(" ")
    stated, _ = sizes(name)
    for end in range(len(words) - 1, 2, -1):
        found = _by_form().get(" ".join(words[:end]))
        if found is not None:
            known = found.architecture.parameters
            near = stated is None or known / _NEAR < stated < known * _NEAR
            return found if near else None
    return None


def _by_sizes(name: str) -> Shape | None:
    """The known model of these sizes: `35B-A3B` says enough, `8B` needs the family's word too."""
    total, active = sizes(name)
    if total is None:
        return None
    family = form(name).split(" ")[0]
    for known in _by_id().values():
        if sizes(known.id) == (total, active) and (active or known.id.startswith(family)):
            return replace(known, assumed=active is None)
    return None
