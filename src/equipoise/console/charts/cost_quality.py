"""The cost–quality chart: what an accepted answer costs, against how often answers are accepted.

Shape and colour say whose weights (● open, ■ closed), fill who operates (filled: ourselves, ring: a
vendor), a dashed outline and whisker that the rate is assumed; excluded candidates are grey. The
whisker is the interval of the rate. Up and to the left is better.
"""

from __future__ import annotations

import math

import altair as alt

from equipoise.console import format as written
from equipoise.console.charts.frame import (
    LEFT,
    SOLID,
    WIDTH,
    Mark,
    Plane,
    Weight,
    line,
    symbol,
    text,
)
from equipoise.console.charts.labels import LINE, Box, Spot, around, shortened
from equipoise.console.charts.palette import (
    BY_WEIGHTS,
    FADED,
    INK,
    MUTE,
    PAPER,
    SHAPE_BY_WEIGHTS,
)
from equipoise.console.charts.scale import Axis
from equipoise.console.roles import chosen
from equipoise.domain.decision import CandidateRow, Decision
from equipoise.domain.endpoint import Operator

HEIGHT = 180.0
RIGHT = 74.0
_WIDEST = 200.0  # room for a name beside its mark


def drawable(decision: Decision) -> tuple[CandidateRow, ...]:
    """The candidates with both figures: an accept rate and a positive cost per accepted answer."""
    return tuple(row for row in decision.candidates if _cost(row) > 0 and row.rate is not None)


def chart(decision: Decision) -> alt.LayerChart:
    """Draw the candidates; raises ValueError where none has both figures."""
    rows = sorted(drawable(decision), key=lambda row: not row.excluded)
    if not rows:
        raise ValueError("no candidate has both an accept rate and a cost per accepted answer")
    plane = _plane(decision, rows)
    layers = [_grid(plane), *_floor(plane, decision), *_names(plane, decision, rows)]
    for row in rows:
        layers += _mark(plane, row)
    return plane.draw(layers)


def _cost(row: CandidateRow) -> float:
    return row.per_accepted_usd or 0.0


def _rate(row: CandidateRow) -> float:
    return row.rate or 0.0


def _interval(row: CandidateRow) -> tuple[float, float] | None:
    if row.rate_low is None or row.rate_high is None:
        return None
    return row.rate_low, row.rate_high


def _plane(decision: Decision, rows: list[CandidateRow]) -> Plane:
    costs = [_cost(row) for row in rows]
    rates = [_rate(row) for row in rows]
    rates += [end for row in rows for end in _interval(row) or ()]
    if decision.quality_floor is not None:
        rates.append(decision.quality_floor)
    air = max(1.5, (max(costs) / min(costs)) ** 0.12)
    low = max(0.0, math.floor(min(rates) * 20 - 0.3) / 20)
    high = min(1.0, math.ceil(max(rates) * 20 + 0.2) / 20)
    return Plane(
        x=Axis(min(costs) / air, max(costs) * air, WIDTH - LEFT - RIGHT, logarithmic=True),
        y=Axis(low, max(high, low + 0.05), HEIGHT, flipped=True),
        x_title="US dollars per accepted answer",
        y_title="answers accepted",
        x_label=written.price,
        y_label=written.percent,
        top=30.0,
        right=RIGHT,
    )


def _grid(plane: Plane) -> alt.Chart:
    """The axes themselves: marks placed in pixels bring none of their own."""
    ends = [{"x": plane.x.low, "y": plane.y.low}, {"x": plane.x.high, "y": plane.y.high}]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_point(color=PAPER, opacity=0)
        .encode(plane.at_x(), plane.at_y())
    )
    return layer


def _floor(plane: Plane, decision: Decision) -> list[alt.Chart]:
    floor = decision.quality_floor
    if floor is None:
        return []
    y = plane.y.pixel(floor)
    return [
        line((0, y), (plane.x.length, y), INK),
        text(plane.x.length + 6, y, f"floor {written.percent(floor)}", INK, weight="bold"),
    ]


def _colour(row: CandidateRow) -> str:
    return FADED if row.excluded else BY_WEIGHTS[row.weights]


def _mark(plane: Plane, row: CandidateRow) -> list[alt.Chart]:
    x, y = plane.x.pixel(_cost(row)), plane.y.pixel(_rate(row))
    colour = _colour(row)
    assumed = not row.items
    ours = row.operator is Operator.SELF
    layers = []
    interval = _interval(row)
    if interval is not None:
        top, bottom = plane.y.pixel(interval[1]), plane.y.pixel(interval[0])
        dash = (3.0, 3.0) if assumed else SOLID
        layers.append(line((x, top), (x, bottom), colour, thickness=1.5, dash=dash))
    mark = Mark(
        shape=SHAPE_BY_WEIGHTS[row.weights],
        fill=colour if ours else PAPER,
        stroke=colour,
        size=95,
        # What is assumed is pale inside, so that its dashed outline can be seen.
        tint=0.3 if assumed and ours else 1.0,
        dash=(2.5, 2.0) if assumed else SOLID,
    )
    return [*layers, symbol(x, y, mark)]


def _names(plane: Plane, decision: Decision, rows: list[CandidateRow]) -> list[alt.Chart]:
    spots = [_spot(plane, row) for row in rows]
    obstacles = [Box(spot.x - 7, spot.y - 7, spot.x + 7, spot.y + 7) for spot in spots]
    obstacles += [Box(spot.x - 2, spot.top, spot.x + 2, spot.bottom) for spot in spots]
    if decision.quality_floor is not None:
        y = plane.y.pixel(decision.quality_floor)
        obstacles.append(Box(0, y - 1, plane.x.length, y + 1))
    frame = Box(-LEFT, -LINE / 2, plane.x.length + RIGHT, plane.y.length)
    bold = chosen(decision)
    layers = []
    for row, spot, place in zip(rows, spots, around(spots, obstacles, frame), strict=True):
        colour = MUTE if row.excluded else _colour(row)
        if place.led:
            edge = place.x - 3 if place.align == "left" else place.x + 3
            layers.append(line((spot.x, spot.y), (edge, place.y), colour, thickness=0.75))
        weight: Weight = "bold" if row.candidate in bold else "normal"
        layers.append(text(place.x, place.y, spot.text, colour, align=place.align, weight=weight))
    return layers


def _spot(plane: Plane, row: CandidateRow) -> Spot:
    low, high = _interval(row) or (_rate(row), _rate(row))
    return Spot(
        x=plane.x.pixel(_cost(row)),
        y=plane.y.pixel(_rate(row)),
        top=plane.y.pixel(high),
        bottom=plane.y.pixel(low),
        text=_name(row),
    )


def _name(row: CandidateRow) -> str:
    """One note at most, for room: of an excluded candidate the dashes still say "assumed"."""
    name = shortened(row.candidate, _WIDEST)
    if row.excluded:
        return f"{name} (excluded)"
    return name if row.items else f"{name} (assumed)"
