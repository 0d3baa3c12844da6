"""One row of a table of measurements to a deployment and its load, or why it cannot be predicted.

Two layouts are read: one row a configuration with `model_path` and `system`, as NVIDIA's
aiconfigurator samples, and one row a measurement with `model` and `gpu`. Columns that hold what was
measured are dropped at the door: a prediction cannot depend on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite, nan

from equipoise.catalog.devices import Device, device
from equipoise.catalog.shapes import Shape, shape
from equipoise.economics.throughput import memory, parallelism, scenarios
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.engines import engine_family
from equipoise.economics.throughput.parallelism import Degrees
from equipoise.economics.throughput.precision import (
    WeightFormat,
    cache_bytes,
    published_format,
    weight_format,
    without_cache,
)

MEASURED = frozenset(
    {
        "silicon_ttft_ms",
        "silicon_tpot_ms",
        "output_tok_s_per_gpu",
        "ttft_ms",
        "tpot_ms",
        "e2e_ms",
        "prefill_tok_s",
    }
)
"""Columns of results: never read here."""

# The campaign that rows a configuration are of, and what it measured: other devices and engines in
# its layout are somebody else's.
_SILICON = "silicon"
_ITS, _WITH = frozenset({"hopper", "blackwell"}), frozenset({"vllm", "sglang", "trtllm"})
_NODE = 8  # devices that tensor parallelism spans at most
_DRAWN = "0.9*OSL"  # how rows that were taken from a table of such configurations say it
_FOR_ONE = frozenset({"llama.cpp", "mlx", "exllama"})
_DECODING = ("generation tok", "decode phase", "tg128", "tg 128", "eval time")
_NOMINAL = 0.9  # lengths are drawn from 0.8 to 1.0 of what the row says, where its kind does so
_ABSENT = frozenset({"none", "null", "n/a", "na", "nan", "-", "--", "?", "unknown"})
_AS_THE_NAME = frozenset(
    {"auto", "default", "original", "dynamic", "quantized", "compressed-tensors"}
)
_THOUSANDS = re.compile(r"^([\d.]+)\s*k$")
_PLAIN = Degrees(1, 1, 1, 1)
_STATED = re.compile(r"params ([\d.]+)B active ([\d.]+|None)")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row has no prediction, in words for the row's reader."""

    reason: str


class _RefusalError(Exception):
    """Leaves the reading of a row at the first thing missing; `read_row` gives it as a value."""


def read_row(row: Mapping[str, str]) -> tuple[Deployment, Load] | Reason:
    """The deployment and the load that a row describes."""
    # A line with too few or too many cells has None for a value or for a key.
    facts = {
        key: text
        for key, value in row.items()
        if value and key and key not in MEASURED
        if (text := value.strip()) and text.lower() not in _ABSENT
    }
    try:
        return _configuration(facts) if "model_path" in facts else _measurement(facts)
    except (_RefusalError, ValueError) as refusal:
        return Reason(str(refusal))


def rate_of_decoding(row: Mapping[str, str]) -> bool:
    """Whether a row's rate is said to be of decoding alone, prompts left out."""
    said = f"{row.get('what_is_measured') or ''} {row.get('derived') or ''}".lower()
    running = (row.get("concurrency") or "").strip()
    return bool(running) and any(word in said for word in _DECODING)


