"""Tensors alone tell what grouped-query attention keeps, and what they do not tell is said."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.catalog import safetensors_files as files
from tests.catalog.safetensors_files import Entry

from equipoise.catalog.plain_attention import CONTEXT
from equipoise.catalog.safetensors_header import read_tensors
from equipoise.catalog.safetensors_model import model_from_safetensors
from equipoise.catalog.stored_model import StoredModel
from equipoise.domain.model import AttentionGroup, AttentionKind
from equipoise.errors import ConfigurationError, UnknownModelError

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "config_files.toml").read_text(encoding="utf-8")
)
LLAMA = CONFIGS["llama-3.1-8b-instruct"]
MIXTURE = CONFIGS["qwen3-30b-a3b"]


def entries(config: dict[str, Any]) -> list[Entry]:
    return list(files.entries_of(config, files.wide))


def with_norms(config: dict[str, Any], keys: int, queries: int) -> list[Entry]:
    """The tensors with a normalisation of keys and one of queries in every layer."""
    place = "model.layers.{}.self_attn.{}_norm.weight"
    norms = (("k", keys), ("q", queries))
    return [
        *entries(config),
        *(
            (place.format(layer, part), "BF16", (width,))
            for layer in range(config["num_hidden_layers"])
            for part, width in norms
        ),
    ]


def read(found: Iterable[Entry], config: dict[str, Any] | None = None) -> StoredModel:
    beginning, size = files.header(found)
    tensors = read_tensors(beginning, size, "a.safetensors")
    return model_from_safetensors(tensors, config, "a.safetensors")


def reason(found: Iterable[Entry]) -> str:
    """Why tensors without a config.json are refused; the next step is always the same."""
    with pytest.raises(ConfigurationError) as refused:
        read(found)
    (problem,) = refused.value.problems
    assert problem.suggestion == "Place the model's config.json beside it."
    return problem.reason


def test_the_rows_of_keys_and_values_are_what_a_token_adds() -> None:
    found = read(entries(LLAMA))

    assert found.architecture.kv_bytes_per_token == 32 * 2 * 2 * 8 * 128
    assert found.architecture.parameters == files.parameters_of(LLAMA)
    assert found.architecture.weight_bytes == 2 * files.parameters_of(LLAMA)
    assert (found.architecture.layers, found.architecture.hidden_size) == (32, 4_096)
    assert found.architecture.vocabulary == 128_256


def test_what_tensors_do_not_tell_is_said() -> None:
    found = read(entries(LLAMA))

    assert found.assumed
    assert found.architecture.attention == ()
    assert found.architecture.query_heads is None
    assert found.architecture.context == CONTEXT
    said = " ".join(found.notes)
    assert all(word in said for word in ("config.json", "window", "heads", "context"))


def test_the_normalisation_of_one_head_tells_how_wide_heads_are() -> None:
    found = read(with_norms(CONFIGS["qwen3-8b"], 128, 128))

    assert found.architecture.attention == (AttentionGroup(AttentionKind.FULL, 36, 8, 128),)
    assert found.architecture.query_heads == 32


def test_a_normalisation_over_all_heads_tells_nothing() -> None:
    config = CONFIGS["olmo-2-7b-instruct"]
    found = read(with_norms(config, 4_096, 4_096))

    assert found.architecture.attention == ()
    assert found.architecture.kv_bytes_per_token == 32 * 2 * 2 * 4_096


def test_a_config_that_no_rule_reads_still_tells_the_heads_and_the_context() -> None:
    config = {**LLAMA, "model_type": "another"}
    found = read(entries(LLAMA), config)

    assert found.architecture.attention == (AttentionGroup(AttentionKind.FULL, 32, 8, 128),)
    assert found.architecture.context == 131_072
    assert not found.assumed
    assert "'another'" in found.notes[0]


def test_listed_layers_may_see_a_window() -> None:
    kinds = ["sliding_attention", "full_attention"] * 16
    config = {**LLAMA, "model_type": "another", "layer_types": kinds, "sliding_window": 512}

    assert read(entries(LLAMA), config).architecture.attention == (
        AttentionGroup(AttentionKind.WINDOW, 16, 8, 128, window=512),
        AttentionGroup(AttentionKind.FULL, 16, 8, 128),
    )


def test_a_mixture_needs_to_know_how_many_experts_answer() -> None:
    config = {**MIXTURE, "model_type": "another"}
    found = read(entries(MIXTURE), config)

    assert "experts" in reason(entries(MIXTURE))
    assert (found.experts, found.experts_used) == (128, 8)
    assert found.architecture.active_parameters == pytest.approx(3.35e9, rel=0.01)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deepseek-v3", "kv_a_proj_with_mqa"),
        ("falcon-h1-3b-instruct", "mamba"),
        ("falcon-mamba-7b-instruct", "mamba"),
        ("qwen3.5-9b", "linear_attn"),
    ],
)
def test_what_keeps_the_past_in_another_way_is_refused(name: str, said: str) -> None:
    config = CONFIGS[name]

    assert said in reason(entries(config))
    with pytest.raises(UnknownModelError, match=said) as unknown:
        read(entries(config), {**config, "model_type": "another"})
    assert "llama" in unknown.value.hint


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("a.weight", "BF16", (2, 2))], "no layers"),
        ([("model.layers.99999.a.weight", "BF16", (2, 2))], "no layers"),
        ([e for e in entries(LLAMA) if "k_proj" not in e[0]], "not exactly one"),
        ([e for e in entries(LLAMA) if "layers.7." not in e[0]], "in layer 7"),
        ([e for e in entries(LLAMA) if "embed_tokens" not in e[0]], "no embedding"),
        ([(name, kind, (0, 0)) for name, kind, _ in entries(LLAMA)], "packed"),
        (list(files.entries_of(LLAMA, files.awq)), "not exactly one"),
        (list(files.entries_of(LLAMA, files.nf4)), "packed"),
        ([*entries(LLAMA), ("model.x.qweight", "I32", (2, 2))], "packed"),
    ],
)
def test_tensors_that_are_no_plain_decoder_are_refused(found: list[Entry], said: str) -> None:
    assert said in reason(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"sliding_window": 4_096},
        {"layer_types": ["sliding_attention"] * 32},
        {"layer_types": ["retention"] * 32, "sliding_window": 512},
        {"layer_types": ["full_attention"] * 31},
        {"layer_types": ["sliding_attention"] * 32, "sliding_window": 9, "head_dim": 100},
    ],
)
def test_windows_that_nobody_explains_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UnknownModelError, match="'another'"):
        read(entries(LLAMA), {**LLAMA, "model_type": "another", **changes})
