"""How fast a machine of the catalog serves an open model nobody has measured there.

A machine may divide a model among all its devices, or hold several copies of it on fewer each:
every division into equal parts is tried, at every batch, and the fastest of those whose answers
still come in time is taken. Accelerators run vLLM, processors and Apple silicon llama.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import log
from statistics import NormalDist

import numpy as np

from equipoise.catalog import devices
from equipoise.catalog.efficiencies import efficiencies
from equipoise.catalog.shapes import Shape
from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware
from equipoise.economics.draws import LEVEL
from equipoise.economics.throughput.batching import serve
from equipoise.economics.throughput.coefficients import coefficients
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate_many, why_not
from equipoise.economics.throughput.memory import fit
from equipoise.economics.throughput.precision import FORMATS, WeightFormat
from equipoise.economics.throughput.step import Steps
from equipoise.economics.throughput.work import Work, work

BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""Requests that run at once on one copy, as far as they fit."""

_SERVED = ("bf16", "fp8", "int4")
_ROUTED = ("bf16", "fp8", "mxfp4")
_GGUF = ("q8_0", "q6_k", "q4_k_m")
_WIDTH = 2 * NormalDist().inv_cdf((1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class ServingRate:
    """What one machine does: requests a second and seconds a request, `batch` at a time in all.

    `sd_log` is the standard deviation of the logarithm of true over estimated rate, 0 where it was
    measured. `fits` is False where the weights and one request do not fit into memory, or the
    request does not fit into the model's context; rates are then 0.
    """

    fits: bool
    requests_per_second: float
    seconds_per_request: float
    batch: int
    sd_log: float = 0.0


NOWHERE = ServingRate(fits=False, requests_per_second=0.0, seconds_per_request=0.0, batch=0)
_Row = tuple[int, int, Deployment]


def serving_rate(
    shape: Shape, machine: Hardware, lengths: Lengths, latency_seconds: float
) -> ServingRate:
    """The most that one machine serves with every answer within `latency_seconds`.

    Where no division answers in time, even one at a time, the quickest is returned: the caller
    compares.
    """
    return serving_rates(shape, [machine], lengths, latency_seconds)[0]


def serving_rates(
    shape: Shape, machines: Sequence[Hardware], lengths: Lengths, latency_seconds: float
) -> list[ServingRate]:
    """As `serving_rate` for many machines, in their order and much faster."""
    rates = [NOWHERE] * len(machines)
    load = Load(
        input=lengths.input,
        output=max(lengths.output, 1.0),
        concurrency=1,
        shared=min(lengths.shared_input, lengths.input),
    )
    tokens = lengths.input + lengths.output
    if tokens > shape.architecture.context:
        return rates
    rows = [
        (place, copies, deployment)
        for place, machine in enumerate(machines)
        for copies, deployment in _divisions(shape, machine)
        if _fits(deployment, tokens)
    ]
    if not rows:
        return rates
    chosen = _chosen(rows, load, latency_seconds)
    jobs = [
        (rows[row][2], replace(load, concurrency=batch)) for row, batch, _, _ in chosen.values()
    ]
    ranges = estimate_many(jobs).output_rate
    for (place, (row, batch, rate, seconds)), ends in zip(chosen.items(), ranges, strict=True):
        sd_log = log(ends[2] / ends[0]) / _WIDTH
        rates[place] = ServingRate(True, rate, seconds, batch * rows[row][1], sd_log)
    return rates


def _fits(deployment: Deployment, tokens: float) -> bool:
    """Whether weights and one request are held by the devices alone: nothing spills here."""
    room = fit(deployment, tokens)
    return room.fits and not room.spilled and not why_not(deployment, room)


def _divisions(shape: Shape, machine: Hardware) -> list[tuple[int, Deployment]]:
    """(copies, the deployment of one) for every equal division of a machine's devices."""
    device = devices.of_hardware(machine)
    local = device.generation in {"processor", "apple"}
    weights = _format(shape, _GGUF if local else _ROUTED if shape.experts else _SERVED)
    engine = "llama.cpp" if local else "vllm"
    return [
        (
            machine.devices // width,
            Deployment(shape, device, weights=weights, tensor=width, engine=engine),
        )
        for width in range(1, machine.devices + 1)
        if machine.devices % width == 0
    ]


def _format(shape: Shape, names: Sequence[str]) -> WeightFormat:
    """The format whose bytes are nearest to those of the weights as they are served."""
    each = shape.architecture.weight_bytes / shape.architecture.parameters
    nearest = min(
        (FORMATS[name] for name in names), key=lambda row: abs(log(row.bytes_each / each))
    )
    # What four bits leave wide is part of their own arithmetic of bytes.
    return nearest if nearest.family == "fp4" else replace(nearest, bytes_each=each)


def _chosen(
    rows: Sequence[_Row], load: Load, latency_seconds: float
) -> dict[int, tuple[int, int, float, float]]:
    """By machine: (row, batch, requests a second of the machine, seconds a request)."""
    deployments = [deployment for _, _, deployment in rows]
    once = work([(deployment, load) for deployment in deployments])
    count = len(BATCHES)
    columns = {field.name: np.repeat(getattr(once, field.name), count) for field in fields(Work)}
    columns["concurrency"] = np.tile(np.array(BATCHES, dtype=float), len(rows))
    every = np.repeat(coefficients(efficiencies(), deployments), count, axis=0)
    served = serve(Steps(Work(**columns), every))
    seconds = served.first + served.token * (load.output - 1)
    copies = np.repeat([copies for _, copies, _ in rows], count)
    rates = columns["concurrency"] / seconds * copies
    possible = columns["concurrency"] <= np.maximum(columns["room"], 1.0)
    in_time = possible & (seconds <= latency_seconds)
    machine = np.repeat([place for place, _, _ in rows], count)
    found: dict[int, tuple[int, int, float, float]] = {}
    for place in np.unique(machine):
        here = machine == place
        if (here & in_time).any():
            best = int(np.argmax(np.where(here & in_time, rates, -1.0)))
        else:
            best = int(np.argmin(np.where(here & possible, seconds, np.inf)))
        batch = BATCHES[best % count]
        found[int(place)] = (best // count, batch, float(rates[best]), float(seconds[best]))
    return found
