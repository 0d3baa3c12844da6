"""Safetensors headers for tests: a model's tensors under Hugging Face's names, packed as asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import prod
from typing import Any

from tests.catalog import model_layouts
from tests.catalog.model_layouts import Config, Matrix

Entry = tuple[str, str, tuple[int, ...]]
"""A tensor's name, type and shape."""

BITS = {"BF16": 16, "F16": 16, "F32": 32, "I32": 32, "U32": 32, "I64": 64}
NAMES = {
    "token_embd": "model.embed_tokens",
    "output": "lm_head",
    "output_norm": "model.norm",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_a": "self_attn.q_a_proj",
    "attn_q_b": "self_attn.q_b_proj",
    "attn_kv_a_mqa": "self_attn.kv_a_proj_with_mqa",
    "attn_kv_b": "self_attn.kv_b_proj",
    "attn_qkv": "linear_attn.in_proj_qkv",
    "attn_gate": "linear_attn.in_proj_z",
    "ssm_ba": "linear_attn.in_proj_ba",
    "ssm_in": "mamba.in_proj",
    "ssm_conv1d": "mamba.conv1d",
    "ssm_x": "mamba.x_proj",
    "ssm_dt": "mamba.dt_proj",
    "ssm_a": "mamba.A_log",
    "ssm_out": "mamba.out_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_gate_inp": "mlp.gate",
    "ffn_latent_down": "mlp.fc1_latent_proj",
    "ffn_latent_up": "mlp.fc2_latent_proj",
    "ffn_gate_exps": "mlp.experts.gate_proj",
    "ffn_up_exps": "mlp.experts.up_proj",
    "ffn_down_exps": "mlp.experts.down_proj",
    "ffn_gate_shexp": "mlp.shared_experts.gate_proj",
    "ffn_up_shexp": "mlp.shared_experts.up_proj",
    "ffn_down_shexp": "mlp.shared_experts.down_proj",
}


