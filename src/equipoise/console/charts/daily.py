"""Amounts day by day as upright bars: what the trend and the residuals share.

Beyond half a year the bars stand for weeks, counted back from the last day.
"""

from __future__ import annotations

import math
from datetime import date

import altair as alt

from equipoise.console import format as written
from equipoise.console.charts.bars import EDGE, WIDTH, bars
from equipoise.console.charts.frame import LEFT, Plane, line
from equipoise.console.charts.labels import Box
from equipoise.console.charts.palette import FADED, MUTE
from equipoise.console.charts.scale import Axis
from equipoise.domain.money import PICO_PER_DOLLAR

MOST_DAYS = 190
_STRIDES = (1, 2, 7, 14, 28)
_WIDEST = 40.0
_DATES = 6  # that have room below the bars
Days = tuple[tuple[date, int], ...]


def weekly(days: Days) -> bool:
    """Whether the days are too many to be drawn one by one."""
    return len(days) > MOST_DAYS


def chart(days: Days, height: float, title: str) -> alt.LayerChart:
    """Draw amounts in picodollars; raises ValueError where there is no day or no amount."""
    if not any(amount for _, amount in days):
        raise ValueError("there is no day with an amount")
    rows = _weeks(days) if weekly(days) else days
    plane = _plane(rows, height, title)
    zero = plane.y.pixel(0)
    pitch = plane.x.length / len(rows)
    half = min(_WIDEST, pitch - min(2.0, pitch * 0.2)) / 2
    boxes = []
    for rank, (_, amount) in enumerate(rows):
        y = plane.y.pixel(amount / PICO_PER_DOLLAR)
        middle = (rank + 0.5) * pitch
        if amount:
            boxes.append(Box(middle - half, min(y, zero), middle + half, max(y, zero)))
    layers = [*bars(plane, boxes, FADED), line((0, zero), (plane.x.length, zero), MUTE)]
    return plane.draw(layers)


def _weeks(days: Days) -> Days:
    """Sums of seven days, each under its first; what is left over at the beginning stands alone."""
    odd = len(days) % 7
    heads = ([0] if odd else []) + list(range(odd, len(days), 7))
    ends = [*heads[1:], len(days)]
    return tuple(
        (days[head][0], sum(amount for _, amount in days[head:end]))
        for head, end in zip(heads, ends, strict=True)
    )


def _plane(rows: Days, height: float, title: str) -> Plane:
    usd = [amount / PICO_PER_DOLLAR for _, amount in rows]
    y = Axis(min(0.0, *usd) * 1.06, max(0.0, *usd) * 1.06, height, flipped=True)
    ticks = y.ticks(5)
    room = max(LEFT, 7.0 * max(len(written.price(tick)) for tick in ticks) + 14)
    return Plane(
        x=Axis(0, len(rows), WIDTH - room - EDGE),
        y=y,
        x_title="",
        y_title=title,
        x_label=lambda rank: written.day(rows[int(rank)][0]),
        y_label=written.price,
        top=28,
        right=EDGE,
        left=room,
        bottom=26,
        x_ticks=_dates(rows),
        y_ticks=ticks,
    )


def _dates(rows: Days) -> tuple[float, ...]:
    """The middles of the bars whose days are named: firsts of months where there are enough."""
    firsts = [rank for rank, (when, _) in enumerate(rows) if when.day == 1]
    ranks = firsts if len(firsts) >= 3 else list(range(len(rows)))
    least = math.ceil(len(ranks) / _DATES)
    stride = next((step for step in _STRIDES if step >= least), least)
    # A date at the very end would be cut in half.
    return tuple(rank + 0.5 for rank in ranks[::stride] if rank < len(rows) * 0.93)
