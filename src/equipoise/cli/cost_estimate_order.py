"""The options of `equipoise cost estimate` as an order; what does not go together is refused."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import click

from equipoise.catalog import devices, hardware
from equipoise.catalog.efficiencies import efficiencies
from equipoise.compose.estimates.deployment import CACHE_FORMATS, OTHER, PointOrder
from equipoise.compose.estimates.room import Way
from equipoise.config.problems import suggest
from equipoise.economics.throughput.coefficients import EAGER
from equipoise.economics.throughput.engines import engine_family
from equipoise.economics.throughput.precision import FORMATS, WeightFormat, weight_format
from equipoise.errors import UnknownHardwareError

MOST_TOKENS = 1e9
MOST_REQUESTS = 1e6

_WITH_A_TABLE = frozenset({"batch", "out", "as_json"})
# `h100x4`, and `4x h100` as others write it.
_COUNTED = re.compile(r"(?P<after>.+?)x(?P<many>\d+)|(?P<much>\d+)\s*[x×*]\s*(?P<before>.+)")


def only_a_table(options: Mapping[str, Any]) -> None:
    """Refuse what describes one point beside `--batch`, and `--out` without it."""
    if options["batch"] is None:
        if options["out"] is not None:
            raise click.UsageError("--out is where the answer of a --batch goes, and there is none")
        return
    beside = [name for name, value in options.items() if value and name not in _WITH_A_TABLE]
    if beside:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in beside)
        raise click.UsageError(f"each row of --batch says this itself: leave {flags} out")


def point_order(options: Mapping[str, Any]) -> PointOrder:
    """Make the order; raises click.UsageError, click.BadParameter or UnknownHardwareError."""
    _one_of(options, "model", "weights", "what runs")
    _one_of(options, "device", "hardware", "where it runs")
    _one_of(options, "concurrency", "rate", "the load")
    if options["device"] is not None:
        _no_machine(options["device"])
    devices_asked, tensor, pipeline = _degrees(options)
    return PointOrder(
        input_tokens=_above_nothing(options, "input_tokens", MOST_TOKENS),
        output_tokens=_above_nothing(options, "output_tokens", MOST_TOKENS, least=1.0),
        model=options["model"],
        weights=Path(options["weights"]) if options["weights"] is not None else None,
        device=options["device"],
        hardware=options["hardware"],
        devices=devices_asked,
        tensor=tensor,
        pipeline=pipeline,
        precision=_precision(options["precision"]),
        kv_precision=_cache_precision(options["kv_precision"]),
        engine=_engine(options["engine"]),
        concurrency=_load(options, "concurrency", least=1.0),
        rate=_load(options, "rate"),
        bench=Path(options["bench"]) if options["bench"] is not None else None,
    )


def with_change(order: PointOrder, way: Way, device: str) -> str:
    """The command of the order with what `way` changes; tokens are taken off the input."""
    shorter = way.tokens < order.input_tokens + order.output_tokens
    output = order.output_tokens
    output = output if output < way.tokens else max(way.tokens // 2, 1)
    given: dict[str, object] = {
        "model": order.model,
        "weights": order.weights,
        "device": device,
        "tensor": way.tensor if way.tensor > 1 else None,
        "pipeline": way.pipeline if way.pipeline > 1 else None,
        "precision": way.precision,
        "kv-precision": order.kv_precision,
        "engine": order.engine,
        "input-tokens": f"{way.tokens - output:g}" if shorter else f"{order.input_tokens:g}",
        "output-tokens": f"{output:g}" if shorter else f"{order.output_tokens:g}",
        "concurrency": None if order.concurrency is None else f"{order.concurrency:g}",
        "rate": None if order.rate is None else f"{order.rate:g}",
    }
    words = [(f"--{name}", str(value)) for name, value in given.items() if value is not None]
    return shlex.join(["equipoise", "cost", "estimate", *(word for pair in words for word in pair)])


def _one_of(options: Mapping[str, Any], first: str, second: str, meaning: str) -> None:
    given = [name for name in (first, second) if options[name] is not None]
    if len(given) == 1:
        return
    either = f"--{first} or --{second}"
    if given:
        raise click.UsageError(f"Give {either}, not both: each says {meaning}.")
    raise click.UsageError(f"Give {either}: {meaning}; or a table of points with --batch.")


def _above_nothing(
    options: Mapping[str, Any], name: str, most: float, *, least: float = 0.0
) -> float:
    value: float | None = options[name]
    flag = f"--{name.replace('_', '-')}"
    if value is None:
        raise click.UsageError(f"Give {flag}, the mean of a request.")
    return _within(value, flag, most, least)


def _load(options: Mapping[str, Any], name: str, *, least: float = 0.0) -> float | None:
    value: float | None = options[name]
    return None if value is None else _within(value, f"--{name}", MOST_REQUESTS, least)


def _within(value: float, flag: str, most: float, least: float) -> float:
    if not isfinite(value) or not 0 < value <= most or value < least:
        above = f"at least {least:g}" if least else "above 0"
        raise click.BadParameter(f"{value:g} is not {above} and up to {most:,.0f}", param_hint=flag)
    return value


def _no_machine(name: str) -> None:
    """`h100x4` is four devices: as a device's name it would be taken for one of them."""
    counted = _COUNTED.fullmatch(name.strip().lower())
    single = devices.device(counted["after"] or counted["before"]) if counted else None
    if counted is None or single is None:
        return
    machines = {row.id for row in hardware.hardware_rows()}
    known = f"--hardware {counted[0]}, or " if counted[0] in machines else ""
    count = counted["many"] or counted["much"]
    raise click.BadParameter(
        f"{name!r} says how many there are: write {known}--device {single.id} --devices {count}",
        param_hint="--device",
    )


