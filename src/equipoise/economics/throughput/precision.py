"""Formats of weights: what one parameter takes, and in which arithmetic it is multiplied.

Bytes are those of whole published files over their parameters, scales included: 8 bits with a scale
a block of 128, NVFP4 with one of 8 bits for 16 weights, MXFP4 for 32, groups of 128 in integer
formats, and llama.cpp's own tables for its k-quants, which keep some tensors wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from equipoise.catalog.devices import Device


@dataclass(frozen=True, slots=True)
class WeightFormat:
    """`bytes_each` a parameter; `arithmetic` is 16, 8 or 4 bits; `family` groups like kernels."""

    id: str
    bytes_each: float
    arithmetic: int
    family: str


_ROWS = (
    WeightFormat("fp32", 4.0, 16, "wide"),
    WeightFormat("bf16", 2.0, 16, "wide"),
    WeightFormat("fp8", 1.0, 8, "fp8"),
    WeightFormat("int8", 1.02, 8, "fp8"),
    WeightFormat("nvfp4", 0.5625, 4, "fp4"),
    WeightFormat("mxfp4", 0.5313, 4, "fp4"),
    WeightFormat("int4", 0.53, 16, "int4"),
    # GGUF: bits a weight as llama-quantize states them for an 8-billion model.
    WeightFormat("q8_0", 1.0625, 16, "gguf"),
    WeightFormat("q6_k", 0.82, 16, "gguf"),
    WeightFormat("q5_k_m", 0.71, 16, "gguf"),
    WeightFormat("q5_0", 0.69, 16, "gguf"),
    WeightFormat("q4_k_m", 0.61, 16, "gguf"),
    WeightFormat("q4_k_s", 0.58, 16, "gguf"),
    WeightFormat("q4_0", 0.57, 16, "gguf"),
    WeightFormat("iq4_xs", 0.55, 16, "gguf"),
    WeightFormat("q3_k_m", 0.50, 16, "gguf"),
    WeightFormat("iq3_xxs", 0.40, 16, "gguf"),
    WeightFormat("q2_k", 0.39, 16, "gguf"),
    WeightFormat("iq2_xxs", 0.28, 16, "gguf"),
)
FORMATS: Mapping[str, WeightFormat] = MappingProxyType({row.id: row for row in _ROWS})

# What a name contains, tried in order, and the format that is then meant.
_SPELLINGS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"iq2|q1", "iq2_xxs"),
        (r"iq3", "iq3_xxs"),
        (r"iq4", "iq4_xs"),
        (r"(?<![a-z])(?:q2)", "q2_k"),
        (r"(?<![a-z])(?:q3)", "q3_k_m"),
        (r"(?<![a-z])(?:q4_0|q4_1)", "q4_0"),
        (r"(?<![a-z])(?:q4_k_s)", "q4_k_s"),
        (r"(?<![a-z])(?:q4)", "q4_k_m"),
        (r"(?<![a-z])(?:q5_0|q5_1)", "q5_0"),
        (r"(?<![a-z])(?:q5)", "q5_k_m"),
        (r"(?<![a-z])(?:q6)", "q6_k"),
        (r"(?<![a-z])(?:q8)", "q8_0"),
        (r"mxfp4|mx4", "mxfp4"),
        (r"fp4|nv4", "nvfp4"),
        (r"fp8|f8|e4m3|e5m2", "fp8"),
        (r"int8|w8a8|uint8|8-?bit", "int8"),
        (r"int4|awq|gptq|w4a16|4-?bit|apex|autoround", "int4"),
        (r"bf16|fp16|f16|float16|half|16-?bit", "bf16"),
        (r"fp32|f32|float32", "fp32"),
    )
)


def weight_format(name: str) -> WeightFormat | None:
    """The format that `name` spells, as engines, files and benchmarks do; None where unknown."""
    text = name.strip().lower().replace(" ", "")
    if text in FORMATS:
        return FORMATS[text]
    found = (fmt for pattern, fmt in _SPELLINGS if pattern.search(text))
    first = next(found, None)
    return FORMATS[first] if first else None


def arithmetic_peak(device: Device, bits: int) -> float:
    """Operations a second at `bits`, at the next wider ones the device has where it has none."""
    if bits <= 4 and device.flops_fp4:
        return device.flops_fp4
    if bits <= 8 and device.flops_fp8:
        return device.flops_fp8
    return device.flops
