"""Devices and models by the names that measurements write."""

from __future__ import annotations

import pytest

from equipoise.catalog import devices, hardware, shapes
from equipoise.errors import UnknownHardwareError, UnknownModelError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NVIDIA H200-SXM-141GB", "h200"),
        ("NVIDIA H200-NVL-141GB", "h200-nvl"),
        ("b200_sxm", "b200"),
        ("NVIDIA GB200", "gb200"),
        ("A100 PCIe 80GB", "a100-pcie-80gb"),
        ("A100-80GB", "a100-80gb"),
        ("3090 24GB", "rtx-3090"),
        ("RTX 4090 24GB", "rtx-4090"),
        ("RTX PRO 6000 Server", "rtx-pro-6000"),
        ("AMD Instinct MI325X 256GB HBM3e", "mi325x"),
        ("[MAXSUN] MS-Intel Arc Pro B60 Dual 48G Turbo", "arc-b60"),
        ("M1 Max", "m1-max"),
        ("M3 Max 40\N{NON-BREAKING HYPHEN}Core GPU 64GB", "m3-max"),
        ("Apple M4 (10c, 16GB)", "m4"),
        ("CPU Intel(R) Core(TM) Ultra 7 155H", "ultra-7-155h"),
        ("CPU of no known make", "desktop-processor"),
        ("A100-PCIE-40GB", "a100-pcie-40gb"),
        ("NVIDIA A100 80GB PCIe", "a100-pcie-80gb"),
        ("A100 SXM4 40GB", "a100-40gb"),
        ("8x NVIDIA A100-SXM4-80GB", "a100-80gb"),
        ("H100 NVL", "h100-nvl"),
        ("gb200_nvl72", "gb200"),
        ("GH200 144GB", "gh200-144gb"),
        ("Tesla V100-SXM2-16GB", "v100-16gb"),
        ("tpu-v5e", "tpu-v5e"),
        ("MacBook Pro M3 Max", "m3-max"),
        ("Intel(R) Xeon(R) Platinum 8592+", "xeon-5"),
        ("EPYC 7763", "epyc-7003"),
        ("Core i7-14700K", "desktop-processor"),
        ("p5.48xlarge", "h100"),
    ],
)
def test_a_device_is_known_by_how_it_is_written(written: str, meant: str) -> None:
    assert devices.find(written).id == meant


def test_a_device_sold_in_several_sizes_has_the_memory_that_is_said() -> None:
    assert devices.find("RTX 4060 Ti 16GB").memory_bytes == 16e9
    assert devices.find("M4 Max 64GB").memory_bytes == 64e9
    assert devices.find("NVIDIA GH200 480GB") == devices.find("GH200")


def test_a_name_that_leaves_the_kind_open_is_assumed() -> None:
    assert devices.find("Xeon Silver").assumed
    assert not devices.find("Xeon Platinum 8480+").assumed


def test_an_unknown_device_is_refused_with_the_known_ones() -> None:
    assert devices.device("abacus") is None
    with pytest.raises(UnknownHardwareError, match="abacus") as refused:
        devices.find("abacus")

    assert "h100" in (refused.value.hint or "")


def test_every_machine_that_can_be_rented_is_a_device_of_a_known_generation() -> None:
    singles = [devices.of_hardware(machine) for machine in hardware.hardware_rows()]

    assert "other" not in {single.generation for single in singles}
    assert all(devices.find(single.id).bandwidth == single.bandwidth for single in singles)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("llama2-70b-99", "llama-2-70b-chat"),
        ("llama2-70b-99.9", "llama-2-70b-chat"),
        ("Llama-2-7B q4_k_m (merged LoRA)", "llama-2-7b-chat"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "llama-3-8b-instruct"),
        ("LLaMA v4 Maverick", "llama-4-maverick-17b-128e-instruct"),
        ("Deepseek R1 0528", "deepseek-r1"),
        ("nvidia/DeepSeek-V3.1-NVFP4", "deepseek-v3.1"),
        ("Qwen3 30B A3B", "qwen3-30b-a3b"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen3-30b-a3b"),
        ("nvidia/Kimi-K2.5-NVFP4", "kimi-k2-instruct"),
        ("zai-org/GLM-5-FP8", "glm-5"),
        ("Jackrong/Qwopus3.6-35B-A3B-Coder-MTP-GGUF", "qwen3.5-35b-a3b"),
        ("google/gemma-4-26B-A4B-it-qat-q4_0-gguf", "gemma-4-26b-a4b-it"),
        ("bloom-176b", "bloom-176b"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "qwen2.5-7b-instruct"),
        ("deepseek-r1:70b", "deepseek-r1-distill-llama-70b"),
        ("deepseek-ai/DeepSeek-V3.2-Exp", "deepseek-v3.2"),
        ("deepseek-ai/DeepSeek-V2-Lite-Chat", "deepseek-v2-lite"),
        ("facebook/opt-66b", "opt-66b"),
        ("codellama/CodeLlama-70b-Instruct-hf", "llama-2-70b-chat"),
        ("mistralai/Mistral-7B-Instruct-v0.2", "mistral-7b-instruct-v0.3"),
        ("amd/Llama-3.1-405B-Instruct-FP8-KV", "llama-3.1-405b-instruct"),
        ("Qwen/Qwen2.5-Coder-32B-Instruct", "qwen2.5-32b-instruct"),
    ],
)
def test_a_model_is_known_by_its_name_without_what_leaves_its_layers_alone(
    written: str, meant: str
) -> None:
    found = shapes.shape(written)

    assert found is not None
    assert (found.id, found.assumed) == (meant, False)


def test_a_model_nobody_knows_is_taken_for_a_usual_one_of_its_size() -> None:
    dense, routed = shapes.shape("someone/Unheard-42B"), shapes.shape("Unheard-90B-A9B")

    assert dense is not None
    assert routed is not None
    assert dense.assumed
    assert routed.assumed
    assert dense.architecture.parameters == 42e9
    assert dense.experts == 0
    assert routed.architecture.active_parameters == 9e9
    assert 0 < routed.experts_used < routed.experts


def test_so_many_times_so_many_billions_share_what_is_not_routed() -> None:
    found = shapes.shape("someone/Unheard-4x9B")

    assert found is not None
    assert found.assumed
    assert 9e9 < found.architecture.active_parameters < 18e9
    assert 27e9 < found.architecture.parameters < 36e9


def test_a_size_stated_elsewhere_stands_in_for_one_the_name_lacks() -> None:
    assert shapes.shape("Unheard") is None
    found = shapes.shape("Unheard", 7e9, None)

    assert found is not None
    assert found.architecture.active_parameters == 7e9


def test_a_closed_model_has_no_shape_and_an_unknown_one_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        shapes.of_model("gpt-4o")
    with pytest.raises(UnknownModelError):
        shapes.of_model("no such model")
