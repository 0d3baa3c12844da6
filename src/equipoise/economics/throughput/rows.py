"""One row of a table of measurements to a deployment and its load, or why it cannot be predicted.

Two layouts are read: one row a configuration with `model_path` and `system`, as NVIDIA's
aiconfigurator samples, and one row a measurement with `model` and `gpu`. Columns that hold what was
measured are dropped at the door: a prediction cannot depend on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan

from equipoise.catalog.devices import Device, device
from equipoise.catalog.shapes import Shape, shape
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.precision import FORMATS, WeightFormat, weight_format

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

_SILICON = "silicon"
_NOMINAL = 0.9  # lengths are drawn from 0.8 to 1.0 of what the row says, where its kind does so
_ENGINES = (
    ("splitwise", "vllm-2023"),
    ("sglang", "sglang"),
    ("tensorrt", "trtllm"),
    ("trt", "trtllm"),
    ("vllm", "vllm"),
    ("mango", "vllm"),
    ("llama.cpp", "llama.cpp"),
    ("llama-server", "llama.cpp"),
    ("ollama", "llama.cpp"),
    ("lm studio", "llama.cpp"),
    ("mlx", "mlx"),
)
_PARALLEL = re.compile(r"(tp|pp|dep|dp|ep|moe_tp)\s*(\d+)")
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
        key: value.strip() for key, value in row.items() if key and key not in MEASURED and value
    }
    try:
        return _configuration(facts) if "model_path" in facts else _measurement(facts)
    except (_RefusalError, ValueError) as refusal:
        return Reason(str(refusal))


def engine_family(name: str) -> str:
    """The family an engine belongs to by what its name contains; the name itself where unknown."""
    text = name.lower()
    return next((family for part, family in _ENGINES if part in text), text)


def _configuration(row: Mapping[str, str]) -> tuple[Deployment, Load]:
    if row.get("mode", "agg") != "agg":
        raise _RefusalError("prefill and decode on separate devices are not predicted")
    found = _shape(row["model_path"], row)
    groups = _whole(row, "attention_dp_size")
    tensor = _whole(row, "tp_size")
    wide, spread = _whole(row, "moe_tp_size"), _whole(row, "moe_ep_size")
    drawn = "attention_dp_size" in row
    if drawn and wide == spread > 1 and tensor * groups == wide * spread:
        # Both degrees are named after the same devices there, and their product after the square.
        groups, tensor = (groups // spread, tensor) if groups > 1 else (groups, tensor // spread)
        wide = 1
    if not drawn and wide * spread > tensor * groups:
        groups = wide * spread // tensor  # experts wider than attention: it is repeated
    if tensor > 8:
        groups, tensor, spread = tensor, 1, tensor  # a rack's engine keeps whole sequences apart
    deployment = Deployment(
        shape=found,
        device=_device(row.get("system", "")),
        weights=_format(row, "precision", row.get("gemm_quant_mode", "")),
        tensor=tensor,
        pipeline=_whole(row, "pp_size"),
        attention_data=groups,
        expert=spread,
        engine=engine_family(row.get("backend", "")),
        engine_version=row.get("backend_version", ""),
        campaign=_SILICON,
    )
    share = _NOMINAL if drawn else 1.0
    concurrency = _number(row, "batch_size") * _whole(row, "attention_dp_size")
    load = Load(share * _number(row, "isl"), share * _number(row, "osl"), concurrency=concurrency)
    return deployment, load


def _measurement(row: Mapping[str, str]) -> tuple[Deployment, Load]:
    found = _shape(row.get("model", ""), row)
    weights = _format(row, "precision", "")
    # GGUF files are llama.cpp's, whoever packs it; rows that name another engine mean its server.
    engine = "llama.cpp" if weights.family == "gguf" else engine_family(row.get("engine", ""))
    degrees = _degrees(row, engine)
    on = _device(row.get("gpu", ""))
    deployment = Deployment(
        shape=found,
        device=on,
        weights=weights,
        **degrees,
        engine=engine,
        engine_version=row.get("engine_version", ""),
        campaign=_campaign(row, on),
    )
    scenario = row.get("scenario", "")
    running = _given(row, "concurrency")
    rate = _given(row, "request_rate_rps") if running is None else None
    if running is None and rate is None:
        if "offline" not in scenario.lower():
            raise _RefusalError("the row gives neither a concurrency nor a rate")
        running = inf  # as many as fit
    load = Load(
        _number(row, "input_len"),
        _number(row, "output_len"),
        concurrency=running,
        rate=rate,
        whole_batch="static" in scenario,
    )
    return deployment, load


def _degrees(row: Mapping[str, str], engine: str) -> dict[str, int]:
    stated = {
        name: int(count) for name, count in _PARALLEL.findall(row.get("parallelism", "").lower())
    }
    devices = _whole(row, "gpu_count")
    if "layer split" in row.get("parallelism", ""):
        return {"pipeline": devices}
    if 0 in stated.values():
        raise _RefusalError(f"the parallelism {row['parallelism']!r} has no devices")
    groups = stated.get("dep", stated.get("dp", 1))
    pipeline = stated.get("pp", 1)
    tensor = stated.get("tp", max(1, devices // (groups * pipeline)) if "dep" not in stated else 1)
    if not stated and engine == "llama.cpp":
        tensor, pipeline = 1, devices
    experts = stated.get("moe_tp", 1) * stated.get("ep", 1)
    if "moe_tp" in stated and experts > tensor * groups:
        groups = experts // tensor  # experts wider than attention: it is repeated
    return {
        "tensor": tensor,
        "pipeline": pipeline,
        "attention_data": groups,
        "expert": stated.get("ep", stated.get("dep", 1)),
    }


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


def _format(row: Mapping[str, str], field: str, other: str) -> WeightFormat:
    """As the row says; what the model's name says where that is only the arithmetic's width."""
    stated = row.get(field) or other
    if not stated:
        return weight_format(row.get("model_path", row.get("model", ""))) or FORMATS["bf16"]
    found = weight_format(stated)
    if found is None:
        raise _RefusalError(f"no weight format is known by the name {stated!r}")
    if found.id == "bf16":
        return weight_format(row.get("model", "").partition("BF16")[0]) or found
    return found


def _number(row: Mapping[str, str], name: str) -> float:
    found = _given(row, name)
    if found is None:
        raise _RefusalError(f"the row gives no {name}")
    return found


def _given(row: Mapping[str, str], name: str) -> float | None:
    text = row.get(name)
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = nan
    if not isfinite(found):
        raise _RefusalError(f"{name} is {text!r}, not a number")
    return found


def _whole(row: Mapping[str, str], name: str) -> int:
    found = _given(row, name)
    if found is None:
        return 1
    if found < 1 or found != int(found):
        raise _RefusalError(f"{name} is {row[name]}, not a whole number from 1 on")
    return int(found)
