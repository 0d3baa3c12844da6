"""The ladder: from today's bill down, or up, to running open weights ourselves.

Each rung is what would be paid a month, from nothing. A saving is taken from today's bill on its
own: savings overlap and are never added up. Its bar is the middle 80 % of the draws. The last rung
is what stays billed, the machines and the people, with a whisker for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt

from equipoise.bill.page import BillPage, Ceiling, Fleet, Range, Saving
from equipoise.console import format as written
from equipoise.console.charts.bars import EDGE, WIDTH, Label, bars, name, width, words
from equipoise.console.charts.frame import Plane, Weight, line
from equipoise.console.charts.labels import Box
from equipoise.console.charts.palette import CLOSED, FADED, INK, MUTE, OPEN
from equipoise.console.charts.scale import Axis

_PITCH = 40.0
_BAR = 12.0
_PALE = 0.35


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a rung, in dollars a month."""

    start: float
    end: float
    colour: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Rung:
    """What would be paid: `told` is the amount in words, `ends` the interval where there is one."""

    name: str
    told: str
    segments: tuple[Segment, ...]
    paid: float
    ends: tuple[float, float] | None = None
    strong: bool = False


def drawable(page: BillPage) -> bool:
    """Whether there is a bill and anything to compare it with."""
    return page.monthly_usd > 0 and len(rungs(page)) > 1


def rungs(page: BillPage) -> tuple[Rung, ...]:
    """Today's bill, every saving, and running it ourselves where that is known."""
    bill = page.monthly_usd
    today = Rung("Today's bill", written.money(bill), (Segment(0, bill, FADED),), bill, strong=True)
    ordered = sorted(page.savings, key=lambda saving: saving.kind == "hosted")
    savings = [_saving(saving, bill) for saving in ordered]
    own = [_own(page.ceiling, bill)] if page.ceiling and paying(page.ceiling) else []
    return (today, *savings, *own)


def paying(ceiling: Ceiling) -> tuple[Fleet, ...]:
    """The fleets that save more than their machines cost; others would not be rented."""
    return tuple(fleet for fleet in ceiling.fleets if fleet.gain_usd > 0)


def chart(page: BillPage) -> alt.LayerChart:
    """Draw the rungs; raises ValueError where there is nothing to compare."""
    if not drawable(page):
        raise ValueError("a ladder needs a bill and another rung")
    found = rungs(page)
    plane = _plane(found)
    today = plane.x.pixel(page.monthly_usd)
    layers: list[alt.Chart] = []
    for rank, rung in enumerate(found):
        middle = rank * _PITCH + 18 + _BAR / 2
        layers.append(line((today, middle - _BAR), (today, middle + _BAR), MUTE, dash=(2, 2)))
        layers += _rung(plane, rung, rank * _PITCH)
    return plane.draw(layers)


def _saving(saving: Saving, bill: float) -> Rung:
    usd = saving.usd
    colour = OPEN if saving.kind == "hosted" else CLOSED
    paid = max(0.0, bill - usd.central)
    ends = (max(0.0, bill - usd.high), max(0.0, bill - usd.low))
    segments = (Segment(0, paid, FADED, _PALE), Segment(*ends, colour))
    return Rung(saving.title, _difference(usd), segments, paid, ends)


def _own(ceiling: Ceiling, bill: float) -> Rung:
    paid = bill - ceiling.net.central
    rest = max(0.0, bill - sum(fleet.spend_usd for fleet in paying(ceiling)))
    people = max(rest, paid - ceiling.staff_usd)
    segments = (
        Segment(0, rest, FADED, _PALE),
        Segment(rest, people, OPEN),
        Segment(people, max(people, paid), OPEN, 0.5),
    )
    ends = (max(0.0, bill - ceiling.net.high), max(0.0, bill - ceiling.net.low))
    return Rung(
        "Open weights, run by ourselves",
        _difference(ceiling.net),
        segments,
        paid,
        ends,
        strong=True,
    )


def _difference(net: Range) -> str:
    if net.low == net.central == net.high:
        verb = "saves {}" if net.central >= 0 else "costs {} more"
        return verb.format(written.about(abs(net.central)))
    if net.central < 0:
        interval = written.about_range(-net.central, -net.high, -net.low).partition(" ")[2]
        return f"costs {written.about(-net.central)} more {interval}"
    return f"saves {written.about_range(net.central, net.low, net.high)}"


def _plane(found: tuple[Rung, ...]) -> Plane:
    highest = max(max(rung.paid, *(rung.ends or (0,))) for rung in found)
    height = len(found) * _PITCH
    return Plane(
        x=Axis(0, highest * 1.01, WIDTH - 2 * EDGE - 24),
        y=Axis(0, height, height, flipped=True),
        x_title="US dollars paid a month",
        y_title="",
        x_label=written.price,
        y_label=written.number,
        top=2,
        right=EDGE + 16,
        left=EDGE + 8,
        y_ticks=(),
        x_grid=True,
    )


def _rung(plane: Plane, rung: Rung, top: float) -> list[alt.Chart]:
    weight: Weight = "bold" if rung.strong else "normal"
    end = plane.x.length + plane.right - EDGE
    room = end - width(rung.told) - 16
    low, high = top + 18, top + 18 + _BAR
    layers = [
        *words(plane, [Label(0, top + 8, name(rung.name, room))], weight=weight),
        *words(plane, [Label(end, top + 8, rung.told)], align="right", weight=weight),
    ]
    for segment in rung.segments:
        left, right = plane.x.pixel(segment.start), plane.x.pixel(segment.end)
        if right > left:
            box = Box(left, low, right, high)
            layers += bars(plane, [box], segment.colour, opacity=segment.strength)
    if rung.ends is not None:
        middle = (low + high) / 2
        left, right = map(plane.x.pixel, rung.ends)
        layers.append(line((left, middle), (right, middle), INK))
        paid = plane.x.pixel(rung.paid)
        layers.append(line((paid, low - 3), (paid, high + 3), INK, thickness=2))
    return layers
