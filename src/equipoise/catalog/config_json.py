"""The architecture of a model the catalog does not have, read from its config.json.

Hugging Face's `config.json` gives shapes, not counts: the parameters are counted from the shapes,
within 1 % of the published figure for the families below. What does not serve text is left out:
towers for images and sound, and heads that only predict further tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from equipoise.catalog import config_blocks as blocks
from equipoise.catalog.config_blocks import Fields, Heads, Part
from equipoise.catalog.stored_model import MOST_LAYERS
from equipoise.domain.model import Architecture, kv_bytes_per_token
from equipoise.errors import UnknownModelError

_TIED = ("gemma", "cohere", "smollm3")
"""Families that share one embedding between input and output unless their file says otherwise."""


def architecture_from_config(
    config: Mapping[str, object], *, parameter_bytes: float = 2.0
) -> Architecture:
    """Read a parsed config.json; `parameter_bytes` is what a parameter takes as served.

    Raises UnknownModelError for a `model_type` that is not one of `known_types`, and
    ConfigurationError where the file lacks a field that its type needs.
    """
    fields = Fields(config)
    if fields.type not in _LAYERS:
        raise UnknownModelError(
            f"no rule reads a config.json of model_type {fields.type!r}",
            hint=f"There are rules for: {', '.join(known_types())}.",
        )
    try:
        parts = list(_LAYERS[fields.type](fields))
    except ValueError as error:  # a group of layers that keeps nothing: some field is far too small
        fields.refuse("num_attention_heads", f"does not go with the other sizes: {error}")
    tied = fields.flag("tie_word_embeddings", absent=fields.type.startswith(_TIED))
    embeddings = fields.count("vocab_size") * fields.hidden * (1 if tied else 2)
    kept = Counter(part.keeps for part in parts if part.keeps is not None)
    attention = tuple(replace(group, layers=layers) for group, layers in kept.items())
    parameters = embeddings + sum(part.parameters for part in parts)
    return Architecture(
        parameters=parameters,
        active_parameters=embeddings + sum(part.active for part in parts),
        layers=_depth(fields),
        kv_bytes_per_token=kv_bytes_per_token(attention),
        weight_bytes=parameters * parameter_bytes,
        context=fields.count("max_position_embeddings"),
        hidden_size=fields.hidden,
        query_heads=fields.optional("num_attention_heads") or None,
        vocabulary=fields.count("vocab_size"),
        attention=attention,
    )


def experts_from_config(config: Mapping[str, object]) -> tuple[int, int]:
    """Experts of a layer and those that answer a token; 0 of both in a dense model."""
    fields = Fields(config)
    count, used = fields.optional(*blocks.EXPERTS), fields.optional(*blocks.EXPERTS_USED)
    return (count, used) if 0 < used < count else (0, 0)


def known_types() -> tuple[str, ...]:
    """Every `model_type` that can be read, the inner one where a model has a text tower."""
    return tuple(sorted(_LAYERS))


_MIXERS: Mapping[str, Callable[[Fields], Part]] = {
    "full_attention": blocks.full,
    "attention": blocks.full,
    "sliding_attention": blocks.sliding,
    "chunked_attention": blocks.chunked,
    "latent_attention": blocks.latent,
    "linear_attention": blocks.delta,
    "lightning_attention": blocks.lightning,
    "mamba": blocks.mamba_2,
}
_LOCAL: Mapping[str, tuple[str, int]] = {
    "cohere2": ("sliding_attention", 4),
    "gemma2": ("sliding_attention", 2),
    "gemma3_text": ("sliding_attention", 6),
    "gemma4_text": ("sliding_attention", 6),
    "gpt_oss": ("sliding_attention", 2),
    "llama4_text": ("chunked_attention", 4),
    "olmo3": ("sliding_attention", 4),
    "qwen3_5_moe_text": ("linear_attention", 4),
    "qwen3_5_text": ("linear_attention", 4),
    "qwen3_next": ("linear_attention", 4),
}
"""What all layers of a family do but every n-th, which sees the whole context."""

_PERIODS = ("sliding_window_pattern", "full_attention_interval", "no_rope_layer_interval")
_UNIFORM = {"deepseek_v3": "latent_attention", "kimi_k2": "latent_attention"}


def _depth(fields: Fields) -> int:
    depth = len(fields.words("layers_block_type")) or fields.count("num_hidden_layers")
    if depth > MOST_LAYERS:
        fields.refuse("num_hidden_layers", f"is {depth:,}, more than any model has")
    return depth


def _kinds(fields: Fields) -> list[str]:
    """What mixes tokens in each layer: as listed, else by the family's pattern."""
    listed = fields.words("layer_types")
    marks = fields.words("attn_type_list")
    if marks:
        listed = ["full_attention" if mark == "1" else "linear_attention" for mark in marks]
    if listed and len(listed) != _depth(fields):
        reason = f"lists {len(listed)} layers of num_hidden_layers {_depth(fields)}"
        fields.refuse("layer_types", reason)
    if fields.type == "minimax":
        return [kind.replace("linear", "lightning") for kind in listed]
    if listed:
        return listed
    if fields.type in _LOCAL:
        local, period = _LOCAL[fields.type]
        period = fields.optional(*_PERIODS) or period
        layers = range(1, _depth(fields) + 1)
        return [local if layer % period else "full_attention" for layer in layers]
    window = fields.optional("sliding_window") if fields.flag("use_sliding_window", True) else 0
    narrow = 0 < window < fields.count("max_position_embeddings")
    uniform = "sliding_attention" if narrow else "full_attention"
    return [_UNIFORM.get(fields.type, uniform)] * _depth(fields)


