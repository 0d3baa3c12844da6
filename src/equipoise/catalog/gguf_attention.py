"""What each layer of a GGUF file keeps of the past, from its keys and from what tensors it has.

Keys are those of llama.cpp's `llama-arch`, windows as its models read them: which layers of a
family see only a window is often in no file. A recurrent state is held in 32 bits, as llama.cpp
does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NoReturn

from equipoise.catalog.gguf_header import Value
from equipoise.catalog.stored_model import MOST_LAYERS, gathered, refused
from equipoise.domain.model import AttentionGroup, AttentionKind

Tensors = Mapping[str, tuple[int, ...]]
"""Of one layer: the shape of each tensor by its name within the layer."""

_STATE_BYTES = 4
_MOST = 2**32  # of any count that is not one of parameters


@dataclass(frozen=True, slots=True)
class Windows:
    """All layers but every `period`-th see a window, of `width` tokens where the file has none.

    With `period` 0 all of them do. `listed` where the file has to say which.
    """

    period: int = 0
    width: int = 0
    listed: bool = False


# Architectures as `general.architecture` names them; those that are not in `_WINDOWED` see the
# whole context in every layer, whatever window their file mentions.
_WHOLE = (
    "apertus arcee bailingmoe bailingmoe2 chatglm command-r dbrx deci deepseek deepseek2 dots1"
    " ernie4_5 ernie4_5-moe exaone falcon-h1 gemma glm4 glm4moe granite granitehybrid granitemoe"
    " hunyuan-dense hunyuan-moe internlm2 jamba llama mamba mamba2 minimax-m2 mistral"
    " mistral3 mistral4 nemotron nemotron_h nemotron_h_moe olmo olmoe phi2 phi3 phimoe qwen2"
    " qwen2moe qwen2vl qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe seed_oss"
    " smollm3 stablelm starcoder2"
)
_WINDOWED = {
    "cohere2": Windows(4),
    "exaone4": Windows(4),
    "gemma2": Windows(2, 4_096),
    "gemma3": Windows(6),
    "gemma3n": Windows(5),
    "gemma4": Windows(listed=True),
    "gpt-oss": Windows(2),
    "lfm2": Windows(0),
    "lfm2moe": Windows(0),
    "llama4": Windows(4, 8_192),
    "mimo2": Windows(listed=True),
    "olmo2": Windows(4),
}
ARCHITECTURES: Mapping[str, Windows | None] = MappingProxyType(
    {**dict.fromkeys(_WHOLE.split()), **_WINDOWED}
)


class Keys:
    """The metadata of one file under its architecture's prefix."""

    def __init__(self, metadata: Mapping[str, Value], architecture: str, where: str) -> None:
        self._metadata = metadata
        self.architecture = architecture
        self.where = where

    def refuse(self, name: str, reason: str) -> NoReturn:
        """Raise the ConfigurationError that says what is wrong with a key."""
        advice = "Convert the model again with a current llama.cpp."
        raise refused(self.where, reason, advice, f"{self.architecture}.{name}")

    def listed(self, name: str) -> bool:
        """Whether a key has a value for each layer."""
        return isinstance(self._metadata.get(f"{self.architecture}.{name}"), tuple)

    def optional(self, name: str, absent: int = 0) -> int:
        """A count, `absent` where there is none."""
        value = self._metadata.get(f"{self.architecture}.{name}", absent)
        if type(value) is not int or not 0 <= value < _MOST:
            self.refuse(name, f"is {str(value)[:40]}, which is no count")
        return value

    def count(self, name: str) -> int:
        """A count that has to be there and not 0."""
        return self.optional(name) or self.refuse(name, "is missing, which this file needs")

    def each(self, name: str, layers: int, absent: int = 0) -> tuple[int, ...]:
        """A count for every layer, from a list or from one number for all; booleans are 0 and 1."""
        value = self._metadata.get(f"{self.architecture}.{name}")
        if not isinstance(value, tuple):
            return (self.optional(name, absent),) * layers
        counts = tuple(int(item) for item in value if isinstance(item, int) and 0 <= item < _MOST)
        if len(counts) < len(value) or len(counts) < layers:
            self.refuse(name, f"is no list of {layers} counts")
        return counts[:layers]


def depth(keys: Keys) -> int:
    """Layers that serve; those after them only predict further tokens."""
    blocks, ahead = keys.count("block_count"), keys.optional("nextn_predict_layers")
    if blocks > MOST_LAYERS or ahead >= blocks:
        keys.refuse("block_count", f"is {blocks:,}, of which {ahead:,} predict further tokens")
    return blocks - ahead


