"""What cannot be read as a model says what, where, and what to do; nothing else ever comes out."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog import gguf_files
from tests.catalog import safetensors_files as files
from tests.compose.test_local_model import PLAIN, cut, folder, gguf, safetensors

from equipoise.compose.estimates.local_model import read_local_model
from equipoise.errors import ConfigurationError, EquipoiseError, UnknownModelError

GGUF = gguf_files.small()
# A plain decoder of one layer, whole.
LAYER = "model.layers.0.self_attn"
SMALL = files.file_of(
    [
        ("model.embed_tokens.weight", "BF16", (8, 4)),
        *((f"{LAYER}.{part}_proj.weight", "BF16", (4, 4)) for part in "qkvo"),
        *((f"{LAYER}.{part}_norm.weight", "BF16", (2,)) for part in "qk"),
        *((f"model.layers.0.mlp.{part}_proj.weight", "BF16", (16, 4)) for part in ("gate", "up")),
        ("model.layers.0.mlp.down_proj.weight", "BF16", (4, 16)),
        ("model.layers.0.input_layernorm.weight", "BF16", (4,)),
        ("model.layers.0.post_attention_layernorm.weight", "BF16", (4,)),
    ]
)
TINY = {
    "model_type": "llama",
    "num_hidden_layers": 1,
    "hidden_size": 4,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 8,
    "max_position_embeddings": 64,
    "tie_word_embeddings": True,
}


def problem(path: Path) -> str:
    """What is said to be wrong; it always has a next step."""
    with pytest.raises(ConfigurationError) as refused:
        read_local_model(path)
    (found,) = refused.value.problems
    assert found.suggestion
    return str(found)


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_whole_files_are_models(tmp_path: Path) -> None:
    assert read_local_model(written(tmp_path / "a.gguf", GGUF)).parameters > 0
    assert read_local_model(written(tmp_path / "a.safetensors", SMALL)).parameters == 300
    written(tmp_path / "config.json", json.dumps(TINY))
    assert not read_local_model(tmp_path / "a.safetensors").shape.assumed


@given(st.data())
def test_any_beginning_of_a_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name, whole = data.draw(st.sampled_from([("a.gguf", GGUF), ("a.safetensors", SMALL)]))
    beginning = whole[: data.draw(st.integers(0, len(whole) - 1))]

    problem(written(tmp_path_factory.mktemp("cut") / name, beginning))


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 255), st.booleans())
def test_one_wrong_byte_gives_a_model_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, configured: bool
) -> None:
    content = bytearray(SMALL)
    content[place] = byte
    path = written(tmp_path_factory.mktemp("wrong") / "model.safetensors", bytes(content))
    if configured:
        written(path.parent / "config.json", json.dumps(TINY))
    try:
        found = read_local_model(path)
    except EquipoiseError:
        return
    assert found.parameters > 0


@given(st.binary(max_size=300), st.sampled_from(["a.gguf", "a.safetensors", "a", "config.json"]))
def test_any_bytes_are_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = written(tmp_path_factory.mktemp("random") / name, content)
    with pytest.raises(EquipoiseError):
        read_local_model(path)


ANYTHING: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just({})
)


@given(st.dictionaries(st.sampled_from([*sorted(TINY), "quantization_config"]), ANYTHING))
def test_any_config_gives_a_model_or_an_error_of_ours(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, Any]
) -> None:
    place = tmp_path_factory.mktemp("config")
    written(place / "model.safetensors", SMALL)
    written(place / "config.json", json.dumps({**TINY, **changes}))
    try:
        found = read_local_model(place)
    except EquipoiseError:
        return
    assert found.parameters == 300


def test_a_path_that_leads_nowhere_names_one_that_is_near(tmp_path: Path) -> None:
    near = written(tmp_path / "model-q4.gguf", GGUF)

    assert f"no such file. Did you mean {near}?" in problem(tmp_path / "model-q8.gguf")
    assert "Check the path." in problem(tmp_path / "elsewhere" / "x")
    assert "cannot be read: File name too long" in problem(tmp_path / ("x" * 5_000))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pth", "model.pt"])
def test_a_pickle_is_not_opened(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, b"\x80\x04cos\nsystem\n")
    written(tmp_path / "config.json", json.dumps(PLAIN))

    assert "is a pickle. Save the model with save_pretrained" in problem(path)
    assert f"in a pickle, {name}" in problem(tmp_path)


def test_a_folder_without_a_model_says_what_belongs_there(tmp_path: Path) -> None:
    assert "holds no model. Name a folder with config.json" in problem(tmp_path)


def test_a_folder_of_the_hubs_cache_leads_to_its_snapshot(tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshots" / "feed"
    snapshot.mkdir(parents=True)

    assert f"Name the folder of one snapshot: {snapshot}." in problem(tmp_path)


def test_of_several_models_one_has_to_be_named(tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf", "mmproj-a.gguf"):
        written(tmp_path / name, GGUF)

    assert "holds 2 models. Name one of its files: a.gguf, b.gguf." in problem(tmp_path)
    (tmp_path / "b.gguf").unlink()
    assert read_local_model(tmp_path).parameters > 0


def test_a_file_of_another_kind_says_so(tmp_path: Path) -> None:
    assert "neither a GGUF nor" in problem(written(tmp_path / "notes.txt", "hello"))
    assert "is empty" in problem(written(tmp_path / "a.gguf", b""))
    assert "does not begin with GGUF" in problem(written(tmp_path / "b.gguf", b"hello there"))


@pytest.mark.parametrize("name", ["a.gguf", "a.safetensors"])
def test_a_pointer_of_git_lfs_says_what_to_run(tmp_path: Path, name: str) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"

    assert "git lfs pull" in problem(written(tmp_path / name, pointer))


def test_what_is_no_file_at_all_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    (tmp_path / "model.safetensors").mkdir()

    assert "is no file" in problem(tmp_path / "pipe.gguf")
    assert "is no file" in problem(tmp_path)


def test_a_file_that_the_index_names_and_that_is_missing_is_named(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", PLAIN, cut(files.entries_of(PLAIN, files.wide), 3))
    (place / "model-00002-of-00003.safetensors").unlink()

    assert "lacks 1 of the 3 files of its model: model-00002-of-00003" in problem(place)
    (place / "model.safetensors.index.json").unlink()
    assert "lacks 1 of the 3 files" in problem(place)


def test_a_part_that_is_cut_short_is_named(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", PLAIN, cut(files.entries_of(PLAIN, files.wide), 3))
    last = place / "model-00003-of-00003.safetensors"
    os.truncate(last, last.stat().st_size - 1)

    assert problem(place).startswith(f"{last}: has ")


def test_one_part_alone_is_not_a_model(tmp_path: Path) -> None:
    place = folder(tmp_path / "mine", PLAIN, cut(files.entries_of(PLAIN, files.wide), 3))

    assert f"Name their folder: {place}." in problem(place / "model-00003-of-00003.safetensors")


def test_one_of_the_files_of_an_index_is_not_a_model(tmp_path: Path) -> None:
    for name in ("a", "b"):
        safetensors(tmp_path / f"{name}.safetensors", [(name, "BF16", (2, 2))])
    index = {"weight_map": {name: f"{name}.safetensors" for name in ("a", "b")}}
    written(tmp_path / "model.safetensors.index.json", json.dumps(index))

    assert "is one of several files" in problem(tmp_path / "a.safetensors")


def test_of_several_indexes_one_file_has_to_be_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written(tmp_path / f"{name}.safetensors.index.json", "{}")

    assert "holds 2 models" in problem(tmp_path)


@pytest.mark.parametrize(
    "index",
    [
        [],
        {},
        {"weight_map": {}},
        {"weight_map": ["model.safetensors"]},
        {"weight_map": {"a": 7}},
        {"weight_map": {"a": "../model.safetensors"}},
        {"weight_map": {"a": "/etc/passwd"}},
        {"weight_map": {"a": "model.bin"}},
        {"weight_map": {str(n): f"{n}.safetensors" for n in range(5_000)}},
    ],
)
def test_an_index_names_files_beside_it(tmp_path: Path, index: object) -> None:
    path = written(tmp_path / "model.safetensors.index.json", json.dumps(index))

    assert problem(tmp_path).startswith(f"{path}: ")


def test_a_tensor_is_in_one_file_only(tmp_path: Path) -> None:
    for part in (1, 2):
        safetensors(tmp_path / f"m-0000{part}-of-00002.safetensors", [("a", "BF16", (2, 2))])

    assert "has a tensor in two of its files" in problem(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ("[" * 100_000, "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (" " * (16 * 2**20 + 1), "has more than"),
    ],
)
def test_a_config_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | str, said: str
) -> None:
    written(tmp_path / "model.safetensors", SMALL)
    path = written(tmp_path / "config.json", content)

    assert problem(tmp_path).startswith(f"{path}: {said}")


def test_a_large_index_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "model.safetensors.index.json", b"")
    os.truncate(path, 2**34)
    tracemalloc.start()
    said = problem(tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "has more than 100,000,000 bytes" in said
    assert most < 1e6


def test_a_config_without_a_rule_and_without_a_plain_decoder_is_unknown(tmp_path: Path) -> None:
    written(tmp_path / "model.safetensors", files.file_of([("a", "BF16", (2, 2))]))
    written(tmp_path / "config.json", json.dumps({"model_type": "bert"}))

    with pytest.raises(UnknownModelError, match="'bert'") as unknown:
        read_local_model(tmp_path)
    assert "llama" in unknown.value.hint


def test_a_part_of_a_split_file_that_is_missing_is_named(tmp_path: Path) -> None:
    path = gguf(tmp_path / "mine-00001-of-00002.gguf", PLAIN, **{"split.count": 2})

    assert "lacks 1 of the 2 files of its model: mine-00002-of-00002.gguf" in problem(path)


@pytest.mark.parametrize("name", ["a-00003-of-00002.gguf", "a-00001-of-99999.gguf"])
def test_a_part_has_a_number_that_can_be(tmp_path: Path, name: str) -> None:
    assert "no part that its own name allows" in problem(written(tmp_path / name, GGUF))
