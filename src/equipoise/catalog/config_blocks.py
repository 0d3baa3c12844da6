"""The blocks of a model's layers as a config.json shapes them: parameters, and what they keep.

Shapes are those of the model code in transformers 5.24 (Apache-2.0). The state of state-space and
linear-attention layers is held at 16 bits unless the file asks for 32, vLLM's default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from equipoise.catalog.stored_model import MOST_LAYERS
from equipoise.domain.model import AttentionGroup, AttentionKind
from equipoise.errors import ConfigurationError, Problem

EXPERTS = ("n_routed_experts", "num_local_experts", "num_experts")
EXPERTS_USED = ("num_experts_per_tok", "top_k_experts")
_MOST = 2**40  # of any count: beyond it a file is broken


class Fields:
    """The fields of a config.json; a text tower's own before those around it."""

    def __init__(self, config: Mapping[str, object]) -> None:
        text = config.get("text_config")
        self._fields = {**config, **text} if isinstance(text, Mapping) else dict(config)
        self.type = str(self._fields.get("model_type", ""))

    @property
    def hidden(self) -> int:
        """The width of the residual stream."""
        return self.count("hidden_size")

    def count(self, *names: str) -> int:
        """The first of these fields that is a positive number; ConfigurationError if none is."""
        found = self.optional(*names)
        return found or self.refuse(names[0], f"is missing, which model_type {self.type} needs")

    def optional(self, *names: str) -> int:
        """As `count`, 0 where none is there."""
        values = (self._fields.get(name) for name in names)
        return next((v for v in values if type(v) is int and 0 < v < _MOST), 0)

    def flag(self, name: str, absent: bool = False) -> bool:
        """Whether it is true; `absent` where the file does not say."""
        return bool(self._fields.get(name, absent))

    def text(self, *names: str) -> str:
        """The first of these fields as text; empty where there is none."""
        return next((str(self._fields[name]) for name in names if name in self._fields), "")

    def words(self, name: str) -> list[str]:
        """A list, of one item a layer, as texts; empty where there is none."""
        found = self._fields.get(name)
        if not isinstance(found, list):
            return []
        if len(found) > MOST_LAYERS:
            self.refuse(name, f"has {len(found):,} items, more than any model has layers")
        return [str(item) for item in found]

    def refuse(self, name: str, reason: str) -> NoReturn:
        """Raise the ConfigurationError that says what is wrong with a field."""
        raise ConfigurationError((Problem("config.json", None, name, reason),))


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a layer: its parameters, those that one token uses, what it keeps of the past."""

    parameters: int
    active: int
    keeps: AttentionGroup | None = None


@dataclass(frozen=True, slots=True)
class Heads:
    """An attention layer's keys and values; not `projected` where values are the keys' product."""

    kv: int
    key: int
    value: int
    projected: bool = True


def _part(fields: Fields, weights: int, keeps: AttentionGroup | None = None, idle: int = 0) -> Part:
    """A block with the normalisation before it; `idle` weights are not used by a token."""
    return Part(weights + fields.hidden, weights - idle + fields.hidden, keeps)


def heads_of(fields: Fields) -> Heads:
    """The heads as a file states them: every query its own where it names no other number."""
    queries = fields.count("num_attention_heads")
    dim = fields.optional("head_dim", "attention_head_dim") or fields.hidden // queries
    return Heads(fields.optional("num_key_value_heads") or queries, dim, dim)


def attention(fields: Fields, heads: Heads, window: int = 0) -> Part:
    """Grouped-query attention to the whole context, or to `window` tokens of it."""
    queries = fields.count("num_attention_heads")
    gate = 2 if fields.type.startswith(("qwen3_next", "qwen3_5")) else 1
    keys = heads.kv * heads.key
    values = heads.kv * heads.value if heads.projected else 0
    weights = fields.hidden * (queries * (heads.key * gate + heads.value) + keys + values)
    if fields.type == "qwen2" or fields.flag("attention_bias"):
        weights += queries * heads.key + keys + values
    kind = AttentionKind.WINDOW if window else AttentionKind.FULL
    value_dim = None if heads.value == heads.key else heads.value
    return _part(
        fields, weights, AttentionGroup(kind, 1, heads.kv, heads.key, value_dim, 0, window)
    )


def full(fields: Fields) -> Part:
    """Attention to the whole context."""
    return attention(fields, heads_of(fields))


def sliding(fields: Fields) -> Part:
    """Attention to the last tokens."""
    return attention(fields, heads_of(fields), fields.count("sliding_window"))


def chunked(fields: Fields) -> Part:
    """Attention within a chunk of the context, which is kept until the next begins."""
    return attention(fields, heads_of(fields), fields.count("attention_chunk_size"))


def latent(fields: Fields) -> Part:
    """Multi-head latent attention: one compressed vector and one rotary key for all heads."""
    queries, rank = fields.count("num_attention_heads"), fields.optional("q_lora_rank")
    width, rotary = fields.count("kv_lora_rank"), fields.count("qk_rope_head_dim")
    plain, value = fields.count("qk_nope_head_dim"), fields.count("v_head_dim")
    weights = rank * fields.hidden + (rank or fields.hidden) * queries * (plain + rotary)
    weights += fields.hidden * (width + rotary) + width * queries * (plain + value)
    weights += queries * value * fields.hidden
    return _part(fields, weights, AttentionGroup(AttentionKind.LATENT, 1, width=width + rotary))


def _state(fields: Fields, recurrent: int, convolution: int) -> AttentionGroup:
    """A layer's recurrent state and the inputs its convolution still needs, from elements."""
    wide = fields.text("mamba_ssm_cache_dtype", "mamba_ssm_dtype") == "float32"
    size = recurrent * (4 if wide else 2) + convolution * 2
    return AttentionGroup(AttentionKind.STATE, 1, state_bytes=size)


