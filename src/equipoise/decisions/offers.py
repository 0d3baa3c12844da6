"""Every candidate's offer: priced where it can be, with the reason where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer
from equipoise.decisions.own_offer import own_offer
from equipoise.decisions.vendor_offer import vendor_path
from equipoise.domain.endpoint import Target
from equipoise.domain.evidence import QualityEvidence, Standing
from equipoise.domain.workload import Candidate
from equipoise.economics.draws import Draws, Sampler
from equipoise.errors import UnpricedTargetError


def make_offers(case: Case, sampler: Sampler) -> Mapping[str, Offer]:
    """Make every candidate's offer, in the workload's order.

    What two offers have in common they draw from one stream, so that it cannot tell them apart:
    the rent of a machine, the speed of a model on it, the tokens of one developer's models, and
    what is assumed of the same weights asked with the same shots, whoever runs them.
    """
    return {row.id: _offer(case, row, sampler) for row in case.workload.candidates}


def _offer(case: Case, candidate: Candidate, sampler: Sampler) -> Offer:
    target = case.targets[candidate.id]
    quality = case.trial.quality_of(candidate.id)
    accept = _accept(candidate, target, quality, sampler)
    offer = Offer(candidate, target, quality, None, accept, _difference(case, candidate, sampler))
    if offer.own:
        return own_offer(case, offer, sampler)
    try:
        return replace(offer, path=vendor_path(case, offer, sampler))
    except UnpricedTargetError as error:
        return replace(offer, unpriced=error.message)


def _accept(
    candidate: Candidate, target: Target, quality: QualityEvidence, sampler: Sampler
) -> Draws | None:
    if quality.standing is not Standing.UNMEASURED:
        rejected = quality.items - quality.accepted
        return sampler.beta(f"accept/{candidate.id}", quality.accepted, rejected)
    if candidate.assumed is not None:
        name = f"assumed/{target.model.id}/{candidate.shots}"
        return sampler.uniform(name, candidate.assumed.low, candidate.assumed.high)
    return None


def _difference(case: Case, candidate: Candidate, sampler: Sampler) -> Draws | None:
    """The difference to the incumbent: how often the two differ, times which way they do."""
    bar = case.workload.requirements.non_inferiority
    if bar is None:
        return None
    for row in case.trial.paired:
        if (row.candidate, row.reference) == (candidate.id, bar.incumbent):
            apart = row.only_candidate + row.only_reference
            differ = sampler.beta(f"differ/{candidate.id}", apart, row.items - apart)
            better = sampler.beta(f"better/{candidate.id}", row.only_candidate, row.only_reference)
            drawn: Draws = differ * (2 * better - 1)
            return drawn
    return None
