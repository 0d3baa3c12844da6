"""The matrices of a model as its config.json shapes them, under the names that files give them.

One layout for both kinds of file: a matrix has rows (what it makes), columns (what it reads) and
how many experts it is stacked from. It is written after the models' own descriptions, apart from
the rules under test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of a layer, or of none; a vector where it has no columns."""

    part: str
    rows: int
    columns: int = 0
    layer: int | None = None
    experts: int = 0


def matrices(config: Config) -> Iterator[Matrix]:
    """Every matrix of a text model."""
    hidden, vocabulary = config["hidden_size"], config["vocab_size"]
    yield Matrix("token_embd", vocabulary, hidden)
    if not is_tied(config):
        yield Matrix("output", vocabulary, hidden)
    yield Matrix("output_norm", hidden)
    for layer, kinds in enumerate(mixers(config)):
        for kind in kinds:
            yield from _MIXERS[kind](config, layer)
        if config["model_type"] not in {"nemotron_h", "falcon_mamba"}:
            yield from _feed_forward(config, layer)


def is_tied(config: Config) -> bool:
    """Whether input and output share one embedding."""
    usual = config["model_type"].startswith(("gemma", "cohere", "smollm3"))
    return bool(config.get("tie_word_embeddings", usual))


def mixers(config: Config) -> list[tuple[str, ...]]:
    """What mixes tokens in every layer, besides a feed-forward unit."""
    kind, depth = config["model_type"], config.get("num_hidden_layers", 0)
    if kind == "nemotron_h":
        signs = {"M": "ssm", "*": "attention", "-": "dense", "E": "experts"}
        names = {"mamba": "ssm", "attention": "attention", "mlp": "dense", "moe": "experts"}
        pattern = config.get("hybrid_override_pattern")
        listed = config.get("layers_block_type", [])
        return [(signs[sign],) for sign in pattern or ()] or [(names[one],) for one in listed]
    if kind == "falcon_h1":
        return [("attention", "ssm")] * depth
    if kind == "falcon_mamba":
        return [("ssm_1",)] * depth
    if kind == "granitemoehybrid":
        return [("ssm" if one == "mamba" else "attention",) for one in config["layer_types"]]
    if kind == "jamba":
        period, offset = config["attn_layer_period"], config["attn_layer_offset"]
        return [("attention" if n % period == offset else "ssm_1",) for n in range(depth)]
    if kind in {"qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"}:
        return [("delta" if (n + 1) % 4 else "attention",) for n in range(depth)]
    return [("latent" if "kv_lora_rank" in config else "attention",)] * depth


