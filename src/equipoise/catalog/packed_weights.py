"""How many parameters the tensors of a safetensors folder hold, however they are packed.

Of a quantised tensor the file has packed integers and, beside them, scales that are no parameters.
Layouts are those of GPTQ and AWQ, compressed-tensors, fp8 with scales, NVFP4 (ModelOpt), MXFP4
(gpt-oss), bitsandbytes and MLX. What is packed in another way has no count: it is never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from equipoise.catalog.safetensors_header import StoredTensor
from equipoise.catalog.stored_model import billions

Config = Mapping[str, object]
Beside = Mapping[str, StoredTensor]
Counted = tuple[str, int] | None
"""What a tensor is stored as and its parameters; None where that is not known."""

# The last word of a name that says a tensor is no parameter: scales, zero points, orders, tables.
_COMPANIONS = (
    "weight_scale weight_scale_inv weight_scale_2 weight_global_scale weight_zero_point"
    " weight_shape weight_g_idx weight_format input_scale input_zero_point input_global_scale"
    " output_scale q_scale k_scale v_scale kv_scale scales qzeros g_idx absmax quant_map"
    " nested_absmax nested_quant_map bitsandbytes__nf4 bitsandbytes__fp4 SCB inv_freq position_ids"
    " gate_up_proj_scales down_proj_scales gate_up_proj_weight_scale down_proj_weight_scale"
)
_NO_PARAMETERS = frozenset(_COMPANIONS.split())
_WIDE = MappingProxyType({"F64": "fp32", "F32": "fp32", "F16": "bf16", "BF16": "bf16"})
_NARROW = MappingProxyType({"F8_E4M3": "fp8", "F8_E5M2": "fp8", "I8": "int8", "F4": "nvfp4"})
_INTEGERS = MappingProxyType({8: "w8a16", 4: "int4", 3: "int3", 2: "int2"})

_ROUTED = re.compile(r"(?<![a-z_])experts\.|block_sparse_moe\.(?:input|output)_linear\.")
_TOWER = re.compile(
    r"(?:^|\.)(?:vision|visual|vit|audio|speech|sound|image|multi_?modal|mm_|embed_vision"
    r"|embed_audio|vqmodel|patch_merger|conformer)[a-z_]*\."
)
_AHEAD = re.compile(r"(?:^|\.)mtp[a-z_]*\.")
_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d{1,5})\.")


@dataclass(slots=True)
class Tally:
    """What the tensors add up to.

    - `parameters` and `size` (bytes) of what serves; `routed` of experts, `tower` of images and
      sound, `ahead` of what only predicts further tokens and is in neither.
    - `unknown` tensors are packed in no way that is known: the count then lacks them.
    - `stored` says how many parameters are stored as what.
    """

    parameters: int = 0
    size: int = 0
    routed: int = 0
    tower: int = 0
    ahead: int = 0
    unknown: list[str] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)

    @property
    def stored_as(self) -> str:
        """The format of most parameters."""
        return self.stored.most_common(1)[0][0] if self.stored else ""

    def active(self, experts: int, used: int) -> int:
        """Parameters that a token passes where `used` of `experts` answer it."""
        return self.parameters - (self.routed * (experts - used) // experts if experts else 0)

    def remarks(self) -> Iterator[str]:
        """What was counted that does not serve text, and what was not counted."""
        if self.tower:
            yield f"{billions(self.tower)} parameters read images or sound; they are counted."
        if self.ahead:
            yield (
                f"{billions(self.ahead)} parameters only predict further tokens; they are left out."
            )


def tally(tensors: Iterable[StoredTensor], config: Config, layers: int, tied: bool) -> Tally:
    """Add up the tensors of a model of `layers`; `config` is its config.json, empty if none.

    Where input and output are `tied` a second copy of the embedding is not counted.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    found = Tally()
    for tensor in by_name.values():
        counted = _count(tensor, by_name, config)
        label, parameters = counted or ("", 0)
        layer = layer_of(tensor.name)
        if is_ahead(tensor.name, layer, layers):
            found.ahead += parameters
            continue
        if layer is None and tied and tensor.name.rpartition(".")[0].endswith("lm_head"):
            continue
        found.size += tensor.size
        if counted is None:
            found.unknown.append(tensor.name)
            continue
        found.parameters += parameters
        found.stored[label] += parameters
        if layer is not None:
            found.routed += parameters if _ROUTED.search(tensor.name) else 0
        elif _TOWER.search(tensor.name):
            found.tower += parameters
    return found


