"""What the difference between our own and a vendor hangs on: one fact at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp
from statistics import NormalDist

from equipoise.catalog.cost_ranges import CostRange
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import Hinge, Swing
from equipoise.decisions.offer import TOKENIZER_SPREAD, Offer, rate_spread
from equipoise.domain.provenance import Source
from equipoise.economics.break_even_points import chance_own_is_cheaper
from equipoise.economics.draws import LEVEL
from equipoise.economics.own_path import OwnPath
from equipoise.economics.sensitivity import tornado
from equipoise.economics.vendor_path import VendorPath

SHOWN = 3
_VOLUME_FOLD = 2.0
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
_ASSUMED = Source("assumed")


@dataclass(frozen=True, slots=True)
class Duel:
    """The cheapest of our own and the cheapest vendor."""

    own: Offer
    own_path: OwnPath
    vendor: Offer
    vendor_path: VendorPath


def hinge(case: Case, duel: Duel) -> Hinge:
    """The three facts that move the difference most, and how often our own is the cheaper.

    Rent, speed and the vendor's tokens have the ranges that the month's own range is drawn from;
    the volume is tried at half and at twice what is stated.
    """
    ranges = _ranges(case, duel)

    def difference(values: Mapping[str, float]) -> float:
        machine = replace(duel.own_path.machine, usd_per_hour=values["rent"])
        own = replace(duel.own_path, machine=machine, rate_median=values["speed"])
        volume = values["volume"]
        fees = volume * duel.vendor_path.request_usd() * values.get("tokens", 1.0)
        return own.monthly(volume) - fees - duel.vendor_path.people_usd

    swings = tuple(
        Swing(
            fact=ranges[bar.name].id,
            low=ranges[bar.name].low,
            high=ranges[bar.name].high,
            unit=ranges[bar.name].unit,
            at_low_usd=bar.at_low,
            at_high_usd=bar.at_high,
        )
        for bar in tornado(difference, ranges)[:SHOWN]
    )
    middle = duel.own_path.monthly(case.requests) - duel.vendor_path.monthly(case.requests)
    chance = chance_own_is_cheaper(duel.own_path, duel.vendor_path, case.requests)
    return Hinge(duel.own.id, duel.vendor.id, middle, chance, swings)


def _ranges(case: Case, duel: Duel) -> dict[str, CostRange]:
    machine, rate = duel.own_path.machine, duel.own_path.rate_median
    wide = exp(_Z * rate_spread(case, duel.own))
    volume = case.requests
    found = {
        "rent": CostRange(
            f"rent of {machine.name}",
            machine.usd_low,
            machine.usd_per_hour,
            machine.usd_high,
            "dollars an hour",
            machine.price_source,
        ),
        "speed": CostRange(
            f"speed of {duel.own.id}", rate / wide, rate, rate * wide, "requests a second", _ASSUMED
        ),
        "volume": CostRange(
            "volume",
            volume / _VOLUME_FOLD,
            volume,
            volume * _VOLUME_FOLD,
            "requests a month",
            _ASSUMED,
        ),
    }
    if case.trial.serving_of(duel.vendor.id) is None:
        low, high = TOKENIZER_SPREAD
        name = f"tokens that {duel.vendor.id} counts"
        found["tokens"] = CostRange(name, low, 1.0, high, "for one of ours", _ASSUMED)
    return found
