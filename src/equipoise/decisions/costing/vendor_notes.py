"""What a vendor's limits and promises say of a workload: whether it may be asked so much."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.catalog.service_levels import levels_of
from equipoise.catalog.vendor_limits import limits_of
from equipoise.decisions.case import Case
from equipoise.decisions.known_days import announced_prices
from equipoise.decisions.offer import Offer
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.promise import reaches
from equipoise.economics.api.quota import a_minute, quota


def vendor_notes(case: Case, offer: Offer, path: ApiPath) -> Iterator[str]:
    """What its prices will be, the busiest hour against the vendor's limits, and its promise of
    uptime against what is needed.

    Where its usual service does not reach the availability, one that does is named too.
    """
    for change in announced_prices((offer,)):
        if change.on is not None:
            yield f"On {change.on.isoformat()} its price changes. {change.sentence}."
    endpoint = offer.target.endpoint
    vendor = endpoint.price_provider or endpoint.id
    needed = case.workload.requirements
    busiest = a_minute(path.use, case.requests, needed.volume.peak_to_mean)
    limits = limits_of(vendor, endpoint.served_name(offer.target.model.id))
    source = f" ({limits.source})" if limits is not None else ""
    yield f"{quota(limits, busiest).sentence}{source}"
    promises = [reaches(level, needed.availability) for level in levels_of(vendor)]
    if not promises:
        yield f"No promise of uptime by {endpoint.name} is known."
        return
    yield promises[0].sentence
    if not promises[0].reaches:
        yield from (promise.sentence for promise in promises[1:] if promise.reaches)