def _configuration(row: Mapping[str, str]) -> tuple[Deployment, Load]:
    mode = row.get("mode", "agg")
    if mode not in {"agg", "disagg"}:
        raise _RefusalError(f"the mode {mode!r} is neither agg nor disagg")
    found = _shape(row["model_path"], row)
    on = _device(row.get("system", ""))
    family = engine_family(row.get("backend", ""), row.get("backend_version", ""))
    apart = mode == "disagg"
    drawn = "attention_dp_size" in row or apart
    narrow = row.get("moe_quant_mode" if found.experts else "gemm_quant_mode", "")
    other = row.get("gemm_quant_mode", "")
    deployment = Deployment(
        shape=found,
        device=on,
        weights=_format(row, row.get("precision") or narrow or other, found),
        kv_element_bytes=_cache(row),
        engine=family,
        engine_version=row.get("backend_version", ""),
        campaign=_SILICON if on.generation in _ITS and family in _WITH else "",
    )
    running = _number(row, "decode_batch_size" if apart else "batch_size")
    if apart:
        deployment = _apart(deployment, row)
        running *= deployment.attention_data
    else:
        deployment = _over(deployment, _columns(row, "", drawn=drawn))
        running *= _whole(row, "attention_dp_size")
    share = _NOMINAL if drawn else 1.0
    load = Load(share * _number(row, "isl"), share * _number(row, "osl"), concurrency=running)
    return deployment, load


def _apart(deployment: Deployment, row: Mapping[str, str]) -> Deployment:
    """A replica of the decoding pool with its share of the devices that read its prompts."""
    readers = _whole(row, "prefill_num_workers") / _whole(row, "decode_num_workers")
    prefill = _over(deployment, _pool(row, "prefill_"))
    decoding = _over(deployment, _pool(row, "decode_"))
    return replace(decoding, prefill=prefill, prefills=readers)


def _pool(row: Mapping[str, str], prefix: str) -> Degrees:
    """The degrees of one of the two pools; a degree of 0 is one that was not set."""
    names = ("tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size")
    stated = {name: row.get(prefix + name, "") for name in names}
    known = {name: value for name, value in stated.items() if value and float(value)}
    if "tp_size" not in known:
        raise _RefusalError(f"the row gives no {prefix}tp_size")
    return _columns(known, prefix, drawn=True)


