"""Where one path becomes cheaper than another as volume grows. Costs may be staircases.

A staircase can cross a line several times: every crossing in the range is reported that is not
within a ten-thousandth of the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isclose

import numpy as np

Cost = Callable[[float], float]

_Three = tuple[float, float, float]

_GRID = 400
_FINEST = 1.0001
_HALVINGS = 40
_COARSE = 41  # a grid for draws, each of which costs two thousand
_EDGE_HALVINGS = 8
# Where to look inside a cell: steps of equal height would meet a chord at a half, but not here.
_WITHIN = 0.381966
_STRAIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class Crossing:
    """A volume, in requests a month; `first_is_cheaper_below` says which side is whose."""

    requests: float
    first_is_cheaper_below: bool


def crossings(first: Cost, second: Cost, low: float, high: float) -> tuple[Crossing, ...]:
    """Every volume in [low, high] where the cheaper of two costs changes.

    Costs are per month or per request, and what a month costs never falls with volume. Looks at a
    logarithmic grid of 400 volumes, closer where a step may hide two crossings, then halves.
    Raises ValueError unless 0 < low < high.
    """
    if not 0 < low < high:
        raise ValueError(f"a range of volumes needs 0 < low < high; got {low}, {high}")
    looks = _looks(first, second, low, high)
    found: list[Crossing] = []
    previous = next(looks)
    sign = previous.sign
    for look in looks:
        if look.sign != 0 and sign not in (0, look.sign):
            at = _halve(first, second, previous.volume, look.volume)
            found.append(Crossing(at, first_is_cheaper_below=sign < 0))
        previous, sign = look, look.sign or sign
    return tuple(found)


def unsure(chance: Cost, low: float, high: float, level: float) -> tuple[float, float] | None:
    """The volumes between which neither of two paths is surely the cheaper; None where one is.

    `chance` is the share of draws, at a volume, in which the first costs less; a path is surely the
    cheaper where it is in a share of at least (1 + level)/2. Ends at `low` and `high` say that
    doubt reaches beyond them. Raises ValueError unless 0 < low < high.
    """
    if not 0 < low < high:
        raise ValueError(f"a range of volumes needs 0 < low < high; got {low}, {high}")
    sure = (1 + level) / 2

    def doubt(volume: float) -> bool:
        share = chance(volume)
        return max(share, 1 - share) < sure

    grid = [float(volume) for volume in np.geomspace(low, high, _COARSE)]
    doubtful = [place for place, volume in enumerate(grid) if doubt(volume)]
    if not doubtful:
        return None
    first, last = doubtful[0], doubtful[-1]
    start = _edge(doubt, grid[first], grid[first - 1]) if first else low
    end = _edge(doubt, grid[last], grid[last + 1]) if last + 1 < len(grid) else high
    return start, end


def _edge(doubt: Callable[[float], bool], inside: float, outside: float) -> float:
    for _ in range(_EDGE_HALVINGS):
        middle = (inside * outside) ** 0.5
        inside, outside = (middle, outside) if doubt(middle) else (inside, middle)
    return inside


def volumes(around: float, decades: float = 1.5, count: int = 31) -> Sequence[float]:
    """Volumes for a chart: as many decades below as above, evenly on a logarithmic scale."""
    middle = max(around, 1.0)
    return [float(v) for v in np.geomspace(middle / 10**decades, middle * 10**decades, count)]


@dataclass(frozen=True, slots=True)
class _Look:
    """Both costs at a volume."""

    volume: float
    first: float
    second: float

    @property
    def sign(self) -> int:
        """−1 where the first is cheaper, 1 where the second is, 0 where they cost the same."""
        return (self.first > self.second) - (self.first < self.second)


def _looks(first: Cost, second: Cost, low: float, high: float) -> Iterator[_Look]:
    """Both costs over the range, closely enough to see each change of the cheaper one."""
    grid = [_look(first, second, float(volume)) for volume in np.geomspace(low, high, _GRID)]
    yield grid[0]
    for cell in pairwise(grid):
        cells = [cell]
        while cells:
            left, right = cells.pop()
            if right.volume <= left.volume * _FINEST or _apart(left, right):
                yield right
                continue
            inside = _look(first, second, left.volume + _WITHIN * (right.volume - left.volume))
            if _straight(left, inside, right):
                yield right
            else:
                cells += [(inside, right), (left, inside)]


def _look(first: Cost, second: Cost, volume: float) -> _Look:
    return _Look(volume, first(volume), second(volume))


def _apart(left: _Look, right: _Look) -> bool:
    """Whether the costs cannot meet in between: volume × cost never falls with volume."""
    return (
        right.volume * right.first < left.volume * left.second
        or right.volume * right.second < left.volume * left.first
    )


def _straight(left: _Look, inside: _Look, right: _Look) -> bool:
    """Whether both costs run straight, by the month or by the request: they meet at most once."""
    costs = (
        (left.first, inside.first, right.first),
        (left.second, inside.second, right.second),
    )
    by_volume = (left.volume, inside.volume, right.volume)
    return any(all(_on_chord(cost, by) for cost in costs) for by in ((1.0, 1.0, 1.0), by_volume))


def _on_chord(cost: _Three, scale: _Three) -> bool:
    start, middle, end = (a * b for a, b in zip(cost, scale, strict=True))
    return isclose(middle, start + _WITHIN * (end - start), rel_tol=_STRAIGHT)


def _halve(first: Cost, second: Cost, low: float, high: float) -> float:
    sign = _look(first, second, low).sign
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _look(first, second, middle).sign == sign:
            low = middle
        else:
            high = middle
    return high
