"""What fits where: weights, keys and values, and what an engine keeps for itself, per device.

An engine uses `USABLE` of a device's memory (vLLM's default 0.9 of what the driver shows, which is
5 % more than the data sheet's gigabytes, as those are binary), keeps activations and captured
graphs beside the weights, and gives the rest to the cache. Check: vLLM 0.19 with Llama 3.1 8B in
16 bits on an RTX 4090 reports 41,408 tokens of cache (LLMServingSim's published artefacts).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf

from equipoise.catalog.shapes import Shape
from equipoise.economics import kv_cache
from equipoise.economics.throughput.deployment import Deployment

USABLE = 0.9 * 1.05
_GRAPHS = 1e9  # captured graphs, workspaces and the communicator's buffers
_STEP_TOKENS = 2048  # tokens of the largest step that activations are kept for
_HOST_BANDWIDTH = 50e9  # two channels of memory behind the bus, for what spills out of a device
SPILLS = frozenset({"llama.cpp"})
"""Engines that run what does not fit on a device from the host's memory instead."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes on the fullest device, and what is left for sequences.

    `sequences` is how many of the given context run at once in the whole replica (0: none fits),
    `tokens` the cache's room in tokens of context; `spilled` the bytes of weights a device that
    cannot hold them all leaves to the host's memory.
    """

    weight_bytes: float
    reserved_bytes: float
    cache_bytes: float
    tokens: float
    sequences: float
    spilled: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether one sequence of the context runs at all."""
        return self.sequences >= 1


@lru_cache(maxsize=4096)
def weights_per_device(deployment: Deployment) -> float:
    """Bytes of weights on one device; under data-parallel attention each group has its own copy.

    What is not routed is divided among the tensor-parallel devices and repeated in every group;
    experts are spread over all devices.
    """
    dense, routed = part_bytes(deployment)
    width = deployment.tensor * deployment.pipeline
    return dense / width + routed / (width * deployment.attention_data)


@lru_cache(maxsize=4096)
def part_bytes(deployment: Deployment) -> tuple[float, float]:
    """Bytes of the two `parts` of one copy of the weights.

    Published 4-bit floating-point files of mixtures of experts (NVIDIA's NVFP4 ones, gpt-oss) keep
    all but the experts in 16 bits: DeepSeek R1 takes 0.59 bytes a parameter so, not 0.56.
    """
    dense, routed = parts(deployment.shape)
    each, family = deployment.weights.bytes_each, deployment.weights.family
    wide = max(each, 2.0) if routed and family == "fp4" else each
    published = deployment.shape.architecture.weight_bytes
    total = dense * wide + routed * each
    # What was trained in four bits is never stored in more by a GGUF file, whatever its label.
    shrink = min(1.0, published / total) if family == "gguf" else 1.0
    return dense * wide * shrink, routed * each * shrink


@lru_cache(maxsize=1024)
def parts(shape: Shape) -> tuple[float, float]:
    """Parameters that every token passes and parameters of routed experts, over all layers.

    Active = dense + share * routed and total = dense + routed, where `share` of the experts
    answers: two equations for the two parts.
    """
    total = shape.architecture.parameters
    active = min(shape.architecture.active_parameters, total)
    if not shape.experts or shape.experts_used >= shape.experts:
        return active, 0.0
    share = shape.experts_used / shape.experts
    routed = min((total - active) / (1 - share), total)
    return total - routed, routed


def fit(deployment: Deployment, context: float) -> Fit:
    """What fits for sequences of `context` tokens."""
    device, architecture = deployment.device, deployment.shape.architecture
    weights = weights_per_device(deployment)
    hidden = architecture.hidden_size or 4096
    activations = _STEP_TOKENS * hidden * 2 * 8 / deployment.tensor
    lean = device.generation in {"processor", "apple"}
    reserved = 0.0 if lean else _GRAPHS + activations
    room = USABLE * device.memory_bytes - reserved - weights
    spilled = max(0.0, -room) if deployment.engine in SPILLS else 0.0
    cache = max(0.0, room) if not spilled else 0.05 * device.memory_bytes
    each = sequence_bytes(deployment, context)
    stages = deployment.tensor * deployment.pipeline
    sequences = deployment.attention_data * cache * stages / each if each else inf
    tokens = sequences * context
    return Fit(weights, reserved, cache, tokens, sequences, spilled)


def sequence_bytes(deployment: Deployment, context: float) -> float:
    """Bytes one sequence holds over the devices of its group."""
    return kv_cache.held_bytes(
        deployment.shape.architecture,
        context,
        element_bytes=deployment.kv_element_bytes,
        devices=deployment.tensor,
    )


def longest_context(deployment: Deployment, sequences: float) -> float:
    """The longest context at which so many sequences fit, at most the model's own; 0 if none.

    By halving: what a sequence holds never falls with its length.
    """
    low, high = 0.0, float(deployment.shape.architecture.context)
    if fit(deployment, high).sequences >= sequences:
        return high
    for _ in range(48):
        middle = (low + high) / 2
        if fit(deployment, max(middle, 1.0)).sequences >= sequences:
            low = middle
        else:
            high = middle
    return low


def host_seconds(spilled: float) -> float:
    """Seconds a step spends on weights read from the host's memory."""
    return spilled / _HOST_BANDWIDTH