def _feed_forward(fields: Fields, layer: int) -> Part:
    routed = fields.optional(*blocks.EXPERTS) > 1 and _is_routed(fields, layer)
    return blocks.experts(fields) if routed else blocks.dense(fields)


def _is_routed(fields: Fields, layer: int) -> bool:
    if layer < fields.optional("first_k_dense_replace"):
        return False
    if str(layer) in fields.words("mlp_only_layers"):
        return False
    if fields.type == "jamba":
        period = fields.count("expert_layer_period")
        return layer % period == fields.optional("expert_layer_offset")
    marks = fields.words("moe_layer_freq")
    if layer < len(marks):
        return marks[layer] != "0"
    step = fields.optional("decoder_sparse_step", "interleave_moe_layer_step") or 1
    return (layer + 1) % step == 0


def _stack(fields: Fields) -> Iterator[Part]:
    """A block that mixes tokens and one that does not in every layer."""
    for layer, kind in enumerate(_kinds(fields)):
        if kind not in _MIXERS:
            fields.refuse("layer_types", f"has a layer {kind!r}, for which there is no rule")
        yield _MIXERS[kind](fields)
        yield _feed_forward(fields, layer)


_SINGLE: Mapping[str, Callable[[Fields], Part]] = {
    "M": blocks.mamba_2,
    "mamba": blocks.mamba_2,
    "*": blocks.full,
    "attention": blocks.full,
    "E": blocks.experts,
    "moe": blocks.experts,
    "-": blocks.dense,
    "mlp": blocks.dense,
}


def _nemotron_h(fields: Fields) -> Iterator[Part]:
    """One block a layer, by its sign or its name."""
    listed = fields.words("layers_block_type") or list(fields.text("hybrid_override_pattern"))
    if not 0 < len(listed) <= MOST_LAYERS or not set(listed) <= _SINGLE.keys():
        fields.refuse("hybrid_override_pattern", "is missing or has a layer without a rule")
    return (_SINGLE[kind](fields) for kind in listed)


def _falcon_h1(fields: Fields) -> Iterator[Part]:
    """Attention and state space side by side in every layer."""
    for _ in range(_depth(fields)):
        yield from (blocks.full(fields), blocks.mamba_2(fields), blocks.dense(fields))


def _falcon_mamba(fields: Fields) -> Iterator[Part]:
    return (blocks.mamba_1(fields) for _ in range(_depth(fields)))


def _jamba(fields: Fields) -> Iterator[Part]:
    period, offset = fields.count("attn_layer_period"), fields.optional("attn_layer_offset")
    for layer in range(_depth(fields)):
        mixes = blocks.full if layer % period == offset else blocks.mamba_1
        yield mixes(fields)
        yield _feed_forward(fields, layer)


def _mimo_v2(fields: Fields) -> Iterator[Part]:
    """Keys and values of different widths, and more heads where the window is short."""
    whole, local = (
        Heads(
            fields.count(f"{swa}num_key_value_heads"),
            fields.count(f"{swa}head_dim"),
            fields.count(f"{swa}v_head_dim"),
        )
        for swa in ("", "swa_")
    )
    for layer, mark in enumerate(fields.words("hybrid_layer_pattern")):
        window = fields.count("sliding_window") if mark == "1" else 0
        yield blocks.attention(fields, local if window else whole, window)
        yield _feed_forward(fields, layer)


def _gemma_4(fields: Fields) -> Iterator[Part]:
    """Wider heads where the whole context is seen; experts beside the dense unit, not instead."""
    for name in ("num_kv_shared_layers", "hidden_size_per_layer_input"):
        if fields.optional(name):
            fields.refuse(name, "is not 0, for which there is no rule")
    local, dim = blocks.heads_of(fields), fields.count("global_head_dim")
    kv = fields.optional("num_global_key_value_heads") or local.kv
    whole = Heads(kv, dim, dim, projected=not fields.flag("attention_k_eq_v"))
    for kind in _kinds(fields):
        window = fields.count("sliding_window") if kind == "sliding_attention" else 0
        yield blocks.attention(fields, local if window else whole, window)
        yield blocks.dense(fields)
        if fields.flag("enable_moe_block"):
            yield blocks.experts(fields)


_STACKED = (
    "cohere cohere2 deepseek_v3 gemma2 gemma3_text glm4_moe gpt_oss granite granitemoehybrid"
    " kimi_k2 llama llama4_text minimax minimax_m2 ministral3 mistral mixtral olmo2 olmo3 phi3"
    " qwen2 qwen3 qwen3_5_moe_text qwen3_5_text qwen3_moe qwen3_next qwen3_vl_moe_text"
    " qwen3_vl_text smollm3"
)
_LAYERS: Mapping[str, Callable[[Fields], Iterator[Part]]] = {
    **dict.fromkeys(_STACKED.split(), _stack),
    "falcon_h1": _falcon_h1,
    "falcon_mamba": _falcon_mamba,
    "gemma4_text": _gemma_4,
    "jamba": _jamba,
    "mimo_v2_flash": _mimo_v2,
    "nemotron_h": _nemotron_h,
}