def _columns(row: Mapping[str, str], prefix: str, *, drawn: bool) -> Degrees:
    groups = _whole(row, "attention_dp_size")
    tensor = _whole(row, "tp_size")
    wide, spread = _whole(row, "moe_tp_size"), _whole(row, "moe_ep_size")
    if drawn and wide == spread > 1 and tensor * groups == wide * spread and not prefix:
        # Both degrees are named after the same devices there, and their product after the square.
        groups, tensor = (groups // spread, tensor) if groups > 1 else (groups, tensor // spread)
    if not drawn and wide * spread > tensor * groups:
        groups = wide * spread // tensor  # experts wider than attention: it is repeated
    if tensor > _NODE:
        groups, tensor, spread = tensor, 1, tensor  # a rack's engine keeps whole sequences apart
    return Degrees(tensor, _whole(row, "pp_size"), groups, spread)


def _measurement(row: Mapping[str, str]) -> tuple[Deployment, Load]:
    found = _shape(row.get("model", ""), row)
    weights = _format(row, row.get("precision", ""), found)
    # GGUF files are llama.cpp's, whoever packs it; rows that name another engine mean its server.
    named = engine_family(row.get("engine", ""), row.get("engine_version", ""))
    engine = "llama.cpp" if weights.family == "gguf" else named
    scenario = row.get("scenario", "")
    running, rate = _given(row, "concurrency"), _given(row, "request_rate_rps")
    if running is None and rate is None:
        running = scenarios.running(scenario, alone=engine in _FOR_ONE)
    if running is None and rate is None:
        raise _RefusalError("the row gives neither a concurrency nor a rate")
    on = _device(row.get("gpu", ""))
    deployment = Deployment(
        shape=found,
        device=on,
        weights=weights,
        kv_element_bytes=_cache(row),
        engine=engine,
        engine_version=row.get("engine_version", ""),
        campaign=_campaign(row, on),
    )
    limit = scenarios.token_limit(row)
    most = running == inf
    deployment = _over(deployment, _degrees(row, deployment, most=most))
    usual = scenarios.lengths(row, running)
    drawn = _NOMINAL if _DRAWN in row.get("derived", "") else 1.0
    load = Load(
        drawn * _number(row, "input_len", usual and usual[0]),
        drawn * _number(row, "output_len", usual and usual[1]),
        concurrency=running,
        rate=rate if running is None else None,
        whole_batch="static" in scenario,
        token_limit=limit if most else None,
    )
    return deployment, load


def _degrees(row: Mapping[str, str], deployment: Deployment, *, most: bool) -> Degrees:
    devices = _whole(row, "gpu_count")
    stated = row.get("parallelism", "")
    if most and not stated:
        width = scenarios.least_devices(
            sum(memory.part_bytes(deployment)), deployment.device.memory_bytes, devices
        )
        return replace(_PLAIN, tensor=width)
    return parallelism.read(stated, devices, by_layers=deployment.engine == "llama.cpp")


def _over(deployment: Deployment, degrees: Degrees) -> Deployment:
    return replace(
        deployment,
        tensor=degrees.tensor,
        pipeline=degrees.pipeline,
        attention_data=degrees.attention_data,
        expert=degrees.expert,
    )


def _cache(row: Mapping[str, str]) -> float:
    """Bytes an element of the cache: as a column or the precision says, else 16 bits."""
    for name in ("kvcache_quant_mode", "kv_cache_dtype", "kv_dtype"):
        stated = weight_format(row.get(name, ""))
        if stated is not None:
            return min(stated.bytes_each, 2.0)
    return cache_bytes(row.get("precision", "")) or 2.0


def _campaign(row: Mapping[str, str], on: Device) -> str:
    """Whose measurement it is, from its id's beginning; processors are a campaign of their own."""
    prefix, colon, _ = row.get("id", "").partition(":")
    if on.generation == "processor":
        return "processors"
    return {"aic": _SILICON}.get(prefix, prefix) if colon else ""


def _shape(name: str, row: Mapping[str, str]) -> Shape:
    stated = _STATED.search(row.get("note", ""))
    total = float(stated[1]) * 1e9 if stated else None
    active = float(stated[2]) * 1e9 if stated and stated[2] != "None" else None
    found = shape(name, total, active)
    if found is None:
        raise _RefusalError(f"no architecture is known for model {name!r}, nor its size")
    return found


def _device(name: str) -> Device:
    found = device(name)
    if found is None:
        raise _RefusalError(f"no device is known by the name {name!r}")
    return found


def _format(row: Mapping[str, str], stated: str, found_shape: Shape) -> WeightFormat:
    """As the row says, else the model's name, else as its weights are published."""
    stated = without_cache(stated)
    if not stated or stated.lower() in _AS_THE_NAME:
        name = row.get("model_path", row.get("model", ""))
        return weight_format(name) or published_format(found_shape)
    found = weight_format(stated)
    if found is None:
        raise _RefusalError(f"no weight format is known by the name {stated!r}")
    if found.id == "bf16":
        return weight_format(row.get("model", "").partition("BF16")[0]) or found
    return found


def _number(row: Mapping[str, str], name: str, usual: float | None = None) -> float:
    found = _given(row, name)
    if found is None:
        found = usual
    if found is None:
        raise _RefusalError(f"the row gives no {name}")
    return found


def _given(row: Mapping[str, str], name: str) -> float | None:
    text = row.get(name, "").lower().replace(",", "")
    if not text:
        return None
    thousands = _THOUSANDS.match(text)
    try:
        found = 1024 * float(thousands[1]) if thousands else float(text)
    except ValueError:
        found = nan
    if not isfinite(found):
        raise _RefusalError(f"{name} is {row[name]!r}, not a number")
    return found


def _whole(row: Mapping[str, str], name: str) -> int:
    found = _given(row, name)
    if found is None:
        return 1
    if found < 1 or found != int(found):
        raise _RefusalError(f"{name} is {row[name]}, not a whole number from 1 on")
    return int(found)
