"""How much to run ourselves: the newsvendor's critical fractile, and tiers of it.

A unit of capacity costs c_f an hour whether it is used or not and c_v when it is; what it takes
over would cost p from a vendor. One more unit pays for as long as demand reaches it often enough:
P(D > K*) = κ = c_f/(p − c_v). Where κ is 1 or more nothing is worth running.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from equipoise.economics.load import Load


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Dollars an hour for one machine's worth of work.

    `held_usd_per_hour` is paid for a machine of our own, used or not; `used_usd_per_hour` on top
    while it is used; `vendor_usd_per_hour` is what a vendor asks for what one machine does in an
    hour. Raises ValueError below 0.
    """

    held_usd_per_hour: float
    used_usd_per_hour: float
    vendor_usd_per_hour: float

    def __post_init__(self) -> None:
        if min(self.held_usd_per_hour, self.used_usd_per_hour, self.vendor_usd_per_hour) < 0:
            raise ValueError("costs are not negative")

    @property
    def critical_ratio(self) -> float:
        """κ: the share of time for which a machine has to be busy to pay for itself.

        1 where the vendor is no dearer than the running of a machine that costs nothing to have.
        """
        gain = self.vendor_usd_per_hour - self.used_usd_per_hour
        return min(1.0, self.held_usd_per_hour / gain) if gain > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Split:
    """So many machines of our own, the rest from a vendor; dollars an hour.

    `saving_usd_per_hour` is against the vendor alone, the fixed overhead counted; `utilisation` is
    of our machines, None where there is none.
    """

    machines: int
    own_share: float
    utilisation: float | None
    usd_per_hour: float
    saving_usd_per_hour: float


def best_capacity(load: Load, costs: UnitCosts) -> float:
    """K* relative to the mean demand, not in whole machines; 0 where nothing is worth running."""
    ratio = costs.critical_ratio
    return 0.0 if ratio >= 1 else load.level_exceeded(ratio)


def cost_of(load: Load, costs: UnitCosts, mean_machines: float, machines: float) -> float:
    """Dollars an hour with so many machines, for a mean demand in machines' work."""
    served = load.served_share(machines / mean_machines) if mean_machines > 0 else 0.0
    work = costs.used_usd_per_hour * served + costs.vendor_usd_per_hour * (1 - served)
    return costs.held_usd_per_hour * machines + mean_machines * work


def best_split(load: Load, costs: UnitCosts, mean_machines: float, overhead: float = 0.0) -> Split:
    """The whole number of machines that costs least, or none where even that does not pay.

    `overhead` is what running anything at all costs an hour: people, a spare. Raises ValueError for
    a negative demand.
    """
    if mean_machines < 0:
        raise ValueError(f"demand is not negative; got {mean_machines}")
    vendor_only = mean_machines * costs.vendor_usd_per_hour
    machines = _first_that_does_not_pay(load, costs, mean_machines)
    usd = cost_of(load, costs, mean_machines, machines) + overhead
    if machines == 0 or usd >= vendor_only:
        return Split(0, 0.0, None, vendor_only, 0.0)
    served = load.served_share(machines / mean_machines)
    used = served * mean_machines / machines
    return Split(machines, served, used, usd, vendor_only - usd)


def _first_that_does_not_pay(load: Load, costs: UnitCosts, mean_machines: float) -> int:
    """Each machine more takes over less than the one before: halving finds the first too many."""
    if mean_machines == 0 or costs.critical_ratio >= 1:
        return 0
    low, high = 0, ceil(load.level_exceeded(0.0) * mean_machines)
    while low < high:
        middle = (low + high) // 2
        here, more = (cost_of(load, costs, mean_machines, n) for n in (middle, middle + 1))
        if here <= more:
            high = middle
        else:
            low = middle + 1
    return low


@dataclass(frozen=True, slots=True)
class CapacityTier:
    """A way to have a machine's worth of work: dollars an hour had, and more for an hour used.

    Reserved machines cost when idle, machines on demand and spot that are let go again cost when
    used (their waste within `used_usd_per_hour`), a vendor by the token costs nothing when idle.
    """

    name: str
    held_usd_per_hour: float
    used_usd_per_hour: float


@dataclass(frozen=True, slots=True)
class Tranche:
    """The machines from the `first` to the `last`, counted from 1, and how they are had."""

    tier: CapacityTier
    first: int
    last: int
    usd_per_hour: float


def stack(load: Load, tiers: Sequence[CapacityTier], mean_machines: float) -> tuple[Tranche, ...]:
    """The cheapest way to have each machine, from the busiest to that of the peak.

    A machine used for the share u of time costs held + used·u: what is dear to have and cheap to
    use comes first. Raises ValueError without tiers, or for a negative demand.
    """
    if not tiers or mean_machines < 0:
        raise ValueError("a stack needs tiers, and a demand that is not negative")
    most = ceil(load.level_exceeded(0.0) * mean_machines)
    bounds = [0]
    envelope = _envelope(tiers)
    for dear, cheap in pairwise(envelope):
        worth = (dear.held_usd_per_hour - cheap.held_usd_per_hour) / (
            cheap.used_usd_per_hour - dear.used_usd_per_hour
        )
        bounds.append(max(bounds[-1], _busier_than(load, mean_machines, worth, most)))
    bounds.append(most)
    return tuple(
        Tranche(tier, start + 1, end, _tranche_usd(load, tier, mean_machines, start, end))
        for tier, (start, end) in zip(envelope, pairwise(bounds), strict=True)
        if end > start
    )


def _envelope(tiers: Sequence[CapacityTier]) -> list[CapacityTier]:
    """Tiers that are cheapest at some use from 1 down to 0, in that order."""
    found = [
        min(
            tiers,
            key=lambda tier: (
                tier.held_usd_per_hour + tier.used_usd_per_hour,
                tier.held_usd_per_hour,
            ),
        )
    ]
    while True:
        last = found[-1]
        ahead = [
            t
            for t in tiers
            if t.held_usd_per_hour < last.held_usd_per_hour
            and t.used_usd_per_hour > last.used_usd_per_hour
        ]
        if not ahead:
            break
        found.append(
            max(
                ahead,
                key=lambda t: (
                    (last.held_usd_per_hour - t.held_usd_per_hour)
                    / (t.used_usd_per_hour - last.used_usd_per_hour),
                    -t.used_usd_per_hour,
                ),
            )
        )
    return found


def _busier_than(load: Load, mean_machines: float, share: float, most: int) -> int:
    """How many machines are used for more than `share` of the time."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        used = _used(load, mean_machines, middle - 1, middle)
        low, high = (middle, high) if used > share else (low, middle - 1)
    return low


def _used(load: Load, mean_machines: float, start: int, end: int) -> float:
    """Machine-hours used an hour by the machines after `start` up to `end`."""
    above, under = (load.served_share(n / mean_machines) for n in (end, start))
    return (above - under) * mean_machines


def _tranche_usd(
    load: Load, tier: CapacityTier, mean_machines: float, start: int, end: int
) -> float:
    used = _used(load, mean_machines, start, end)
    return tier.held_usd_per_hour * (end - start) + tier.used_usd_per_hour * used
