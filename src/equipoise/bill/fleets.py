"""Machines that would take over a bill: which open models, on what, how many; people left out.

Billed models that one open model can stand in for may share its machines. The split that saves
most is chosen among a few: each billed model with its own cheapest stand-in, or as many as pays
with one. Which splits are looked at does not depend on what machines cost or on the load, so that
a harder demand can never make the best of them better.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from equipoise.bill.facts import Facts
from equipoise.bill.spares import machines_for
from equipoise.bill.stand_ins import StandIn, stand_ins
from equipoise.bill.traffic import Traffic
from equipoise.catalog import models, shapes
from equipoise.catalog.hardware import hardware_rows
from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.throughput.serving import ServingRate, serving_rates

_SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600
_ALONE = 24
"""How many billed models, the dearest, may have a fleet of their own."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one open model would have to serve a month."""

    requests: float
    lengths: Lengths

    @property
    def per_second(self) -> float:
        """Requests a second in the mean hour."""
        return self.requests / _SECONDS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Choice:
    """A machine, and what one replica on it serves at the centre of what is estimated."""

    machine: Hardware
    rate: ServingRate


@dataclass(frozen=True)
class FleetPlan:
    """One open model for some of the billed models; the machine depends on how large the load is.

    `choices` are the machines on which it fits, none of them both slower and dearer than another.
    """

    traffic: tuple[Traffic, ...]
    stand_in: StandIn
    choices: tuple[Choice, ...]
    load: Load
    facts: Facts

    @cached_property
    def spend_usd(self) -> float:
        """What the billed models cost today."""
        return sum(row.spend_usd for row in self.traffic)

    @property
    def machine(self) -> Hardware:
        """The cheapest machine for today's load."""
        return self.best(1.0).machine

    @property
    def slow_seconds(self) -> float | None:
        """What an answer takes where no machine is as fast as asked for; None where one is."""
        seconds = self.best(1.0).rate.seconds_per_request
        return seconds if seconds > self.facts.latency_seconds else None

    def best(self, scale: float) -> Choice:
        """The cheapest choice at so many times today's load."""
        return min(self.choices, key=lambda choice: self._usd(choice, scale))

    def machines(self, scale: float = 1.0) -> tuple[int, int]:
        """Machines at so many times today's load, and how many of them are spares."""
        return machines_for(self._per_replica(self.best(scale), scale), self.facts.availability)

    def machines_usd(self, scale: float = 1.0) -> float:
        """Their rent a month."""
        return min(self._usd(choice, scale) for choice in self.choices)

    @cached_property
    def gain_usd(self) -> float:
        """What is saved before anybody is paid."""
        return self.spend_usd - self.machines_usd()

    def _usd(self, choice: Choice, scale: float) -> float:
        count, _ = machines_for(self._per_replica(choice, scale), self.facts.availability)
        return count * choice.machine.usd_per_hour * HOURS_PER_MONTH

    def _per_replica(self, choice: Choice, scale: float) -> float:
        peak = self.load.per_second * scale * self.facts.peak_to_mean
        return peak / choice.rate.requests_per_second


def plan_fleets(traffic: Sequence[Traffic], facts: Facts) -> tuple[FleetPlan, ...]:
    """The fleets that save most before staff, whether or not each pays for itself.

    Traffic that no open model could serve, such as audio, is in none of them.
    """
    texts = [row for row in traffic if row.generates]
    able = [stand_ins(row, facts.quality_slack) for row in texts]
    alone = {
        place: plan
        for place, row in enumerate(texts[:_ALONE])
        if (plan := _alone(row, able[place], facts)) is not None
    }
    splits = [tuple(alone.values())]
    for stand_in, places in _by_stand_in(able).items():
        # Whatever pays most for its tokens joins first.
        joining = sorted(places, key=lambda place: (-_usd_per_token(texts[place]), place))
        loads = list(accumulate((_Sum.of(texts[place], facts) for place in joining), _Sum.plus))
        for count in _counts(len(joining)):
            rows = tuple(texts[place] for place in joining[:count])
            why = able[max(joining[:count], key=lambda place: texts[place].spend_usd)]
            chosen = next(row for row in why if row.model.id == stand_in)
            plan = _plan(rows, chosen, loads[count - 1].load, facts)
            if plan is not None:
                taken = set(joining[:count])
                rest = (other for place, other in alone.items() if place not in taken)
                splits.append((plan, *rest))
    best = max(splits, key=_worth)
    return tuple(sorted(best, key=lambda plan: (-plan.spend_usd, plan.stand_in.model.id)))


