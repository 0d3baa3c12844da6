"""How many copies of a machine carry a peak, and how many more keep the promised availability."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, log, sqrt

BUSY_CEILING = 0.8
"""The share of its capacity a replica is planned for: above it queues grow faster than load."""

REPLICA_AVAILABILITY = 0.995
"""The share of time one rented machine is up: AWS Compute SLA, instance level, read 2026-11."""


def working_replicas(peak_per_second: float, replica_per_second: float) -> int:
    """Replicas that carry the busiest hour at the planned load; at least one.

    Raises ValueError unless a replica serves more than nothing.
    """
    if replica_per_second <= 0:
        raise ValueError(f"a replica must serve something; got {replica_per_second} requests/s")
    return max(1, ceil(peak_per_second / (replica_per_second * BUSY_CEILING)))


@lru_cache(maxsize=4096)
def with_spares(working: int, availability: float) -> int:
    """The fewest replicas of which `working` are up at least the share `availability` of time.

    Replicas fail independently: N is the smallest for which P(Binomial(N, a) ≥ k) ≥ target. That
    is k plus a quantile of the negative binomial, the replicas found down before k are found up.
    Raises ValueError for an availability outside (0, 1), or one too close to 1 to compute.
    """
    if not 0 < availability < 1:
        raise ValueError(f"availability must lie between 0 and 1, such as 0.99; got {availability}")
    down = 1 - REPLICA_AVAILABILITY
    most = working * down + 12 * sqrt(working * down) + 16  # 12 deviations: beyond what floats see
    # In logarithms: the chance that all of a large fleet is up underflows.
    chance_log, reached = working * log(REPLICA_AVAILABILITY), 0.0
    for spares in range(ceil(most)):
        reached += exp(chance_log)
        if reached >= availability:
            return working + spares
        chance_log += log((working + spares) * down / (spares + 1))
    raise ValueError(f"an availability of {availability} cannot be told from 1")
