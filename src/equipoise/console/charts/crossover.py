"""The crossover chart: what each candidate costs a month, at every volume around our own.

One line for each candidate with the band of its middle 80 %, labelled at its end; a rule for "you
are here"; a ring where the cheaper of two candidates becomes the dearer one. Both axes are
logarithmic: a fee for each request is then a straight line, and ratios read the same everywhere.
"""

from __future__ import annotations

import math

import altair as alt

from equipoise.console import format as written
from equipoise.console.charts import curve as reading
from equipoise.console.charts.frame import LEFT, WIDTH, Mark, Plane, line, symbol, text
from equipoise.console.charts.labels import LINE, Box, shortened, spread, width
from equipoise.console.charts.palette import (
    BY_WEIGHTS,
    FADED,
    INK,
    MUTE,
    PAPER,
    SHAPE_BY_WEIGHTS,
)
from equipoise.console.charts.scale import Axis
from equipoise.console.roles import chosen, excluded
from equipoise.domain.decision import CostCurve, CostPoint, Decision
from equipoise.domain.endpoint import Operator

HEIGHT = 214.0
_WIDEST = 230.0  # room for the names at the ends of the lines
_DEEPEST = 50.0  # a band may reach this many times below its own line before it is cut


def drawable(decision: Decision) -> tuple[CostCurve, ...]:
    """The curves that can be drawn: at least two volumes, all of positive cost and volume."""
    return tuple(
        curve
        for curve in decision.curves
        if len({point.requests_per_month for point in curve.points}) > 1
        and all(point.cost_usd > 0 and point.requests_per_month > 0 for point in curve.points)
    )


def chart(decision: Decision) -> alt.LayerChart:
    """Draw the decision's curves; raises ValueError where none is drawable."""
    curves = _in_order(decision)
    if not curves:
        raise ValueError("no curve has two points of positive cost")
    plane = _plane(decision, curves)
    layers = [_band(plane, curve, _colour(decision, curve)) for curve in curves]
    layers += [_line(plane, curve, decision) for curve in curves]
    layers += _own_volume(plane, decision)
    layers += _crossings(plane, decision, curves)
    layers += _ends(plane, decision, curves)
    return plane.draw(layers)


def _in_order(decision: Decision) -> tuple[CostCurve, ...]:
    """Excluded curves first, so that they lie below; those of the chosen plan last."""

    def height(curve: CostCurve) -> int:
        if curve.candidate in excluded(decision):
            return 0
        return 2 if curve.candidate in chosen(decision) else 1

    return tuple(sorted(drawable(decision), key=height))


def _colour(decision: Decision, curve: CostCurve) -> str:
    return FADED if curve.candidate in excluded(decision) else BY_WEIGHTS[curve.weights]


def _plane(decision: Decision, curves: tuple[CostCurve, ...]) -> Plane:
    spans = [reading.span(curve) for curve in curves]
    own = decision.requests_per_month
    left = min([start for start, _ in spans] + [own] * (own > 0))
    right = max([end for _, end in spans] + [own])
    points = [point for curve in curves for point in curve.points]
    lowest = min(max(point.low_usd, point.cost_usd / _DEEPEST) for point in points)
    highest = max(point.high_usd for point in points)
    gutter = min(_WIDEST, 26 + max(width(curve.candidate) for curve in curves))
    return Plane(
        x=Axis(left, right, WIDTH - LEFT - gutter, logarithmic=True),
        y=Axis(lowest / 1.4, highest * 1.1, HEIGHT, logarithmic=True, flipped=True),
        x_title="requests a month",
        y_title="US dollars a month",
        x_label=written.number,
        y_label=written.price,
        top=40.0,
        right=gutter,
    )


def _band(plane: Plane, curve: CostCurve, colour: str) -> alt.Chart:
    rows = [
        {
            "x": point.requests_per_month,
            "y": max(point.low_usd, plane.y.low),
            "top": min(point.high_usd, plane.y.high),
        }
        for point in curve.points
    ]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_area(color=colour, opacity=0.13, clip=True)
        .encode(plane.at_x(), plane.at_y(), alt.Y2("top:Q"))
    )
    return layer


