"""A model from the header of its GGUF file: exact parameters and bytes, and its attention."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from equipoise.catalog.gguf_attention import ARCHITECTURES, Keys, attention, depth
from equipoise.catalog.gguf_header import GgufHeader, GgufTensor
from equipoise.catalog.stored_model import StoredModel, billions, refused
from equipoise.domain.model import Architecture, AttentionKind, kv_bytes_per_token
from equipoise.errors import UnknownModelError

# `general.file_type`, llama.cpp's `llama_ftype`, from 0 on; a dash where one was given up.
_FILE_TYPES = (
    "f32 f16 q4_0 q4_1 - - - q8_0 q5_0 q5_1 q2_k q3_k_s q3_k_m q3_k_l q4_k_s q4_k_m q5_k_s"
    " q5_k_m q6_k iq2_xxs iq2_xs q2_k_s iq3_xs iq3_xxs iq1_s iq4_nl iq3_s iq3_m iq2_s iq2_m"
    " iq4_xs iq1_m bf16 - - - tq1_0 tq2_0 mxfp4 nvfp4 q1_0"
)
_FLOATS = {"f32", "f16", "bf16", "mxfp4", "nvfp4"}
_BLOCK = re.compile(r"blk\.(\d{1,5})\.(.+)")
_ROUTED = re.compile(r"ffn_(?:gate|up|down|gate_up)(?:_exps\b|\.\d+\.)")
_NO_PARAMETER = re.compile(r"rope_(?:freqs|factors)|\.input_scale$")
"""Tables of frequencies, and the scale of what a quantised tensor is multiplied with."""


@dataclass(slots=True)
class _Tally:
    """What the tensors add up to, `ahead` in layers that only predict further tokens."""

    layers: list[dict[str, tuple[int, ...]]]
    parameters: int = 0
    routed: int = 0
    size: int = 0
    ahead: int = 0
    types: Counter[str] = field(default_factory=Counter)

    def add(self, tensor: GgufTensor) -> None:
        block = _BLOCK.fullmatch(tensor.name)
        if block and int(block[1]) >= len(self.layers):
            self.ahead += tensor.elements
            return
        self.size += tensor.size
        if block:
            self.layers[int(block[1])][block[2]] = tensor.shape
            self.types[tensor.type] += tensor.elements
        if _NO_PARAMETER.search(tensor.name) is None:
            self.parameters += tensor.elements
            self.routed += tensor.elements if block and _ROUTED.match(block[2]) else 0


def model_from_gguf(headers: Sequence[GgufHeader], where: str) -> StoredModel:
    """The model that these headers describe together, those of a split file in their order.

    Raises UnknownModelError where there is no rule for its architecture, and ConfigurationError
    where the file is of something else, lacks a key, or where keys and tensors disagree.
    """
    metadata = headers[0].metadata
    keys = Keys(metadata, _architecture(headers[0], where), where)
    tensors = [tensor for header in headers for tensor in header.tensors]
    _check_parts(headers, tensors, where)
    tally = _Tally([{} for _ in range(depth(keys))])
    for tensor in tensors:
        tally.add(tensor)
    for layer, found in enumerate(tally.layers):
        if not found:
            reason = f"has no tensors of layer {layer} of {len(tally.layers)}"
            raise refused(where, reason, "Convert the model again, whole.")
    kept = attention(keys, tally.layers)
    count, used = _experts(keys, tally)
    idle = tally.routed * (count - used) // count if count else 0
    heads = max(keys.each("attention.head_count", len(tally.layers)))
    architecture = Architecture(
        parameters=tally.parameters,
        active_parameters=tally.parameters - idle,
        layers=len(tally.layers),
        kv_bytes_per_token=kv_bytes_per_token(kept),
        weight_bytes=tally.size,
        context=keys.count("context_length"),
        hidden_size=keys.count("embedding_length"),
        query_heads=heads or None,
        vocabulary=_vocabulary(headers[0], tensors),
        attention=kept,
    )
    return StoredModel(
        name=str(metadata.get("general.name", "")),
        architecture=architecture,
        experts=count,
        experts_used=used,
        stored_as=_stored_as(headers[0], tally),
        gguf=True,
        notes=tuple(_notes(keys, tally, architecture)),
    )


def _architecture(header: GgufHeader, where: str) -> str:
    name, kind = header.metadata.get("general.architecture"), header.metadata.get("general.type")
    if not isinstance(name, str):
        advice = "Name the first part of a split file, or the folder."
        raise refused(where, "does not name its architecture", advice, "general.architecture")
    if kind not in {None, "model"} or name == "clip":
        what = "image encoder" if kind in {None, "model"} else str(kind)[:40]
        advice = "Name the file of the language model itself."
        raise refused(where, f"holds no model but a part of one ({what})", advice)
    if name not in ARCHITECTURES:
        raise UnknownModelError(
            f"{where}: no rule reads a GGUF file of the architecture {name[:60]!r}",
            hint=f"There are rules for: {', '.join(sorted(ARCHITECTURES))}.",
        )
    return name


def _check_parts(headers: Sequence[GgufHeader], tensors: Sequence[GgufTensor], where: str) -> None:
    parts = headers[0].metadata.get("split.count", 1) or 1
    numbers = [header.metadata.get("split.no", 0) for header in headers]
    if parts != len(headers) or numbers != list(range(len(headers))):
        reason = f"is a model in {str(parts)[:20]} parts, of which {len(headers)} are here in order"
        raise refused(where, reason, "Put all parts into one folder under their own names.")
    claimed = headers[0].metadata.get("split.tensors.count", len(tensors))
    if claimed != len(tensors) or len({tensor.name for tensor in tensors}) < len(tensors):
        reason = f"has {len(tensors)} tensors in its parts, where it claims {str(claimed)[:20]}"
        raise refused(where, reason, "The parts are of different files: download them again.")


def _experts(keys: Keys, tally: _Tally) -> tuple[int, int]:
    """Experts of a layer and those that answer a token; none where no tensor is routed."""
    count, used = keys.optional("expert_count"), keys.optional("expert_used_count")
    if not tally.routed:
        return 0, 0
    if not 1 <= used <= count:
        keys.refuse("expert_used_count", f"is {used:,} of {count:,} experts")
    return count, used


def _vocabulary(header: GgufHeader, tensors: Sequence[GgufTensor]) -> int | None:
    """Rows of the embedding, which may be padded; else as many as there are tokens."""
    rows = [t.shape[1] for t in tensors if t.name == "token_embd.weight" and len(t.shape) > 1]
    return rows[0] if rows else header.lengths.get("tokenizer.ggml.tokens")


def _stored_as(header: GgufHeader, tally: _Tally) -> str:
    """As the file says, unless its layers are plainly something else.

    A mixture of experts in MXFP4 may call itself 16 bits, after its other tensors.
    """
    most = tally.types.most_common(1)[0][0]
    number, names = header.metadata.get("general.file_type"), _FILE_TYPES.split()
    if not isinstance(number, int) or not 0 <= number < len(names) or names[number] == "-":
        return most
    said = names[number]
    return most if said != most and _FLOATS & {said, most} else said


def _notes(keys: Keys, tally: _Tally, architecture: Architecture) -> Iterator[str]:
    if tally.ahead:
        yield f"{billions(tally.ahead)} parameters only predict further tokens; they are left out."
    if any(group.kind is AttentionKind.STATE for group in architecture.attention):
        yield "Recurrent states are counted at 32 bits, as llama.cpp holds them."
    window = keys.optional("attention.sliding_window")
    if ARCHITECTURES[keys.architecture] is None and 0 < window < architecture.context:
        yield (
            f"The file mentions a window of {window:,} tokens, which llama.cpp does not use:"
            " every layer is taken to keep the whole context."
        )
    latent = any("attn_kv_a_mqa.weight" in tensors for tensors in tally.layers)
    if latent and not keys.optional("attention.key_length_mla"):
        yield (
            "The file is from before llama.cpp kept the latent vector: whole heads are counted."
            " Convert the model again to keep far less."
        )
