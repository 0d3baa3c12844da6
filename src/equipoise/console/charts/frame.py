"""What charts share: the plot's size, its two axes, and marks placed in pixels."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from equipoise.console.charts.labels import Align
from equipoise.console.charts.palette import GRID, INK, MUTE
from equipoise.console.charts.scale import Axis

WIDTH = 740
BOTTOM = 42
LEFT = 58
FONT = 12
SOLID = (1.0, 0.0)

Weight = Literal["normal", "bold"]


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes, their titles, how their ticks are written, and the room for labels around them.

    Ticks are round values unless they are given; with none an axis is not drawn. `x_grid` says that
    amounts are read across, so that grid lines stand on the horizontal axis.
    """

    x: Axis
    y: Axis
    x_title: str
    y_title: str
    x_label: Callable[[float], str]
    y_label: Callable[[float], str]
    top: float
    right: float
    left: float = LEFT
    bottom: float = BOTTOM
    x_ticks: tuple[float, ...] | None = None
    y_ticks: tuple[float, ...] | None = None
    x_grid: bool = False

    def at_x(self) -> alt.X:
        """The channel for a field "x" on the horizontal axis."""
        axis = _axis(_ticks(self.x_ticks, self.x, 7), self.x_label, grid=self.x_grid)
        return alt.X("x:Q", scale=_scale(self.x), axis=axis)

    def at_y(self) -> alt.Y:
        """The channel for a field "y" on the vertical axis."""
        axis = _axis(_ticks(self.y_ticks, self.y, 6), self.y_label, grid=True)
        return alt.Y("y:Q", scale=_scale(self.y), axis=axis)

    def draw(self, layers: Sequence[alt.Chart]) -> alt.LayerChart:
        """Stack the layers in the plane. Sizes are fixed, so that no font moves anything."""
        titles = []
        if self.y_title:
            titles.append(text(2 - self.left, 10 - self.top, self.y_title, MUTE))
        if self.x_title:
            end = self.x.length
            titles.append(text(end, self.y.length + 32, self.x_title, MUTE, align="right"))
        stacked: alt.LayerChart = (
            alt.layer(*layers, *titles)
            .properties(
                width=self.x.length,
                height=self.y.length,
                padding={
                    "left": self.left,
                    "right": self.right,
                    "top": self.top,
                    "bottom": self.bottom,
                },
                autosize=alt.AutoSizeParams(type="none"),
                background="transparent",
            )
            .configure(aria=False)
            .configure_view(stroke=None)
        )
        return stacked


@dataclass(frozen=True, slots=True)
class Mark:
    """How a point looks; `size` is its area, `tint` the strength of its fill."""

    shape: str
    fill: str
    stroke: str
    size: float = 80
    tint: float = 1.0
    dash: tuple[float, float] = SOLID


def text(
    x: float,
    y: float,
    words: str,
    colour: str = INK,
    *,
    align: Align = "left",
    weight: Weight = "normal",
) -> alt.Chart:
    """Words at a place in pixels, y at the middle of their height."""
    marks = lettering(alt.Chart(_one_row()), colour, align, weight)
    layer: alt.Chart = marks.encode(x=alt.value(x), y=alt.value(y), text=alt.value(words))
    return layer


def lettering(chart: alt.Chart, colour: str, align: Align, weight: Weight) -> alt.Chart:
    """The chart's rows as words, y at the middle of their height."""
    marks: alt.Chart = chart.mark_text(
        align=align,
        baseline="middle",
        color=colour,
        fontSize=FONT,
        fontWeight=weight,
        limit=0,
    )
    return marks


def line(
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    *,
    thickness: float = 1.0,
    dash: tuple[float, float] = SOLID,
) -> alt.Chart:
    """A straight line between two places in pixels."""
    layer: alt.Chart = (
        alt.Chart(_one_row())
        .mark_rule(color=colour, strokeWidth=thickness, strokeDash=list(dash))
        .encode(
            x=alt.value(start[0]), y=alt.value(start[1]), x2=alt.value(end[0]), y2=alt.value(end[1])
        )
    )
    return layer


def symbol(x: float, y: float, mark: Mark) -> alt.Chart:
    """A point at a place in pixels."""
    layer: alt.Chart = (
        alt.Chart(_one_row())
        .mark_point(
            shape=mark.shape,
            fill=mark.fill,
            fillOpacity=mark.tint,
            stroke=mark.stroke,
            strokeWidth=1.75,
            strokeDash=list(mark.dash),
            size=mark.size,
            opacity=1,
        )
        .encode(x=alt.value(x), y=alt.value(y))
    )
    return layer


def _one_row() -> alt.InlineData:
    return alt.InlineData(values=[{}])


def _ticks(given: tuple[float, ...] | None, axis: Axis, most: int) -> tuple[float, ...]:
    return axis.ticks(most) if given is None else given


def _scale(axis: Axis) -> alt.Scale:
    kind: Literal["log", "linear"] = "log" if axis.logarithmic else "linear"
    return alt.Scale(type=kind, domain=[axis.low, axis.high], nice=False, zero=False)


def _axis(ticks: Sequence[float], label: Callable[[float], str], *, grid: bool) -> alt.Axis:
    words = json.dumps([label(tick) for tick in ticks], ensure_ascii=False)
    return alt.Axis(
        title=None,
        values=list(ticks),
        labelExpr=f"{words}[indexof({json.dumps(list(ticks))}, datum.value)]",
        labelColor=MUTE,
        labelFontSize=FONT,
        labelPadding=6,
        labelFlush=False,
        labelOverlap=False,
        grid=grid,
        gridColor=GRID,
        domain=not grid,
        domainColor=MUTE,
        ticks=not grid,
        tickColor=MUTE,
        tickSize=4,
    )
