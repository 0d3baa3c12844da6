"""The options of each plan: which candidates it would use, and how the load is split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.domain.decision import PlanKind, Share
from equipoise.domain.hardware import Hardware
from equipoise.domain.model import Weights
from equipoise.economics.accepted import Number, per_accepted
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Draws
from equipoise.economics.hybrid_path import HybridPath, best_hybrid
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.path import HOURS_PER_MONTH, CostPath

BATCH_HOURS = 24
"""What batch services promise (OpenAI and Anthropic batch pages, 2026-11)."""

CACHE_MINUTES = 5
"""How long a prefix nobody asks for stays in a vendor's cache (the same vendors' pages)."""

_MINUTES_PER_MONTH = HOURS_PER_MONTH * 60


@dataclass(frozen=True, slots=True)
class Option:
    """One way to carry out a plan.

    `accept` draws the accept rate of the whole and `accept_rate` is what costs are stated at, None
    where nobody measured or assumed it; `proven` whether every offer in it was shown to meet the
    bar.
    """

    kind: PlanKind
    offers: tuple[Offer, ...]
    shares: tuple[Share, ...]
    path: CostPath
    accept: Draws | None
    accept_rate: float | None
    proven: bool
    note: str = ""

    @property
    def names(self) -> str:
        """Its candidates, as one reads them."""
        return " and ".join(share.candidate for share in self.shares)

    @property
    def machine(self) -> Hardware | None:
        """The machine that it rents, if any."""
        path = self.path.own if isinstance(self.path, HybridPath) else self.path
        if isinstance(path, OwnershipPath) and not path.terms.procurement.housed:
            return path.machine
        return None


def make_options(case: Case, allowed: Mapping[str, Offer]) -> tuple[Option, ...]:
    """Every option of every plan among the offers that no constraint excludes."""
    offers = list(allowed.values())
    return (*_singles(case, offers), *_discounts(case, offers), *_hybrids(case, offers))


def kind_of(case: Case, offer: Offer) -> PlanKind:
    """Which plan a candidate belongs to.

    What is in use today is *as is*, whatever its weights and whoever runs it. Otherwise the two
    axes decide; another closed model is *optimised*, or *as is* where nothing is in use yet.
    """
    if offer.id == case.workload.incumbent:
        return PlanKind.AS_IS
    if offer.own:
        return PlanKind.OPEN_SELF
    if offer.target.model.weights is Weights.OPEN:
        return PlanKind.OPEN_HOSTED
    return PlanKind.AS_IS if case.workload.incumbent is None else PlanKind.OPTIMISED


def per_accepted_draws(case: Case, option: Option, monthly: Draws) -> Draws | None:
    """Dollars per accepted answer, draw by draw; None where no accept rate is known."""
    if option.accept is None:
        return None
    rejected = case.workload.costs.rejected_answer_usd
    return per_accepted(monthly, case.requests, np.maximum(option.accept, 1e-6), rejected)


def per_accepted_at(case: Case, option: Option, requests: float) -> float | None:
    """The same at so many requests a month, every uncertain quantity at its centre.

    None where no accept rate is known, or where nothing is accepted. A hybrid is split anew.
    """
    planned = planned_for(case, option, requests)
    rate = planned.accept_rate
    if not rate:
        return None
    rejected = case.workload.costs.rejected_answer_usd
    return per_accepted(planned.path.monthly(requests), requests, rate, rejected)


def planned_for(case: Case, option: Option, requests: float) -> Option:
    """The option as it would be at another volume: a hybrid with other shares, the rest as is."""
    if requests == case.requests or not isinstance(option.path, HybridPath):
        return option
    own, vendor = option.offers
    return _split(own, vendor, best_hybrid(option.path.own, option.path.vendor, requests), requests)


def _singles(case: Case, offers: Iterable[Offer]) -> Iterable[Option]:
    for offer in offers:
        if offer.path is not None:
            yield _single(case, offer, offer.path)


def _single(case: Case, offer: Offer, path: CostPath) -> Option:
    return Option(
        kind=kind_of(case, offer),
        offers=(offer,),
        shares=(_share(offer, 1.0),),
        path=path,
        accept=offer.accept,
        accept_rate=offer.accept_rate,
        proven=offer.proven,
    )


def _discounts(case: Case, offers: Iterable[Offer]) -> Iterable[Option]:
    """The vendors' own discounts: prefix cache, and batches if the answers may wait."""
    for offer in offers:
        if not isinstance(offer.path, ApiPath):
            continue
        path, notes = _discounted(case, offer, offer.path)
        if notes:
            option = replace(_single(case, offer, path), note=", ".join(notes))
            hosted = option.kind is PlanKind.OPEN_HOSTED
            yield option if hosted else replace(option, kind=PlanKind.OPTIMISED)


def _discounted(case: Case, offer: Offer, path: ApiPath) -> tuple[ApiPath, list[str]]:
    notes = []
    lengths, minimum = case.trial.lengths_of(offer.id), offer.target.model.cache_minimum_tokens
    shared = lengths.shared_input
    # A prefix that is asked for more rarely than the cache keeps it is read anew each time.
    warm = case.requests * CACHE_MINUTES >= _MINUTES_PER_MONTH
    if path.card.cached is not None and minimum is not None and shared >= minimum and warm:
        path = path.using(cached_share=shared / lengths.input)
        notes.append(f"prompt cache on the {shared:.0f} tokens that every request repeats")
    waits = case.workload.requirements.latency_p95_ms >= BATCH_HOURS * 3_600_000
    if waits and path.card.batch_input is not None:
        path = path.using(batch_share=1.0)
        notes.append("batches")
    return path, notes


def _hybrids(case: Case, offers: list[Offer]) -> Iterable[Option]:
    for own in offers:
        for vendor in offers:
            if isinstance(own.path, OwnershipPath) and isinstance(vendor.path, ApiPath):
                path = best_hybrid(own.path, vendor.path, case.requests)
                yield _split(own, vendor, path, case.requests)


def _split(own: Offer, vendor: Offer, path: HybridPath, requests: float) -> Option:
    share = path.own_share(requests)
    return Option(
        kind=PlanKind.HYBRID,
        offers=(own, vendor),
        shares=(_share(own, share), _share(vendor, 1 - share)),
        path=path,
        accept=_mixed(share, own.accept, vendor.accept),
        accept_rate=_mixed(share, own.accept_rate, vendor.accept_rate),
        proven=own.proven and vendor.proven,
        note=f"{path.machines} × {path.own.machine.name} for the base, the vendor above it",
    )


def _mixed(share: float, own: Number | None, vendor: Number | None) -> Number | None:
    return None if own is None or vendor is None else share * own + (1 - share) * vendor


def _share(offer: Offer, share: float) -> Share:
    target = offer.target
    return Share(offer.id, target.id, target.model.weights, target.endpoint.operator, share)
