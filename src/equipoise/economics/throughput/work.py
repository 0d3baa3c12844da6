"""What deployments have to do, as columns of numbers: bytes, operations, layers, requests.

One row is one deployment under one load; all times follow from these columns and the coefficients
alone, in numpy, so that ten thousand rows cost little more than one. Formulas and symbols are those
of the roofline model (Williams, Waterman, Patterson, 2009) with the transformer's usual counts:
2 operations a parameter and token, 4 a query head, head element and token of context (half of it
in a causal prefill). Work is per device of the replica.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from equipoise.catalog.shapes import Shape
from equipoise.economics import kv_cache
from equipoise.economics.throughput import memory
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.precision import arithmetic_peak

Column = NDArray[np.float64]
Job = tuple[Deployment, Load]

# An index over the past (DeepSeek-V3.2 and GLM-5): a key of 128 elements in 8 bits with its scale a
# token and layer, which 64 heads compare in 8 bits, that is at twice the speed of 16.
_INDEX_KEY = 132.0
_INDEX_OPERATIONS = 2 * 64 * 128 / 2

HOST_LINK = 25e9
"""Bytes a second one way over the host's bus, PCIe 4.0 x16 in practice, where there is no link."""


@dataclass(frozen=True, slots=True)
class Work:
    """Columns of equal length, in seconds at the data sheet's peaks where their names say so.

    - `dense_seconds`, `routed_seconds`: reading all that every token passes, and all experts.
    - `experts` of a layer (1 in a dense model), and the share of them that answers one token.
    - `cache_seconds`: reading one sequence's keys and values at the middle of its answer.
    - `token_seconds`: multiplying the weights for one token; `attend_seconds`: attending to the
      context for it, in 16 bits.
    - `prefill_seconds`: multiplying and attending for one request's fresh input.
    - `exchange_seconds`: one token's share of all reductions over the link.
    - `layers`, and how many of them route, are latent, are states.
    - `parallel`: 1 where several devices take turns in a layer; pipeline `stages`; `groups` of
      data-parallel attention.
    - `host_seconds`: reading all that spilled to the host.
    - tokens of a request: `input`, its `fresh` part, `output`.
    - `concurrency`: requests that run, 0 in an open loop; `rate` of arrivals, 0 in a closed one;
      `whole_batch`: 1 where a batch is prefilled together; `token_limit`: seconds a token may take.
    - `apart`: 1 where prompts are read on devices of their own; `lanes`: prompts read at once.
    - `room`: sequences that fit; `devices` of the replica, its share of those that read prompts
      included.
    """

    dense_seconds: Column
    routed_seconds: Column
    experts: Column
    used_share: Column
    cache_seconds: Column
    token_seconds: Column
    attend_seconds: Column
    prefill_seconds: Column
    exchange_seconds: Column
    layers: Column
    routed_layers: Column
    latent_layers: Column
    state_layers: Column
    parallel: Column
    stages: Column
    groups: Column
    host_seconds: Column
    input: Column
    fresh: Column
    output: Column
    concurrency: Column
    rate: Column
    whole_batch: Column
    token_limit: Column
    apart: Column
    lanes: Column
    room: Column
    devices: Column

    def __len__(self) -> int:
        return len(self.layers)


def work(jobs: Sequence[Job]) -> Work:
    """The columns of many jobs."""
    rows = np.array([_row(*job) for job in jobs], dtype=np.float64)
    return Work(*rows.reshape(-1, len(fields(Work))).T.copy())


def _row(deployment: Deployment, load: Load) -> tuple[float, ...]:
    fixed = _fixed(deployment)
    context = load.input + load.output / 2
    per_sequence, room, spilled = _at_context(deployment, context, load.input + load.output)
    device = deployment.device
    wide = arithmetic_peak(device, 16)
    fresh = max(load.input - load.shared, 1.0)
    reader = deployment.prefill or deployment
    readers = reader.devices * deployment.prefills if deployment.prefill else 0.0
    return (
        *fixed[:4],
        per_sequence / device.bandwidth,
        fixed[4],
        _attend(deployment.shape, fixed[-1], context) / deployment.tensor / wide,
        _prefill_seconds(reader, fixed if reader is deployment else _fixed(reader), load, fresh),
        *fixed[5:-1],
        memory.host_seconds(spilled),
        load.input,
        fresh,
        load.output,
        load.concurrency or 0.0,
        load.rate or 0.0,
        float(load.whole_batch),
        load.token_limit or inf,
        float(deployment.prefill is not None),
        deployment.lanes,
        room,
        deployment.devices + readers,
    )


