"""The break-even chart: what running open weights ourselves saves, at other sizes of the bill.

The bill is on a logarithmic axis, for its size is what is asked; the saving on a linear one, for it
may be negative. A rule says "you are here", a ring marks where saving begins.
"""

from __future__ import annotations

import math
from itertools import pairwise

import altair as alt

from equipoise.bill.page import BreakEven
from equipoise.console import format as written
from equipoise.console.charts.bars import EDGE, WIDTH, width
from equipoise.console.charts.frame import Mark, Plane, line, symbol, text
from equipoise.console.charts.palette import INK, MUTE, OPEN, PAPER
from equipoise.console.charts.scale import Axis

HEIGHT = 190.0
_AROUND = 4.0  # the picture reaches this many times beyond the bill and the crossing
_POINTS = 2
_APART = 9.0  # rings that are closer are one

Point = tuple[float, float, float, float]


def drawable(found: BreakEven, bill: float) -> bool:
    """Whether there is a bill and a curve around it."""
    return bill > 0 and len(_visible(found, bill)) >= _POINTS


def chart(found: BreakEven, bill: float) -> alt.LayerChart:
    """Draw the curve around `bill`, a month's; raises ValueError where there is none."""
    if not drawable(found, bill):
        raise ValueError("a break-even chart needs a bill and a curve around it")
    points = _visible(found, bill)
    plane = _plane(points)
    layers = [_band(plane, points), _line(plane, points)]
    zero = plane.y.pixel(0)
    layers.append(line((0, zero), (plane.x.length, zero), INK))
    layers += _crossings(plane, found)
    layers += _here(plane, bill)
    return plane.draw(layers)


def _visible(found: BreakEven, bill: float) -> tuple[Point, ...]:
    """The curve between a part and a multiple of the bill and the crossing, ends interpolated."""
    curve = sorted(point for point in found.curve if point[0] > 0)
    marks = [bill, *(at for at in (found.usd,) if at)]
    low, high = min(marks) / _AROUND, max(marks) * _AROUND
    inside = [point for point in curve if low < point[0] < high]
    ends = [end for end in (_at(curve, low), _at(curve, high)) if end is not None]
    return tuple(sorted({*inside, *ends}))


def _at(curve: list[Point], bill: float) -> Point | None:
    for left, right in pairwise(curve):
        if left[0] <= bill <= right[0] and left[0] < right[0]:
            part = math.log(bill / left[0]) / math.log(right[0] / left[0])
            net, low, high = (
                start + (end - start) * part for start, end in zip(left[1:], right[1:], strict=True)
            )
            return bill, net, low, high
    return None


def _plane(points: tuple[Point, ...]) -> Plane:
    lows, highs = [point[2] for point in points], [point[3] for point in points]
    low, high = min(0.0, *lows), max(0.0, *highs)
    span = high - low or 1.0
    # Below the line of no saving there is room for what the ring says.
    y = Axis(min(low - 0.06 * span, -0.15 * span), high + 0.06 * span, HEIGHT, flipped=True)
    ticks = y.ticks(6)
    room = max(width(written.price(tick)) for tick in ticks) + 14
    return Plane(
        x=Axis(points[0][0], points[-1][0], WIDTH - room - EDGE - 30, logarithmic=True),
        y=y,
        x_title="US dollars billed a month",
        y_title="US dollars saved a month",
        x_label=written.price,
        y_label=written.price,
        top=44,
        right=EDGE + 30,
        left=room,
        y_ticks=ticks,
    )


def _band(plane: Plane, points: tuple[Point, ...]) -> alt.Chart:
    rows = [{"x": bill, "y": low, "top": high} for bill, _, low, high in points]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_area(color=OPEN, opacity=0.13, clip=True)
        .encode(plane.at_x(), plane.at_y(), alt.Y2("top:Q"))
    )
    return layer


def _line(plane: Plane, points: tuple[Point, ...]) -> alt.Chart:
    rows = [{"x": bill, "y": net} for bill, net, _, _ in points]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(color=OPEN, strokeWidth=2.25, clip=True)
        .encode(plane.at_x(), plane.at_y())
    )
    return layer


def _crossings(plane: Plane, found: BreakEven) -> list[alt.Chart]:
    """A ring where saving begins, with its amount, and bare ones where the cheaper side changes."""
    zero = plane.y.pixel(0)
    layers: list[alt.Chart] = []
    taken = [plane.x.pixel(found.usd)] if found.usd else []
    for bill in found.others:
        x = plane.x.pixel(bill)
        if plane.x.low < bill < plane.x.high and all(abs(x - other) > _APART for other in taken):
            layers.append(symbol(x, zero, Mark("circle", PAPER, MUTE, size=34)))
            taken.append(x)
    if found.usd is None or not plane.x.low < found.usd < plane.x.high:
        return layers
    x = plane.x.pixel(found.usd)
    told = f"saves from {written.about(found.usd)}"
    room = width(told)
    left = min(x + 8, plane.x.length + plane.right - room)
    return [
        *layers,
        symbol(x, zero, Mark("circle", PAPER, INK, size=60)),
        # The curve rises through the ring from left to right: below it on the right there is room.
        text(left, zero + 14, told, INK),
    ]


def _here(plane: Plane, bill: float) -> list[alt.Chart]:
    x = plane.x.pixel(bill)
    told = f"you are here: {written.money(bill)}"
    half = width(told) / 2
    middle = min(max(x, half - plane.left), plane.x.length + plane.right - half)
    return [
        line((x, -4), (x, plane.y.length), INK),
        text(middle, -12, told, INK, align="center", weight="bold"),
    ]
