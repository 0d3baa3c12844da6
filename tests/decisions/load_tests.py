"""Load tests from a few numbers, and cases whose candidates name them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from equipoise.decisions.case import Case
from equipoise.domain.load_test import (
    Arrival,
    Distribution,
    LoadLevel,
    LoadTest,
    MeasuredLoad,
    Ranged,
)


def times(
    mean: float, p95: float | None, p99: float | None = None, count: int = 100
) -> Distribution:
    """A distribution of which two percentiles are known at most."""
    return Distribution(
        count,
        mean,
        p95=Ranged(p95) if p95 is not None else None,
        p99=Ranged(p99) if p99 is not None else None,
    )


def level(
    concurrency: int,
    rate: float,
    *,
    ttft: float = 0.1,
    tpot: float = 0.01,
    slower: float = 1.5,
    tokens: tuple[float, float] = (800.0, 40.0),
    interval: tuple[float, float] | None = None,
) -> LoadLevel:
    """So many answers a second, at a time; 95th percentiles are `slower` times the means."""
    low, high = interval or (None, None)
    return LoadLevel(
        arrival=Arrival.CLOSED,
        concurrency=concurrency,
        requests=100,
        duration_seconds=100 / rate,
        requests_per_second=Ranged(rate, low, high),
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        input_tokens_per_second=tokens[0] * rate,
        output_tokens_per_second=tokens[1] * rate,
        achieved_concurrency=float(concurrency),
        ttft=times(ttft, slower * ttft),
        tpot=times(tpot, slower * tpot),
    )


def load_test(
    *levels: LoadLevel,
    hardware: str | None = "h100",
    model: str = "llama-3.1-8b-instruct",
    interval: float | None = 0.95,
    shared: float = 0.0,
) -> LoadTest:
    """A test of these levels."""
    return LoadTest(
        endpoint="own",
        model=model,
        measured_on=date(2026, 11, 20),
        levels=levels,
        source="equipoise 0.1.0",
        hardware=hardware,
        interval=interval,
        shared_tokens=shared,
    )


def benched(case: Case, candidate: str, test: LoadTest) -> Case:
    """The case, one candidate of which names a load test."""
    bench = MeasuredLoad("bench.json", "d" * 64, test)
    rows = [
        replace(row, bench=bench) if row.id == candidate else row
        for row in case.workload.candidates
    ]
    return replace(case, workload=replace(case.workload, candidates=tuple(rows)))
