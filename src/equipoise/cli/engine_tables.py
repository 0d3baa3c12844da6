"""What a load test looks like: a row a level."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from equipoise.cli.output import Cell, Rows, on_terminal, say, show
from equipoise.domain.load_test import Distribution, LoadLevel, LoadTest, Ranged
from equipoise.engines.load_test.result_file import to_value

_SCHEMA = "equipoise.engine_bench_levels/1"


def show_levels(test: LoadTest, *, as_json: bool) -> None:
    """The result file as JSON; else a row a level, for a person with the intervals."""
    if as_json:
        click.echo(json.dumps(to_value(test), indent=2, ensure_ascii=False))
    elif on_terminal():
        show(Rows(_SCHEMA, _SHORT, [_for_people(level) for level in test.levels]))
    else:
        show(Rows(_SCHEMA, _LONG, [_for_programs(level) for level in test.levels]))


def say_ends(test: LoadTest, planned: Sequence[str] = ()) -> None:
    """Say of each level that ended early why, which were not begun, and what the figures are."""
    for level in test.levels:
        if level.ended:
            say(f"{level.name}: ended early: {level.ended}")
    begun = {level.name for level in test.levels}
    if left := [name for name in planned if name not in begun]:
        say(f"not begun after that: {', '.join(left)}")
    if on_terminal():
        brackets = f", in brackets their {test.interval:.0%} interval" if test.interval else ""
        say(
            f"\nTTFT and TPOT in ms{brackets}; TPOT is the time per output token after the first. "
            "good: req/s that kept the objective; busy: requests under way on average."
        )


_SHORT = (
    "level", "ok", "failed", "TTFT p50", "p95", "TPOT p50", "p95", "out tok/s", "in tok/s",
    "req/s", "good", "busy",
)  # fmt: skip
_TIMES = tuple(
    f"{name}_{at}_ms" for name in ("ttft", "tpot") for at in ("p50", "p90", "p95", "p99")
)
_LONG = (
    "level", "arrival", "requests", "failed", *_TIMES, "output_tokens_per_second",
    "input_tokens_per_second", "requests_per_second", "requests_per_second_low",
    "requests_per_second_high", "goodput", "achieved_concurrency", "input_tokens",
    "output_tokens", "ended",
)  # fmt: skip


def _for_people(level: LoadLevel) -> list[Cell]:
    ttft, tpot = level.ttft, level.tpot
    return [
        level.name,
        str(level.requests),
        str(level.failed),
        _ms(ttft.p50 if ttft else None),
        _ms(ttft.p95 if ttft else None, interval=True),
        _ms(tpot.p50 if tpot else None),
        _ms(tpot.p95 if tpot else None, interval=True),
        f"{level.output_tokens_per_second:.0f}",
        f"{level.input_tokens_per_second:.0f}",
        f"{level.requests_per_second.estimate:.3g}",
        f"{level.goodput:.3g}" if level.goodput is not None else "–",
        f"{level.achieved_concurrency:.3g}",
    ]


def _for_programs(level: LoadLevel) -> list[Cell]:
    rate = level.requests_per_second
    return [
        level.name,
        level.arrival.value,
        str(level.requests),
        str(level.failed),
        *_percentiles(level.ttft),
        *_percentiles(level.tpot),
        level.output_tokens_per_second,
        level.input_tokens_per_second,
        rate.estimate,
        rate.low,
        rate.high,
        level.goodput,
        level.achieved_concurrency,
        level.input_tokens,
        level.output_tokens,
        level.ended,
    ]


def _percentiles(times: Distribution | None) -> list[Cell]:
    if times is None:
        return [None] * 4
    rows = (times.p50, times.p90, times.p95, times.p99)
    return [row.estimate * 1000 if row is not None else None for row in rows]


def _ms(row: Ranged | None, *, interval: bool = False) -> str:
    if row is None:
        return "–"
    if not interval or row.low is None or row.high is None:
        return _figure(row.estimate)
    return f"{_figure(row.estimate)} ({_figure(row.low)}–{_figure(row.high)})"


def _figure(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.1 else f"{seconds * 1000:.3g}"
