"""Formats of weights: what one parameter takes, and in which arithmetic it is multiplied.

Bytes are those of whole published files over their parameters, scales included: 8 bits with a scale
a block of 128, NVFP4 with one of 8 bits for 16 weights, MXFP4 for 32, groups of 128 in integer
formats, and llama.cpp's own tables for its k-quants, which keep some tensors wider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from equipoise.catalog.devices import Device
from equipoise.catalog.shapes import Shape


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
    WeightFormat("fp6", 0.78, 8, "fp8"),
    WeightFormat("int8", 1.02, 8, "fp8"),
    WeightFormat("nvfp4", 0.5625, 4, "fp4"),
    WeightFormat("mxfp4", 0.5313, 4, "fp4"),
    WeightFormat("w8a16", 1.02, 16, "int4"),
    WeightFormat("w4a8", 0.53, 8, "int4"),
    WeightFormat("int4", 0.53, 16, "int4"),
    WeightFormat("int3", 0.42, 16, "int4"),
    WeightFormat("int2", 0.29, 16, "int4"),
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
_PUBLISHED = ((1.5, "bf16"), (0.85, "fp8"), (0.0, "mxfp4"))
_DENSE_FILE = 0.95
FORMATS: Mapping[str, WeightFormat] = MappingProxyType({row.id: row for row in _ROWS})

# A narrow cache: `fp8_kv`, `kv8`, `kv_cache_fp8`.
_CACHE = re.compile(r"kv[-_ ]?(?:cache)?[-_ :=]?(?:fp|int)?(8|4)(?!\d)|(?:fp|int)(8|4)[-_ +]?kv")

# Bits a weight, as a file's measured mean (`bpw`) or as its quantiser's setting.
_BITS = re.compile(r"(?<![\d.a-z])([2-8](?:\.\d+)?)-?(?:(bpw)|bits?)")
_ROUND = frozenset({4.0, 8.0})  # have formats of their own

# What a quantiser's scales add to the bits a weight that its files are named by: a scale and an
# offset of 16 bits for 64 weights.
_SCALES = 0.5

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
        (r"w4a(fp|int)?8", "w4a8"),
        (r"int8_wo|w8a16", "w8a16"),
        (r"gptq-?(int)?8|awq-?(int)?8", "w8a16"),
        (r"nf4", "int4"),
        (r"fp4|nv4|w4a4", "nvfp4"),
        (r"fp6", "fp6"),
        (r"fp8|f8|e4m3|e5m2", "fp8"),
        (r"int8|w8a8|uint8|8-?bit|smoothquant|^sq$|^8$", "int8"),
        (r"int3", "int3"),
        (r"int2|aqlm|ternary|i2_s|1\.58", "int2"),
        (r"int4|awq|gptq|w4a16|4-?bit|apex|autoround|marlin|hqq|exl[23]|^4$", "int4"),
        (r"bitsandbytes|bnb", "int4"),
        (r"gguf", "q4_k_m"),
        (r"bf16|fp16|f16|float16|half|16-?bit|unquanti|^16$", "bf16"),
        (r"fp32|f32|float32|32-?bit", "fp32"),
    )
)


@lru_cache(maxsize=1024)
def weight_format(name: str) -> WeightFormat | None:
    """The format that `name` spells, as engines, files and benchmarks do; None where unknown."""
    text = name.strip().lower().replace(" ", "")
    if text in FORMATS:
        return FORMATS[text]
    stated = _BITS.search(text)
    if stated and (stated[2] or float(stated[1]) not in _ROUND):
        bits = float(stated[1]) + (_SCALES if stated[2] is None else 0.0)
        return WeightFormat(f"{stated[1]}-bit", bits / 8, 16, "int4")
    found = (fmt for pattern, fmt in _SPELLINGS if pattern.search(text))
    first = next(found, None)
    return FORMATS[first] if first else None


@lru_cache(maxsize=1024)
def cache_bytes(name: str) -> float | None:
    """Bytes an element of the cache that a format's name states, as `fp16-kv8`; None if none."""
    stated = _CACHE.search(name.strip().lower())
    return None if stated is None else int(stated[1] or stated[2]) / 8


@lru_cache(maxsize=1024)
def without_cache(name: str) -> str:
    """What a format's name says of the weights alone; all of it where that is nothing."""
    left = _CACHE.sub("", name.strip().lower()).strip(" _-+,/")
    return left or name


def published_format(shape: Shape) -> WeightFormat:
    """The format that a model's published weights take the room of.

    Only mixtures of experts are published in four bits; a small dense file is somebody's GGUF.
    """
    each = shape.architecture.weight_bytes / shape.architecture.parameters
    if each < _DENSE_FILE and not shape.experts:
        return FORMATS["bf16"]
    return FORMATS[next(name for least, name in _PUBLISHED if each >= least)]


def arithmetic_peak(device: Device, bits: int) -> float:
    """Operations a second at `bits`, at the next wider ones the device has where it has none."""
    if bits <= 4 and device.flops_fp4:
        return device.flops_fp4
    if bits <= 8 and device.flops_fp8:
        return device.flops_fp8
    return device.flops
