"""What a load test says of a workload: how much one replica serves within the time allowed.

A level's times are scaled to the workload's lengths. The time to the first token grows with the
input that has to be computed, beyond a shared prefix, and is never taken to shrink: a part of it is
waiting. The rest is an answer's further tokens at the level's time for one. With as many requests
under way, the rate then changes as the time of an answer does (Little's law).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log
from statistics import NormalDist

from equipoise.domain.evidence import Lengths
from equipoise.domain.load_test import LoadLevel, LoadTest
from equipoise.economics.throughput.serving import ServingRate

FAILED_SHARE = 0.01
"""A level of which more requests than this failed serves nobody."""

FAR = 2.0
"""Lengths that differ by more than this factor are said to do so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a load test says: the level read, the rate at the workload's lengths, its 95th
    percentile of an answer's time in seconds, and whether that is within what is allowed.

    `sd_log` is the standard deviation of the rate's logarithm by the test's own interval, None
    where it has none; `low` and `high` are the ends of that interval at the workload's lengths.
    """

    level: LoadLevel
    rate: ServingRate
    p95_seconds: float
    meets: bool
    sd_log: float | None = None
    low: float | None = None
    high: float | None = None


def read_load(test: LoadTest, lengths: Lengths, latency_seconds: float) -> Reading | None:
    """The level that serves most within `latency_seconds`; else the quickest one.

    None where no level is fit to be read: all failed, ended early or lack times.
    """
    readings = [reading for level in test.levels if (reading := _read(test, level, lengths))]
    for reading in _by_rate(readings):
        if reading.p95_seconds <= latency_seconds:
            return reading
    quickest = min(readings, key=lambda row: row.p95_seconds, default=None)
    return replace(quickest, meets=False) if quickest is not None else None


def far_lengths(level: LoadLevel, lengths: Lengths) -> tuple[str, ...]:
    """Which mean lengths of a level differ from a workload's by more than FAR, in words."""
    rows = (
        ("in", level.input_tokens, lengths.input),
        ("out", level.output_tokens, lengths.output),
    )
    return tuple(
        f"{measured:,.0f} tokens {what} were measured and {wanted:,.1f} are needed"
        for what, measured, wanted in rows
        if not wanted / FAR <= measured <= wanted * FAR
    )


def _read(test: LoadTest, level: LoadLevel, lengths: Lengths) -> Reading | None:
    ttft, tpot, rate = level.ttft, level.tpot, level.requests_per_second
    if ttft is None or level.ended or rate.estimate <= 0:
        return None
    if level.failed > FAILED_SHARE * (level.requests + level.failed):
        return None
    slow_first, slow_token = ttft.upper, tpot.upper if tpot is not None else 0.0
    if slow_first is None or slow_token is None:
        return None
    token = tpot.mean if tpot is not None else 0.0
    further = max(lengths.output - 1, 0.0)
    # An answer of one token has no time for another; the workload's longer ones would be free.
    if tpot is None and further > 0:
        return None
    more = _more_input(test, level, lengths)
    was = ttft.mean + max(level.output_tokens - 1, 0.0) * token
    becomes = more * ttft.mean + further * token
    change = was / becomes if becomes > 0 else 1.0
    p95 = more * slow_first + further * slow_token
    served = ServingRate(True, rate.estimate * change, p95, _at_a_time(level))
    reading = Reading(level, served, p95, meets=True)
    if test.interval is None or not rate.low or not rate.high or rate.low == rate.high:
        return reading
    width = 2 * NormalDist().inv_cdf((1 + test.interval) / 2)
    sd_log = log(rate.high / rate.low) / width
    return Reading(level, served, p95, True, sd_log, rate.low * change, rate.high * change)


def _more_input(test: LoadTest, level: LoadLevel, lengths: Lengths) -> float:
    """How many times the input that was measured has to be computed; at least once."""
    measured = max(level.input_tokens - test.shared_tokens, 1.0)
    return max(1.0, (lengths.input - lengths.shared_input) / measured)


def _at_a_time(level: LoadLevel) -> int:
    return level.concurrency or max(1, round(level.achieved_concurrency))


def _by_rate(readings: Iterable[Reading]) -> list[Reading]:
    """The readings from the highest rate down; of equals, the quicker first."""
    return sorted(readings, key=lambda row: (-row.rate.requests_per_second, row.p95_seconds))
