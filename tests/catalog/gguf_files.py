"""GGUF files for tests, put together byte by byte, and the file that a config.json would become."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from tests.catalog import model_layouts
from tests.catalog.model_layouts import Config, Matrix

Metadata = Mapping[str, Any]

# Of the few types that these files use: number, weights of a block, bytes of a block.
TYPES = {"f32": (0, 1, 4), "f16": (1, 1, 2), "q8_0": (8, 32, 34), "q4_k": (12, 256, 144)}
ALIGNMENT = 32

ARCHITECTURES = {
    "cohere": "command-r",
    "cohere2": "cohere2",
    "deepseek_v3": "deepseek2",
    "falcon_h1": "falcon-h1",
    "falcon_mamba": "mamba",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
    "glm4_moe": "glm4moe",
    "gpt_oss": "gpt-oss",
    "granite": "granite",
    "granitemoehybrid": "granitehybrid",
    "jamba": "jamba",
    "kimi_k2": "deepseek2",
    "llama": "llama",
    "llama4_text": "llama4",
    "minimax_m2": "minimax-m2",
    "ministral3": "mistral3",
    "mistral": "llama",
    "mixtral": "llama",
    "nemotron_h": "nemotron_h",
    "olmo2": "olmo2",
    "olmo3": "olmo2",
    "phi3": "phi3",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "qwen3_5_moe_text": "qwen35moe",
    "qwen3_5_text": "qwen35",
    "qwen3_moe": "qwen3moe",
    "qwen3_next": "qwen3next",
    "smollm3": "smollm3",
}
"""What llama.cpp calls the architecture of a model_type."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor to write: its shape with the innermost dimension first, its type by name."""

    name: str
    shape: tuple[int, ...]
    type: str = "f32"

    @property
    def size(self) -> int:
        """Bytes of its data."""
        _, block, size = TYPES[self.type]
        return prod(self.shape) // block * size


def text(value: str) -> bytes:
    """A text as the format has it."""
    content = value.encode()
    return struct.pack("<Q", len(content)) + content


def typed(value: object) -> bytes:
    """A value after the number of its type."""
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    assert isinstance(value, list)
    items = [typed(item) for item in value]
    kind = items[0][:4] if items else struct.pack("<I", 4)
    return (
        struct.pack("<I", 9)
        + kind
        + struct.pack("<Q", len(items))
        + b"".join(item[4:] for item in items)
    )