def header(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """The JSON of a file's header, and the bytes of data that follow it."""
    found: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, kind, shape in entries:
        begin, end = end, end + prod(shape) * BITS.get(kind, 8) // 8
        found[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [begin, end]}
    return json.dumps(found).encode(), end


def file_of(entries: Iterable[Entry]) -> bytes:
    """A whole file, with its data."""
    beginning, size = header(entries)
    return len(beginning).to_bytes(8, "little") + beginning + bytes(size)


def entries_of(config: Config, pack: Callable[[str, int, int], Iterable[Entry]]) -> Iterator[Entry]:
    """The tensors of a model; `pack` makes those of a matrix from its name, rows and columns.

    Experts that are not in 16 bits are matrices of their own, as every quantiser leaves them.
    """
    for matrix in model_layouts.matrices(config):
        place = "" if matrix.layer is None else f"model.layers.{matrix.layer}."
        name = place + NAMES[matrix.part]
        if pack is wide or not _is_packed(matrix):
            sizes = (matrix.experts, matrix.rows, matrix.columns)
            yield f"{name}.weight", "BF16", tuple(size for size in sizes if size)
        elif matrix.experts:
            for expert in range(matrix.experts):
                own = name.replace("experts.", f"experts.{expert}.")
                yield from pack(own, matrix.rows, matrix.columns)
        else:
            yield from pack(name, matrix.rows, matrix.columns)


def _is_packed(matrix: Matrix) -> bool:
    whole = matrix.layer is None or matrix.part == "ffn_gate_inp"
    return not whole and matrix.columns > 0 == matrix.columns % 128 == matrix.rows % 8


def wide(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """16 bits."""
    yield f"{name}.weight", "BF16", (rows, columns)


def fp8(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """8-bit floating point with a scale for 128 by 128, as DeepSeek publishes."""
    yield f"{name}.weight", "F8_E4M3", (rows, columns)
    yield f"{name}.weight_scale_inv", "F32", (-(-rows // 128), -(-columns // 128))


def int8(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """8-bit integers with a scale a row."""
    yield f"{name}.weight", "I8", (rows, columns)
    yield f"{name}.weight_scale", "BF16", (rows, 1)


def gptq(bits: int) -> Callable[[str, int, int], Iterator[Entry]]:
    """GPTQ: packed along the columns."""

    def pack(name: str, rows: int, columns: int) -> Iterator[Entry]:
        yield f"{name}.qweight", "I32", (columns * bits // 32, rows)
        yield f"{name}.qzeros", "I32", (columns // 128, rows * bits // 32)
        yield f"{name}.scales", "F16", (columns // 128, rows)
        yield f"{name}.g_idx", "I32", (columns,)

    return pack


def awq(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """AWQ: packed along the rows."""
    yield f"{name}.qweight", "I32", (columns, rows // 8)
    yield f"{name}.qzeros", "I32", (columns // 128, rows // 8)
    yield f"{name}.scales", "F16", (columns // 128, rows)


def compressed(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """compressed-tensors, four bits."""
    yield f"{name}.weight_packed", "I32", (rows, columns // 8)
    yield f"{name}.weight_scale", "BF16", (rows, columns // 128)
    yield f"{name}.weight_shape", "I64", (2,)


def nvfp4(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """NVFP4 as ModelOpt writes it."""
    yield f"{name}.weight", "U8", (rows, columns // 2)
    yield f"{name}.weight_scale", "F8_E4M3", (rows, columns // 16)
    yield f"{name}.weight_scale_2", "F32", ()
    yield f"{name}.input_scale", "F32", ()


def nvfp4_compressed(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """NVFP4 as compressed-tensors writes it."""
    yield f"{name}.weight_packed", "U8", (rows, columns // 2)
    yield f"{name}.weight_scale", "F8_E4M3", (rows, columns // 16)
    yield f"{name}.weight_global_scale", "F32", (1,)
    yield f"{name}.input_global_scale", "F32", (1,)


def nf4(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """bitsandbytes, four bits, its scales quantised again."""
    yield f"{name}.weight", "U8", (rows * columns // 2, 1)
    yield f"{name}.weight.absmax", "U8", (rows * columns // 64,)
    yield f"{name}.weight.quant_map", "F32", (16,)
    yield f"{name}.weight.nested_absmax", "F32", (-(-rows * columns // 16_384),)
    yield f"{name}.weight.nested_quant_map", "F32", (256,)
    yield f"{name}.weight.quant_state.bitsandbytes__nf4", "U8", (90,)


def mlx(bits: int) -> Callable[[str, int, int], Iterator[Entry]]:
    """MLX: groups of 64."""

    def pack(name: str, rows: int, columns: int) -> Iterator[Entry]:
        yield f"{name}.weight", "U32", (rows, columns * bits // 32)
        yield f"{name}.scales", "BF16", (rows, columns // 64)
        yield f"{name}.biases", "BF16", (rows, columns // 64)

    return pack


def strange(name: str, rows: int, columns: int) -> Iterator[Entry]:
    """Additive codebooks, which no rule counts."""
    yield f"{name}.codes", "I32", (rows, columns // 8, 1)
    yield f"{name}.codebooks", "F16", (1, 65_536, 1, 8)


def gpt_oss(config: Config) -> Iterator[Entry]:
    """gpt-oss as published: experts in MXFP4 and stacked, with offsets; all else in 16 bits."""
    count, hidden = config["num_local_experts"], config["hidden_size"]
    width = config["intermediate_size"]
    for entry in entries_of(config, wide):
        if ".experts." not in entry[0]:
            yield entry
    for layer in range(config["num_hidden_layers"]):
        for part, rows, columns in (
            ("gate_up_proj", 2 * width, hidden),
            ("down_proj", hidden, width),
        ):
            name = f"model.layers.{layer}.mlp.experts.{part}"
            yield f"{name}_blocks", "U8", (count, rows, columns // 32, 16)
            yield f"{name}_scales", "U8", (count, rows, columns // 32)
            yield f"{name}_bias", "BF16", (count, rows)


def parameters_of(config: Config) -> int:
    """Parameters of a model's matrices and vectors."""
    return sum(
        matrix.rows * (matrix.columns or 1) * (matrix.experts or 1)
        for matrix in model_layouts.matrices(config)
    )


QUANTISATIONS: Mapping[str, tuple[Callable[[str, int, int], Iterator[Entry]], dict[str, Any]]] = {
    "bf16": (wide, {}),
    "fp8": (fp8, {"quantization_config": {"quant_method": "fp8"}}),
    "int8": (int8, {"quantization_config": {"quant_method": "compressed-tensors"}}),
    "int4": (gptq(4), {"quantization_config": {"quant_method": "gptq", "bits": 4}}),
    "int3": (gptq(3), {"quantization_config": {"quant_method": "gptq", "bits": 3}}),
    "w8a16": (gptq(8), {"quantization_config": {"quant_method": "gptq", "bits": 8}}),
    "int4 awq": (awq, {"quantization_config": {"quant_method": "awq", "bits": 4}}),
    "int4 compressed": (
        compressed,
        {"quantization_config": {"config_groups": {"group_0": {"weights": {"num_bits": 4}}}}},
    ),
    "nvfp4": (nvfp4, {"quantization_config": {"quant_algo": "NVFP4"}}),
    "nvfp4 compressed": (nvfp4_compressed, {}),
    "int4 nf4": (nf4, {"quantization_config": {"quant_method": "bitsandbytes"}}),
    "int4 mlx": (mlx(4), {"quantization": {"group_size": 64, "bits": 4}}),
    "w8a16 mlx": (mlx(8), {"quantization": {"group_size": 64, "bits": 8}}),
    "w6a16 mlx": (mlx(6), {"quantization": {"group_size": 64, "bits": 6}}),
}
"""How weights are packed, by what they are then stored as, with what the config says of it."""
