"""What fits where, against engines' own counts and published sizes of files."""

from __future__ import annotations

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import devices, shapes
from equipoise.economics import kv_cache
from equipoise.economics.throughput import memory
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.precision import FORMATS

MODELS = (
    "llama-3.1-8b-instruct",
    "llama-3.1-405b-instruct",
    "deepseek-v3",
    "gpt-oss-120b",
    "qwen3-30b-a3b",
    "qwen3.5-397b-a17b",
    "gemma-3-27b-it",
    "falcon-mamba-7b-instruct",
    "mixtral-8x7b-instruct-v0.1",
    "bloom-176b",
)
DEVICES = ("h100", "a100-80gb", "mi300x", "l40s", "rtx-3090", "b200", "m2-ultra", "ryzen-8745h")
ENGINES = ("vllm", "sglang", "trtllm", "llama.cpp", "mlx", "nobody's")

DEPLOYMENTS = st.builds(
    lambda model, device, weights, degrees, engine: Deployment(
        shapes.of_model(model),
        devices.find(device),
        FORMATS[weights],
        tensor=degrees[0],
        pipeline=degrees[1],
        attention_data=degrees[2],
        expert=degrees[0] * degrees[2],
        engine=engine,
    ),
    st.sampled_from(MODELS),
    st.sampled_from(DEVICES),
    st.sampled_from(sorted(FORMATS)),
    st.tuples(st.sampled_from((1, 2, 8)), st.sampled_from((1, 2)), st.sampled_from((1, 4))),
    st.sampled_from(ENGINES),
)


def deployed(model: str, device: str, weights: str = "bf16", engine: str = "") -> Deployment:
    """A model on one device, by their names."""
    return Deployment(shapes.of_model(model), devices.find(device), FORMATS[weights], engine=engine)


@pytest.mark.parametrize(
    ("model", "weights", "gigabytes"),
    [
        ("llama-3.1-8b-instruct", "bf16", 16.06),
        ("deepseek-r1", "fp8", 671),
        ("deepseek-r1", "nvfp4", 397),  # nvidia/DeepSeek-R1-FP4, whose attention stays wide
        ("gpt-oss-120b", "mxfp4", 65.3),
    ],
)
def test_weights_take_what_the_published_files_take(
    model: str, weights: str, gigabytes: float
) -> None:
    one = memory.weights_per_device(deployed(model, "b300", weights))

    assert one == pytest.approx(gigabytes * 1e9, rel=0.03)


@pytest.mark.parametrize(
    "model", ["deepseek-v3", "gpt-oss-120b", "qwen3.5-397b-a17b", "mixtral-8x7b-instruct-v0.1"]
)
def test_the_parts_of_a_mixture_add_up_to_all_and_to_the_active_parameters(model: str) -> None:
    shape = shapes.of_model(model)
    dense, routed = memory.parts(shape)

    assert dense + routed == pytest.approx(shape.architecture.parameters)
    share = shape.experts_used / shape.experts
    assert dense + share * routed == pytest.approx(shape.architecture.active_parameters)


def test_experts_are_spread_over_all_devices_and_the_rest_is_repeated_in_every_group() -> None:
    one = deployed("deepseek-v3", "h200", "fp8")
    together = memory.weights_per_device(replace(one, tensor=8))
    apart = memory.weights_per_device(replace(one, attention_data=8, expert=8))
    dense, routed = memory.parts(shapes.of_model("deepseek-v3"))

    assert together == pytest.approx((dense + routed) / 8)
    assert apart == pytest.approx(dense + routed / 8)


def test_a_latent_cache_is_held_by_every_tensor_parallel_device_and_once_if_kept_apart() -> None:
    one = deployed("deepseek-v3", "h200", "fp8")
    eight, apart = replace(one, tensor=8), replace(one, attention_data=8)

    assert memory.sequence_bytes(eight, 4_096) == 8 * memory.sequence_bytes(one, 4_096)
    assert memory.sequence_bytes(apart, 4_096) == memory.sequence_bytes(one, 4_096)


def test_what_does_not_fit_spills_to_the_host_under_llama_cpp_only() -> None:
    small = deployed("qwen3-30b-a3b", "rtx-4070", "q4_k_m", engine="llama.cpp")
    refused = deployed("qwen3-30b-a3b", "rtx-4070", "q4_k_m", engine="vllm")

    assert memory.fit(small, 1_024).spilled > 5e9
    assert memory.fit(refused, 1_024).spilled == 0.0
    assert not memory.fit(refused, 1_024).fits


def test_a_gguf_file_of_a_model_trained_in_four_bits_is_no_larger_than_the_published_one() -> None:
    wide = memory.part_bytes(deployed("gpt-oss-20b", "m1-max", "q8_0"))

    assert sum(wide) == pytest.approx(13.7e9)


@given(DEPLOYMENTS, st.floats(1, 100_000), st.floats(1, 100_000))
def test_longer_sequences_never_fit_more_often(
    deployment: Deployment, first: float, second: float
) -> None:
    short, long = sorted((first, second))

    assert memory.fit(deployment, long).sequences <= memory.fit(deployment, short).sequences


@given(DEPLOYMENTS, st.floats(1, 200))
def test_the_longest_context_fits_and_a_longer_one_does_not(
    deployment: Deployment, sequences: float
) -> None:
    longest = memory.longest_context(deployment, sequences)
    limit = deployment.shape.architecture.context

    if longest > 1:
        assert memory.fit(deployment, longest * 0.999).sequences >= sequences
    if longest < limit:
        assert memory.fit(deployment, longest + 1).sequences <= sequences * 1.01


@given(DEPLOYMENTS, st.floats(16, 50_000))
def test_the_room_is_what_the_sequences_that_fit_take(
    deployment: Deployment, context: float
) -> None:
    room = memory.fit(deployment, context)
    taken = room.sequences * memory.sequence_bytes(deployment, context)
    caches = room.cache_bytes * deployment.devices

    assert isclose(taken, caches, rel_tol=1e-9)


def test_a_narrower_cache_holds_twice_as_many_tokens() -> None:
    one = deployed("qwen3-32b", "h200")
    wide = memory.fit(one, 4_096)
    narrow = memory.fit(replace(one, kv_element_bytes=1.0), 4_096)

    assert narrow.tokens == pytest.approx(2 * wide.tokens)
    assert kv_cache.held_bytes(shapes.of_model("qwen3-32b").architecture, 1) == 262_144
