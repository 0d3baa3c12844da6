"""Bars and words in rows, many to a layer: what the charts of a bill share.

Places are pixels from the top left corner of the plot, as everywhere in charts; they are turned
into values of the plane's axes, so that one layer holds all bars of a colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from equipoise.console import names
from equipoise.console.charts.frame import Plane, Weight, lettering
from equipoise.console.charts.labels import LETTER, Align, Box
from equipoise.console.charts.palette import INK

WIDTH = 600.0  # narrower than a decision's charts: a bill is read on a phone and on A4
EDGE = 4.0
_WIDE = 1.1 * LETTER  # a letter of a name: who chooses names may choose wide ones
_THINNEST = 0.75  # a bar of next to nothing is still a line


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place in pixels, y at the middle of their height."""

    x: float
    y: float
    words: str


def bars(
    plane: Plane, boxes: Sequence[Box], colour: str, *, opacity: float = 1.0
) -> list[alt.Chart]:
    """The boxes as one layer; none where there is none."""
    if not boxes:
        return []
    rows = [
        {
            "x": plane.x.value(box.left),
            "x2": plane.x.value(max(box.right, box.left + _THINNEST)),
            "y": plane.y.value(box.top),
            "y2": plane.y.value(max(box.bottom, box.top + _THINNEST)),
        }
        for box in boxes
    ]
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(color=colour, opacity=opacity)
        .encode(plane.at_x(), plane.at_y(), alt.X2("x2:Q"), alt.Y2("y2:Q"))
    )
    return [layer]


def words(
    plane: Plane,
    labels: Sequence[Label],
    colour: str = INK,
    *,
    align: Align = "left",
    weight: Weight = "normal",
) -> list[alt.Chart]:
    """The labels as one layer; none where there is none."""
    if not labels:
        return []
    rows = [
        {"x": plane.x.value(label.x), "y": plane.y.value(label.y), "words": label.words}
        for label in labels
    ]
    marks = lettering(alt.Chart(alt.InlineData(values=rows)), colour, align, weight)
    return [marks.encode(plane.at_x(), plane.at_y(), alt.Text("words:N"))]


def width(text: str) -> float:
    """The room that words need, wide letters counted as such."""
    return LETTER * names.columns(text)


def name(text: str, room: float) -> str:
    """Somebody's name as it stands in a drawing, cut to the room there is."""
    return names.fitted(names.shown(text), max(2, int(room / _WIDE)))