def _degrees(options: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    """Devices, tensor and pipeline, as far as they are given or follow from each other."""
    whole, tensor, pipeline = options["devices"], options["tensor"], options["pipeline"]
    divided = (tensor or 1) * (pipeline or 1)
    if options["hardware"] is not None:
        _check_machine(options["hardware"], whole, (tensor or 1) * (pipeline or 1))
    if whole is None:
        return None, tensor, pipeline
    exact = tensor is not None and pipeline is not None
    if (exact and divided != whole) or whole % divided:
        raise click.UsageError(
            f"--devices {whole} is not --tensor times --pipeline, {tensor or 1} × {pipeline or 1}"
        )
    return whole, tensor, pipeline


def _check_machine(name: str, whole: int | None, taken: int) -> None:
    """A replica takes all of a machine's devices, unless it is said to take fewer."""
    try:
        machine = hardware.find(name)
    except UnknownHardwareError as error:
        advice = suggest(name.lower(), (row.id for row in hardware.hardware_rows()))
        raise UnknownHardwareError(f"--hardware: {error.message}", hint=advice) from error
    if whole is not None:
        raise click.UsageError(
            f"--hardware {name} says how many devices there are, {machine.devices}:"
            " leave --devices out, or name a --device"
        )
    if taken > machine.devices:
        raise click.UsageError(
            f"--tensor times --pipeline is {taken}, and {name} has {machine.devices} devices"
        )


def _precision(name: str | None) -> WeightFormat | None:
    if name is None:
        return None
    found = weight_format(name)
    if found is None:
        raise click.BadParameter(
            f"{name!r} is no format of weights. {_all(name, FORMATS)}", param_hint="--precision"
        )
    return found


def _cache_precision(name: str | None) -> str | None:
    if name is None or name.lower() in CACHE_FORMATS:
        return None if name is None else name.lower()
    raise click.BadParameter(
        f"{name!r} is no format of a cache. {_all(name, CACHE_FORMATS)}",
        param_hint="--kv-precision",
    )


def _engine(name: str | None) -> str | None:
    if name is None:
        return None
    known = {*efficiencies().seen["engine"], *EAGER, OTHER}
    for family in (name.lower(), engine_family(name)):
        if family in known:
            return family
    raise click.BadParameter(
        f"{name!r} is no engine that was measured. {_all(name, known)} One that nobody measured is"
        f" {OTHER!r}.",
        param_hint="--engine",
    )


def _all(wrong: str, known: Mapping[str, object] | set[str]) -> str:
    close = suggest(wrong.lower(), known)
    listed = f"Choose from: {', '.join(sorted(known))}."
    return close if close == listed else f"{close} {listed}"
