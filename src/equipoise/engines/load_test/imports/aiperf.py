"""What AIPerf and GenAI-Perf export as JSON, one file a run: `profile_export_aiperf.json` and
`profile_export_genai_perf.json`.

Source: aiperf 0.13.0, aiperf/common/models/export_models.py (schema 1.4), and genai-perf 0.0.16,
genai_perf/export_data/json_exporter.py, both read 2026-11. Their inter-token latency is that of a
request, (request latency - TTFT) / (output tokens - 1): our TPOT.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    unit,
)

NEEDS = (
    "request_throughput.avg",
    "time_to_first_token.avg",
    "inter_token_latency.avg",
    "request_latency.avg",
    "input_sequence_length.avg",
    "output_sequence_length.avg",
    "input_config",
)
# Where three generations of the two programs write what was asked for.
_CONCURRENCY = ("phases.0.concurrency", "loadgen.concurrency", "perf_analyzer.stimulus.concurrency")
_RATE = ("phases.0.rate", "loadgen.request_rate", "perf_analyzer.stimulus.request_rate")
_MODEL = (
    "models.items.0.name",
    "models.0.name",
    "models.0",
    "model",
    "endpoint.model_names.0",
    "model_names.0",
)
_URL = ("endpoint.urls.0", "endpoint.url")


def read(value: Any, fallback: date) -> LoadTest:
    """A run as a test of one level; `fallback` is the day where the run names none."""
    config = _profiled(at(value, "input_config"))
    version = text(value, "aiperf_version")
    return LoadTest(
        endpoint=next(_texts(config, _URL), ""),
        model=next(_texts(config, _MODEL), ""),
        measured_on=day(value, "start_time") or fallback,
        levels=(_level(value, config),),
        source=f"aiperf {version}" if version else "genai-perf",
        notes=tuple(_notes(value)),
    )


def _notes(value: Any) -> Iterator[str]:
    if at(value, "was_cancelled") is True:
        yield "the run was cancelled"
    if at(value, "is_complete") is False:
        yield f"the run is not complete: {text(value, 'incomplete_reason') or 'no reason given'}"


def _level(value: Any, config: Any) -> LoadLevel:
    throughput = number(value, "request_throughput.avg") or 0.0
    requests = count(value, "request_count.avg")
    inputs, outputs = (
        number(value, f"{which}_sequence_length.avg") or 0.0 for which in ("input", "output")
    )
    latency = _times(value, "request_latency", requests)
    rate = next(_numbers(config, _RATE), None)
    concurrency = next(_numbers(config, _CONCURRENCY), None)
    failed = count(value, "error_request_count.avg")
    written = number(value, "benchmark_duration.avg")
    duration = written * unit(value, "benchmark_duration") if written is not None else None
    if duration is None:
        duration = requests / throughput if throughput else 0.0
    return LoadLevel(
        arrival=Arrival.OPEN if rate is not None else Arrival.CLOSED,
        concurrency=round(concurrency) if concurrency else None,
        rate=rate,
        requests=requests,
        failures={"failed": failed} if failed else {},
        duration_seconds=duration,
        requests_per_second=Ranged(throughput),
        ttft=_times(value, "time_to_first_token", requests),
        tpot=_times(value, "inter_token_latency", requests),
        latency=latency,
        input_tokens=inputs,
        output_tokens=outputs,
        input_tokens_per_second=throughput * inputs,
        output_tokens_per_second=number(value, "output_token_throughput.avg")
        or throughput * outputs,
        achieved_concurrency=throughput * (latency.mean if latency is not None else 0.0),
        goodput=next(_numbers(value, ("goodput.avg", "request_goodput.avg")), None),
    )


def _times(value: Any, name: str, observations: int) -> Distribution | None:
    paths = {key: f"{name}.{key}" for key in PERCENTILES}
    return distribution(value, unit(value, name), f"{name}.avg", paths, observations)


def _profiled(config: Any) -> Any:
    """The configuration with the phase that was measured first: a warm-up may stand before it."""
    phases = at(config, "phases")
    if not isinstance(phases, list):
        return config
    measured = [row for row in phases if text(row, "name") != "warmup"]
    return {**config, "phases": measured or phases}


def _texts(value: Any, paths: tuple[str, ...]) -> Iterator[str]:
    return (found for path in paths if (found := text(value, path)))


def _numbers(value: Any, paths: tuple[str, ...]) -> Iterator[float]:
    return (found for path in paths if (found := number(value, path)))
