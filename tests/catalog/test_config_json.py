"""A config.json gives the architecture the catalog has: shapes exactly, parameters within 1 %."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import models
from equipoise.catalog.config_json import (
    architecture_from_config,
    experts_from_config,
    known_types,
)
from equipoise.domain.model import Architecture, AttentionKind
from equipoise.errors import ConfigurationError, EquipoiseError, UnknownModelError

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "config_files.toml").read_text(encoding="utf-8")
)
# Parameters of image towers, which a row has and a count of the text's shapes has not: Gemma 3
# report, table 1; Pixtral's and Llama 4's from the shapes in their vision_config.
TOWERS = {
    "gemma-3-4b-it": 417e6,
    "gemma-3-12b-it": 417e6,
    "gemma-3-27b-it": 417e6,
    "magistral-small-2509": 439e6,
    "mistral-small-3.2-24b-instruct": 439e6,
    "devstral-small-2-24b-instruct": 439e6,
    "llama-4-scout-17b-16e-instruct": 870e6,
    "llama-4-maverick-17b-128e-instruct": 870e6,
}
# Totals of the published weight files, which others have read off the files themselves.
FILES = {
    "llama-3-8b-instruct": 8_030_261_248,
    "llama-3.1-70b-instruct": 70_553_706_496,
    "llama-3.2-1b-instruct": 1_235_814_400,
    "llama-3.2-3b-instruct": 3_212_749_824,
    "llama-2-70b-chat": 68_976_648_192,
    "mixtral-8x7b-instruct-v0.1": 46_702_792_704,
    "mistral-nemo-12b-instruct": 12_247_782_400,
    "mistral-small-3.2-24b-instruct": 23_572_403_200,
    "granite-3.3-8b-instruct": 8_170_864_640,
}
# What the vendor names, where the file allows more positions than the card promises.
SHORTER = {"minimax-m1-80k"}


def cataloged(name: str) -> Architecture:
    architecture = models.find(name).architecture
    assert architecture is not None
    return architecture


@pytest.mark.parametrize("name", CONFIGS)
def test_the_shapes_of_a_config_are_the_rows(name: str) -> None:
    read, row = architecture_from_config(CONFIGS[name]), cataloged(name)

    assert read.attention == row.attention
    assert read.kv_bytes_per_token == row.kv_bytes_per_token
    assert (read.layers, read.hidden_size) == (row.layers, row.hidden_size)
    assert (read.query_heads, read.vocabulary) == (row.query_heads, row.vocabulary)
    assert read.context == row.context or name in SHORTER


@pytest.mark.parametrize("name", CONFIGS)
def test_parameters_are_counted_from_the_shapes_within_one_percent(name: str) -> None:
    read, row = architecture_from_config(CONFIGS[name]), cataloged(name)

    assert read.parameters + TOWERS.get(name, 0.0) == pytest.approx(row.parameters, rel=0.01)
    assert 0 < read.active_parameters <= read.parameters


@pytest.mark.parametrize("name", FILES)
def test_parameters_are_those_of_the_published_file(name: str) -> None:
    assert architecture_from_config(CONFIGS[name]).parameters == pytest.approx(
        FILES[name], rel=1e-3
    )


def test_every_rule_is_tried_on_a_model() -> None:
    tried = {str(config["model_type"]) for config in CONFIGS.values()}

    # Qwen3-VL's text tower is a Qwen3; Qwen3.5's experts are those of a model that has images.
    assert set(known_types()) - tried <= {"qwen3_vl_text", "qwen3_vl_moe_text"}
    assert len(CONFIGS) >= 100


def test_a_text_tower_stands_before_what_is_around_it() -> None:
    text = {**CONFIGS["gemma-3-27b-it"]}
    tied = text.pop("tie_word_embeddings", True)
    whole = {"model_type": "gemma3", "tie_word_embeddings": tied, "text_config": text}

    assert architecture_from_config(whole) == architecture_from_config(CONFIGS["gemma-3-27b-it"])


def test_weights_take_what_they_are_served_in() -> None:
    config = CONFIGS["qwen3-8b"]
    wide = architecture_from_config(config)
    half = architecture_from_config(config, parameter_bytes=1.0)

    assert wide.weight_bytes == 2 * wide.parameters == 2 * half.weight_bytes


def test_a_window_as_long_as_the_context_is_no_window() -> None:
    config = {**CONFIGS["mistral-7b-instruct-v0.3"], "sliding_window": 4_096}
    windowed = architecture_from_config(config)
    switched_off = architecture_from_config({**config, "use_sliding_window": False})
    wide = architecture_from_config({**config, "sliding_window": 32_768})

    assert [group.kind for group in windowed.attention] == [AttentionKind.WINDOW]
    assert switched_off == wide == architecture_from_config({**config, "sliding_window": None})


def test_older_files_mark_attention_by_numbers() -> None:
    config = {**CONFIGS["minimax-m1-80k"]}
    kinds = config.pop("layer_types")
    marks = [int(kind == "full_attention") for kind in kinds]

    assert architecture_from_config({**config, "attn_type_list": marks}) == (
        architecture_from_config({**config, "layer_types": kinds})
    )


def test_layers_may_be_named_or_signed() -> None:
    config = {**CONFIGS["nemotron-nano-9b-v2"]}
    names = {"M": "mamba", "*": "attention", "-": "mlp"}
    listed = [names[sign] for sign in config.pop("hybrid_override_pattern")]

    assert architecture_from_config({**config, "layers_block_type": listed}) == (
        architecture_from_config(CONFIGS["nemotron-nano-9b-v2"])
    )


def test_a_layer_that_is_listed_as_dense_has_no_experts() -> None:
    config = CONFIGS["qwen3-30b-a3b"]
    all_routed = architecture_from_config(config)
    one_dense = architecture_from_config({**config, "mlp_only_layers": [0]})
    experts, router, unit = 128 * 3 * 2_048 * 768, 2_048 * 128, 3 * 2_048 * 6_144

    assert all_routed.parameters - one_dense.parameters == experts + router - unit


def test_a_state_that_is_kept_in_32_bits_says_so() -> None:
    config = CONFIGS["qwen3.5-9b"]
    narrow = {key: value for key, value in config.items() if key != "mamba_ssm_dtype"}
    wide_state = architecture_from_config(config).attention[0].state_bytes
    narrow_state = architecture_from_config(narrow).attention[0].state_bytes

    # 32 heads of 128 × 128, and three inputs of 2 × 2,048 + 4,096 channels.
    assert narrow_state == 2 * (32 * 128 * 128) + 2 * 3 * 8_192
    assert wide_state == 4 * (32 * 128 * 128) + 2 * 3 * 8_192


def test_an_unknown_type_is_an_error_that_says_what_is_known() -> None:
    with pytest.raises(UnknownModelError, match="'gpt2'") as unknown:
        architecture_from_config({"model_type": "gpt2"})
    with pytest.raises(UnknownModelError, match="''"):
        architecture_from_config({})

    assert "llama" in unknown.value.hint
    assert "deepseek_v3" in unknown.value.hint


@pytest.mark.parametrize(
    ("name", "changes", "key"),
    [
        ("llama-3-8b-instruct", {"hidden_size": None}, "hidden_size"),
        ("deepseek-v3", {"kv_lora_rank": None}, "kv_lora_rank"),
        ("gemma-4-31b-it", {"num_kv_shared_layers": 18}, "num_kv_shared_layers"),
        ("gemma-4-31b-it", {"hidden_size_per_layer_input": 256}, "hidden_size_per_layer_input"),
        ("nemotron-nano-9b-v2", {"hybrid_override_pattern": "M?"}, "hybrid_override_pattern"),
        ("qwen3-8b", {"layer_types": ["retention"] * 36}, "layer_types"),
        ("qwen3-8b", {"layer_types": ["full_attention"] * 35}, "layer_types"),
        ("qwen3-8b", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ("qwen3-8b", {"hidden_size": -4096}, "hidden_size"),
        ("llama-3-8b-instruct", {"num_attention_heads": 10**6}, "num_attention_heads"),
        (
            "nemotron-nano-9b-v2",
            {"hybrid_override_pattern": "M" * 5_000},
            "hybrid_override_pattern",
        ),
        ("minimax-m1-80k", {"layer_types": ["linear_attention"] * 5_000}, "layer_types"),
    ],
)
def test_what_a_rule_cannot_read_is_named(name: str, changes: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        architecture_from_config({**CONFIGS[name], **changes})

    assert [problem.key for problem in refused.value.problems] == [key]


def test_the_experts_of_a_config_are_those_that_its_layers_have() -> None:
    assert experts_from_config(CONFIGS["qwen3-30b-a3b"]) == (128, 8)
    assert experts_from_config(CONFIGS["jamba-1.5-mini"]) == (16, 2)
    assert experts_from_config(CONFIGS["gemma-4-26b-a4b-it"]) == (128, 8)
    assert experts_from_config(CONFIGS["qwen3-8b"]) == (0, 0)


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@given(st.data())
def test_any_value_of_a_field_gives_an_architecture_or_our_error(
    data: st.DataObject,
) -> None:
    config = {**CONFIGS[data.draw(st.sampled_from(sorted(CONFIGS)))]}
    for key in data.draw(st.lists(st.sampled_from(sorted(config)), min_size=1, max_size=3)):
        config[key] = data.draw(ANYTHING | st.lists(ANYTHING, max_size=4))
    try:
        found = architecture_from_config(config)
    except EquipoiseError:
        return
    assert 0 < found.active_parameters <= found.parameters
