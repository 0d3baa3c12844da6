"""Formats of weights by the names that files, engines and benchmarks give them."""

from __future__ import annotations

import pytest

from equipoise.catalog import devices
from equipoise.economics.throughput.precision import FORMATS, arithmetic_peak, weight_format
from equipoise.economics.throughput.rows import Reason, read_row


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("fp16", "bf16"),
        ("F16", "bf16"),
        ("BF16", "bf16"),
        ("FP8", "fp8"),
        ("fp8_block", "fp8"),
        ("fp4", "nvfp4"),
        ("NVFP4", "nvfp4"),
        ("MXFP4", "mxfp4"),
        ("w8a8", "int8"),
        ("MLX-8bit", "int8"),
        ("UINT4", "int4"),
        ("gptq4", "int4"),
        ("AWQ", "int4"),
        ("4-bit", "int4"),
        ("Q4_K_M", "q4_k_m"),
        ("UD-Q4_K_XL", "q4_k_m"),
        ("q4_0", "q4_0"),
        ("IQ4_NL", "iq4_xs"),
        ("UD-IQ2_XXS", "iq2_xxs"),
        ("Q2_K_P", "q2_k"),
        ("Q3_K_XL", "q3_k_m"),
        ("UD-Q6_K_XL", "q6_k"),
        ("Q8_0", "q8_0"),
    ],
)
def test_a_format_is_known_by_how_it_is_spelled(spelled: str, meant: str) -> None:
    assert weight_format(spelled) == FORMATS[meant]


def test_an_unknown_format_is_none() -> None:
    assert weight_format("roman") is None


def test_a_device_without_a_unit_multiplies_in_the_next_wider_one() -> None:
    hopper, ampere, blackwell = (devices.find(name) for name in ("h100", "a100-80gb", "b200"))

    assert arithmetic_peak(hopper, 4) == hopper.flops_fp8
    assert arithmetic_peak(ampere, 4) == ampere.flops
    assert arithmetic_peak(blackwell, 4) == blackwell.flops_fp4
    assert arithmetic_peak(blackwell, 16) == blackwell.flops


def test_a_row_without_a_precision_has_the_weights_as_they_are_published() -> None:
    said = {"gpu": "h100", "gpu_count": "1", "input_len": "1000", "output_len": "200"}
    formats = {}
    for model in ("gpt-oss-120b", "deepseek-v3", "llama-3.1-8b-instruct"):
        found = read_row({**said, "model": model, "concurrency": "8"})
        assert not isinstance(found, Reason)
        formats[model] = found[0].weights.id

    assert formats == {
        "gpt-oss-120b": "mxfp4",
        "deepseek-v3": "fp8",
        "llama-3.1-8b-instruct": "bf16",
    }
