"""A GGUF file gives the architecture that the catalog has, with the file's own parameters."""

from __future__ import annotations

import tomllib
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

import pytest
from tests.catalog import gguf_files
from tests.catalog.gguf_files import ARCHITECTURES, Tensor, keys_of, tensors_of
from tests.catalog.test_config_json import SHORTER, TOWERS

from equipoise.catalog import gguf_attention, models
from equipoise.catalog.config_json import architecture_from_config
from equipoise.catalog.gguf_header import read_header
from equipoise.catalog.gguf_metadata import model_from_gguf
from equipoise.catalog.stored_model import StoredModel
from equipoise.domain.model import Architecture, AttentionGroup, AttentionKind
from equipoise.errors import ConfigurationError, UnknownModelError

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "config_files.toml").read_text(encoding="utf-8")
)
MODELS = [name for name, config in CONFIGS.items() if config["model_type"] in ARCHITECTURES]


def cataloged(name: str) -> Architecture:
    architecture = models.find(name).architecture
    assert architecture is not None
    return architecture


def read(metadata: dict[str, Any], tensors: list[Tensor]) -> StoredModel:
    beginning, size = gguf_files.header(metadata, tensors)
    return model_from_gguf([read_header(beginning, size, "a.gguf")], "a.gguf")


@cache
def converted(name: str) -> StoredModel:
    """A model of the catalog as llama.cpp's converter would write it."""
    return read(keys_of(CONFIGS[name]), tensors_of(CONFIGS[name]))


def changed(name: str, changes: dict[str, Any]) -> StoredModel:
    """The same with other keys under its architecture's prefix, or without those that are None."""
    metadata = keys_of(CONFIGS[name])
    prefix = metadata["general.architecture"]
    metadata |= {f"{prefix}.{key}": value for key, value in changes.items()}
    present = {key: value for key, value in metadata.items() if value is not None}
    return read(present, tensors_of(CONFIGS[name]))


@pytest.mark.parametrize("name", MODELS)
def test_attention_is_the_catalogs(name: str) -> None:
    found, row = converted(name).architecture, cataloged(name)

    assert found.kv_bytes_per_token == row.kv_bytes_per_token
    assert [group.layers for group in found.attention] == [g.layers for g in row.attention]
    for group, known in zip(found.attention, row.attention, strict=True):
        # A state is held in 32 bits, of which the catalog counts 16 for all or a part.
        assert group == known or known.state_bytes < group.state_bytes <= 2 * known.state_bytes


@pytest.mark.parametrize("name", MODELS)
def test_sizes_are_the_catalogs(name: str) -> None:
    found, row = converted(name).architecture, cataloged(name)

    assert (found.layers, found.hidden_size) == (row.layers, row.hidden_size)
    assert (found.query_heads, found.vocabulary) == (row.query_heads, row.vocabulary)
    assert found.context == row.context or name in SHORTER


@pytest.mark.parametrize("name", MODELS)
def test_parameters_and_bytes_are_those_of_the_tensors(name: str) -> None:
    found, tensors = converted(name).architecture, tensors_of(CONFIGS[name])

    assert found.parameters == sum(prod(tensor.shape) for tensor in tensors)
    assert found.weight_bytes == sum(tensor.size for tensor in tensors)
    assert found.parameters + TOWERS.get(name, 0.0) == pytest.approx(
        cataloged(name).parameters, rel=0.01
    )


@pytest.mark.parametrize("name", [name for name in MODELS if converted(name).experts])
def test_a_token_passes_its_share_of_the_experts(name: str) -> None:
    found, counted = converted(name), architecture_from_config(CONFIGS[name])

    assert found.architecture.active_parameters == pytest.approx(
        counted.active_parameters, rel=0.01
    )
    assert 0 < found.experts_used < found.experts


def test_there_are_files_of_every_kind_of_attention() -> None:
    kinds = {group.kind for name in MODELS for group in converted(name).architecture.attention}

    assert kinds == set(AttentionKind)
    assert len(MODELS) >= 95


