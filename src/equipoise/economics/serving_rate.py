"""How fast a machine serves an open model nobody has measured there: a calibrated roofline.

The form and its coefficients: a step reads all weights and the running requests' keys and values,
and pays fixed costs a layer and a sequence; where arithmetic takes longer than all of these, as on
a processor or in large batches, that is the step. Fitted by least squares on the logarithm of 2,744
published measurements (12 models, H100 to GB300; vLLM, SGLang, TensorRT-LLM; the data inside
aiconfigurator-core 0.12.0, Apache-2.0). Left-one-model-out error 15 % in the middle, but 38 % on
another campaign's measurements: the interval here is the wider one.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware
from equipoise.domain.model import Architecture
from equipoise.economics import kv_cache

SPREAD = 0.4
"""Standard deviation of the logarithm of true over estimated rate, across campaigns."""

_WEIGHTS = 1.34  # times the ideal time to read the weights: 75 % of the bandwidth
_KEYS_VALUES = 2.24  # 45 % of the bandwidth
_ARITHMETIC = 2.08  # 48 % of the arithmetic peak: fitted to prefill, and decode does no better
_LAYER = 24e-6  # seconds a layer and step
_LAYER_PARALLEL = 41e-6  # more where several devices take turns
_SEQUENCE = 17e-6  # seconds a running request and step
_USABLE_MEMORY = 0.9
_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class ServingRate:
    """What one replica does: requests a second and seconds a request, at `batch` at a time.

    `fits` is False where the weights and one request do not fit into memory, or the request does
    not fit into the model's context; rates are then 0.
    """

    fits: bool
    requests_per_second: float
    seconds_per_request: float
    batch: int


def estimate(
    architecture: Architecture, machine: Hardware, lengths: Lengths, latency_seconds: float
) -> ServingRate:
    """The fastest batch whose requests still finish within `latency_seconds`.

    Where even one at a time is slower than that, its own rate is returned: the caller compares.
    """
    space = machine.devices * machine.memory_bytes * _USABLE_MEMORY - architecture.weight_bytes
    tokens = lengths.input + lengths.output
    per_request = kv_cache.held_bytes(architecture, tokens, devices=machine.devices)
    if space < per_request or tokens > architecture.context:
        return ServingRate(fits=False, requests_per_second=0.0, seconds_per_request=0.0, batch=0)
    best = _at(architecture, machine, lengths, 1)
    for batch in _BATCHES[1:]:
        if batch * per_request > space:
            break
        rate = _at(architecture, machine, lengths, batch)
        if rate.seconds_per_request > latency_seconds:
            break
        if rate.requests_per_second > best.requests_per_second:
            best = rate
    return best


def _at(architecture: Architecture, machine: Hardware, lengths: Lengths, batch: int) -> ServingRate:
    """Closed loop: `batch` requests run all the time, and their prefills delay each other."""
    bandwidth = machine.devices * machine.bandwidth
    layers = architecture.layers * (_LAYER + (_LAYER_PARALLEL if machine.devices > 1 else 0.0))
    token = _ARITHMETIC * 2 * architecture.active_parameters / (machine.devices * machine.flops)
    context = lengths.input + lengths.output / 2
    past = kv_cache.read_bytes(architecture, context, devices=machine.devices)
    memory = (
        _WEIGHTS * architecture.weight_bytes / bandwidth
        + _KEYS_VALUES * batch * past / bandwidth
        + layers
        + batch * _SEQUENCE
    )
    step = max(memory, batch * token)
    # A shared prefix is computed once and kept; only the rest of the input is computed anew.
    fresh = max(lengths.input - lengths.shared_input, 1.0)
    seconds = lengths.output * step + batch * (fresh * token + layers)
    return ServingRate(True, batch / seconds, seconds, batch)
