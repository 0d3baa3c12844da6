"""Devices as throughput sees them, by the names that measurements and data sheets give them.

A device is what runs one share of a model: an accelerator, or a whole processor. Those that can be
rented come from hardware.toml, the others from devices.toml; prices have no part in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from equipoise.catalog import hardware, tables
from equipoise.domain.hardware import Hardware
from equipoise.domain.provenance import Source
from equipoise.errors import UnknownHardwareError


@dataclass(frozen=True, slots=True)
class Device:
    """One device: bytes, bytes per second, and dense operations per second by precision.

    `generation` groups devices that behave alike, such as `hopper`, `ada`, `apple`, `processor`;
    `flops_fp8` and `flops_fp4` are None where there is no such unit, `link_bandwidth` (one way)
    None where its like are reached over the host's bus only. `assumed` where the name left open
    which device of its kind is meant. `source` is where its figures stand.
    """

    id: str
    generation: str
    memory_bytes: float
    bandwidth: float
    flops: float
    flops_fp8: float | None = None
    flops_fp4: float | None = None
    link_bandwidth: float | None = None
    assumed: bool = False
    source: Source | None = None


_GENERATIONS = (
    ("ampere", ("a100", "a10", "a10g", "a40", "rtx-a6000")),
    ("ada", ("l4", "l40", "l40s", "rtx-4090")),
    ("hopper", ("h100", "h100-pcie", "h200")),
    ("blackwell", ("b200", "b300")),
    ("blackwell-graphics", ("rtx-5090", "rtx-pro-6000")),
    ("cdna", ("mi300x",)),
    ("turing", ("t4",)),
    ("apple", ("mac-mini-m4-pro",)),
)
_GENERATION = {name: generation for generation, names in _GENERATIONS for name in names}
_LINKS = {"a100-80gb": 300e9, "a100-40gb": 300e9, "h100": 450e9, "h200": 450e9, "b200": 900e9}
_LINKS |= {"b300": 900e9, "mi300x": 448e9}
_SOLD_IN_SIZES = frozenset({"apple", "ada", "ampere", "turing", "rdna", "xe", "blackwell-graphics"})
_COUNT = re.compile(r"x\d+$")
_SEVERAL = re.compile(r"^\s*\d+\s*[x\u00d7*]\s*(?=[a-z])")
_MEMORY = re.compile(r"(?<![a-z\d])(\d+)\s*gb?(?![a-z\d])(?!\s*[\d])")
_PACKING = re.compile(r"pcie?|nvl(?![\d]|\s\d)")
_TOKEN = re.compile(r"[a-z]+|\d+")
_ALIASES = {
    "a 100 80 gb": "a100-80gb",
    "a 100 sxm 80 gb": "a100-80gb",
    "a 100 sxm": "a100-80gb",
    "a 100": "a100-80gb",
    "a 100 pcie 80 gb": "a100-pcie-80gb",
    "a 100 pcie": "a100-pcie-80gb",
    "h 100 80 gb": "h100",
    "h 100 sxm": "h100",
    "h 100 pcie 80 gb": "h100-pcie",
    "b 200 sxm": "b200",
    "b 300 sxm": "b300",
    "h 200 sxm": "h200",
    "rtx pro 6000 server": "rtx-pro-6000",
    "rtx pro 6000 workstation": "rtx-pro-6000",
    # What machines of a cloud are called by.
    "p 4 d": "a100-40gb",
    "p 4 de": "a100-80gb",
    "p 5": "h100",
    "p 5 e": "h200",
    "p 6 b 200": "b200",
    "g 4 dn": "t4",
    "g 5": "a10g",
    "g 6": "l4",
    "g 6 e": "l40s",
}
# Words that say who made it, how it is packed and how much memory it has: dropped one by one.
_NOISE = frozenset(
    _TOKEN.findall(
        "nvidia amd intel apple instinct geforce radeon virtualized graphics blackwell edition"
        " server workstation tesla gpu core cpu gcp r tm processor desktop laptop maxsun ms dual"
        " turbo ddr with hbm sxm amp oam aws google cloud superchip generation"
    )
)


@lru_cache(maxsize=4096)
def device(name: str) -> Device | None:
    """The device that is called `name`; None where nothing known is meant by it.

    Its packing (PCIe, NVL) and its memory are tried with the rest of the name, then left off; words
    from the right are dropped until something fits, then words from the left. A name that says
    `CPU` and fits nothing is the usual desktop processor. What is sold with memories of several
    sizes has the one that is said.
    """
    text = _SEVERAL.sub("", name.lower().replace("\u2011", "-"))
    words = _TOKEN.findall(text)
    known = _by_form()
    for form in _forms(text, words):
        if form in known:
            return _with_memory(known[form], text)
    return known["desktop processor"] if "cpu" in words or "processor" in words else None


def _with_memory(found: Device, text: str) -> Device:
    said = _MEMORY.search(text)
    if found.generation not in _SOLD_IN_SIZES or said is None:
        return found
    stated = float(said[1]) * 1e9
    near = found.memory_bytes / 8 <= stated <= found.memory_bytes * 8
    return replace(found, memory_bytes=stated) if near else found


def find(name: str) -> Device:
    """As `device`; raises UnknownHardwareError where there is none."""
    found = device(name)
    if found is None:
        raise UnknownHardwareError(
            f"no device is called {name!r}",
            hint=f"There are: {', '.join(sorted({row.id for row in _by_form().values()}))}.",
        )
    return found


def of_hardware(machine: Hardware) -> Device:
    """One device of a machine of the catalog."""
    single = _COUNT.sub("", machine.id)
    return Device(
        id=single,
        generation=_generation(single),
        memory_bytes=machine.memory_bytes,
        bandwidth=machine.bandwidth,
        flops=machine.flops,
        flops_fp8=machine.flops_fp8,
        flops_fp4=machine.flops_fp4,
        link_bandwidth=machine.link_bandwidth or _LINKS.get(single),
        source=machine.spec_source,
    )


def _generation(name: str) -> str:
    if name.startswith("cpu-"):
        return "processor"
    stem = name.removesuffix("-80gb").removesuffix("-40gb")
    return _GENERATION.get(stem, "other")


def _forms(text: str, words: list[str]) -> Iterator[str]:
    """Forms to look for, the most exact first."""
    yield " ".join(words)
    memory, packing = _MEMORY.search(text), _PACKING.search(text)
    stem = _MEMORY.sub(" ", text)
    stem = _PACKING.sub(" ", stem) if packing else stem
    left = [word for word in _TOKEN.findall(stem) if word not in _NOISE]
    said = ["nvl" if packing[0] == "nvl" else "pcie"] if packing else []
    size = [memory[1], "gb"] if memory else []
    for end in (len(left), 3, 2):
        for more in (said + size, said, size):
            if more:
                yield " ".join(left[:end] + more)
    yield from _shorter(words)
    for start in range(len(left)):
        yield from _shorter(left[start:])


def _shorter(words: list[str]) -> Iterator[str]:
    """Ever fewer words from the right."""
    for end in range(len(words), 0, -1):
        yield " ".join(words[:end])
        yield " ".join(["rtx", *words[:end]])


@cache
def _by_form() -> Mapping[str, Device]:
    found: dict[str, Device] = {}
    for machine in hardware.hardware_rows():
        single = of_hardware(machine)
        found.setdefault(_form(single.id), single)
    for name, row in tables.read("devices").items():
        facts = {key: row[key] for key in row if key not in {"name", "aliases", "spec_source"}}
        cited = tables.source(row["spec_source"])
        found.setdefault(_form(name), Device(id=name, **facts, source=cited))
        for alias in row.get("aliases", []):
            found.setdefault(_form(alias), found[_form(name)])
    for alias, name in _ALIASES.items():
        found.setdefault(alias, found[_form(name)])
    return found


def _form(name: str) -> str:
    return " ".join(_TOKEN.findall(name.lower()))
