"""A candidate that a vendor runs, as a path: its prices, and what the vendor will count."""

from __future__ import annotations

from equipoise.catalog import prices
from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.domain.hardware import RateCard
from equipoise.domain.provenance import Source
from equipoise.economics.api.commitment import CommittedSpend
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.tariff import stated
from equipoise.economics.api.use import Counting, Use
from equipoise.economics.draws import Sampler


def vendor_path(case: Case, offer: Offer, sampler: Sampler) -> ApiPath:
    """What a month of it costs; raises UnpricedTargetError where no list has its price."""
    lengths = case.trial.lengths_of(offer.id)
    costs, ours = case.workload.costs, offer.candidate.prices
    asked = Use(lengths.input, lengths.output)
    counting = Counting(
        thinks="reasoning" in offer.target.model.capabilities,
        # What the endpoint counted itself holds hidden tokens too, and no other tokenizer's.
        counted=case.trial.serving_of(offer.id) is not None,
        known=costs.figures,
    )
    promised = ours.committed_usd_per_month
    developer = offer.target.model.developer
    return ApiPath(
        card=_card(case, offer, lengths.input),
        use=counting.expected(asked),
        drawn=counting.uncertain(asked, sampler, developer),
        count=sampler.count,
        people_usd=costs.vendor_fte * costs.engineer_usd_per_year / 12,
        people_basis=(
            f"{costs.vendor_fte:g} of an engineer at ${costs.engineer_usd_per_year:,.0f} a year"
        ),
        commitment=CommittedSpend(promised, ours.committed_discount) if promised else None,
    )


def _card(case: Case, offer: Offer, input_tokens: float) -> RateCard:
    """The prices we were given, else the vendor's list."""
    ours = offer.candidate.prices
    into, out = ours.input_usd_per_million, ours.output_usd_per_million
    if into is None or out is None:
        return prices.rate_card(offer.target, case.now, round(input_tokens))
    source = Source(case.file, checked=case.now)
    cached = ours.cached_usd_per_million
    return stated(offer.target.id, into, out, source, cached_usd=cached)