def layer_of(name: str) -> int | None:
    """The layer of the text's tower that a tensor is in; None of one for images or sound."""
    found = _LAYER.search(name)
    return None if found is None or _is_tower(name[: found.start() + 1]) else int(found[1])


def is_ahead(name: str, layer: int | None, layers: int) -> bool:
    """Whether a tensor only predicts further tokens: in a part of its own, or a layer too many."""
    return (layer or 0) >= layers or ("mtp" in name and _AHEAD.search(name) is not None)


@lru_cache(maxsize=1_024)
def _is_tower(place: str) -> bool:
    """Whether what a layer is in reads images or sound; there are few such places."""
    return _TOWER.search(f"{place}.") is not None


def _count(tensor: StoredTensor, beside: Beside, config: Config) -> Counted:
    """A companion is stored as nothing and has no parameters."""
    module, _, last = tensor.name.rpartition(".")
    if last in _NO_PARAMETERS or (last == "biases" and f"{module}.scales" in beside):
        return "", 0
    if tensor.type in _WIDE:
        return _WIDE[tensor.type], tensor.elements
    if tensor.type in _NARROW and (tensor.type != "I8" or last == "weight"):
        return _NARROW[tensor.type], tensor.elements
    if last.endswith("_blocks"):
        scales = tensor.name.removesuffix("_blocks") + "_scales"
        return _two_a_byte("mxfp4", tensor) if scales in beside else None
    if f"{tensor.name}.absmax" in beside:
        return _two_a_byte("int4", tensor)
    rule = _PACKED.get((last, tensor.type))
    return rule(tensor, beside, config) if rule else None


def _quantisation(config: Config) -> Config:
    for name in ("quantization_config", "compression_config", "quantization"):
        found = config.get(name)
        if isinstance(found, Mapping):
            return found
    return {}


def _two_a_byte(label: str, tensor: StoredTensor) -> Counted:
    return (label, 2 * tensor.elements) if tensor.type == "U8" else None


def _in_words(tensor: StoredTensor, bits: object) -> Counted:
    """Words of 32 bits, each full of weights; three bits fill three words with 32."""
    if type(bits) is not int or not 1 <= bits <= 8 or tensor.elements * 32 % bits:
        return None
    return _INTEGERS.get(bits, f"w{bits}a16"), tensor.elements * 32 // bits


def _gptq(tensor: StoredTensor, _: Beside, config: Config) -> Counted:
    quantisation = _quantisation(config)
    return _in_words(tensor, quantisation.get("bits", quantisation.get("w_bit")))


def _compressed(tensor: StoredTensor, _: Beside, config: Config) -> Counted:
    """The groups of compressed-tensors say how wide; where they differ nobody can tell here."""
    groups = _quantisation(config).get("config_groups")
    widths = [
        weights.get("num_bits")
        for group in (groups.values() if isinstance(groups, Mapping) else ())
        if isinstance(group, Mapping) and isinstance(weights := group.get("weights"), Mapping)
    ]
    same = bool(widths) and widths.count(widths[0]) == len(widths)
    return _in_words(tensor, widths[0]) if same else None


def _four_bits(tensor: StoredTensor, beside: Beside, _: Config) -> Counted:
    """Four-bit numbers: blocks with a scale of 8 bits are MXFP4's where it is an exponent."""
    scale = beside.get(f"{tensor.name.rpartition('.')[0]}.weight_scale")
    if scale is None:
        return None
    return _two_a_byte("mxfp4" if scale.type in {"U8", "F8_E8M0"} else "nvfp4", tensor)


def _mlx(tensor: StoredTensor, beside: Beside, config: Config) -> Counted:
    """Every scale is that of a group of weights, whose length the file says for each module."""
    module = tensor.name.rpartition(".")[0]
    quantisation, scales = _quantisation(config), beside.get(f"{module}.scales")
    own = quantisation.get(module)
    size = (own if isinstance(own, Mapping) else quantisation).get("group_size")
    if scales is None or type(size) is not int or size < 1 or not scales.elements:
        return None
    weights = scales.elements * size
    counted = _in_words(tensor, 32 * tensor.elements // weights)
    return counted if counted and counted[1] == weights else None


_PACKED: Mapping[tuple[str, str], Callable[[StoredTensor, Beside, Config], Counted]] = {
    ("qweight", "I32"): _gptq,
    ("weight_packed", "I32"): _compressed,
    ("weight_packed", "U8"): _four_bits,
    ("weight", "U8"): _four_bits,
    ("weight", "U32"): _mlx,
}