def attention(keys: Keys, layers: Sequence[Tensors]) -> tuple[AttentionGroup, ...]:
    """What the layers keep; raises ConfigurationError where keys and tensors disagree."""
    heads = keys.each("attention.head_count", len(layers))
    kv = keys.each("attention.head_count_kv", len(layers), max(heads))
    local = _windows(keys, len(layers))
    owners = len(layers) - keys.optional("attention.shared_kv_layers")
    kept: list[AttentionGroup] = []
    shared: list[AttentionGroup] = []
    for layer, tensors in enumerate(layers):
        rows = Rows(tensors, heads[layer], kv[layer], local[layer])
        if layer >= owners:
            shared.append(_grouped(keys, replace(rows, tensors={})))
        elif "attn_kv_a_mqa.weight" in tensors:
            kept.append(_latent(keys, rows))
        elif "attn_k.weight" in tensors or _is_fused(tensors):
            kept.append(_grouped(keys, rows))
        if _is_recurrent(tensors):
            kept.append(_state(keys, tensors))
    if not set(shared) <= set(kept):
        keys.refuse("attention.shared_kv_layers", "leaves layers without keys of their kind")
    return gathered(kept, shared)


@dataclass(frozen=True, slots=True)
class Rows:
    """A layer's tensors, its heads, those of its keys, and its window, 0 for the whole context."""

    tensors: Tensors
    heads: int
    kv: int
    window: int

    def made(self, tensor: str) -> int | None:
        """How many numbers a tensor makes of one token; None where there is no such tensor."""
        shape = self.tensors.get(tensor)
        return None if shape is None else shape[1] if len(shape) > 1 else 1


def _is_recurrent(tensors: Tensors) -> bool:
    return "ssm_conv1d.weight" in tensors or "shortconv.conv.weight" in tensors


def _is_fused(tensors: Tensors) -> bool:
    """Whether one tensor makes queries, keys and values; that of a linear layer does not count."""
    return "attn_qkv.weight" in tensors and not _is_recurrent(tensors)


def _windows(keys: Keys, layers: int) -> tuple[int, ...]:
    """The window of every layer, 0 where it sees the whole context."""
    rule, pattern = ARCHITECTURES[keys.architecture], "attention.sliding_window_pattern"
    width = keys.optional("attention.sliding_window", rule.width if rule else 0)
    if rule is None or not width:
        return (0,) * layers
    if keys.listed(pattern):
        return tuple(width if mark else 0 for mark in keys.each(pattern, layers))
    period = keys.count(pattern) if rule.listed else keys.optional(pattern, rule.period)
    return tuple(0 if period and (n + 1) % period == 0 else width for n in range(layers))


def _grouped(keys: Keys, rows: Rows) -> AttentionGroup:
    """Keys and values of some heads, checked against the width of the tensors that make them."""
    suffix = "_swa" if rows.window and keys.optional("attention.key_length_swa") else ""
    usual = keys.count("embedding_length") // max(rows.heads, 1)
    key = keys.optional(f"attention.key_length{suffix}", usual)
    value = keys.optional(f"attention.value_length{suffix}", usual)
    if not (rows.kv and key and value):
        keys.refuse("attention.head_count_kv", "is 0 for a layer that has keys")
    _check_width(keys, rows, "attn_k.weight", rows.kv * key)
    _check_width(keys, rows, "attn_v.weight", rows.kv * value)
    fused = rows.made("attn_qkv.weight")
    if fused is not None and fused < rows.heads * key + rows.kv * (key + value):
        _check_width(keys, rows, "attn_qkv.weight", rows.heads * key + rows.kv * (key + value))
    kind = AttentionKind.WINDOW if rows.window else AttentionKind.FULL
    value_dim = None if value == key else value
    return AttentionGroup(kind, 1, rows.kv, key, value_dim, window=rows.window)


def _check_width(keys: Keys, rows: Rows, tensor: str, width: int) -> None:
    made = rows.made(tensor)
    if made not in {None, width}:
        reason = f"gives a layer {width:,} numbers where its {tensor} makes {made:,}"
        keys.refuse("attention.head_count_kv", reason)


def _latent(keys: Keys, rows: Rows) -> AttentionGroup:
    """One compressed vector for all heads; whole heads in files from before llama.cpp kept it."""
    if not keys.optional("attention.key_length_mla"):
        return _grouped(keys, rows)
    width = keys.count("attention.kv_lora_rank") + keys.count("rope.dimension_count")
    _check_width(keys, rows, "attn_kv_a_mqa.weight", width)
    return AttentionGroup(AttentionKind.LATENT, 1, width=width)


def _state(keys: Keys, tensors: Tensors) -> AttentionGroup:
    """A recurrent state, and the inputs that its convolution still needs."""
    if "shortconv.conv.weight" in tensors:
        elements = keys.count("embedding_length") * (keys.count("shortconv.l_cache") - 1)
    else:
        inner, size = keys.count("ssm.inner_size"), keys.count("ssm.state_size")
        channels = inner + 2 * keys.optional("ssm.group_count") * size
        elements = inner * size + channels * (keys.count("ssm.conv_kernel") - 1)
    if not elements:
        keys.refuse("shortconv.l_cache", "is 1, which keeps nothing")
    return AttentionGroup(AttentionKind.STATE, 1, state_bytes=_STATE_BYTES * elements)
