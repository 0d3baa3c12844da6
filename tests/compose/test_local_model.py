"""A model on this machine is read from the headers of its files, however they are laid out."""

from __future__ import annotations

import json
import tomllib
import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.catalog import gguf_files
from tests.catalog import safetensors_files as files
from tests.catalog.safetensors_files import QUANTISATIONS, Entry

from equipoise.catalog import devices, models
from equipoise.compose.estimates.local_model import LocalModel, read_local_model
from equipoise.domain.model import AttentionKind
from equipoise.economics.throughput import memory
from equipoise.economics.throughput.deployment import Deployment
from equipoise.engines import weights

CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "catalog" / "config_files.toml").read_text(encoding="utf-8")
)
PLAIN, MIXTURE = CONFIGS["qwen3-8b"], CONFIGS["qwen3-30b-a3b"]


def hollow(path: Path, beginning: bytes, size: int) -> Path:
    """A file of so many bytes after its beginning, which take no room on the disk."""
    with path.open("wb") as file:
        file.write(beginning)
        file.truncate(len(beginning) + size)
    return path


def safetensors(path: Path, entries: Iterable[Entry]) -> Path:
    beginning, size = files.header(entries)
    return hollow(path, len(beginning).to_bytes(8, "little") + beginning, size)


def gguf(path: Path, config: dict[str, Any], **more: Any) -> Path:
    metadata = gguf_files.keys_of(config) | more
    beginning, size = gguf_files.header(metadata, gguf_files.tensors_of(config))
    return hollow(path, beginning, size - len(beginning))


def folder(path: Path, config: dict[str, Any], parts: Sequence[Sequence[Entry]]) -> Path:
    """A Hugging Face folder with as many files as there are parts, and an index of several."""
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    names = [f"model-{n + 1:05}-of-{len(parts):05}.safetensors" for n in range(len(parts))]
    names = names if len(parts) > 1 else ["model.safetensors"]
    for name, entries in zip(names, parts, strict=True):
        safetensors(path / name, entries)
    if len(parts) > 1:
        where = {entry[0]: name for name, part in zip(names, parts, strict=True) for entry in part}
        index = json.dumps({"metadata": {}, "weight_map": where})
        (path / "model.safetensors.index.json").write_text(index)
    return path


def cut(entries: Iterable[Entry], parts: int) -> list[list[Entry]]:
    whole = list(entries)
    return [whole[n::parts] for n in range(parts)]


def held(model: LocalModel) -> float:
    """Bytes of weights as the throughput estimator counts them."""
    deployment = Deployment(model.shape, devices.find("h100-sxm"), model.weights)
    return sum(memory.part_bytes(deployment))


@pytest.mark.parametrize("parts", [1, 4])
def test_a_folder_is_one_model_in_one_file_or_in_several(tmp_path: Path, parts: int) -> None:
    place = folder(tmp_path / "mine-8b", PLAIN, cut(files.entries_of(PLAIN, files.wide), parts))
    found = read_local_model(place)

    assert found.name == found.shape.id == "mine-8b"
    assert found.architecture == found.shape.architecture
    assert found.parameters == files.parameters_of(PLAIN)
    assert found.weight_bytes == 2 * found.parameters
    assert (found.weights.id, found.weights.bytes_each) == ("bf16", 2.0)
    row = models.find("qwen3-8b").architecture
    assert row is not None
    assert found.architecture.attention == row.attention
    assert found.source.startswith(f"{place}: config.json and ")
    assert found.notes == ()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors.index.json"])
def test_a_file_that_describes_its_folder_stands_for_it(tmp_path: Path, name: str) -> None:
    place = folder(tmp_path / "mine", PLAIN, cut(files.entries_of(PLAIN, files.wide), 2))
    found = read_local_model(place / name)

    assert (found.name, found.shape) == ("mine", read_local_model(place).shape)


