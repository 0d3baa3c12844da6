"""The architectures of open models: what each layer keeps, against figures published elsewhere."""

from __future__ import annotations

from collections import Counter

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

# KiB a token in all layers before any window is full, and the layers of each kind: LLM
# Architecture Gallery, sebastianraschka.com, 2026-04-26.
GALLERY: dict[str, tuple[float, dict[AttentionKind, int]]] = {
    "deepseek-r1": (68.6, {LATENT: 61}),
    "deepseek-v3": (68.6, {LATENT: 61}),
    "gemma-3-270m": (18, {WINDOW: 15, FULL: 3}),
    "gemma-3-27b-it": (496, {WINDOW: 52, FULL: 10}),
    "glm-4.5": (368, {FULL: 92}),
    "glm-4.7": (368, {FULL: 92}),
    "gpt-oss-120b": (72, {WINDOW: 18, FULL: 18}),
    "gpt-oss-20b": (48, {WINDOW: 12, FULL: 12}),
    "kimi-k2-instruct": (68.6, {LATENT: 61}),
    "llama-3-8b-instruct": (128, {FULL: 32}),
    "llama-3.2-1b-instruct": (32, {FULL: 16}),
    "llama-4-maverick-17b-128e-instruct": (192, {WINDOW: 36, FULL: 12}),
    "minimax-m2": (248, {FULL: 62}),
    "mistral-small-3.2-24b-instruct": (160, {FULL: 40}),
    "nemotron-3-nano-30b-a3b": (6, {FULL: 6, STATE: 23}),
    "olmo-2-7b-instruct": (512, {FULL: 32}),
    "olmo-3.1-32b-instruct": (256, {WINDOW: 48, FULL: 16}),
    "qwen3-235b-a22b": (188, {FULL: 94}),
    "qwen3-32b": (256, {FULL: 64}),
    "qwen3-4b": (144, {FULL: 36}),
    "qwen3-8b": (144, {FULL: 36}),
    "qwen3-next-80b-a3b-instruct": (24, {FULL: 12, STATE: 36}),
    "smollm3-3b": (72, {FULL: 36}),
}
# Bytes that a token adds to a long context, as the models' own papers and others give them.
LONG = {
    "deepseek-v3.1": 70_272,
    "gpt-oss-120b": 36_864,
    "llama-3.1-8b-instruct": 131_072,
    "llama-3.1-70b-instruct": 327_680,
    "llama-3.3-70b-instruct": 327_680,
    "ministral-3-8b-instruct": 139_264,
    "qwen3-32b": 262_144,
    "smollm2-135m-instruct": 23_040,
}
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
    kib, layers = GALLERY[name]
    attention = sized(models.find(name)).attention
    grow = [group for group in attention if group.kind is not STATE]

    assert {group.kind: group.layers for group in attention} == layers
    assert sum(2 * group.layers * group.elements_per_token for group in grow) == pytest.approx(
        kib * 1024, rel=1e-3
    )


@pytest.mark.parametrize("name", LONG)
def test_a_long_context_grows_by_the_published_bytes_a_token(name: str) -> None:
    assert sized(models.find(name)).kv_bytes_per_token == LONG[name]


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
