"""GuideLLM's JSON report (`benchmarks.json`), all its benchmarks as levels.

Source: guidellm 0.8.1, guidellm/benchmark/schemas/report.py (report version 2) and metrics.py, read
2026-11. Its `time_per_output_token_ms` holds the first token; `inter_token_latency_ms` leaves it
out and is our TPOT. Only successful requests count.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.engines.load_test.imports.fields import (
    PERCENTILES,
    at,
    count,
    day,
    distribution,
    number,
    text,
)

_FIRST = "benchmarks.0"
NEEDS = (
    "metadata.guidellm_version",
    f"{_FIRST}.config.strategy.type_",
    f"{_FIRST}.metrics.request_totals.successful",
    f"{_FIRST}.metrics.requests_per_second.successful.mean",
    f"{_FIRST}.metrics.request_latency.successful.mean",
    f"{_FIRST}.metrics.prompt_token_count.successful.mean",
    f"{_FIRST}.metrics.output_token_count.successful.mean",
    f"{_FIRST}.metrics.time_to_first_token_ms.successful.mean",
    f"{_FIRST}.metrics.inter_token_latency_ms.successful.mean",
)
_OPEN = ("constant", "poisson", "async")


def read(value: Any, fallback: date) -> LoadTest:
    """The report; `fallback` is the day where it names none."""
    benchmarks = at(value, "benchmarks")
    first = at(value, _FIRST)
    return LoadTest(
        endpoint=text(first, "config.backend.target"),
        model=text(first, "config.backend.model"),
        measured_on=day(first, "start_time")
        or day(first, "scheduler_metrics.start_time")
        or fallback,
        levels=tuple(_level(row) for row in benchmarks),
        source=f"guidellm {text(value, 'metadata.guidellm_version')}",
    )


def _level(value: Any) -> LoadLevel:
    requests = count(value, "metrics.request_totals.successful")
    failed = count(value, "metrics.request_totals.errored")
    throughput = _mean(value, "requests_per_second")
    latency = _times(value, "request_latency", 1.0, requests)
    inputs, outputs = (_mean(value, f"{which}_token_count") for which in ("prompt", "output"))
    arrival, concurrency, rate, speed = _strategy(at(value, "config.strategy"))
    return LoadLevel(
        arrival=arrival,
        concurrency=concurrency,
        rate=rate,
        speed=speed,
        requests=requests,
        failures={"failed": failed} if failed else {},
        duration_seconds=number(value, "duration")
        or (requests / throughput if throughput else 0.0),
        requests_per_second=Ranged(throughput),
        ttft=_times(value, "time_to_first_token_ms", 1e-3, requests),
        tpot=_times(value, "inter_token_latency_ms", 1e-3, requests),
        latency=latency,
        input_tokens=inputs,
        output_tokens=outputs,
        input_tokens_per_second=throughput * inputs,
        output_tokens_per_second=_mean(value, "output_tokens_per_second") or throughput * outputs,
        achieved_concurrency=_mean(value, "request_concurrency")
        or throughput * (latency.mean if latency is not None else 0.0),
    )


def _strategy(value: Any) -> tuple[Arrival, int | None, float | None, float | None]:
    """The arrival, with its concurrency, rate or speed."""
    kind = text(value, "type_")
    if kind in _OPEN:
        return Arrival.OPEN, None, number(value, "rate"), None
    if kind == "trace":
        return Arrival.TRACE, None, None, 1 / (number(value, "time_scale") or 1.0)
    if kind == "synchronous":
        return Arrival.CLOSED, 1, None, None
    streams = count(value, "streams") or count(value, "max_concurrency")
    return Arrival.CLOSED, streams or None, None, None


def _times(value: Any, name: str, scale: float, observations: int) -> Distribution | None:
    place = f"metrics.{name}.successful"
    paths = {key: f"{place}.percentiles.{key}" for key in PERCENTILES}
    return distribution(value, scale, f"{place}.mean", paths, observations)


def _mean(value: Any, name: str) -> float:
    return number(value, f"metrics.{name}.successful.mean") or 0.0
