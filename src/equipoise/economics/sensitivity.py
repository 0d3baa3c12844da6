"""What an answer hangs on: one quantity at a time, all together, and what knowing one is worth.

Pure functions on draws and on a cost; none of them knows what the quantities mean.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, log2

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import sobol_indices

from equipoise.catalog.cost_ranges import CostRange
from equipoise.economics.draws import LEVEL, Draws

_Z = float(ndtri((1 + LEVEL) / 2))
_BIN = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a tornado: the cost with one quantity at its low and its high end."""

    name: str
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        """How far the cost moves."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Index:
    """The share of a cost's variance that a quantity explains alone, and with others."""

    name: str
    first: float
    total: float


@dataclass(frozen=True, slots=True)
class Regret:
    """What choosing an option is expected to cost beyond the best, and how often it is that."""

    name: str
    expected_usd: float
    chance_best: float


def tornado(
    cost: Callable[[Mapping[str, float]], float], ranges: Mapping[str, CostRange]
) -> tuple[Bar, ...]:
    """One quantity at a time to its 10th and 90th percentile, the others at their middle.

    The widest swing comes first.
    """
    middle = {name: row.middle for name, row in ranges.items()}
    bars = (
        Bar(name, cost({**middle, name: row.low}), cost({**middle, name: row.high}))
        for name, row in ranges.items()
    )
    return tuple(sorted(bars, key=lambda bar: -bar.swing))


def sobol(
    cost: Callable[[Mapping[str, Draws]], Draws],
    ranges: Mapping[str, CostRange],
    *,
    seed: int,
    count: int = 1024,
) -> tuple[Index, ...]:
    """Sobol's indices (Saltelli's design), the largest total first.

    `cost` takes arrays and is asked count · (quantities + 2) times, `count` rounded up to a power
    of two. A cost that does not vary has indices of 0.
    """
    names = list(ranges)

    def evaluate(points: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.asarray(cost(dict(zip(names, points, strict=True))), dtype=float)
        # A copy: scipy centres it in place.
        return np.array(np.broadcast_to(values, points.shape[1:]))

    probe = evaluate(_points(ranges, np.random.default_rng(seed).random((len(names), 64))))
    if np.ptp(probe) == 0:
        return tuple(Index(name, 0.0, 0.0) for name in names)
    found = sobol_indices(
        func=evaluate,
        n=2 ** ceil(log2(count)),
        dists=[_Range(row) for row in ranges.values()],
        rng=np.random.default_rng(seed),
    )
    rows = zip(names, np.ravel(found.first_order), np.ravel(found.total_order), strict=True)
    return tuple(
        sorted((Index(n, float(f), float(t)) for n, f, t in rows), key=lambda row: -row.total)
    )


def regrets(costs: Mapping[str, Draws]) -> tuple[Regret, ...]:
    """Expected regret of each option, the least first; draws agree one by one between options.

    Where several options are the best in a draw, they share it.
    """
    table = np.vstack(list(costs.values()))
    best = table.min(axis=0)
    wins = table == best
    shares = (wins / wins.sum(axis=0)).mean(axis=1)
    rows = (
        Regret(name, float((row - best).mean()), float(share))
        for name, row, share in zip(costs, table, shares, strict=True)
    )
    return tuple(sorted(rows, key=lambda row: row.expected_usd))


def value_of_certainty(costs: Mapping[str, Draws]) -> float:
    """Dollars that knowing everything would save: the least expected regret."""
    return regrets(costs)[0].expected_usd


def value_of_measuring(
    costs: Mapping[str, Draws], quantity: Draws, price_usd: float = 0.0
) -> float:
    """Dollars that knowing one quantity would save, less what finding out costs.

    The expected value of perfect information on it: with draws sorted by the quantity and cut into
    groups of about fifty, the best option of each group against the best of all. Groups see a
    little noise as knowledge, so that the value is a little high; it may be negative once the price
    is off.
    """
    table = np.vstack(list(costs.values()))
    order = np.argsort(quantity, kind="stable")
    groups = np.array_split(table[:, order], max(1, len(quantity) // _BIN), axis=1)
    knowing = sum(float(group.mean(axis=1).min()) * group.shape[1] for group in groups)
    return float(table.mean(axis=1).min() - knowing / table.shape[1]) - price_usd


@dataclass(frozen=True, slots=True)
class _Range:
    """A range as a distribution, for the design: the inverse of its distribution function."""

    row: CostRange

    def ppf(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The value below which a share of cases lies."""
        normals = ndtri(share)
        down = np.log(self.row.middle / self.row.low) / _Z
        up = np.log(self.row.high / self.row.middle) / _Z
        values: NDArray[np.float64] = self.row.middle * np.exp(
            np.where(normals < 0, down, up) * normals
        )
        return values


def _points(ranges: Mapping[str, CostRange], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack(
        [_Range(row).ppf(share) for row, share in zip(ranges.values(), shares, strict=True)]
    )