def test_one_file_is_read_with_the_config_beside_it(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", PLAIN, [list(files.entries_of(PLAIN, files.fp8))])
    found = read_local_model(place / "model.safetensors")

    assert found.name == "model"
    assert found.architecture == read_local_model(place).architecture
    assert found.weights.id == "fp8"


def test_one_file_without_a_config_says_what_it_cannot_know(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "mine.safetensors", files.entries_of(PLAIN, files.wide))
    found = read_local_model(path)

    assert found.shape.assumed
    assert found.architecture.kv_bytes_per_token == 36 * 2 * 2 * 1_024
    assert len(found.notes) == 4


def test_parts_without_an_index_are_one_model(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", PLAIN, cut(files.entries_of(PLAIN, files.wide), 3))
    indexed = read_local_model(place)
    (place / "model.safetensors.index.json").unlink()

    assert read_local_model(place) == indexed


def test_a_config_alone_is_read_and_said_to_be_alone(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(MIXTURE))
    found = read_local_model(tmp_path)

    assert (found.shape.experts, found.shape.experts_used) == (128, 8)
    assert "no weights" in found.notes[0]


def test_a_gguf_file_is_known_by_its_name_or_by_its_beginning(tmp_path: Path) -> None:
    path = gguf(tmp_path / "mine-Q4_K_M.gguf", PLAIN, **{"general.file_type": 15})
    found = read_local_model(path)
    blob = read_local_model(gguf(tmp_path / "sha256-1234", PLAIN, **{"general.name": "Mine"}))

    assert (found.name, blob.name) == ("mine-Q4_K_M", "Mine")
    assert (found.weights.id, found.stored_as) == ("q4_k_m", "q4_k_m")
    assert found.weights.family == "gguf"
    assert found.architecture == blob.architecture
    assert found.parameters == files.parameters_of(PLAIN)


def test_any_part_of_a_split_gguf_file_stands_for_all(tmp_path: Path) -> None:
    tensors, metadata = gguf_files.tensors_of(PLAIN), gguf_files.keys_of(PLAIN)
    for part, first in enumerate((0, 100, 200)):
        keys = {"split.no": part, "split.count": 3, "split.tensors.count": len(tensors)}
        last = first + 100 if part < 2 else len(tensors)
        said = {**metadata, **keys} if part == 0 else keys
        beginning, size = gguf_files.header(said, tensors[first:last])
        path = tmp_path / f"mine-0000{part + 1}-of-00003.gguf"
        hollow(path, beginning, size - len(beginning))
    found = [read_local_model(path) for path in (path, tmp_path)]

    assert [model.parameters for model in found] == 2 * [files.parameters_of(PLAIN)]
    assert found[0].name == "mine"
    assert found[0].source.endswith("of 3 parts")


def test_the_hubs_cache_gives_the_name_of_the_repository(tmp_path: Path) -> None:
    blobs = tmp_path / "models--someone--mine-8b" / "blobs"
    blobs.mkdir(parents=True)
    blob = safetensors(blobs / "0123abcd", files.entries_of(PLAIN, files.wide))
    snapshot = blobs.parent / "snapshots" / "feed"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").symlink_to(blob)
    (snapshot / "config.json").write_text(json.dumps(PLAIN))

    assert read_local_model(snapshot).name == "someone/mine-8b"


@pytest.mark.parametrize("stored", QUANTISATIONS)
@pytest.mark.parametrize("name", ["llama-3.3-70b-instruct", "qwen3-235b-a22b"])
def test_the_estimator_counts_the_bytes_of_the_files(
    tmp_path: Path, name: str, stored: str
) -> None:
    pack, said = QUANTISATIONS[stored]
    config = {**CONFIGS[name], "num_hidden_layers": 3, **said}
    found = read_local_model(folder(tmp_path / "m", config, [list(files.entries_of(config, pack))]))

    assert held(found) == pytest.approx(found.weight_bytes, rel=1e-6)


def test_the_estimator_counts_experts_in_four_bits_beside_the_rest_in_16(tmp_path: Path) -> None:
    config = CONFIGS["gpt-oss-20b"]
    found = read_local_model(folder(tmp_path / "m", config, [list(files.gpt_oss(config))]))

    assert held(found) == pytest.approx(found.weight_bytes, rel=1e-6)
    # What MXFP4 takes: four bits, and eight for 32 of them; offsets are in 16.
    assert found.weights.id == "mxfp4"
    assert found.weights.bytes_each == pytest.approx(17 / 32, rel=0.01)


@pytest.mark.parametrize("name", ["qwen3-8b", "qwen3-30b-a3b", "deepseek-v3"])
def test_the_estimator_counts_the_bytes_of_a_gguf_file(tmp_path: Path, name: str) -> None:
    found = read_local_model(gguf(tmp_path / "mine.gguf", CONFIGS[name]))

    assert held(found) == pytest.approx(found.weight_bytes, rel=1e-6)


def test_a_large_model_takes_little_memory(tmp_path: Path) -> None:
    config = CONFIGS["deepseek-v3"]
    place = folder(tmp_path / "hf", config, cut(files.entries_of(config, files.wide), 160))
    path = gguf(tmp_path / "mine.gguf", config)
    read_local_model(path)  # what is imported and cached the first time is no part of it
    tracemalloc.start()
    found = [read_local_model(place), read_local_model(path)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # 1.3 TB and 380 GB, none of it read.
    assert [model.weight_bytes > 3e11 for model in found] == [True, True]
    assert most < 10e6


@pytest.mark.skipif(not weights.installed(weights.SMOLLM2), reason="its weights are not installed")
def test_the_embedded_models_own_file_is_the_catalogs_model() -> None:
    found, row = (
        read_local_model(weights.locate(weights.SMOLLM2)),
        models.find(weights.SMOLLM2.model),
    )

    assert row.architecture is not None
    assert found.parameters == 134_515_008
    assert found.architecture.attention == row.architecture.attention
    assert found.architecture.kv_bytes_per_token == row.architecture.kv_bytes_per_token == 23_040
    assert found.architecture.context == row.architecture.context
    assert found.architecture.vocabulary == row.architecture.vocabulary
    # The file also holds the vocabulary's texts and the chat template.
    assert 0.98 < found.weight_bytes / weights.SMOLLM2.size < 1
    assert found.stored_as == "q4_1"


@pytest.mark.skipif(not weights.installed(weights.GEMMA3), reason="its weights are not installed")
def test_a_second_embedded_models_own_file_is_the_catalogs_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found, row = read_local_model(weights.locate(weights.GEMMA3)), models.find(weights.GEMMA3.model)

    assert row.architecture is not None
    assert found.parameters == 268_098_176
    assert found.architecture.attention == row.architecture.attention
    assert [group.kind for group in found.architecture.attention] == [
        AttentionKind.WINDOW,
        AttentionKind.FULL,
    ]
    assert found.architecture.kv_bytes_per_token == row.architecture.kv_bytes_per_token == 3_072