def _line(plane: Plane, curve: CostCurve, decision: Decision) -> alt.Chart:
    rows = [{"x": point.requests_per_month, "y": point.cost_usd} for point in curve.points]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(
            color=_colour(decision, curve),
            strokeWidth=2.75 if curve.candidate in chosen(decision) else 1.5,
            clip=True,
        )
        .encode(plane.at_x(), plane.at_y())
    )
    return layer


def _own_volume(plane: Plane, decision: Decision) -> list[alt.Chart]:
    if decision.requests_per_month <= 0:
        return []
    x = plane.x.pixel(decision.requests_per_month)
    words = f"you are here: {written.count(decision.requests_per_month)}"
    half = width(words) / 2
    middle = min(max(x, half - LEFT), plane.x.length + plane.right - half)
    return [
        line((x, -4), (x, plane.y.length), INK),
        text(middle, -12, words, INK, align="center", weight="bold"),
    ]


def _crossings(plane: Plane, decision: Decision, curves: tuple[CostCurve, ...]) -> list[alt.Chart]:
    """Rings on the lines, each with its volume on a dotted line down to the axis."""
    by_name = {curve.candidate: curve for curve in curves}
    own = plane.x.pixel(decision.requests_per_month) if decision.requests_per_month > 0 else 0.0
    layers: list[alt.Chart] = []
    taken = [Box(own - 3, 0, own + 3, plane.y.length)]
    for crossover in sorted(decision.crossovers, key=lambda each: each.requests_per_month):
        volume = crossover.requests_per_month
        pair = {crossover.first, crossover.second}
        if pair & excluded(decision) or not pair <= by_name.keys():
            continue
        point = reading.at(by_name[crossover.first], volume)
        if point is None:
            continue
        x, y = plane.x.pixel(volume), plane.y.pixel(point.cost_usd)
        layers.append(symbol(x, y, Mark("circle", PAPER, INK, size=46)))
        box = _volume_box(plane, x, own, written.volume(volume), taken)
        # A staircase crosses so often that not every volume can be written: the table has them all.
        if box is None:
            continue
        taken.append(box)
        layers += [
            line((x, y), (x, plane.y.length), MUTE, dash=(1, 3)),
            text(box.left, (box.top + box.bottom) / 2, written.volume(volume), MUTE),
        ]
    return layers


def _volume_box(plane: Plane, x: float, own: float, words: str, taken: list[Box]) -> Box | None:
    """Room for a volume beside its dotted line, away from the workload's own, in the lowest row.

    None where there is none left in the lower half, or within the chart.
    """
    room = width(words)
    left = x - 5 - room if x < own and x > room else x + 5
    bottom = plane.y.length - 3
    while any(Box(left, bottom - LINE, left + room, bottom).overlaps(box) for box in taken):
        bottom -= LINE
        if bottom < plane.y.length / 2:
            return None
    box = Box(left, bottom - LINE, left + room, bottom)
    return box if box.right <= plane.x.length + 4 else None


def _ends(plane: Plane, decision: Decision, curves: tuple[CostCurve, ...]) -> list[alt.Chart]:
    """Each line's mark and name in the right margin, moved apart where the lines end together."""
    edge = plane.x.length
    ends = [plane.y.pixel(max(curve.points, key=_volume).cost_usd) for curve in curves]
    starts = [plane.x.pixel(max(curve.points, key=_volume).requests_per_month) for curve in curves]
    layers = []
    for curve, x, y, moved in zip(
        curves, starts, ends, spread(ends, LINE + 1, 0, plane.y.length), strict=True
    ):
        colour = _colour(decision, curve)
        fill = colour if curve.operator is Operator.SELF else PAPER
        shape = SHAPE_BY_WEIGHTS[curve.weights]
        if not math.isclose(y, moved, abs_tol=0.5) or x < edge:
            layers.append(line((x, y), (edge + 9, moved), colour, thickness=0.75))
        layers.append(symbol(edge + 9, moved, Mark(shape, fill, colour, size=52)))
        layers.append(
            text(
                edge + 19,
                moved,
                shortened(curve.candidate, _WIDEST - 26),
                MUTE if colour is FADED else colour,
                weight="bold" if curve.candidate in chosen(decision) else "normal",
            )
        )
    return layers


def _volume(point: CostPoint) -> float:
    return point.requests_per_month
