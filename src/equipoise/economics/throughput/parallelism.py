"""How a model is spread over devices, from the ways in which tables write it.

`TP8`, `tp=4 pp=2`, `tensor_parallel_size: 8`, `8-way TP`, `DEP8` (data-parallel attention, experts
spread), `TEP8` (the same with tensor-parallel attention), `TP4 moe_tp2 ep2`, `layer split`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = (
    (re.compile(r"tensor[-_ ]?parallel(ism|[-_ ]?size)?"), "tp"),
    (re.compile(r"pipeline[-_ ]?parallel(ism|[-_ ]?size)?"), "pp"),
    (re.compile(r"(attention[-_ ]?)?data[-_ ]?parallel(ism|[-_ ]?size)?|attn?[-_ ]?dp"), "dp"),
    (re.compile(r"expert[-_ ]?parallel(ism|[-_ ]?size)?"), "ep"),
    (re.compile(r"(\d+)[- ]?way[- ]?(tp|pp|dp|ep)"), r"\2\1"),
)
_DEGREE = re.compile(r"(?<![a-z])(moe_tp|dep|tep|tp|pp|dp|ep)[\s=:_x×-]*(\d+)")
_LAYERS = re.compile(r"layer[- _]?split|split[-_ ]mode[ =]layer")


@dataclass(frozen=True, slots=True)
class Degrees:
    """Devices that divide every layer, stages of layers, groups of attention, spread of experts."""

    tensor: int
    pipeline: int
    attention_data: int
    expert: int


def read(text: str, devices: int, *, by_layers: bool = False) -> Degrees:
    """The degrees that `text` states for so many devices; all divide every layer where it is empty.

    `by_layers` is set for engines that give each device some of the layers instead. Raises
    ValueError where a degree is 0.
    """
    written = text.lower()
    if _LAYERS.search(written):
        return Degrees(1, devices, 1, 1)
    for pattern, word in _WORDS:
        written = pattern.sub(word, written)
    stated = {name: int(count) for name, count in _DEGREE.findall(written)}
    if 0 in stated.values():
        raise ValueError(f"the parallelism {text!r} has no devices")
    if not stated and by_layers:
        return Degrees(1, devices, 1, 1)
    together = stated.get("tep")
    groups = stated.get("dep", stated.get("dp", 1))
    pipeline = stated.get("pp", 1)
    rest = 1 if "dep" in stated else max(1, devices // (groups * pipeline))
    tensor = stated.get("tp", together or rest)
    experts = stated.get("moe_tp", 1) * stated.get("ep", 1)
    if "moe_tp" in stated and experts > tensor * groups:
        groups = experts // tensor  # experts wider than attention: it is repeated
    spread = stated.get("ep", stated.get("dep", together or 1))
    return Degrees(tensor, pipeline, groups, spread)
