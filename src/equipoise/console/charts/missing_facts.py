"""The tornado: how far each fact that no bill holds moves the ceiling, the widest first.

A bar runs between the ceiling at the fact's two ends, each end named by the value that leads there;
one rule marks the ceiling as it is, another where running it ourselves saves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from equipoise.bill.page import MissingFact, Range
from equipoise.console import format as written
from equipoise.console import names
from equipoise.console.charts.bars import EDGE, WIDTH, Label, bars, name, width, words
from equipoise.console.charts.frame import Plane, line
from equipoise.console.charts.labels import Box
from equipoise.console.charts.palette import FADED, INK, MUTE
from equipoise.console.charts.scale import Axis

MOST = 10
_PITCH = 40.0
_BAR = 12.0
_JOINING = frozenset({"a", "an", "and", "at", "below", "by", "for", "in", "of", "on", "the", "to"})
_ENDS = 112.0  # room for the values at both ends of a bar


def drawable(facts: Sequence[MissingFact]) -> tuple[MissingFact, ...]:
    """The facts that move the ceiling at all, the widest first, as many as there is room for."""
    moving = sorted(facts, key=lambda fact: -fact.width)
    return tuple(fact for fact in moving if fact.width > 0)[:MOST]


def chart(facts: Sequence[MissingFact], net: Range) -> alt.LayerChart:
    """Draw the facts around the ceiling `net`; raises ValueError where none moves it."""
    rows = drawable(facts)
    if not rows:
        raise ValueError("no missing fact moves the ceiling")
    plane = _plane(rows, net)
    here, zero = plane.x.pixel(net.central), plane.x.pixel(0)
    layers: list[alt.Chart] = []
    if plane.x.low < 0 < plane.x.high:
        layers.append(line((zero, 0), (zero, plane.y.length), INK))
    layers.append(line((here, 0), (here, plane.y.length), MUTE, dash=(2, 3)))
    layers += bars(plane, [_box(plane, fact, rank) for rank, fact in enumerate(rows)], FADED)
    for rank, fact in enumerate(rows):
        layers += _told(plane, fact, rank)
    return plane.draw(layers)


def _plane(rows: Sequence[MissingFact], net: Range) -> Plane:
    values = [end for fact in rows for end in (fact.at_low, fact.at_high)] + [net.central]
    height = len(rows) * _PITCH
    return Plane(
        x=Axis(min(values), max(values), WIDTH - 2 * (_ENDS + EDGE)),
        y=Axis(0, height, height, flipped=True),
        x_title="US dollars saved a month",
        y_title="",
        x_label=written.price,
        y_label=written.number,
        top=2,
        right=_ENDS + EDGE,
        left=_ENDS + EDGE,
        y_ticks=(),
        x_ticks=Axis(min(values), max(values), 1).ticks(6),
        x_grid=True,
    )


def _box(plane: Plane, fact: MissingFact, rank: int) -> Box:
    ends = sorted(map(plane.x.pixel, (fact.at_low, fact.at_high)))
    top = rank * _PITCH + 18
    return Box(ends[0], top, ends[1], top + _BAR)


def _ends(low: str, high: str, room: float) -> tuple[str, str]:
    """Both values without the words at their end that they share, as far as the room asks for it.

    "5 s at the 95th percentile" and "120 s at the 95th percentile" are "5 s" and "120 s".
    """
    one, other = names.shown(low).split(), names.shown(high).split()
    cut = max(width(" ".join(one)), width(" ".join(other))) > room / 1.1
    while (
        cut
        and min(len(one), len(other)) > 1
        and one[-1] == other[-1]
        and (one[-1] in _JOINING or max(map(width, (" ".join(one), " ".join(other)))) > room / 1.1)
    ):
        one, other = one[:-1], other[:-1]
    return " ".join(one), " ".join(other)


def _told(plane: Plane, fact: MissingFact, rank: int) -> list[alt.Chart]:
    top, box = rank * _PITCH, _box(plane, fact, rank)
    middle = (box.top + box.bottom) / 2
    moved = f"moves it by {written.about(fact.width)}"
    edge = plane.x.length + _ENDS
    room = edge + _ENDS - width(moved) - 16
    first, last = _ends(fact.low, fact.high, _ENDS - 8)
    if fact.at_low > fact.at_high:
        first, last = last, first
    return [
        *words(plane, [Label(-_ENDS, top + 8, written.sentence(name(fact.fact, room)))]),
        *words(plane, [Label(edge, top + 8, moved)], align="right"),
        *words(plane, [Label(box.left - 6, middle, name(first, _ENDS - 8))], MUTE, align="right"),
        *words(plane, [Label(box.right + 6, middle, name(last, _ENDS - 8))], MUTE),
    ]
