"""A plain decoder from its tensors, where no config.json says more or no rule reads it.

In grouped-query attention the rows of `k_proj` and `v_proj` are what a token adds to the cache, so
that alone is exact. What tensors never say: the context, how many experts answer a token, and
whether a layer sees only a window. The last makes the cache an upper bound, which is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from equipoise.catalog.config_blocks import Fields
from equipoise.catalog.config_json import experts_from_config, known_types
from equipoise.catalog.packed_weights import is_ahead, layer_of, tally
from equipoise.catalog.safetensors_header import StoredTensor
from equipoise.catalog.stored_model import MOST_LAYERS, StoredModel, gathered, refused
from equipoise.domain.model import (
    Architecture,
    AttentionGroup,
    AttentionKind,
    kv_bytes_per_token,
)
from equipoise.errors import UnknownModelError

Config = Mapping[str, object]

CONTEXT = 131_072
"""Tokens of context where a file does not say: a usual model's."""

_KEYS = re.compile(r"\.(?:k_proj|wk)\.weight$")
_VALUES = re.compile(r"\.(?:v_proj|wv)\.weight$")
_QUERIES = re.compile(r"\.(?:q_proj|wq)\.weight$")
_KEY_NORM = re.compile(r"\.(?:k_norm|k_layernorm)\.weight$")
_EMBEDDING = re.compile(r"(?:^|\.)(?:embed_tokens|tok_embeddings|wte|word_embeddings)\.weight$")
_OTHERWISE = re.compile(
    r"kv_a_proj|kv_b_proj|A_log|conv|ssm|mamba|linear_attn|indexer|time_mix|lightning|cross_attn"
)
"""Of layers that keep the past in another way than as keys and values of every token."""

_WHOLE_WEIGHTS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "I8"})


@dataclass(frozen=True, slots=True)
class _Layer:
    """Rows of a layer's projections, and how wide its keys' normalisation is, 0 where unknown."""

    keys: int
    values: int
    queries: int
    norm: int


def _is_matrix(tensor: StoredTensor) -> bool:
    return len(tensor.shape) == 2 and tensor.elements > 0


class _Tensors:
    """The tensors of one model by what they are; `config` is empty where there is none."""

    def __init__(self, tensors: Sequence[StoredTensor], config: Config | None, where: str) -> None:
        self.config: Config = config or {}
        self.fields = Fields(self.config)
        self._alone = config is None
        self._where = where
        depth = self.fields.optional("num_hidden_layers") or 1 + max(
            (layer for tensor in tensors if (layer := layer_of(tensor.name)) is not None),
            default=-1,
        )
        if not 1 <= depth <= MOST_LAYERS:
            self.refuse("there are no layers whose names are known")
        self.layers: list[dict[str, StoredTensor]] = [{} for _ in range(depth)]
        self.outside: list[StoredTensor] = []
        for tensor in tensors:
            layer = layer_of(tensor.name)
            if layer is None:
                self.outside.append(tensor)
            elif not is_ahead(tensor.name, layer, depth):
                self.layers[layer][tensor.name] = tensor

    def refuse(self, reason: str) -> NoReturn:
        """Say why tensors are not enough, and what would be."""
        if self._alone:
            advice = "Place the model's config.json beside it."
            raise refused(self._where, f"has no config.json beside it, and {reason}", advice)
        raise UnknownModelError(
            f"{self._where}: no rule reads the model_type {self.fields.type[:60]!r} of its"
            f" config.json, and {reason}",
            hint=f"There are rules for: {', '.join(known_types())}.",
        )

    def rows(self) -> Iterator[_Layer]:
        """The projections of every layer; refuses where one of them is not plain."""
        for number, tensors in enumerate(self.layers):
            strange = next((name for name in tensors if _OTHERWISE.search(name)), "")
            if strange:
                self.refuse(f"{strange[:80]} keeps the past in a way that tensors do not tell")
            keys, values, queries = (
                self._rows(tensors, number, name) for name in (_KEYS, _VALUES, _QUERIES)
            )
            norms = [t for name, t in tensors.items() if _KEY_NORM.search(name)]
            norm = norms[0].elements if len(norms) == 1 else 0
            yield _Layer(keys, values, queries, norm)

    def _rows(self, tensors: Mapping[str, StoredTensor], layer: int, name: re.Pattern[str]) -> int:
        found = [tensor for key, tensor in tensors.items() if name.search(key)]
        whole = [t for t in found if t.type in _WHOLE_WEIGHTS and _is_matrix(t)]
        if len(whole) != 1:
            what = "packed" if found and not whole else "not exactly one"
            self.refuse(f"in layer {layer} the projection of queries, keys or values is {what}")
        return whole[0].shape[0]

    def embedding(self) -> tuple[int, int]:
        """Vocabulary and hidden size."""
        found = [t.shape for t in self.outside if _EMBEDDING.search(t.name) and _is_matrix(t)]
        if len(found) != 1:
            self.refuse("there is no embedding under a name that is known")
        return found[0][0], found[0][1]


