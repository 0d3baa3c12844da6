"""How many machines a load takes with their spares: the house's own count, at any size at once.

`economics.replicas` counts exactly; draw by draw and for parks of thousands that is too slow. Up
to 256 working machines the exact counts stand in a table, beyond it a normal approximation, which
is off by one machine at most.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from equipoise.economics.draws import Draws
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY, with_spares

_EXACT = 256


def machines_for(replicas: float, availability: float) -> tuple[int, int]:
    """Machines, and the spares among them, where a peak takes so many replicas at their full rate.

    Raises ValueError for an availability that cannot be promised.
    """
    working = max(1, ceil(replicas / BUSY_CEILING))
    if working <= _EXACT:
        machines = _table(availability)[working - 1]
    else:
        machines = ceil(float(_beyond(np.array([float(working)]), availability)[0]))
    return int(machines), int(machines) - working


def machines_drawn(replicas: Draws, availability: float) -> Draws:
    """The same for many draws: machines with their spares."""
    working = np.maximum(1.0, np.ceil(replicas / BUSY_CEILING))
    exact = np.array(_table(availability), dtype=np.float64)
    known = exact[np.minimum(working, _EXACT).astype(np.int64) - 1]
    drawn: Draws = np.where(working <= _EXACT, known, np.ceil(_beyond(working, availability)))
    return drawn


def _beyond(working: NDArray[np.float64], availability: float) -> Draws:
    """Machines of which `working` are up: a quantile of the negative binomial.

    Its mean, the deviations that were promised, and what its skewness adds to them (the first term
    of Cornish and Fisher's expansion, 1938); half less, for it counts in whole machines.
    """
    deviations = max(NormalDist().inv_cdf(availability), 0.0)
    down = 1 - REPLICA_AVAILABILITY
    spread = sqrt(down) * np.sqrt(working) / REPLICA_AVAILABILITY
    skewed = (deviations**2 - 1) / 6 * (1 + down) / REPLICA_AVAILABILITY
    found: Draws = working / REPLICA_AVAILABILITY + deviations * spread + skewed - 0.5
    return np.maximum(np.maximum(found, working), float(_table(availability)[-1]))


@lru_cache(maxsize=16)
def _table(availability: float) -> tuple[int, ...]:
    return tuple(with_spares(working, availability) for working in range(1, _EXACT + 1))
