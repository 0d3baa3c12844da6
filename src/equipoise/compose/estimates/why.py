"""What an estimate rests on: facts with their sources, and what nobody measured or named."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.catalog import tables
from equipoise.catalog.devices import Device
from equipoise.catalog.efficiencies import Efficiencies
from equipoise.compose.estimates.deployment import Chosen, PointOrder
from equipoise.domain.model import AttentionGroup, AttentionKind
from equipoise.domain.provenance import Assumption, Source
from equipoise.economics.throughput.coefficients import labels
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.estimate import ELSEWHERE, KNOWN, WIDER_IF_ASSUMED
from equipoise.economics.throughput.memory import USABLE
from equipoise.economics.throughput.spreads import ALONE
from equipoise.economics.throughput.work import HOST_LINK

Fact = tuple[str, str, Source]
"""What it is about, what it is, and whose word that is."""

_NO_SHEET = Source("the catalog, which names no data sheet for it")
_METHOD = Source("the method of this estimate")
_SPREADS = (
    ("tpot", "time per token"),
    ("ttft", "first token"),
    ("output_rate", "output tokens a second"),
)
_ENOUGH = {"engine": "engine", "format": "weight format", "generation": "kind of device"}


def facts(chosen: Chosen, fitted: Efficiencies) -> Iterator[Fact]:
    """The model's, the device's and the fit's, each with its source."""
    yield from _of_model(chosen)
    yield from _of_device(chosen.deployment.device)
    yield from _of_fit(chosen.order, fitted)


def assumptions(chosen: Chosen, fitted: Efficiencies) -> Iterator[Assumption]:
    """What is taken for granted: what nobody named, and what was never measured."""
    named = Source("nobody named it")
    for subject, value, why in chosen.defaults:
        yield Assumption(subject, value, why, named)
    yield from _of_shape(chosen)
    yield Assumption(
        "memory that an engine may use",
        f"{USABLE:.3g} of the data sheet's",
        "nine tenths of what the driver shows, which is 5 % more than the data sheet's gigabytes",
        Source("vLLM's default"),
    )
    deployment = chosen.deployment
    if deployment.device.assumed:
        yield Assumption(
            "device",
            deployment.device.id,
            "its name leaves open which one of its kind is meant; ranges are wider for it",
            _METHOD,
        )
    if deployment.devices > 1 and deployment.device.link_bandwidth is None:
        yield Assumption(
            "link between devices",
            f"{HOST_LINK / 1e9:.0f} GB/s one way",
            "such devices are reached over the host's bus only",
            Source("PCIe 4.0 x16 in practice"),
        )
    yield Assumption(
        "requests", "all of the mean length, none sharing a prefix", "nothing else is said", _METHOD
    )
    for group, label in _unmeasured(deployment, fitted):
        yield Assumption(
            f"{_ENOUGH[group]} {label}",
            "as all others have in common",
            "the fit has no measurement of it",
            fitted.source,
        )


def unmeasured(deployment: Deployment, fitted: Efficiencies) -> tuple[str, ...]:
    """What of a deployment no measurement of the fit had, one sentence each."""
    return tuple(
        f"no measurement of the fit has the {_ENOUGH[group]} {label}"
        for group, label in _unmeasured(deployment, fitted)
    )


def _unmeasured(deployment: Deployment, fitted: Efficiencies) -> Iterator[tuple[str, str]]:
    of = labels(deployment)
    for group in _ENOUGH:
        if group in fitted.seen and of[group] not in fitted.seen[group]:
            yield group, of[group]


def _of_model(chosen: Chosen) -> Iterator[Fact]:
    shape, source = chosen.found.shape, chosen.found.source
    architecture = shape.architecture
    size = f"{_billions(architecture.parameters)} billion"
    if architecture.active_parameters < architecture.parameters:
        size += f", {_billions(architecture.active_parameters)} billion for a token"
    yield "model", chosen.found.name, source
    yield "parameters", size, source
    yield "layers", f"{architecture.layers}, {_kept(architecture.attention)}", source
    if shape.experts:
        yield "experts", f"{shape.experts_used} of {shape.experts} a layer answer a token", source
    yield "context", f"{architecture.context:,} tokens", source


def _kept(attention: tuple[AttentionGroup, ...]) -> str:
    """What the layers keep of the past: "32 full with 8 heads of 128"."""
    if not attention:
        return "all taken to keep everything"
    words = []
    for row in attention:
        text = f"{row.layers} {row.kind.value}"
        if row.kind in {AttentionKind.FULL, AttentionKind.WINDOW}:
            text += f" with {row.kv_heads} heads of {row.head_dim}"
        if row.kind is AttentionKind.WINDOW:
            text += f" over {row.window:,} tokens"
        words.append(text)
    return " and ".join(words)


def _of_device(device: Device) -> Iterator[Fact]:
    source = device.source or _NO_SHEET
    speeds = [("16 bits", device.flops), ("8 bits", device.flops_fp8), ("4 bits", device.flops_fp4)]
    yield "device", device.id, source
    yield "memory", f"{device.memory_bytes / 1e9:,.4g} GB", source
    yield "bandwidth", f"{device.bandwidth / 1e9:,.4g} GB/s", source
    peaks = [f"{peak / 1e12:,.4g} in {bits}" for bits, peak in speeds if peak]
    yield "arithmetic", f"{', '.join(peaks)}, in 10¹² operations a second", source
    if device.link_bandwidth is not None:
        yield "link", f"{device.link_bandwidth / 1e9:,.4g} GB/s one way", source


def _of_fit(order: PointOrder, fitted: Efficiencies) -> Iterator[Fact]:
    """How many measurements, and how far off it was on campaigns it had not seen, or on its own."""
    yield "fit", f"{fitted.points:,} measurements", fitted.source
    where, error = "of campaigns that were held out", "held-out error"
    if order.bench is not None:
        where, error = "of this machine, by the load test,", "error on this machine"
    kind = ELSEWHERE if order.bench is None else KNOWN
    ending = ALONE if order.concurrency == 1 else ""
    for name, words in _SPREADS:
        spread = fitted.spreads[f"{name}.{kind}{ending}"]
        ends = f"{spread.low:.2f} and {spread.high:.2f} times the estimate"
        text = f"eight in ten measurements {where} lie between {ends}"
        yield f"{words}, {error}", text, fitted.source


def _of_shape(chosen: Chosen) -> Iterator[Assumption]:
    shape = chosen.found.shape
    if shape.assumed:
        layers = f"{shape.architecture.layers} layers of the usual kind"
        why = f"only the size is known; ranges are to the power of {WIDER_IF_ASSUMED} for it"
        yield Assumption("architecture", layers, why, chosen.found.source)
    stated = "experts" in tables.read("shapes").get(shape.id, {})
    if shape.experts and not stated and chosen.order.weights is None:
        value = f"{shape.experts_used} of {shape.experts} a layer answer a token"
        yield Assumption("experts", value, "so many follow from the sizes", _METHOD)


def _billions(count: float) -> str:
    return f"{count / 1e9:,.4g}"