def model_from_tensors(
    tensors: Sequence[StoredTensor], config: Config | None, where: str
) -> StoredModel:
    """The plain decoder of these tensors; `config` where there is one that no rule reads.

    Raises ConfigurationError, or UnknownModelError where there is a config, if the tensors do not
    say what attention keeps or how many experts answer.
    """
    found = _Tensors(tensors, config, where)
    layers = list(found.rows())
    vocabulary, hidden = found.embedding()
    tied = found.fields.flag("tie_word_embeddings")
    counted = tally(tensors, found.config, len(layers), tied)
    if counted.unknown:
        found.refuse(f"{counted.unknown[0][:80]} is packed in a way that only it can explain")
    count, used = experts_from_config(found.config)
    if counted.routed and not count:
        found.refuse("how many of its experts answer a token is in no tensor")
    attention = _attention(found, layers)
    rows = sum(layer.keys + layer.values for layer in layers)
    heads = _heads(found, layers[0])
    architecture = Architecture(
        parameters=counted.parameters,
        active_parameters=counted.active(count, used),
        layers=len(layers),
        kv_bytes_per_token=kv_bytes_per_token(attention) if attention else 2 * rows,
        weight_bytes=counted.size,
        context=found.fields.optional("max_position_embeddings") or CONTEXT,
        hidden_size=hidden,
        query_heads=layers[0].queries // heads if heads else None,
        vocabulary=vocabulary,
        attention=attention,
    )
    notes = (*_notes(found, attention), *counted.remarks())
    assumed = not found.fields.optional("max_position_embeddings")
    return StoredModel(
        "", architecture, count, used, counted.stored_as, assumed=assumed, notes=notes
    )


def _heads(found: _Tensors, layer: _Layer) -> int:
    """The width of a head: as the config says, else that of the normalisation of one; else 0.

    A normalisation over all heads at once is as wide as their projection and says nothing.
    """
    fields = found.fields
    queries = fields.optional("num_attention_heads")
    width = fields.optional("head_dim") or (layer.queries // queries if queries else layer.norm)
    if not width or (not queries and width == layer.queries):
        return 0
    whole = layer.keys % width == layer.values % width == layer.queries % width == 0
    return width if whole else 0


def _attention(found: _Tensors, layers: Sequence[_Layer]) -> tuple[AttentionGroup, ...]:
    """Groups of layers; none where the heads are not known, which only tensor parallelism needs."""
    kept: list[AttentionGroup] = []
    for layer, window in zip(layers, _windows(found, len(layers)), strict=True):
        width = _heads(found, layer)
        if not width or layer.keys != layer.values:
            if window:
                found.refuse("the heads of layers that see a window are not known")
            return ()
        kind = AttentionKind.WINDOW if window else AttentionKind.FULL
        kept.append(AttentionGroup(kind, 1, layer.keys // width, width, window=window))
    return gathered(kept)


def _windows(found: _Tensors, layers: int) -> list[int]:
    """The window of every layer as a config lists them, 0 for the whole context."""
    fields = found.fields
    width = fields.optional("sliding_window") if fields.flag("use_sliding_window", True) else 0
    kinds = fields.words("layer_types")
    if kinds and (
        len(kinds) != layers or not set(kinds) <= {"full_attention", "sliding_attention"}
    ):
        found.refuse("its layer_types have kinds that no rule knows")
    if "sliding_attention" in kinds and not width:
        found.refuse("its layers see a window of a width that it does not say")
    if width and not kinds and width < (fields.optional("max_position_embeddings") or CONTEXT):
        found.refuse("it does not say which layers see its window")
    return [width if kind == "sliding_attention" else 0 for kind in kinds] or [0] * layers


def _notes(found: _Tensors, attention: Sequence[AttentionGroup]) -> Iterator[str]:
    kind = found.fields.type
    if kind:
        yield (
            f"No rule reads the model_type {kind[:60]!r}: what attention keeps was read from the"
            " tensors of its keys and values."
        )
    else:
        yield (
            "Without a config.json what attention keeps was read from the tensors of its keys and"
            " values."
        )
    if not found.fields.words("layer_types"):
        yield "Layers that see only a window would keep less; tensors do not tell of them."
    if not attention:
        yield "How many heads the keys have is not known, so that no copies on devices are counted."
    if not found.fields.optional("max_position_embeddings"):
        yield f"The context is not known; a usual one of {CONTEXT:,} tokens is assumed."