def head_width(config: Config) -> int:
    """Elements of a head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def _attention(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, dim = config["hidden_size"], head_width(config)
    gate = 2 if config["model_type"].startswith(("qwen3_next", "qwen3_5")) else 1
    queries, kv = config["num_attention_heads"] * dim, config["num_key_value_heads"] * dim
    yield Matrix("attn_norm", hidden, layer=layer)
    yield Matrix("attn_q", gate * queries, hidden, layer)
    yield Matrix("attn_k", kv, hidden, layer)
    yield Matrix("attn_v", kv, hidden, layer)
    yield Matrix("attn_output", hidden, queries, layer)


def _latent(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, heads, rank = (
        config[name] for name in ("hidden_size", "num_attention_heads", "q_lora_rank")
    )
    width, rope = config["kv_lora_rank"], config["qk_rope_head_dim"]
    plain, value = config["qk_nope_head_dim"], config["v_head_dim"]
    yield Matrix("attn_norm", hidden, layer=layer)
    yield Matrix("attn_q_a", rank, hidden, layer)
    yield Matrix("attn_q_b", heads * (plain + rope), rank, layer)
    yield Matrix("attn_kv_a_mqa", width + rope, hidden, layer)
    yield Matrix("attn_kv_b", heads * (plain + value), width, layer)
    yield Matrix("attn_output", hidden, heads * value, layer)


def ssm(config: Config) -> dict[str, int]:
    """The sizes of a state-space layer of the second kind, or of the gated delta rule."""
    if "linear_num_value_heads" in config:
        size, heads = config["linear_key_head_dim"], config["linear_num_value_heads"]
        groups, reach = config["linear_num_key_heads"], config["linear_conv_kernel_dim"]
        return {
            "heads": heads,
            "inner": heads * config["linear_value_head_dim"],
            "size": size,
            "groups": groups,
            "reach": reach,
        }
    heads = config.get("mamba_n_heads") or config["mamba_num_heads"]
    dim = config.get("mamba_d_head") or config["mamba_head_dim"]
    return {
        "heads": heads,
        "inner": heads * dim,
        "size": config.get("mamba_d_state") or config["ssm_state_size"],
        "groups": config.get("mamba_n_groups") or config["n_groups"],
        "reach": config.get("mamba_d_conv") or config["conv_kernel"],
    }


def ssm_1(config: Config) -> dict[str, int]:
    """The sizes of a state-space layer of the first kind."""
    expanded = config.get("mamba_expand", 0) * config["hidden_size"]
    return {
        "heads": config.get("mamba_dt_rank") or config["time_step_rank"],
        "inner": expanded or config["intermediate_size"],
        "size": config.get("mamba_d_state") or config["state_size"],
        "groups": 0,
        "reach": config.get("mamba_d_conv") or config["conv_kernel"],
    }


def _second(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, sizes = config["hidden_size"], ssm(config)
    channels = sizes["inner"] + 2 * sizes["groups"] * sizes["size"]
    if config["model_type"] != "falcon_h1":  # there attention beside it has the norm
        yield Matrix("attn_norm", hidden, layer=layer)
    yield Matrix("ssm_in", sizes["inner"] + channels + sizes["heads"], hidden, layer)
    yield Matrix("ssm_conv1d", channels, sizes["reach"], layer)
    yield Matrix("ssm_out", hidden, sizes["inner"], layer)


def _first(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, sizes = config["hidden_size"], ssm_1(config)
    yield Matrix("attn_norm", hidden, layer=layer)
    yield Matrix("ssm_in", 2 * sizes["inner"], hidden, layer)
    yield Matrix("ssm_conv1d", sizes["inner"], sizes["reach"], layer)
    yield Matrix("ssm_x", sizes["heads"] + 2 * sizes["size"], sizes["inner"], layer)
    yield Matrix("ssm_dt", sizes["inner"], sizes["heads"], layer)
    yield Matrix("ssm_a", sizes["inner"], sizes["size"], layer)
    yield Matrix("ssm_out", hidden, sizes["inner"], layer)


def _delta(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, sizes = config["hidden_size"], ssm(config)
    channels = sizes["inner"] + 2 * sizes["groups"] * sizes["size"]
    yield Matrix("attn_norm", hidden, layer=layer)
    yield Matrix("attn_qkv", channels, hidden, layer)
    yield Matrix("attn_gate", sizes["inner"], hidden, layer)
    yield Matrix("ssm_conv1d", channels, sizes["reach"], layer)
    yield Matrix("ssm_ba", 2 * sizes["heads"], hidden, layer)
    yield Matrix("ssm_out", hidden, sizes["inner"], layer)


def experts(config: Config) -> tuple[int, int]:
    """Experts of a layer and those that answer; 0 of both in a dense model."""
    names = ("n_routed_experts", "num_local_experts", "num_experts")
    count = next((config[name] for name in names if config.get(name, 0) > 1), 0)
    return count, config["num_experts_per_tok"] if count else 0


def _is_routed(config: Config, layer: int) -> bool:
    if layer < config.get("first_k_dense_replace", 0):
        return False
    if "expert_layer_period" in config:
        return bool(layer % config["expert_layer_period"] == config["expert_layer_offset"])
    return (layer + 1) % int(config.get("interleave_moe_layer_step", 1)) == 0


def _feed_forward(config: Config, layer: int) -> Iterator[Matrix]:
    routed = experts(config)[0] and _is_routed(config, layer)
    return _routed(config, layer) if routed else _dense(config, layer)


def _dense(config: Config, layer: int) -> Iterator[Matrix]:
    hidden = config["hidden_size"]
    width = config.get("intermediate_size_mlp") or config["intermediate_size"]
    yield Matrix("ffn_norm", hidden, layer=layer)
    if config["model_type"] != "nemotron_h":
        yield Matrix("ffn_gate", width, hidden, layer)
    yield Matrix("ffn_up", width, hidden, layer)
    yield Matrix("ffn_down", hidden, width, layer)


def _routed(config: Config, layer: int) -> Iterator[Matrix]:
    hidden, (count, _) = config["hidden_size"], experts(config)
    width = config.get("moe_intermediate_size") or config["intermediate_size"]
    narrow = config.get("moe_latent_size") or hidden
    yield Matrix("ffn_norm", hidden, layer=layer)
    yield Matrix("ffn_gate_inp", count, hidden, layer)
    parts = ["up", "down"] if config["model_type"] == "nemotron_h" else ["gate", "up", "down"]
    for part in parts:
        rows, columns = (narrow, width) if part == "down" else (width, narrow)
        yield Matrix(f"ffn_{part}_exps", rows, columns, layer, count)
    if narrow < hidden:
        yield Matrix("ffn_latent_down", narrow, hidden, layer)
        yield Matrix("ffn_latent_up", hidden, narrow, layer)
    names = (
        "moe_shared_expert_intermediate_size",
        "shared_expert_intermediate_size",
        "shared_intermediate_size",
    )
    shared = next((config[name] for name in names if config.get(name)), 0)
    shared = shared or config.get("n_shared_experts", 0) * width
    shared = width if config["model_type"] == "llama4_text" else shared
    for part in parts if shared else ():
        rows, columns = (hidden, shared) if part == "down" else (shared, hidden)
        yield Matrix(f"ffn_{part}_shexp", rows, columns, layer)


_MIXERS = {
    "attention": _attention,
    "latent": _latent,
    "ssm": _second,
    "ssm_1": _first,
    "delta": _delta,
    "dense": _dense,
    "experts": _routed,
}