def header(metadata: Metadata, tensors: Sequence[Tensor]) -> tuple[bytes, int]:
    """A file's header, and how many bytes the file has with the data of its tensors."""
    parts = [b"GGUF", struct.pack("<IQQ", 3, len(tensors), len(metadata))]
    parts += [text(key) + typed(value) for key, value in metadata.items()]
    offset = 0
    for tensor in tensors:
        dimensions = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        place = struct.pack("<IQ", TYPES[tensor.type][0], offset)
        parts += [text(tensor.name), dimensions, place]
        offset += -(-tensor.size // ALIGNMENT) * ALIGNMENT
    beginning = b"".join(parts)
    padded = -(-len(beginning) // ALIGNMENT) * ALIGNMENT
    return beginning.ljust(padded, b"\0"), padded + offset


def small() -> bytes:
    """A whole file of a model of two layers, with its data."""
    beginning, size = header(
        {
            "general.architecture": "llama",
            "general.file_type": 1,
            "llama.block_count": 2,
            "llama.context_length": 128,
            "llama.embedding_length": 32,
            "llama.attention.head_count": 4,
            "llama.attention.head_count_kv": 2,
            "tokenizer.ggml.tokens": ["a", "b", "c"],
        },
        [
            Tensor("token_embd.weight", (32, 8), "f16"),
            *(
                Tensor(f"blk.{layer}.attn_{part}.weight", (32, rows), "f16")
                for layer in range(2)
                for part, rows in (("q", 32), ("k", 16), ("v", 16), ("output", 32))
            ),
        ],
    )
    return beginning.ljust(size, b"\0")


def keys_of(config: Config) -> dict[str, Any]:
    """The metadata that llama.cpp's converter writes for a model."""
    name = ARCHITECTURES[config["model_type"]]
    mixers = model_layouts.mixers(config)
    own: dict[str, Any] = {
        "block_count": len(mixers),
        "context_length": config["max_position_embeddings"],
        "embedding_length": config["hidden_size"],
    }
    if "num_attention_heads" in config:
        own |= _heads(config, mixers)
    if "sliding_window" in config and config.get("use_sliding_window", True):
        own["attention.sliding_window"] = config["sliding_window"]
    count, used = model_layouts.experts(config)
    if count:
        own |= {"expert_count": count, "expert_used_count": used}
    kinds = {kind for kinds in mixers for kind in kinds}
    if kinds & {"ssm", "ssm_1", "delta"}:
        own |= _states(
            model_layouts.ssm_1(config) if "ssm_1" in kinds else model_layouts.ssm(config)
        )
    prefixed = {f"{name}.{key}": value for key, value in own.items()}
    return {"general.architecture": name, "general.type": "model", **prefixed}


def _heads(config: Config, mixers: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, Any]]:
    kv: Any = config["num_key_value_heads"]
    if any("attention" not in kinds and "latent" not in kinds for kinds in mixers):
        kv = [kv if "attention" in kinds else 0 for kinds in mixers]
    if config["model_type"].startswith(("qwen3_next", "qwen3_5")):
        kv = config["num_key_value_heads"]
    yield "attention.head_count", config["num_attention_heads"]
    if "kv_lora_rank" in config:
        width, rope = config["kv_lora_rank"], config["qk_rope_head_dim"]
        yield "attention.head_count_kv", 1
        yield "attention.kv_lora_rank", width
        yield "attention.key_length", width + rope
        yield "attention.value_length", width
        yield "attention.key_length_mla", config["qk_nope_head_dim"] + rope
        yield "attention.value_length_mla", config["v_head_dim"]
        yield "rope.dimension_count", rope
        return
    yield "attention.head_count_kv", kv
    if "head_dim" in config:
        yield "attention.key_length", config["head_dim"]
        yield "attention.value_length", config["head_dim"]


def _states(sizes: Mapping[str, int]) -> dict[str, int]:
    return {
        "ssm.conv_kernel": sizes["reach"],
        "ssm.inner_size": sizes["inner"],
        "ssm.state_size": sizes["size"],
        "ssm.time_step_rank": sizes["heads"],
        "ssm.group_count": sizes["groups"],
    }


def tensors_of(config: Config) -> list[Tensor]:
    """The tensors of a model, matrices in four bits where their rows are long enough."""
    found = [_tensor(matrix) for matrix in model_layouts.matrices(config)]
    return _fused(found) if config["model_type"] == "phi3" else found


def _tensor(matrix: Matrix) -> Tensor:
    place = "" if matrix.layer is None else f"blk.{matrix.layer}."
    dimensions = (matrix.columns, matrix.rows, matrix.experts)
    shape = tuple(size for size in dimensions if size)
    quantised = len(shape) > 1 and matrix.columns % 256 == 0
    return Tensor(f"{place}{matrix.part}.weight", shape, "q4_k" if quantised else "f32")


def _fused(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Queries, keys and values in one tensor, as Phi-3 has them."""
    left: list[Tensor] = []
    for tensor in tensors:
        name = tensor.name.replace(".attn_q.", ".attn_qkv.")
        if ".attn_k." in name or ".attn_v." in name:
            columns, rows = left[-1].shape
            left[-1] = Tensor(left[-1].name, (columns, rows + tensor.shape[1]), tensor.type)
        else:
            left.append(Tensor(name, tensor.shape, tensor.type))
    return left
