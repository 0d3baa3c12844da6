"""The options of `equipoise engine` as orders; what does not fit together is a usage error."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from equipoise.catalog import hardware
from equipoise.compose.engine_bench import BenchOrder
from equipoise.domain.load_test import Arrival, LoadTest, Objective
from equipoise.engines.load_test import result_file
from equipoise.engines.load_test.imports.reading import read_reports
from equipoise.engines.load_test.levels import LevelPlan
from equipoise.engines.load_test.loops import Limits

_Number = TypeVar("_Number", int, float)

DEFAULT_CONCURRENCIES = (1, 4, 16)
DEFAULT_SECONDS = 10.0
MOST_AT_A_TIME = 4096


def bench_order(options: Mapping[str, Any], out: Path, *, force: bool, today: date) -> BenchOrder:
    """Make the order; raises click.UsageError or click.BadParameter."""
    levels = _levels(options)
    if options["shared_tokens"] > options["input_tokens"]:
        raise click.BadParameter(
            "is more than --input-tokens, which it is a part of", param_hint="--shared-tokens"
        )
    seconds, requests = options["seconds"], options["requests"]
    trace = options["trace"]
    if trace is None and options["first"] is not None:
        raise click.UsageError("--first is a part of --trace, and there is none")
    if seconds is None and requests is None and trace is None:
        seconds = DEFAULT_SECONDS
    config = options["config"]
    return BenchOrder(
        endpoint=options["endpoint"],
        model=options["model"],
        config=Path(config) if config is not None else None,
        levels=levels,
        lengths=(options["input_tokens"], options["output_tokens"], options["shared_tokens"]),
        limits=Limits(seconds, requests, options["timeout"]),
        warm_up=options["warm_up"],
        trace=Path(trace) if trace is not None else None,
        first=options["first"],
        seed=options["seed"],
        objective=_objective(options),
        hardware=options["hardware"],
        precision=options["precision"],
        out=out,
        force=force,
        today=today,
        command=shlex.join(["equipoise", *sys.argv[1:]]),
    )


def imported(
    files: Sequence[Path], out: Path, options: Mapping[str, Any], *, force: bool
) -> LoadTest:
    """Read reports and write them as a result file.

    Raises ConfigurationError, UnknownHardwareError or click.BadParameter.
    """
    if out.exists() and not force:
        raise click.BadParameter(
            f"{out} is there already; give another name, or --force", param_hint="--out"
        )
    if options["hardware"] is not None:
        hardware.find(options["hardware"])
    test = replace(
        read_reports(files, options["model"]),
        hardware=options["hardware"],
        precision=options["precision"],
        shared_tokens=float(options["shared_tokens"]),
        command=shlex.join(["equipoise", *sys.argv[1:]]),
    )
    result_file.write(test, out)
    return test


def _levels(options: Mapping[str, Any]) -> tuple[LevelPlan, ...]:
    trace, speed = options["trace"], options["speed"]
    concurrencies = _numbers(options["concurrency"], "--concurrency", int, MOST_AT_A_TIME)
    rates = _numbers(options["rate"], "--rate", float, 1e6)
    speeds = _numbers(speed, "--speed", float, 1e6) if trace is not None else ()
    if trace is not None and (concurrencies or rates):
        raise click.UsageError("a trace has its own times: leave --concurrency and --rate out")
    if trace is None and speed != "1":
        raise click.UsageError("--speed is that of a --trace, and there is none")
    if not (concurrencies or rates or speeds):
        concurrencies = DEFAULT_CONCURRENCIES
    return (
        *(LevelPlan(Arrival.CLOSED, concurrency=number) for number in concurrencies),
        *(LevelPlan(Arrival.OPEN, rate=number) for number in rates),
        *(LevelPlan(Arrival.TRACE, speed=number) for number in speeds),
    )


def _numbers(
    written: str | None, option: str, kind: Callable[[str], _Number], most: float
) -> tuple[_Number, ...]:
    """The numbers of a list such as `1,4,16`, each once."""
    if written is None:
        return ()
    try:
        found = [kind(part) for part in written.split(",")]
    except ValueError:
        found = []
    if not found or not all(0 < number <= most for number in found):
        raise click.BadParameter(
            f"{written!r} is no list of numbers above 0 and up to {most:g}, such as 1,4,16",
            param_hint=option,
        )
    return tuple(dict.fromkeys(found))


def _objective(options: Mapping[str, Any]) -> Objective:
    ttft, latency = options["ttft_ms"], options["latency_ms"]
    return Objective(
        ttft / 1000 if ttft is not None else None, latency / 1000 if latency is not None else None
    )
