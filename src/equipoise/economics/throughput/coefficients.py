"""Which coefficients the step has, what is believed of them before any measurement, and lookup.

`PRIORS` are medians with standard deviations of their logarithms, from arithmetic and data sheets,
not from the points that are fitted: four fifths of the bandwidth are reached in practice, two
thirds of the arithmetic in large dense multiplications; a layer is a dozen kernels of two to five
microseconds each when replayed from a captured graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from equipoise.catalog.efficiencies import Efficiencies
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.engines import generation

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prior:
    """A positive coefficient's median, and the standard deviation of its logarithm."""

    median: float
    spread: float
    unit: str
    meaning: str


PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "weights": Prior(1.25, 0.15, "ideal", "reading what every token passes"),
        "routed": Prior(1.4, 0.3, "ideal", "reading experts"),
        "cache": Prior(1.5, 0.4, "ideal", "reading keys and values"),
        "multiply": Prior(1.8, 0.4, "ideal", "multiplying in a step"),
        "prefill": Prior(1.6, 0.25, "ideal", "multiplying in a prefill"),
        "prefill_routed": Prior(1.5, 0.4, "factor", "the same where experts are many and small"),
        "layer": Prior(30e-6, 0.3, "s", "a layer's kernels beyond their ideal"),
        "parallel": Prior(15e-6, 0.4, "s", "a layer's two reductions: their latency"),
        "routed_layer": Prior(20e-6, 0.5, "s", "a layer's routing"),
        "latent_layer": Prior(10e-6, 0.5, "s", "a latent layer's further kernels"),
        "state_layer": Prior(10e-6, 0.5, "s", "a state layer's further kernels"),
        "sequence": Prior(10e-6, 1.0, "s", "sampling and scheduling one request in a step"),
        "step": Prior(1e-3, 0.6, "s", "starting a step"),
        "exchange": Prior(1.5, 1.0, "ideal", "what reductions move over the link"),
        "launch": Prior(1.0, 0.01, "factor", "an engine's overheads a layer, all of them"),
        "first": Prior(0.02, 0.7, "s", "the way of a first token through the server"),
        "burst": Prior(0.05, 0.7, "share", "of the other requests' prefills, waited for"),
    }
)
NAMES = tuple(PRIORS)
COLUMN = {name: index for index, name in enumerate(NAMES)}

# What may differ by what, and how far: standard deviations of the logarithms of the factors.
GROUPINGS: Mapping[tuple[str, str], float] = MappingProxyType(
    {
        ("launch", "engine"): 0.4,
        ("step", "engine"): 0.4,
        ("parallel", "engine"): 0.3,
        ("prefill", "engine"): 0.2,
        ("cache", "engine"): 0.2,
        ("routed", "engine"): 0.1,
        ("routed", "kernels"): 0.25,
        ("weights", "format"): 0.25,
        ("first", "engine"): 0.5,
        ("burst", "engine"): 0.5,
    }
)
EAGER: Mapping[str, float] = MappingProxyType({"vllm-2023": log(4), "transformers": log(4)})
"""Engines that start each kernel from Python, not from a graph: a layer's dozen kernels take about
ten microseconds each then, 120 of them instead of the 30 of `PRIORS`."""


def labels(deployment: Deployment) -> Mapping[str, str]:
    """The groups that a deployment belongs to, by grouping.

    A format that the device has no arithmetic for is unpacked to a wider one by other kernels.
    """
    engine, form = _kernels(deployment)
    return {
        "engine": engine,
        "format": form,
        "kernels": f"{deployment.engine} {form}",
        "generation": deployment.device.generation,
        "campaign": deployment.campaign,
        "model": deployment.architecture,
    }


def _kernels(deployment: Deployment) -> tuple[str, str]:
    device, family = deployment.device, deployment.weights.family
    unit = {"fp8": device.flops_fp8, "fp4": device.flops_fp4}.get(family, device.flops)
    engine = generation(deployment.engine, deployment.engine_version)
    return engine, family if unit else f"{family} unpacked"


def coefficients(fit: Efficiencies, deployments: Sequence[Deployment]) -> Matrix:
    """A row of coefficients in the order of `NAMES` for each deployment."""
    known: dict[tuple[str, str, str], int] = {}
    rows: list[list[float]] = []
    index = np.empty(len(deployments), dtype=np.intp)
    for position, deployment in enumerate(deployments):
        key = (*_kernels(deployment), deployment.architecture)
        if key not in known:
            known[key] = len(rows)
            rows.append(_row(fit, deployment))
        index[position] = known[key]
    return np.array(rows).reshape(-1, len(NAMES))[index]


def _row(fit: Efficiencies, deployment: Deployment) -> list[float]:
    groups = labels(deployment)
    row = [fit.pooled[name] for name in NAMES]
    for (coefficient, grouping), factors in fit.effects.items():
        unseen = np.exp(EAGER.get(deployment.engine, 0.0)) if coefficient == "launch" else 1.0
        row[COLUMN[coefficient]] *= factors.get(groups[grouping], unseen)
    return row
