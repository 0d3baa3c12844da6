"""How fast an open model is on a device, and whether it fits: one point, from flags to a page."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import isfinite

from equipoise.compose.estimates.deployment import Chosen, PointOrder, choose
from equipoise.compose.estimates.room import (
    Way,
    longest_alone,
    replicas_that_keep_up,
    ways,
    why_it_does_not_run,
)
from equipoise.compose.estimates.sharpened import own_fit
from equipoise.compose.estimates.why import assumptions, facts, unmeasured
from equipoise.domain.plain import plain
from equipoise.domain.provenance import Assumption, Source
from equipoise.economics import kv_cache
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.estimate import Estimate, Range, estimate
from equipoise.economics.throughput.memory import Fit, longest_context, sequence_bytes

SCHEMA = "equipoise.cost.estimate/1"

_MILLI = 1e3


@dataclass(frozen=True, slots=True)
class Room:
    """Memory, in bytes of the fullest device unless the name says otherwise.

    `kv_bytes_per_token` is what a token adds to the cache of one long request, held once;
    `request_bytes` what one of these requests holds on all devices when it is done. `requests` is
    how many of them run at once, None where nothing limits them; `longest_context` the tokens of
    one request alone, `longest_context_together` with as many as run.
    """

    device_bytes: float
    weight_bytes: float
    reserved_bytes: float
    cache_bytes: float
    spilled_bytes: float
    kv_bytes_per_token: float
    request_bytes: float
    requests: int | None
    longest_context: int
    longest_context_together: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds a token after the first and to the first, output tokens a second, with ranges.

    `ttft_ms` is None where requests arrive faster than they are answered. `batch` requests run at
    once; `replicas` is how many such replicas keep up with a rate, None for a concurrency.
    """

    tpot_ms: Range
    ttft_ms: Range | None
    output_tok_s_per_device: Range
    output_tok_s: Range
    batch: float
    stable: bool
    replicas: int | None


@dataclass(frozen=True, slots=True)
class Basis:
    """One fact that an estimate rests on."""

    subject: str
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class PointEstimate:
    """The answer for one deployment under one load.

    `speed` is None where it does not fit; `reason` then says why, and `ways` what would fit.
    """

    model: str
    architecture: str
    device: str
    devices: int
    tensor: int
    pipeline: int
    precision: str
    kv_precision: str
    engine: str
    input_tokens: float
    output_tokens: float
    concurrency: float | None
    rate: float | None
    fits: bool
    reason: str
    room: Room
    speed: Speed | None
    ways: tuple[Way, ...]
    notes: tuple[str, ...]
    facts: tuple[Basis, ...]
    assumptions: tuple[Assumption, ...]


def estimate_point(order: PointOrder) -> PointEstimate:
    """The estimate, with all that it rests on.

    Raises UnknownModelError, UnknownHardwareError, NotFoundError or ConfigurationError.
    """
    chosen = choose(order)
    own, load = own_fit(chosen), order.load
    deployment = own.deployment
    reason = why_it_does_not_run(deployment, load)
    found = estimate(deployment, load, own.fitted)
    replicas = None if reason else replicas_that_keep_up(deployment, load, own.fitted)
    speed = None if reason else _speed(deployment, found, replicas)
    return PointEstimate(
        model=chosen.found.name,
        architecture=deployment.shape.id,
        device=deployment.device.id,
        devices=deployment.devices,
        tensor=deployment.tensor,
        pipeline=deployment.pipeline,
        precision=deployment.weights.id,
        kv_precision=order.kv_precision or "bf16",
        engine=deployment.engine,
        input_tokens=order.input_tokens,
        output_tokens=order.output_tokens,
        concurrency=order.concurrency,
        rate=order.rate,
        fits=not reason,
        reason=reason,
        room=_room(deployment, order, found.room, speed),
        speed=speed,
        ways=ways(deployment, load) if reason else (),
        notes=(
            *chosen.found.notes,
            *own.notes,
            *_notes(chosen, speed, found.room),
            *unmeasured(deployment, own.fitted),
        ),
        facts=tuple(Basis(*fact) for fact in (*facts(chosen, own.fitted), *own.facts)),
        assumptions=tuple(assumptions(chosen, own.fitted)),
    )


def to_json(page: PointEstimate) -> str:
    """The page, indented, keys in the order of the fields, ending with a newline."""
    value = {"schema": SCHEMA, **plain(page)}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _room(deployment: Deployment, order: PointOrder, room: Fit, speed: Speed | None) -> Room:
    architecture, context = deployment.shape.architecture, order.input_tokens + order.output_tokens
    long = max(context, architecture.context)
    limited = isfinite(room.sequences)
    alone, batch = longest_alone(deployment), 1.0 if speed is None else speed.batch
    together = int(longest_context(deployment, batch)) if batch > 1 else alone
    each = kv_cache.marginal_bytes(architecture, long, element_bytes=deployment.kv_element_bytes)
    return Room(
        device_bytes=deployment.device.memory_bytes,
        weight_bytes=room.weight_bytes,
        reserved_bytes=room.reserved_bytes,
        cache_bytes=room.cache_bytes,
        spilled_bytes=room.spilled,
        kv_bytes_per_token=each,
        request_bytes=sequence_bytes(deployment, context),
        requests=0 if speed is None else int(room.sequences) if limited else None,
        longest_context=alone,
        longest_context_together=together,
    )


def _speed(deployment: Deployment, found: Estimate, replicas: int | None) -> Speed | None:
    token, first, rate = found.tpot, found.ttft, found.output_rate
    if token is None or first is None or rate is None:
        return None
    return Speed(
        tpot_ms=_times(token, _MILLI),
        ttft_ms=_times(first, _MILLI) if isfinite(first.value) else None,
        output_tok_s_per_device=rate,
        output_tok_s=_times(rate, deployment.devices),
        batch=found.batch,
        stable=found.stable,
        replicas=replicas,
    )


def _times(one: Range, factor: float) -> Range:
    return replace(one, low=one.low * factor, value=one.value * factor, high=one.high * factor)


def _notes(chosen: Chosen, speed: Speed | None, room: Fit) -> tuple[str, ...]:
    """What a reader of the figures has to know of them, one sentence each."""
    order, deployment = chosen.order, chosen.deployment
    said = []
    asked = order.device or deployment.device.id
    if asked.lower() != deployment.device.id:
        said.append(f"{asked} is taken for {deployment.device.id}")
    heads = deployment.shape.architecture.query_heads
    if heads and heads % deployment.tensor:
        said.append(f"{heads} heads cannot be divided by {deployment.tensor}: engines refuse that")
    if speed is not None and room.spilled:
        spilled = f"{room.spilled / 1e9:.3g} GB of the weights"
        said.append(f"{spilled} a device do not fit on it and are read from the host's memory")
    if speed is not None and order.concurrency and order.concurrency > speed.batch:
        waiting = f"of {order.concurrency:,g} requests {speed.batch:,.3g} run at once"
        said.append(f"{waiting}, as many as there is room for: the others wait")
    if speed is not None and not speed.stable:
        enough = f"{speed.replicas:,} such replicas keep up" if speed.replicas else "none keep up"
        said.append(f"requests arrive faster than they are answered, without end: {enough}")
    return tuple(said)