def test_windows_of_a_gemma_2_are_4096_tokens_unless_its_file_has_others() -> None:
    usual = changed("gemma-2-9b-it", {"attention.sliding_window": None}).architecture
    wide = changed("gemma-2-9b-it", {"attention.sliding_window": 8_192}).architecture

    assert usual.attention == cataloged("gemma-2-9b-it").attention
    assert [group.window for group in wide.attention] == [8_192, 0]


def test_a_pattern_in_the_file_stands_before_the_familys() -> None:
    every_third = {"attention.sliding_window_pattern": 3}
    listed = {"attention.sliding_window_pattern": [True] * 61 + [False]}

    assert [g.layers for g in changed("gemma-3-27b-it", every_third).architecture.attention] == [
        42,
        20,
    ]
    assert [g.layers for g in changed("gemma-3-27b-it", listed).architecture.attention] == [61, 1]


def test_without_a_window_every_layer_sees_the_whole_context() -> None:
    found = changed("gemma-3-27b-it", {"attention.sliding_window": 0}).architecture

    assert [group.kind for group in found.attention] == [AttentionKind.FULL]


def test_a_window_that_llama_cpp_does_not_use_is_noted() -> None:
    found = changed("qwen3-8b", {"attention.sliding_window": 4_096})

    assert found.architecture.attention == cataloged("qwen3-8b").attention
    assert any("4,096" in note for note in found.notes)


def test_an_old_file_of_a_latent_model_keeps_whole_heads() -> None:
    heads = {
        "attention.key_length_mla": None,
        "attention.head_count_kv": 128,
        "attention.key_length": 192,
        "attention.value_length": 128,
    }
    old = changed("deepseek-v3", heads)

    assert old.architecture.attention == (
        AttentionGroup(AttentionKind.FULL, 61, 128, 192, value_dim=128),
    )
    assert any("latent" in note for note in old.notes)
    assert converted("deepseek-v3").architecture.kv_bytes_per_token == 2 * 61 * 576


def test_layers_that_only_predict_further_tokens_are_left_out() -> None:
    config = CONFIGS["glm-4.5-air"]
    more = {**config, "num_hidden_layers": config["num_hidden_layers"] + 1}
    metadata = keys_of(more) | {"glm4moe.nextn_predict_layers": 1}
    found, plain = read(metadata, tensors_of(more)), converted("glm-4.5-air")

    assert found.architecture == plain.architecture
    assert [note for note in found.notes if "further tokens" in note]
    assert plain.notes == ()


def test_layers_that_share_keys_and_values_are_sharers() -> None:
    row = cataloged("gemma-3n-e4b-it")
    metadata = {
        "general.architecture": "gemma3n",
        "gemma3n.block_count": 35,
        "gemma3n.context_length": 32_768,
        "gemma3n.embedding_length": 2_048,
        "gemma3n.attention.head_count": 8,
        "gemma3n.attention.head_count_kv": 2,
        "gemma3n.attention.key_length": 256,
        "gemma3n.attention.value_length": 256,
        "gemma3n.attention.sliding_window": 512,
        "gemma3n.attention.shared_kv_layers": 15,
    }
    tensors = [Tensor(f"blk.{n}.attn_k.weight", (2_048, 512)) for n in range(35)]

    assert read(metadata, tensors).architecture.attention == row.attention


def test_wider_heads_where_the_whole_context_is_seen() -> None:
    row = cataloged("gemma-4-31b-it")
    local = [bool((n + 1) % 6) for n in range(60)]
    metadata = {
        "general.architecture": "gemma4",
        "gemma4.block_count": 60,
        "gemma4.context_length": 262_144,
        "gemma4.embedding_length": 5_376,
        "gemma4.attention.head_count": 32,
        "gemma4.attention.head_count_kv": [16 if mark else 4 for mark in local],
        "gemma4.attention.key_length": 512,
        "gemma4.attention.value_length": 512,
        "gemma4.attention.key_length_swa": 256,
        "gemma4.attention.value_length_swa": 256,
        "gemma4.attention.sliding_window": 1_024,
        "gemma4.attention.sliding_window_pattern": local,
    }
    tensors = [
        Tensor(f"blk.{n}.attn_k.weight", (5_376, 4_096 if mark else 2_048))
        for n, mark in enumerate(local)
    ]

    assert read(metadata, tensors).architecture.attention == row.attention


