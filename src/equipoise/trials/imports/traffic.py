"""How much is asked, how unevenly, and how long requests and answers are; out of recorded calls."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from equipoise.statistics import quantile
from equipoise.trials.imports.call import RecordedCall

HOURS_PER_MONTH = 730
# Below a week, nobody has seen how a weekend differs from a working day.
_WEEK_HOURS = 168


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean, the median and the 95th percentile of `count` values, in the values' unit."""

    count: int
    mean: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a workload's calls say of it.

    `hours` is how long the log goes on, begun hours counted whole; `busiest_hour` the calls of the
    fullest of them. Both count the `dated` calls only. Tokens are of those that the endpoint
    counted, seconds of those that the log times; None where there are none.
    """

    requests: int
    dated: int
    first: datetime | None
    last: datetime | None
    hours: int
    busiest_hour: int
    input_tokens: Spread | None
    output_tokens: Spread | None
    seconds: Spread | None

    @property
    def requests_per_month(self) -> int | None:
        """The mean number of requests in a month of 730 hours; None where no call is dated.

        Calls without a date count too: they came at the rate of the others.
        """
        if not self.hours:
            return None
        return max(1, round(self.requests / self.hours * HOURS_PER_MONTH))

    @property
    def peak_to_mean(self) -> float | None:
        """The busiest hour over the mean hour; None where no call is dated."""
        return self.busiest_hour * self.hours / self.dated if self.hours else None


def traffic(calls: Collection[RecordedCall]) -> Traffic:
    """Sum calls up. Hours begin at the first call."""
    moments = [call.started for call in calls if call.started is not None]
    usages = [call.usage for call in calls if call.usage is not None]
    first = min(moments, default=None)
    by_hour = Counter(
        int((moment - first).total_seconds() // 3600) for moment in moments if first is not None
    )
    return Traffic(
        requests=len(calls),
        dated=len(moments),
        first=first,
        last=max(moments, default=None),
        hours=max(by_hour) + 1 if by_hour else 0,
        busiest_hour=max(by_hour.values(), default=0),
        input_tokens=_spread(usage.input for usage in usages),
        output_tokens=_spread(usage.output for usage in usages),
        seconds=_spread(call.seconds for call in calls if call.seconds is not None),
    )


def draft(found: Traffic) -> str:
    """A `[requirements.volume]` table for a workload file, with what it rests on as comments.

    Where no call is dated there is no volume to state, and the keys stand there commented out.
    """
    return "\n".join([*_comments(found), "[requirements.volume]", *_keys(found)]) + "\n"


def _spread(values: Iterable[float]) -> Spread | None:
    given = list(values)
    if not given:
        return None
    mean = math.fsum(given) / len(given)
    return Spread(len(given), mean, quantile(given, 0.5), quantile(given, 0.95))


def _comments(found: Traffic) -> Iterator[str]:
    if found.first is not None and found.last is not None:
        first, last = (f"{moment:%Y-%m-%d %H:%M}" for moment in (found.first, found.last))
        yield f"# {found.requests} requests, {first} to {last} UTC"
    else:
        yield f"# {found.requests} requests"
    undated = found.requests - found.dated
    if undated and found.dated:
        yield f"# {undated} of them have no date and are taken to have come at the others' rate"
    for name, spread, digits in (
        ("input tokens", found.input_tokens, 0),
        ("output tokens", found.output_tokens, 0),
        ("seconds", found.seconds, 3),
    ):
        if spread is not None:
            mean, p50, p95 = (
                f"{value:.{digits}f}" for value in (spread.mean, spread.p50, spread.p95)
            )
            part = f" of {spread.count} requests" if spread.count < found.requests else ""
            yield f"# {name}{part}: mean {mean}, median {p50}, 95th percentile {p95}"
    if 0 < found.hours < _WEEK_HOURS:
        yield f"# The log covers {found.hours} h: less than a week says little of a month."


def _keys(found: Traffic) -> Iterator[str]:
    if found.requests_per_month is None or found.peak_to_mean is None:
        yield "# No call is dated, so the log says no rate. Fill in your own:"
        yield "# requests_per_month = "
        yield "# peak_to_mean = "
        return
    yield f"requests_per_month = {found.requests_per_month}"
    yield f"peak_to_mean = {found.peak_to_mean:.2f}"