def load_of(traffic: Iterable[Traffic], facts: Facts) -> Load:
    """Requests and mean lengths of some traffic together."""
    total = _Sum(0.0, 0, 0, 0)
    for row in traffic:
        total = total.plus(_Sum.of(row, facts))
    return total.load


@dataclass(frozen=True, slots=True)
class _Sum:
    """Requests and tokens of some traffic."""

    requests: float
    read: int
    repeated: int
    written: int

    @classmethod
    def of(cls, row: Traffic, facts: Facts) -> _Sum:
        requests = row.requests or row.tokens.total / facts.tokens_per_request
        return cls(requests, row.tokens.prompt, row.tokens.cached, row.tokens.answer)

    def plus(self, other: _Sum) -> _Sum:
        return _Sum(
            self.requests + other.requests,
            self.read + other.read,
            self.repeated + other.repeated,
            self.written + other.written,
        )

    @property
    def load(self) -> Load:
        """What the vendor read from its cache, ours would have in its own."""
        requests = max(self.requests, 1.0)
        read = max(self.read / requests, 1.0)
        lengths = Lengths(
            input=read,
            shared_input=min(self.repeated / requests, read),
            output=max(self.written / requests, 1.0),
            measured_by="the bill",
        )
        return Load(requests, lengths)


def _alone(row: Traffic, able: Sequence[StandIn], facts: Facts) -> FleetPlan | None:
    load = load_of((row,), facts)
    plans = (_plan((row,), stand_in, load, facts) for stand_in in able)
    found = [plan for plan in plans if plan is not None]
    return min(found, key=lambda plan: plan.machines_usd(), default=None)


def _plan(
    traffic: tuple[Traffic, ...], stand_in: StandIn, load: Load, facts: Facts
) -> FleetPlan | None:
    """A fleet of the machines on which it fits; None where it fits on none.

    Where none answers as fast as asked for, the slower ones are taken.
    """
    choices = _choices(stand_in.model.id, load.lengths, facts.latency_seconds)
    return FleetPlan(traffic, stand_in, choices, load, facts) if choices else None


@lru_cache(maxsize=4096)
def _choices(model: str, lengths: Lengths, latency: float) -> tuple[Choice, ...]:
    if models.find(model).architecture is None:
        return ()
    machines = hardware_rows()
    rates = serving_rates(shapes.of_model(model), machines, lengths, latency)
    fitting = [
        Choice(machine, rate) for machine, rate in zip(machines, rates, strict=True) if rate.fits
    ]
    soon = [row for row in fitting if row.rate.seconds_per_request <= latency]
    kept: list[Choice] = []
    # Cheapest first: a dearer machine is worth a look only if it serves more.
    for row in sorted(soon or fitting, key=lambda row: row.machine.usd_per_hour):
        fastest = max((other.rate.requests_per_second for other in kept), default=0.0)
        if row.rate.requests_per_second > fastest:
            kept.append(row)
    return tuple(kept)


def _by_stand_in(able: Sequence[Sequence[StandIn]]) -> Mapping[str, list[int]]:
    """The places of the billed models that each open model could stand in for."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, found in enumerate(able):
        for stand_in in found:
            places[stand_in.model.id].append(place)
    return {name: places[name] for name in sorted(places)}


def _counts(most: int) -> Sequence[int]:
    """How many may join: each number up to a dozen, then in larger steps, and all."""
    counts = {*range(1, min(most, 12) + 1), most}
    step = 16
    while step < most:
        counts.add(step)
        step *= 2
    return sorted(counts)


def _usd_per_token(row: Traffic) -> float:
    return row.spend_usd / row.tokens.total


def _worth(plans: Sequence[FleetPlan]) -> tuple[float, float]:
    """What is saved; where nothing is, by how little the machines cost too much."""
    gains = [plan.gain_usd for plan in plans]
    return sum(max(gain, 0.0) for gain in gains), sum(gains)
