"""Where labels go so that none covers another: along one line, and around points in a plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]

_SIDES: tuple[tuple[int, Align], ...] = ((1, "left"), (-1, "right"))

LETTER = 6.4  # mean width in pixels of a letter at 11 px in the wider system fonts
LINE = 14.0  # height of a label with air


def width(text: str) -> float:
    """The room a label needs, on the safe side: readers' fonts differ."""
    return LETTER * len(text)


def shortened(text: str, room: float) -> str:
    """The text, cut with an ellipsis where it needs more room than there is."""
    letters = int(room / LETTER)
    return text if len(text) <= letters else f"{text[: max(1, letters - 1)]}…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> tuple[float, ...]:
    """Move positions as little as keeps them `gap` apart within `low` and `high`, in their order.

    Where they cannot all fit, the gap shrinks to what there is.
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    blocks: list[tuple[float, int]] = []  # (sum of what the members want at the block's head, size)
    for index in order:
        total, size = min(max(wanted[index], low), high), 1
        while blocks and blocks[-1][0] / blocks[-1][1] + gap * blocks[-1][1] > total / size:
            before, count = blocks.pop()
            total, size = before + total - gap * count * size, size + count
        blocks.append((total, size))
    placed = [0.0] * len(wanted)
    ranks = iter(order)
    room = gap * (len(wanted) - 1)
    done = 0
    for total, size in blocks:
        for step in range(size):
            floor, ceiling = low + gap * done, high - room + gap * done
            placed[next(ranks)] = min(max(total / size + gap * step, floor), ceiling)
            done += 1
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Whether this one lies inside the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A label's anchor: its x, the middle of its height, and on which side the text runs.

    A label that is `led` stands too far from its point to be read without a line between them.
    """

    x: float
    y: float
    align: Align
    led: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that wants a label, and how far its whisker reaches above and below."""

    x: float
    y: float
    top: float
    bottom: float
    text: str


def around(spots: Sequence[Spot], obstacles: Sequence[Box], frame: Box) -> tuple[Placed, ...]:
    """Place a label by each spot, or further away with a line to it where the spots crowd.

    The first position within the frame and clear of all obstacles and earlier labels is taken,
    else the least crowded one.
    """
    taken = list(obstacles)
    result = []
    for spot in spots:
        choices = [(placed, _box(placed, spot.text)) for placed in (*_near(spot), *_far(spot))]
        outside = [not box.within(frame) for _, box in choices]
        crowding = [sum(box.overlaps(other) for other in taken) for _, box in choices]
        best = min(range(len(choices)), key=lambda rank: (outside[rank], crowding[rank], rank))
        placed, box = choices[best]
        taken.append(box)
        result.append(placed)
    return tuple(result)


def _near(spot: Spot) -> tuple[Placed, ...]:
    right, left = spot.x + 11, spot.x - 11
    return (
        Placed(right, spot.y, "left"),
        Placed(left, spot.y, "right"),
        Placed(spot.x, spot.top - 9, "center"),
        Placed(spot.x, spot.bottom + 9, "center"),
    )


def _far(spot: Spot) -> tuple[Placed, ...]:
    """Positions on both sides, row by row, the nearest first; those to the right before others."""
    steps = [
        (across, rows)
        for across in (24, 70, 130, 200, 280)
        for rows in sorted(range(-9, 10), key=abs)
    ]
    steps.sort(key=lambda step: math.hypot(step[0], 1.5 * LINE * step[1]))
    return tuple(
        Placed(spot.x + side * across, spot.y + rows * LINE, align, led=True)
        for across, rows in steps
        for side, align in _SIDES
    )


def _box(placed: Placed, text: str) -> Box:
    room = width(text)
    left = placed.x - {"left": 0.0, "center": room / 2, "right": room}[placed.align]
    return Box(left, placed.y - LINE / 2, left + room, placed.y + LINE / 2)