def _prefill_seconds(
    reader: Deployment, fixed: tuple[float, ...], load: Load, fresh: float
) -> float:
    """Multiplying and attending for the fresh tokens, at the peak of the devices that read them."""
    each = _attend(reader.shape, fixed[-1], (load.input + load.shared) / 2)
    attending = each * fresh / reader.tensor / arithmetic_peak(reader.device, 16)
    return fixed[4] * fresh + attending


@lru_cache(maxsize=4096)
def _fixed(deployment: Deployment) -> tuple[float, ...]:
    """What does not depend on the load.

    Columns up to `used_share`, `token_seconds`, those from `exchange_seconds` to `groups`, and last
    the operations of attending to one token.
    """
    shape, device = deployment.shape, deployment.device
    architecture = shape.architecture
    dense, routed = memory.part_bytes(deployment)
    # Pipeline stages take turns: a token waits for all of them, whatever each one holds.
    width = deployment.tensor
    everyone = width * deployment.attention_data
    peak = arithmetic_peak(device, deployment.weights.arithmetic)
    hidden = architecture.hidden_size or 4096
    link = device.link_bandwidth or HOST_LINK
    layers = _mixing_layers(deployment)
    spread = max(deployment.tensor, everyone if routed else 1)
    moved = 2 * architecture.layers * 2 * (spread - 1) / spread * hidden * 2
    return (
        dense / width / device.bandwidth,
        routed / everyone / device.bandwidth,
        float(max(shape.experts, 1)),
        shape.experts_used / shape.experts if shape.experts else 1.0,
        2 * architecture.active_parameters / width / peak,
        moved / link,
        float(layers),
        float(layers if routed else 0),
        float(_layers_of("latent", deployment)),
        float(_layers_of("state", deployment)),
        float(spread > 1),
        deployment.pipeline,
        deployment.attention_data,
        _attention_operations(shape),
    )


@lru_cache(maxsize=65536)
def _at_context(deployment: Deployment, context: float, held: float) -> tuple[float, float, float]:
    """Bytes a device reads of one sequence, sequences that fit when done, spilled bytes."""
    shape, width = deployment.shape, deployment.tensor
    read = kv_cache.read_bytes(
        shape.architecture,
        min(context, shape.selected or context),
        element_bytes=deployment.kv_element_bytes,
        devices=width,
    )
    keys = _INDEX_KEY * context * shape.architecture.layers if shape.selected else 0.0
    fit = memory.fit(deployment, held)
    return read / width + keys, fit.sequences, fit.spilled


def _attend(shape: Shape, each: float, context: float) -> float:
    """Operations of attending to `context` tokens, or to those that an index picks of them."""
    attended = each * min(context, shape.selected or context)
    index = _INDEX_OPERATIONS * context * shape.architecture.layers if shape.selected else 0.0
    return attended + index


def _mixing_layers(deployment: Deployment) -> int:
    """Layers that mix tokens: a model may count feed-forward blocks as layers of their own."""
    architecture = deployment.shape.architecture
    mixing = sum(group.layers + group.sharers for group in architecture.attention)
    return min(mixing, architecture.layers) if mixing else architecture.layers


def _layers_of(kind: str, deployment: Deployment) -> int:
    groups = deployment.shape.architecture.attention
    return sum(group.layers for group in groups if group.kind == kind)


def _attention_operations(shape: Shape) -> float:
    """Operations a token of the context costs one new token, over all layers that grow with it.

    A latent layer multiplies every query head with the whole latent vector, which is why it needs
    more arithmetic than it saves reading. Where heads are not known, one of 128 for 64 of width.
    """
    architecture = shape.architecture
    heads = architecture.query_heads or max(1, (architecture.hidden_size or 4096) // 128)
    total = 0.0
    for group in architecture.attention:
        if group.kind in {"full", "latent"}:
            element = group.width if group.kind == "latent" else group.head_dim
            total += 4.0 * heads * element * (group.layers + group.sharers)
    return total
