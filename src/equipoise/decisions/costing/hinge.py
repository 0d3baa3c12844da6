"""What the difference between our own and a vendor hangs on: one fact at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp
from statistics import NormalDist

from equipoise.catalog.cost_ranges import CostRange, cost_range
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import Hinge, Swing
from equipoise.decisions.offer import Offer
from equipoise.decisions.own_offer import ownership_plan, rate_spread
from equipoise.domain.provenance import Source
from equipoise.economics.api.path import ApiPath
from equipoise.economics.break_even_points import chance_own_is_cheaper
from equipoise.economics.draws import LEVEL, Sampler
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.ways import ownership_path
from equipoise.economics.quantity import median
from equipoise.economics.sensitivity import tornado

SHOWN = 3
_VOLUME_FOLD = 2.0
_Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
_ASSUMED = Source("assumed")
_COUNTED = ("tokenizer_ratio", "reasoning")


@dataclass(frozen=True, slots=True)
class Duel:
    """The cheapest of our own and the cheapest vendor."""

    own: Offer
    own_path: OwnershipPath
    vendor: Offer
    vendor_path: ApiPath


def hinge(case: Case, duel: Duel) -> Hinge:
    """The three facts that move the difference most, and how often our own is the cheaper.

    Rent, speed and the vendor's tokens have the ranges that the month's own range is drawn from;
    the volume is tried at half and at twice what is stated.
    """
    ranges = _ranges(case, duel)

    def difference(values: Mapping[str, float]) -> float:
        own = _had(case, duel, values["price"], values["speed"])
        vendor = duel.vendor_path.using(
            **{name: values[name] for name in _COUNTED if name in values}
        )
        return own.monthly(values["volume"]) - vendor.monthly(values["volume"])

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


def _had(case: Case, duel: Duel, price: float, speed: float) -> OwnershipPath:
    """Our own at another price of its machine, rent or purchase, and another speed."""
    machine, housed = duel.own_path.machine, duel.own_path.terms.procurement.housed
    machine = (
        replace(machine, usd_purchase=price)
        if housed
        else replace(machine, usd_per_hour=price, usd_low=price, usd_high=price)
    )
    plan = ownership_plan(case, duel.own, machine, duel.own_path.rate_median)
    changed = replace(plan, rate_median=speed, rate_spread=0.0)
    return ownership_path(changed, Sampler(0, count=1), "")


def _ranges(case: Case, duel: Duel) -> dict[str, CostRange]:
    rate, volume = duel.own_path.rate_median, case.requests
    wide = exp(_Z * rate_spread(case, duel.own))
    counted, vendor = "for one of ours", duel.vendor.id
    found = {
        "price": _machine_price(duel.own_path),
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
    if case.trial.serving_of(vendor) is None:
        row = cost_range("tokenizer_ratio")
        found["tokenizer_ratio"] = replace(row, id=f"tokens that {vendor} counts", unit=counted)
    if median(duel.vendor_path.use.reasoning) != 1:
        row = cost_range("reasoning_multiplier")
        found["reasoning"] = replace(row, id=f"tokens that {vendor} thinks", unit="for one shown")
    return found


def _machine_price(path: OwnershipPath) -> CostRange:
    machine = path.machine
    if path.terms.procurement.housed and machine.usd_purchase is not None:
        source = machine.purchase_source or machine.price_source
        name, usd = f"price of {machine.name}", machine.usd_purchase
        return CostRange.known(name, usd, "dollars for its accelerators", source)
    return CostRange(
        f"rent of {machine.name}",
        machine.usd_low,
        machine.usd_per_hour,
        machine.usd_high,
        "dollars an hour",
        machine.price_source,
    )
