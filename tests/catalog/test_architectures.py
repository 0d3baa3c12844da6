"""The architectures of open models: what each layer keeps, against figures published elsewhere."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from equipoise.catalog import models, tables
from equipoise.domain.model import (
    Architecture,
    AttentionGroup,
    AttentionKind,
    Model,
    Weights,
    kv_bytes_per_token,
)

SIZED = [model for model in models.models() if model.architecture is not None]
FULL, LATENT, WINDOW, STATE = AttentionKind

# What the bench of the cache judges by: worked out from config.json, and a gallery's figures.
CACHE = tomllib.loads(
    (Path(__file__).parents[2] / "benchmarks" / "kv_bytes.toml").read_text(encoding="utf-8")
)
GALLERY = {name: row for name, row in CACHE.items() if "gallery_kib" in row}
# Files smaller than 16 bits a parameter, in bytes a parameter, with what makes them so.
PACKED = {
    "smollm2-135m-instruct": 0.73,  # Q4_1, embeddings wider
    "gemma-3-270m": 0.94,  # Q4_K_M, two thirds of it embeddings
    "gpt-oss-20b": 0.66,  # MXFP4 experts
    "gpt-oss-120b": 0.56,
}


def sized(model: Model) -> Architecture:
    assert model.architecture is not None
    return model.architecture


def test_the_catalog_sizes_the_open_models_people_run() -> None:
    families = Counter(model.developer for model in SIZED)

    assert len(SIZED) >= 100
    assert len(families) >= 18
    assert all(model.weights is Weights.OPEN for model in SIZED)


@pytest.mark.parametrize("name", GALLERY)
def test_layers_and_bytes_are_those_a_gallery_of_architectures_gives(name: str) -> None:
    row = GALLERY[name]
    attention = sized(models.find(name)).attention

    assert {group.kind: group.layers for group in attention} == row["gallery_layers"]
    assert row["first"] == pytest.approx(row["gallery_kib"] * 1024, rel=1e-3)


@pytest.mark.parametrize("name", CACHE)
def test_a_cache_grows_by_the_bytes_that_the_published_layers_multiply_to(name: str) -> None:
    known, row = sized(models.find(name)), CACHE[name]
    grow = [group for group in known.attention if group.kind is not STATE]

    assert sum(2 * group.layers * group.elements_per_token for group in grow) == row["first"]
    assert known.kv_bytes_per_token == row["later"]


def test_the_bench_of_the_cache_has_all_of_its_paths_and_cites_every_figure() -> None:
    assert len(CACHE) >= 12
    assert {row["path"] for row in CACHE.values()} >= {
        "grouped-query",
        "latent",
        "sliding window",
        "hybrid",
        "state space",
    }
    for name, row in CACHE.items():
        source = tables.source(row["source"])
        assert source.url.startswith("https://"), name
        assert source.checked is not None, name


@pytest.mark.parametrize("model", SIZED, ids=lambda model: model.id)
def test_every_architecture_adds_up(model: Model) -> None:
    row = sized(model)
    mixing = sum(group.layers + group.sharers for group in row.attention)

    assert row.attention
    assert row.kv_bytes_per_token == kv_bytes_per_token(row.attention)
    if model.id.startswith("nemotron"):  # its layers mix tokens or do not
        assert mixing < row.layers
    else:  # Falcon-H1's do so twice, side by side
        assert mixing == row.layers * (2 if model.id.startswith("falcon-h1") else 1)
    assert 0 < row.active_parameters <= row.parameters
    assert 4_096 <= row.context <= 10_485_760
    assert row.hidden_size
    assert row.vocabulary
    assert row.hidden_size % 32 == 0
    for group in row.attention:
        assert group.kv_heads <= (row.query_heads or 0)
        assert group.window < row.context


@pytest.mark.parametrize("model", SIZED, ids=lambda model: model.id)
def test_weights_take_the_bytes_of_the_format_they_are_published_in(model: Model) -> None:
    row = sized(model)
    each = row.weight_bytes / row.parameters

    if model.id in PACKED:
        assert each == pytest.approx(PACKED[model.id], abs=0.01)
    else:
        assert min(abs(each - 1), abs(each - 2)) <= 0.02


def test_a_derivative_has_its_base_models_architecture() -> None:
    distilled = sized(models.find("deepseek-r1-distill-llama-70b"))

    assert distilled.attention == sized(models.find("llama-3.3-70b-instruct")).attention
    assert models.find("deepseek-r1-distill-llama-8b").base_model == "llama-3.1-8b"


def test_a_row_that_is_there_twice_is_refused() -> None:
    one = {"a": {"name": "A"}}

    assert list(tables.join([("x.toml", one), ("y.toml", {"b": {"name": "B"}})])) == ["a", "b"]
    with pytest.raises(ValueError, match=r"y\.toml has a row 'a'"):
        tables.join([("x.toml", one), ("y.toml", one)])


def test_models_come_by_developer_and_then_in_the_order_of_the_file() -> None:
    names = [model.id for model in models.models()]

    assert names.index("claude-haiku-4-5") < names.index("smollm2-135m-instruct")
    assert names.index("smollm2-135m-instruct") < names.index("smollm3-3b")
    assert names.index("smollm3-3b") < names.index("llama-3.1-8b-instruct")
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"kind": FULL, "layers": 0, "kv_heads": 1, "head_dim": 1}, "layers"),
        ({"kind": FULL, "layers": 1, "kv_heads": 8}, "head_dim"),
        ({"kind": WINDOW, "layers": 1, "kv_heads": 8, "head_dim": 64}, "window"),
        ({"kind": LATENT, "layers": 1}, "width"),
        ({"kind": STATE, "layers": 1}, "state_bytes"),
    ],
)
def test_a_group_without_a_fact_its_kind_needs_cannot_be(
    facts: dict[str, int], missing: str
) -> None:
    with pytest.raises(ValueError, match=f"needs {missing}"):
        AttentionGroup(**facts)  # type: ignore[arg-type]  # the kinds are members, the rest counts


def test_a_figure_that_its_layers_contradict_cannot_be() -> None:
    attention = (AttentionGroup(FULL, 32, kv_heads=8, head_dim=128),)

    assert Architecture(8e9, 8e9, 32, 131_072, 16e9, 8_192, attention=attention).attention
    with pytest.raises(ValueError, match="does not follow"):
        Architecture(8e9, 8e9, 32, 131_073, 16e9, 8_192, attention=attention)
