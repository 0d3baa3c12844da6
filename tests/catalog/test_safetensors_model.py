"""A config.json and the tensors beside it give one model: exact counts, or none."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.catalog import model_layouts
from tests.catalog import safetensors_files as files
from tests.catalog.safetensors_files import QUANTISATIONS, Entry

from equipoise.catalog.config_json import architecture_from_config
from equipoise.catalog.safetensors_header import StoredTensor, read_tensors
from equipoise.catalog.safetensors_model import model_from_config, model_from_safetensors
from equipoise.catalog.stored_model import StoredModel
from equipoise.errors import ConfigurationError

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "config_files.toml").read_text(encoding="utf-8")
)
# Of these the layout in the tests has no rule: two widths of heads, or attention of another kind.
APART = {"gemma4_text", "mimo_v2_flash", "minimax"}
MODELS = [name for name, config in CONFIGS.items() if config["model_type"] not in APART]


def tensors(entries: Iterable[Entry]) -> tuple[StoredTensor, ...]:
    beginning, size = files.header(entries)
    return read_tensors(beginning, size, "a.safetensors")


def read(entries: Iterable[Entry], config: dict[str, Any] | None) -> StoredModel:
    return model_from_safetensors(tensors(entries), config, "a")


def reason(entries: Iterable[Entry], config: dict[str, Any] | None) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(entries, config)
    return str(refused.value.problems[0])


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_the_tensors_and_all_else_is_the_configs(name: str) -> None:
    config = CONFIGS[name]
    found, counted = (
        read(files.entries_of(config, files.wide), config),
        architecture_from_config(config),
    )
    exact = files.parameters_of(config)

    assert found.architecture.parameters == exact
    assert found.architecture.weight_bytes == 2 * exact
    assert found.stored_as == "bf16"
    assert found.architecture.attention == counted.attention
    assert found.architecture.active_parameters == pytest.approx(
        counted.active_parameters, rel=0.01
    )
    assert (found.experts, found.experts_used) == model_layouts.experts(config)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        *(("llama-3.3-70b-instruct", stored) for stored in QUANTISATIONS),
        *(("qwen3-235b-a22b", stored) for stored in ("fp8", "int4", "nvfp4")),
    ],
)
def test_packed_weights_are_counted_one_by_one(name: str, stored: str) -> None:
    pack, said = QUANTISATIONS[stored]
    config = {**CONFIGS[name], "num_hidden_layers": 4, **said}
    entries = list(files.entries_of(config, pack))
    found = read(entries, config)

    assert found.architecture.parameters == files.parameters_of(config)
    assert found.architecture.weight_bytes == files.header(entries)[1]
    assert found.stored_as == stored.split(maxsplit=1)[0]
    assert found.notes == ()


@pytest.mark.parametrize("name", ["gpt-oss-20b", "gpt-oss-120b"])
def test_experts_in_mxfp4_are_counted_one_by_one(name: str) -> None:
    config = CONFIGS[name]
    offsets = config["num_hidden_layers"] * config["num_local_experts"] * 3 * 2_880
    found = read(files.gpt_oss(config), config)

    assert found.architecture.parameters == files.parameters_of(config) + offsets
    assert found.stored_as == "mxfp4"
    assert found.architecture.active_parameters == pytest.approx(
        architecture_from_config(config).active_parameters, rel=0.01
    )
    assert 0.5 < found.architecture.weight_bytes / found.architecture.parameters < 0.7


def test_what_is_packed_in_no_known_way_is_counted_from_the_shapes_and_said_to_be() -> None:
    entries = list(files.entries_of(CONFIGS["qwen3-8b"], files.strange))
    said = {"quantization_config": {"quant_method": "aqlm"}}
    found = read(entries, {**CONFIGS["qwen3-8b"], **said})

    assert found.architecture.parameters == architecture_from_config(CONFIGS["qwen3-8b"]).parameters
    assert found.architecture.weight_bytes == files.header(entries)[1]
    assert found.stored_as == "aqlm"
    assert "no rule" in found.notes[0]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"quantization_config": {"bits": "four"}},
        {"quantization_config": {"bits": 64}},
        {"quantization_config": ["bits", 4]},
    ],
)
def test_words_of_an_unknown_width_are_not_counted(said: dict[str, Any]) -> None:
    found = read(files.entries_of(CONFIGS["qwen3-8b"], files.awq), {**CONFIGS["qwen3-8b"], **said})

    assert "no rule" in found.notes[0]


@pytest.mark.parametrize(
    "groups",
    [
        {"a": {"weights": {"num_bits": 4}}, "b": {"weights": {"num_bits": 8}}},
        {"a": {"weights": {"num_bits": [4]}}},
        {"a": {"weights": None}},
        [],
    ],
)
def test_groups_of_unlike_or_unknown_widths_are_not_counted(groups: object) -> None:
    said = {"quantization_config": {"config_groups": groups}}
    entries = files.entries_of(CONFIGS["qwen3-8b"], files.compressed)

    assert "no rule" in read(entries, {**CONFIGS["qwen3-8b"], **said}).notes[0]


def test_modules_of_mlx_may_have_widths_of_their_own() -> None:
    config = CONFIGS["qwen3-8b"]
    pack = {True: files.mlx(8), False: files.mlx(4)}
    wide = "model.layers.0.mlp.down_proj"

    def mixed(name: str, rows: int, columns: int) -> Iterable[Entry]:
        return pack[name == wide](name, rows, columns)

    own = {"group_size": 64, "bits": 4, wide: {"group_size": 64, "bits": 8}}
    found = read(files.entries_of(config, mixed), {**config, "quantization": own})
    unsaid = read(files.entries_of(config, mixed), {**config, "quantization": {"bits": 4}})

    assert found.architecture.parameters == files.parameters_of(config)
    assert "no rule" in unsaid.notes[0]


def test_towers_are_counted_and_named_and_layers_ahead_are_left_out() -> None:
    config = CONFIGS["qwen3-8b"]
    plain = list(files.entries_of(config, files.wide))
    more = [
        ("visual.blocks.99.attn.qkv.weight", "BF16", (3_000, 1_000)),
        ("model.layers.36.mlp.up_proj.weight", "BF16", (1_000, 1_000)),
        ("mtp.layers.0.mlp.up_proj.weight", "BF16", (1_000, 1_000)),
    ]
    found = read([*plain, *more], config)

    assert found.architecture.parameters == files.parameters_of(config) + 3_000_000
    assert found.architecture.weight_bytes == 2 * found.architecture.parameters
    assert [note.split(" parameters")[0] for note in found.notes] == ["3 million", "2 million"]


def test_a_text_tower_is_read_within_a_model_of_more() -> None:
    config = CONFIGS["qwen3-8b"]
    entries = [
        (f"language_model.{name}", kind, shape)
        for name, kind, shape in files.entries_of(config, files.fp8)
    ]
    found = read(entries, {"model_type": "some_vl", "text_config": config})

    assert found.architecture.parameters == files.parameters_of(config)


def test_experts_under_names_of_no_rule_are_shared_out_as_the_shapes_say() -> None:
    config = CONFIGS["qwen3-30b-a3b"]
    entries = [
        (name.replace("experts", "units"), kind, shape)
        for name, kind, shape in files.entries_of(config, files.wide)
    ]
    found = read(entries, config).architecture

    assert found.parameters == files.parameters_of(config)
    assert found.active_parameters == pytest.approx(
        architecture_from_config(config).active_parameters, rel=0.001
    )


def test_a_second_copy_of_a_tied_embedding_is_not_counted() -> None:
    config = CONFIGS["qwen3-0.6b"]
    copy = ("lm_head.weight", "BF16", (config["vocab_size"], config["hidden_size"]))
    twice = read([*files.entries_of(config, files.wide), copy], config)

    assert twice.architecture == read(files.entries_of(config, files.wide), config).architecture


def test_a_layer_that_is_missing_is_missed() -> None:
    config = CONFIGS["qwen3-8b"]
    entries = [e for e in files.entries_of(config, files.wide) if "layers.7." not in e[0]]

    assert "1 of 36 layers, the first of them 7" in reason(entries, config)


def test_tensors_of_another_model_are_refused() -> None:
    entries = list(files.entries_of(CONFIGS["qwen3-8b"], files.wide))

    # Qwen3 4B has 36 layers as well.
    assert "another model's" in reason(entries, CONFIGS["qwen3-4b"])


def test_an_adapter_is_refused() -> None:
    name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"

    assert "holds an adapter" in reason([(name, "BF16", (8, 4_096))], CONFIGS["qwen3-8b"])


def test_a_config_alone_gives_counted_parameters_and_says_so() -> None:
    found = model_from_config(CONFIGS["qwen3-30b-a3b"])

    assert found.architecture == architecture_from_config(CONFIGS["qwen3-30b-a3b"])
    assert (found.experts, found.experts_used) == (128, 8)
    assert ["no weights" in note for note in found.notes] == [True]


def test_a_config_alone_of_quantised_weights_says_that_they_take_less() -> None:
    found = model_from_config(
        {**CONFIGS["deepseek-v3"], "quantization_config": {"quant_method": "fp8"}}
    )

    assert "quantised (fp8)" in found.notes[1]
