"""A load test: what an endpoint did at one level of load after the other. Times are in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Arrival(StrEnum):
    """What makes the next request come.

    An end of one before it (closed), a clock that does not wait (open), or a recorded trace.
    """

    CLOSED = "closed"
    OPEN = "open"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Ranged:
    """A figure, between the ends of its interval where there is one."""

    estimate: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Mean and percentiles of one time; what the source of the figures left out is None."""

    count: int
    mean: float
    p50: Ranged | None = None
    p90: Ranged | None = None
    p95: Ranged | None = None
    p99: Ranged | None = None

    @property
    def upper(self) -> float | None:
        """The 95th percentile, or the 99th where only that is known, which lies no lower."""
        known = self.p95 or self.p99
        return known.estimate if known is not None else None


@dataclass(frozen=True, slots=True)
class Objective:
    """What a request must keep to count towards goodput; None asks nothing."""

    ttft_seconds: float | None = None
    latency_seconds: float | None = None

    @property
    def asks(self) -> bool:
        """Whether it asks anything."""
        return self.ttft_seconds is not None or self.latency_seconds is not None


@dataclass(frozen=True, slots=True)
class LoadLevel:
    """What one level came to: counts, means of tokens a request, times, and rates a second.

    `concurrency` is set where the arrival is closed, `rate` (requests a second) where it is open,
    and `speed` where a trace was replayed so many times as fast. `ended` says why the level ended
    before its time, and is empty otherwise. `ttft` is the time to the first piece of text, `tpot`
    the time per output token after the first: (whole time - ttft) / (output tokens - 1).
    `achieved_concurrency` is how many requests were under way on average. `goodput` counts the
    requests a second that kept the objective, None where there was none.
    """

    arrival: Arrival
    requests: int
    duration_seconds: float
    requests_per_second: Ranged
    input_tokens: float
    output_tokens: float
    input_tokens_per_second: float
    output_tokens_per_second: float
    achieved_concurrency: float
    concurrency: int | None = None
    rate: float | None = None
    speed: float | None = None
    ttft: Distribution | None = None
    tpot: Distribution | None = None
    latency: Distribution | None = None
    cached_tokens: float | None = None
    goodput: float | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    ended: str = ""

    @property
    def name(self) -> str:
        """What it is called: `4 at a time`, `0.5 requests/s`, `trace × 2`."""
        match self.arrival:
            case Arrival.CLOSED:
                return f"{self.concurrency} at a time" if self.concurrency else "closed loop"
            case Arrival.OPEN:
                return f"{self.rate:g} requests/s" if self.rate else "as fast as can be"
            case Arrival.TRACE:
                return f"trace × {self.speed or 1:g}"

    @property
    def failed(self) -> int:
        """How many requests failed."""
        return sum(self.failures.values())


@dataclass(frozen=True, slots=True)
class LoadTest:
    """The whole of it: where, what, on what, when, and the levels.

    `asked` is what was asked for besides the levels, by the option's name; `interval` the level of
    the intervals, such as 0.95, None where there are none. `source` is what measured: this program
    or the one whose report was read, with its version.
    """

    endpoint: str
    model: str
    measured_on: date
    levels: tuple[LoadLevel, ...]
    source: str
    engine: str = ""
    hardware: str | None = None
    precision: str | None = None
    shared_tokens: float = 0.0
    objective: Objective = Objective()
    interval: float | None = None
    seed: int | None = None
    asked: Mapping[str, str | int | float] = field(default_factory=dict)
    command: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasuredLoad:
    """A load test as a workload names it: the file's path, SHA-256 of its bytes, what it says."""

    path: str
    digest: str
    test: LoadTest