def test_keys_and_values_may_be_of_unlike_widths() -> None:
    config, row = CONFIGS["mimo-v2-flash"], cataloged("mimo-v2-flash")
    local = [mark == 1 for mark in config["hybrid_layer_pattern"]]
    metadata = {
        "general.architecture": "mimo2",
        "mimo2.block_count": 48,
        "mimo2.context_length": 262_144,
        "mimo2.embedding_length": 4_096,
        "mimo2.attention.head_count": [64] * 48,
        "mimo2.attention.head_count_kv": [8 if mark else 4 for mark in local],
        "mimo2.attention.key_length": 192,
        "mimo2.attention.value_length": 128,
        "mimo2.attention.sliding_window": 128,
        "mimo2.attention.sliding_window_pattern": local,
    }
    tensors = [
        Tensor(f"blk.{n}.attn_{part}.weight", (4_096, (8 if mark else 4) * width))
        for n, mark in enumerate(local)
        for part, width in (("k", 192), ("v", 128))
    ]

    assert read(metadata, tensors).architecture.attention == row.attention


def test_a_convolution_alone_is_a_state() -> None:
    metadata = {
        "general.architecture": "lfm2",
        "lfm2.block_count": 2,
        "lfm2.context_length": 128_000,
        "lfm2.embedding_length": 2_048,
        "lfm2.attention.head_count": 32,
        "lfm2.attention.head_count_kv": [0, 8],
        "lfm2.shortconv.l_cache": 3,
    }
    tensors = [
        Tensor("blk.0.shortconv.conv.weight", (3, 2_048)),
        Tensor("blk.1.attn_k.weight", (2_048, 512)),
    ]

    assert read(metadata, tensors).architecture.attention == (
        AttentionGroup(AttentionKind.STATE, 1, state_bytes=4 * 2 * 2_048),
        AttentionGroup(AttentionKind.FULL, 1, 8, 64),
    )


def test_a_recurrent_state_is_counted_in_32_bits() -> None:
    found = converted("falcon-h1-3b-instruct")
    states = [g for g in found.architecture.attention if g.kind is AttentionKind.STATE]

    # 32 heads of 128 by 256, and three inputs of 4,096 + 2 × 256 channels.
    assert [group.state_bytes for group in states] == [4 * (4_096 * 256 + 3 * 4_608)]
    assert any("32 bits" in note for note in found.notes)


@pytest.mark.parametrize(
    ("said", "stored_as"),
    [(None, "q4_k"), (15, "q4_k_m"), (14, "q4_k_s"), (1, "q4_k"), (4, "q4_k")],
)
def test_a_file_is_what_it_says_unless_its_layers_are_plainly_not(
    said: int | None, stored_as: str
) -> None:
    metadata = keys_of(CONFIGS["qwen3-8b"])
    metadata |= {} if said is None else {"general.file_type": said}

    assert read(metadata, tensors_of(CONFIGS["qwen3-8b"])).stored_as == stored_as


def test_frequencies_of_the_positions_are_no_parameters() -> None:
    tensors = [*tensors_of(CONFIGS["qwen3-8b"]), Tensor("rope_freqs.weight", (64,))]
    found = read(keys_of(CONFIGS["qwen3-8b"]), tensors).architecture
    plain = converted("qwen3-8b").architecture

    assert found.parameters == plain.parameters
    assert found.weight_bytes == plain.weight_bytes + 64 * 4


