"""The spend bars: the largest parts of what is spent by one dimension, and the rest as one bar.

Every bar carries its amount to the cent and its share, so there is no axis. What is credited runs
to the left of nothing.
"""

from __future__ import annotations

import altair as alt

from equipoise.bill.page import Breakdown, SpendRow
from equipoise.console import format as written
from equipoise.console.charts.bars import WIDTH, Label, bars, name, width, words
from equipoise.console.charts.frame import Plane, line
from equipoise.console.charts.labels import Box
from equipoise.console.charts.palette import FADED, INK, MUTE
from equipoise.console.charts.scale import Axis

MOST = 12
_PITCH = 20.0
_BAR = 11.0
_NAMES = 188.0


def drawable(breakdown: Breakdown) -> bool:
    """Whether there are parts to compare: two rows at least, not all of nothing."""
    return len(breakdown.rows) > 1 and any(row.pico for row in breakdown.rows)


def folded(breakdown: Breakdown) -> tuple[tuple[SpendRow, ...], tuple[SpendRow, ...]]:
    """The rows that are drawn on their own, and those drawn as one; never a single row as one."""
    rows = breakdown.rows
    cut = MOST if len(rows) > MOST + 1 else len(rows)
    return rows[:cut], rows[cut:]


def chart(breakdown: Breakdown) -> alt.LayerChart:
    """Draw a breakdown; raises ValueError where there is nothing to compare."""
    if not drawable(breakdown):
        raise ValueError("a breakdown needs two rows and an amount")
    shown, rest = folded(breakdown)
    amounts = [row.pico for row in shown] + [sum(row.pico for row in rest)] * bool(rest)
    labels = [row.name for row in shown] + [f"{written.count(len(rest))} more"] * bool(rest)
    whole = sum(row.pico for row in breakdown.rows)
    told = [_told(amount, whole) for amount in amounts]
    plane = _plane(amounts, max(map(width, told)))
    zero = plane.x.pixel(0)
    middles = [(rank + 0.5) * _PITCH for rank in range(len(amounts))]
    boxes = [
        Box(
            min(zero, plane.x.pixel(amount)),
            middle - _BAR / 2,
            max(zero, plane.x.pixel(amount)),
            middle + _BAR / 2,
        )
        for amount, middle in zip(amounts, middles, strict=True)
    ]
    named = [
        Label(-_NAMES, middle, name(label, _NAMES - 8))
        for label, middle in zip(labels, middles, strict=True)
    ]
    known = [label for label, text in zip(named, labels, strict=True) if text]
    nameless = [label for label, text in zip(named, labels, strict=True) if not text]
    ends = [
        Label(box.right + 7, middle, text)
        for box, middle, text in zip(boxes, middles, told, strict=True)
    ]
    layers = [
        *bars(plane, boxes[: len(shown)], FADED),
        *bars(plane, boxes[len(shown) :], FADED, opacity=0.45),
        line((zero, 0), (zero, plane.y.length), MUTE),
        *words(plane, known, INK),
        *words(plane, nameless, MUTE),
        *words(plane, ends, INK),
    ]
    return plane.draw(layers)


def _told(amount: int, whole: int) -> str:
    return f"{written.exact_usd(amount)}\u2002{written.part(amount, whole)}".rstrip()


def _plane(amounts: list[int], room: float) -> Plane:
    left = _NAMES + 1
    length = len(amounts) * _PITCH
    return Plane(
        x=Axis(min(0, *amounts), max(1, *amounts), WIDTH - left - room - 12),
        y=Axis(0, len(amounts), length, flipped=True),
        x_title="",
        y_title="",
        x_label=written.price,
        y_label=written.number,
        top=2,
        right=room + 12,
        left=left,
        bottom=2,
        x_ticks=(),
        y_ticks=(),
        x_grid=True,
    )
