"""Whether a deployment runs its requests at all, and what would where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from equipoise.catalog.efficiencies import Efficiencies
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate, why_not
from equipoise.economics.throughput.memory import USABLE, Fit, fit, longest_context
from equipoise.economics.throughput.precision import FORMATS

MOST_DEVICES = 64
_WIDEST_LAYER = 8  # devices that share one layer: those of one host
_MOST_REPLICAS = 2**20
_FILES = ("q8_0", "q6_k", "q5_k_m", "q4_k_m", "q3_k_m", "q2_k")
_SERVED = ("bf16", "fp8", "nvfp4", "int4")
_READ_BY = {"llama.cpp": _FILES, "mlx": ("bf16", "int8", "int4")}
_LEAN = frozenset({"processor", "apple"})  # their memory is the host's: nothing is left to spill to


@dataclass(frozen=True, slots=True)
class Way:
    """What would fit: `devices` in `tensor` by `pipeline`, in `precision`, for so many `tokens`.

    `change` is what differs from what was asked: `devices`, `precision`, `both` or `tokens` (of
    one request, input and output together).
    """

    change: str
    devices: int
    tensor: int
    pipeline: int
    precision: str
    tokens: int


def why_it_does_not_run(deployment: Deployment, load: Load) -> str:
    """Why no request of the load runs there; empty where one does."""
    tokens = load.input + load.output
    shape, device = deployment.shape, deployment.device
    room = fit(deployment, tokens)
    if tokens > shape.architecture.context and not shape.assumed:
        return (
            f"a request takes {tokens:,.0f} tokens, the model's context is"
            f" {shape.architecture.context:,}"
        )
    reason = why_not(deployment, room)
    if reason:
        return reason
    if _nothing_to_spill_to(deployment, room):
        return (
            f"the weights take {_gigabytes(room.weight_bytes)} GB a device,"
            f" {device.id} has {_gigabytes(device.memory_bytes)} GB and no other memory"
        )
    if room.fits:
        return ""
    left = longest_context(deployment, 1)
    if left < 1:
        usable = USABLE * device.memory_bytes
        return (
            f"the weights take {_gigabytes(room.weight_bytes)} GB a device, and"
            f" {_gigabytes(room.reserved_bytes)} GB are the engine's: nothing is left of the"
            f" {_gigabytes(usable)} GB that it may use of {device.id}"
        )
    return f"one request takes {tokens:,.0f} tokens, and there is room for {left:,.0f}"


def longest_alone(deployment: Deployment) -> int:
    """The longest context of one request, 0 where the weights leave no room."""
    if _nothing_to_spill_to(deployment, fit(deployment, 1.0)):
        return 0
    return int(longest_context(deployment, 1))


def ways(deployment: Deployment, load: Load) -> tuple[Way, ...]:
    """The least that would make it fit: more devices, fewer bits, both, or shorter requests.

    Where a request is longer than the model's context, all of them are for the longest one.
    """
    asked, context = load.input + load.output, deployment.shape.architecture.context
    tokens = round(min(asked, context) if not deployment.shape.assumed else asked)
    load = Load(tokens - 1, 1, concurrency=1.0)
    found: list[Way] = []
    wider = _first(_wider(deployment), load)
    if wider is not None:
        found.append(_way("devices", wider, tokens))
    narrower = _first(_narrower(deployment), load)
    if narrower is not None:
        found.append(_way("precision", narrower, tokens))
    if not found:
        both = (thin for wide in _wider(deployment) for thin in _narrower(wide))
        together = _first(both, load)
        if together is not None:
            found.append(_way("both", together, tokens))
    shorter = min(longest_alone(deployment), tokens)
    if 1 < shorter < asked:
        found.append(_way("tokens", deployment, shorter))
    return tuple(found)


def replicas_that_keep_up(deployment: Deployment, load: Load, fitted: Efficiencies) -> int | None:
    """How many such replicas share an open loop without falling behind; None where none do."""
    if load.rate is None:
        return None

    def steady(count: int) -> bool:
        share = replace(load, rate=(load.rate or 0.0) / count)
        return estimate(deployment, share, fitted).stable

    high = 1
    while not steady(high):
        high *= 2
        if high > _MOST_REPLICAS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if steady(middle) else (middle, high)
    return high


def _nothing_to_spill_to(deployment: Deployment, room: Fit) -> bool:
    """Whether weights would have to go into a host's memory that the device itself is."""
    return bool(room.spilled) and deployment.device.generation in _LEAN


def _first(candidates: Iterator[Deployment], load: Load) -> Deployment | None:
    return next((one for one in candidates if not why_it_does_not_run(one, load)), None)


def _wider(deployment: Deployment) -> Iterator[Deployment]:
    """Ever more devices, doubled: in a layer while a host has them, then in stages."""
    if deployment.device.generation in _LEAN:
        return
    tensor, pipeline = deployment.tensor, deployment.pipeline
    layerwise = tensor == 1 and deployment.engine == "llama.cpp"
    while tensor * pipeline * 2 <= MOST_DEVICES:
        if layerwise or tensor * 2 > _WIDEST_LAYER:
            pipeline *= 2
        else:
            tensor *= 2
        yield replace(deployment, tensor=tensor, pipeline=pipeline)


def _narrower(deployment: Deployment) -> Iterator[Deployment]:
    """Formats of fewer bytes that the engine reads, the widest first."""
    for name in _READ_BY.get(deployment.engine, _SERVED):
        weights = FORMATS[name]
        if weights.family == "fp4" and not deployment.device.flops_fp4:
            continue
        if weights.bytes_each < deployment.weights.bytes_each:
            yield replace(deployment, weights=weights)


def _way(change: str, deployment: Deployment, tokens: int) -> Way:
    degrees = (deployment.devices, deployment.tensor, deployment.pipeline)
    return Way(change, *degrees, deployment.weights.id, tokens)


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.3g}"