def test_parts_of_a_file_are_one_model() -> None:
    metadata, tensors = keys_of(CONFIGS["qwen3-8b"]), tensors_of(CONFIGS["qwen3-8b"])
    counts = {"split.count": 2, "split.tensors.count": len(tensors)}
    parts = [
        gguf_files.header({**metadata, **counts, "split.no": 0}, tensors[:100]),
        gguf_files.header({**counts, "split.no": 1}, tensors[100:]),
    ]
    headers = [read_header(beginning, size, "a.gguf") for beginning, size in parts]

    assert model_from_gguf(headers, "a").architecture == converted("qwen3-8b").architecture
    with pytest.raises(ConfigurationError) as first_alone:
        model_from_gguf(headers[:1], "a")
    with pytest.raises(ConfigurationError) as turned:
        model_from_gguf(headers[::-1], "a")
    assert "2 parts" in str(first_alone.value.problems[0])
    assert "general.architecture" in str(turned.value.problems[0])


@pytest.mark.parametrize("claimed", [397, "all", 2.5])
def test_parts_of_unlike_files_are_refused(claimed: object) -> None:
    tensors = tensors_of(CONFIGS["qwen3-8b"])
    metadata = {**keys_of(CONFIGS["qwen3-8b"]), "split.tensors.count": claimed}

    with pytest.raises(ConfigurationError) as refused:
        read(metadata, tensors)

    assert f"has {len(tensors)} tensors in its parts" in str(refused.value.problems[0])


def test_one_tensor_for_queries_keys_and_values_is_wide_enough_for_them() -> None:
    with pytest.raises(ConfigurationError) as refused:
        changed("phi-4", {"attention.head_count_kv": 40})

    assert "attn_qkv.weight makes 7,680" in str(refused.value.problems[0])


def test_an_unknown_architecture_is_an_error_that_says_what_is_known() -> None:
    with pytest.raises(UnknownModelError, match="'gpt9'") as unknown:
        read({"general.architecture": "gpt9"}, [Tensor("blk.0.attn_k.weight", (32, 32))])

    assert "llama" in unknown.value.hint


@pytest.mark.parametrize("what", ["adapter", "mmproj", "imatrix"])
def test_what_is_no_model_is_refused(what: str) -> None:
    metadata = keys_of(CONFIGS["qwen3-8b"]) | {"general.type": what}

    with pytest.raises(ConfigurationError) as refused:
        read(metadata, [Tensor("a", (32,))])

    assert what in str(refused.value.problems[0])


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"block_count": None}, "qwen3.block_count"),
        ({"block_count": 1_000_000}, "qwen3.block_count"),
        ({"block_count": 3.5}, "qwen3.block_count"),
        ({"nextn_predict_layers": 36}, "qwen3.block_count"),
        ({"context_length": None}, "qwen3.context_length"),
        ({"embedding_length": None, "attention.key_length": None}, "qwen3.embedding_length"),
        ({"attention.head_count_kv": 4}, "qwen3.attention.head_count_kv"),
        ({"attention.head_count_kv": [8] * 35}, "qwen3.attention.head_count_kv"),
        ({"attention.head_count_kv": 0}, "qwen3.attention.head_count_kv"),
        ({"attention.shared_kv_layers": 36}, "qwen3.attention.shared_kv_layers"),
    ],
)
def test_a_key_that_is_missing_or_contradicts_the_tensors_is_named(
    changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        changed("qwen3-8b", changes)

    assert [problem.key for problem in refused.value.problems] == [key]


def test_experts_that_nobody_counts_are_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        changed("qwen3-30b-a3b", {"expert_used_count": None})

    assert refused.value.problems[0].key == "qwen3moe.expert_used_count"


def test_a_layer_without_tensors_is_missed() -> None:
    tensors = [t for t in tensors_of(CONFIGS["qwen3-8b"]) if not t.name.startswith("blk.7.")]

    with pytest.raises(ConfigurationError) as refused:
        read(keys_of(CONFIGS["qwen3-8b"]), tensors)

    assert "layer 7 of 36" in str(refused.value.problems[0])


def test_every_architecture_is_in_the_reference() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "local-models.md"
    text = page.read_text(encoding="utf-8")

    assert [one for one in gguf_attention.ARCHITECTURES if f"`{one}`" not in text] == []