def mamba_1(fields: Fields) -> Part:
    """The first state-space layer, of Jamba and Falcon Mamba."""
    expanded = fields.optional("mamba_expand") * fields.hidden
    inner = expanded or fields.count("intermediate_size")
    size, reach = (
        fields.count("mamba_d_state", "state_size"),
        fields.count("mamba_d_conv", "conv_kernel"),
    )
    rank = fields.optional("mamba_dt_rank", "time_step_rank") or -(-fields.hidden // 16)
    weights = fields.hidden * 2 * inner + inner * (reach + 1) + inner * (rank + 2 * size)
    weights += rank * inner + inner * (size + 2) + inner * fields.hidden
    return _part(fields, weights, _state(fields, inner * size, inner * (reach - 1)))


def mamba_2(fields: Fields) -> Part:
    """The second, whose heads share a state's shape."""
    heads = fields.count("mamba_n_heads", "mamba_num_heads", "num_heads")
    dim = fields.optional("mamba_d_head", "mamba_head_dim") or (
        fields.count("mamba_expand", "expand") * fields.hidden // heads
    )
    size = fields.count("mamba_d_state", "ssm_state_size", "state_size")
    reach = fields.count("mamba_d_conv", "conv_kernel")
    inner = heads * dim
    channels = inner + 2 * size * fields.count("mamba_n_groups", "n_groups")
    weights = fields.hidden * (inner + channels + heads) + channels * (reach + 1)
    weights += 3 * heads + inner + inner * fields.hidden
    return _part(fields, weights, _state(fields, inner * size, channels * (reach - 1)))


def delta(fields: Fields) -> Part:
    """The gated delta rule of Qwen3-Next and Qwen3.5."""
    key_dim, dim = fields.count("linear_key_head_dim"), fields.count("linear_value_head_dim")
    heads, reach = fields.count("linear_num_value_heads"), fields.count("linear_conv_kernel_dim")
    inner = heads * dim
    channels = 2 * key_dim * fields.count("linear_num_key_heads") + inner
    weights = fields.hidden * (channels + inner + 2 * heads) + channels * reach
    weights += 2 * heads + dim + inner * fields.hidden
    return _part(fields, weights, _state(fields, inner * key_dim, channels * (reach - 1)))


def lightning(fields: Fields) -> Part:
    """The linear attention of MiniMax-Text-01 and M1, with a gate on its output."""
    heads, dim = fields.count("num_attention_heads"), fields.count("head_dim")
    return _part(fields, 5 * fields.hidden * heads * dim, _state(fields, heads * dim * dim, 0))


def _matrices(fields: Fields) -> int:
    """A gated unit has three matrices, Nemotron-H's squared rectifier two."""
    return 2 if fields.type == "nemotron_h" else 3


def dense(fields: Fields) -> Part:
    """One feed-forward unit that every token passes."""
    width = fields.count("intermediate_size_mlp", "intermediate_size")
    return _part(fields, _matrices(fields) * fields.hidden * width)


def experts(fields: Fields) -> Part:
    """Routed experts, of which a token uses some, and a shared one, which it always uses."""
    count, used = fields.count(*EXPERTS), fields.count(*EXPERTS_USED)
    if used > count:
        fields.refuse(EXPERTS_USED[0], f"is {used:,} of {count:,} experts")
    width = fields.count("moe_intermediate_size", "intermediate_size")
    shared = fields.optional(
        "moe_shared_expert_intermediate_size",
        "shared_expert_intermediate_size",
        "shared_intermediate_size",
    )
    shared = shared or fields.optional("n_shared_experts") * width
    if fields.type == "llama4_text":
        shared = width
    narrow = fields.optional("moe_latent_size")  # Nemotron 3 Super and Ultra: experts see less
    one = _matrices(fields) * (narrow or fields.hidden) * width
    weights = count * one + fields.hidden * (count + 2 * narrow + _matrices(fields) * shared)
    if fields.type == "gpt_oss":
        weights += count * (2 * width + fields.hidden)
    return _part(fields, weights, idle=(count - used) * one)
