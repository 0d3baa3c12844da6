"""What `vllm bench serve --save-result` writes: an object a run; with --append-result one a line.

Source: vllm-project/vllm, vllm/benchmarks/serve.py, read 2026-11 at commit 009e6d4. Its TPOT leaves
the first token out, as ours does. By default it keeps the 99th percentile and no 95th.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.engines.load_test.imports.fields import (
    PERCENTILES,
    count,
    distribution,
    number,
    text,
)

NEEDS = (
    "model_id",
    "duration",
    "completed",
    "total_input_tokens",
    "total_output_tokens",
    "request_throughput",
    "output_throughput",
    "mean_ttft_ms",
    "mean_tpot_ms",
)


def read(value: Any, fallback: date) -> LoadTest:
    """A run as a test of one level; `fallback` is the day where the run names none."""
    return LoadTest(
        endpoint=text(value, "backend") or text(value, "endpoint_type"),
        model=text(value, "model_id"),
        measured_on=_day(text(value, "date")) or fallback,
        levels=(_level(value),),
        source="vllm bench serve",
        engine="vllm" if text(value, "backend") == "vllm" else "",
    )


def _level(value: Any) -> LoadLevel:
    completed = count(value, "completed")
    duration = number(value, "duration") or 0.0
    requests = max(completed, 1)
    ttft, tpot, latency = (_times(value, name, completed) for name in ("ttft", "tpot", "e2el"))
    rate, concurrency = number(value, "request_rate"), count(value, "max_concurrency")
    throughput = number(value, "request_throughput") or 0.0
    output = count(value, "total_output_tokens") / requests
    failed = count(value, "failed")
    return LoadLevel(
        # Without a finite rate all prompts are sent at once, as many as the concurrency lets.
        arrival=Arrival.OPEN if rate is not None else Arrival.CLOSED,
        concurrency=concurrency or None,
        rate=rate,
        requests=completed,
        failures={"failed": failed} if failed else {},
        duration_seconds=duration,
        requests_per_second=Ranged(throughput),
        ttft=ttft,
        tpot=tpot,
        latency=latency,
        input_tokens=count(value, "total_input_tokens") / requests,
        output_tokens=output,
        input_tokens_per_second=count(value, "total_input_tokens") / duration if duration else 0.0,
        output_tokens_per_second=number(value, "output_throughput") or 0.0,
        achieved_concurrency=throughput * _mean_latency(ttft, tpot, latency, output),
        goodput=number(value, "request_goodput"),
    )


def _times(value: Any, name: str, observations: int) -> Distribution | None:
    paths = {key: f"{key}_{name}_ms" for key in PERCENTILES} | {"p50": f"median_{name}_ms"}
    return distribution(value, 1e-3, f"mean_{name}_ms", paths, observations)


def _mean_latency(
    ttft: Distribution | None, tpot: Distribution | None, latency: Distribution | None, out: float
) -> float:
    if latency is not None:
        return latency.mean
    first, later = (row.mean if row is not None else 0.0 for row in (ttft, tpot))
    return first + max(0.0, out - 1) * later


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written.partition("-")[0])
    except ValueError:
        return None
