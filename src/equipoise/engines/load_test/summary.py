"""From the samples of a level to its figures, with bootstrap intervals. Needs numpy.

Requests that run side by side slow each other down, so blocks of neighbours are drawn and not
single requests. The intervals say how far this level would scatter if it were run again at once on
the same machine; they know nothing of another day's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, Objective, Ranged
from equipoise.engines.load_test.asking import Sample
from equipoise.engines.load_test.levels import LevelPlan
from equipoise.engines.load_test.loops import Tally

INTERVAL = 0.95
RESAMPLES = 1000
_FEWEST_RESAMPLES, _MOST_DRAWN = 100, 4_000_000  # of a long level fewer resamples fit into memory
_FEWEST = 5  # below, a resample says hardly more than the sample itself
_PERCENTILES = (50, 90, 95, 99)

Values = NDArray[np.float64]


def summarise(plan: LevelPlan, tally: Tally, objective: Objective, seed: int) -> LoadLevel:
    """The figures of a level. Rates are over the time from its begin to its last answer's end.

    Without an answer all rates are 0 and there are no times.
    """
    samples = sorted(tally.samples, key=lambda row: row.started)
    ended = max((row.ended for row in samples), default=tally.began)
    # A schedule's quiet end is a part of it: without that, few requests would look like many.
    duration = max(ended - tally.began, tally.watched, 1e-9)
    usages = [row.usage for row in samples]
    count = len(samples)
    latencies = [row.latency for row in samples]
    return LoadLevel(
        arrival=plan.arrival,
        concurrency=plan.concurrency,
        rate=plan.rate,
        speed=plan.speed,
        requests=count,
        failures=dict(Counter(row.kind for row in tally.failures)),
        ended=tally.ended,
        duration_seconds=duration if samples else 0.0,
        requests_per_second=_throughput(plan, samples, duration, seed),
        ttft=distribution([row.ttft for row in samples], seed),
        tpot=distribution([row.tpot for row in samples if row.tpot is not None], seed),
        latency=distribution(latencies, seed),
        input_tokens=_mean([row.input for row in usages]),
        output_tokens=_mean([row.output for row in usages]),
        cached_tokens=_mean([row.cached for row in usages]),
        input_tokens_per_second=sum(row.input for row in usages) / duration,
        output_tokens_per_second=sum(row.output for row in usages) / duration,
        achieved_concurrency=sum(latencies) / duration,
        goodput=sum(_is_good(row, objective) for row in samples) / duration
        if objective.asks
        else None,
    )


def distribution(values: Sequence[float], seed: int) -> Distribution | None:
    """Mean and percentiles with intervals, in the values' unit and order; None without values.

    Percentiles are interpolated (Hyndman & Fan 1996, definition 7). The intervals are percentile
    intervals of the circular block bootstrap; below five values there are none.
    Source: Politis & Romano 1992, in Exploring the Limits of Bootstrap, 263-270.
    """
    if not values:
        return None
    given = np.asarray(values, dtype=np.float64)
    found = np.percentile(given, _PERCENTILES)
    drawn = np.percentile(_resamples(given, seed), _PERCENTILES, axis=1)
    ranged = [
        _ranged(float(estimate), row if given.size >= _FEWEST else None)
        for estimate, row in zip(found, drawn, strict=True)
    ]
    return Distribution(given.size, float(given.mean()), *ranged)


def _throughput(plan: LevelPlan, samples: Sequence[Sample], duration: float, seed: int) -> Ranged:
    """Answers a second. A closed loop serves its concurrency over the mean time of an answer.

    That is Little's law; elsewhere the gaps between the ends of answers are resampled.
    """
    if not samples:
        return Ranged(0.0)
    rate = len(samples) / duration
    if len(samples) < _FEWEST:
        return Ranged(rate)
    if plan.arrival is Arrival.CLOSED:
        times = np.asarray([row.latency for row in samples])
    else:
        ends = np.sort(np.asarray([row.ended for row in samples]))
        times = np.maximum(np.diff(ends, prepend=ends[-1] - duration), 0.0)
    means = np.maximum(_resamples(times, seed).mean(axis=1), 1e-12)
    return _ranged(rate, rate * float(times.mean()) / means)


def _ranged(estimate: float, drawn: Values | None) -> Ranged:
    if drawn is None:
        return Ranged(estimate)
    tail = (1 - INTERVAL) / 2
    low, high = (float(np.quantile(drawn, at)) for at in (tail, 1 - tail))
    return Ranged(estimate, min(low, estimate), max(high, estimate))


def _resamples(values: Values, seed: int) -> Values:
    """Resamples of as many values, a row each, put together from blocks of neighbours."""
    length = max(1, round(values.size ** (1 / 3)))
    blocks = -(-values.size // length)
    count = min(RESAMPLES, max(_FEWEST_RESAMPLES, _MOST_DRAWN // values.size))
    starts = np.random.default_rng(seed).integers(0, values.size, (count, blocks, 1))
    places = (starts + np.arange(length)) % values.size
    drawn: Values = values[places.reshape(count, -1)[:, : values.size]]
    return drawn


def _is_good(sample: Sample, objective: Objective) -> bool:
    ttft, latency = objective.ttft_seconds, objective.latency_seconds
    return (ttft is None or sample.ttft <= ttft) and (latency is None or sample.latency <= latency)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0
