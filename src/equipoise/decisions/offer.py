"""A candidate as an offer: its target, what it would cost, how good it is, what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from equipoise.catalog import hardware, prices
from equipoise.decisions.case import Case
from equipoise.decisions.measured_load import Reading, far_lengths, read_load
from equipoise.domain.endpoint import Operator, Target
from equipoise.domain.evidence import QualityEvidence, Standing
from equipoise.domain.hardware import Hardware
from equipoise.domain.workload import Candidate
from equipoise.economics.draws import Draws, Sampler
from equipoise.economics.own_path import OwnPath
from equipoise.economics.serving_rate import SPREAD, ServingRate, estimate
from equipoise.economics.vendor_path import VendorPath
from equipoise.errors import UnpricedTargetError

TOKENIZER_SPREAD = (0.8, 1.25)
"""The middle 80 % of how many tokens another tokenizer makes of one of ours. Assumed."""

MACHINE_SPREAD = 0.2
"""How far the logarithm of another machine's rate strays from the measured one's. Assumed."""

Path = VendorPath | OwnPath


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate, priced where it can be.

    `path` is None where it has no price or its weights do not fit, and `unpriced` says why.
    `accept` draws its accept rate: measured, assumed, or None where nobody has said anything;
    `difference` draws how far it lies above the incumbent's, where both answered the same items.
    `rate` is what one replica of ours serves; `measured_rate` whether that was measured, and
    `load` what was read from a load test, where there is one.
    """

    candidate: Candidate
    target: Target
    quality: QualityEvidence
    path: Path | None
    accept: Draws | None
    difference: Draws | None = None
    unpriced: str = ""
    rate: ServingRate | None = None
    measured_rate: bool = False
    load: Reading | None = None

    @property
    def id(self) -> str:
        """The candidate's id."""
        return self.candidate.id

    @property
    def own(self) -> bool:
        """Whether we would run it ourselves."""
        return self.target.endpoint.operator is Operator.SELF

    @property
    def proven(self) -> bool:
        """Whether a measurement shows that it meets the quality bar."""
        return self.quality.standing is Standing.MET

    @property
    def measured(self) -> bool:
        """Whether it has answers at all."""
        return self.quality.standing is not Standing.UNMEASURED

    @property
    def accept_rate(self) -> float | None:
        """The accept rate that costs are stated at: as counted, else the middle of the assumed."""
        if self.measured:
            return self.quality.rate
        assumed = self.candidate.assumed
        return (assumed.low + assumed.high) / 2 if assumed is not None else None


def people(fte: float, usd_per_year: float) -> str:
    """How a cost of people is put together, in words."""
    return f"{fte:g} of an engineer at ${usd_per_year:,.0f} a year"


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
        return _own(case, offer, sampler)
    try:
        return replace(offer, path=_vendor(case, offer, sampler))
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


def _vendor(case: Case, offer: Offer, sampler: Sampler) -> VendorPath:
    lengths = case.trial.lengths_of(offer.id)
    counted = case.trial.serving_of(offer.id) is not None
    low, high = (1.0, 1.0) if counted else TOKENIZER_SPREAD
    costs = case.workload.costs
    return VendorPath(
        card=prices.rate_card(offer.target, case.now, round(lengths.input)),
        lengths=lengths,
        token_ratio=sampler.within(f"tokens/{offer.target.model.developer}", low, 1.0, high),
        people_usd=costs.vendor_fte * costs.engineer_usd_per_year / 12,
        people_basis=people(costs.vendor_fte, costs.engineer_usd_per_year),
    )


def _own(case: Case, offer: Offer, sampler: Sampler) -> Offer:
    machine = hardware.find(offer.candidate.hardware or "")
    offer = _timed(case, offer, machine)
    rate = offer.rate
    if rate is None or offer.unpriced:
        return offer
    model = offer.target.model
    costs = case.workload.costs
    path = OwnPath(
        machine=machine,
        rate_median=rate.requests_per_second,
        rate=sampler.lognormal(
            f"rate/{machine.id}/{model.id}", rate.requests_per_second, rate_spread(case, offer)
        ),
        rent=sampler.within(
            f"rent/{machine.id}", machine.usd_low, machine.usd_per_hour, machine.usd_high
        ),
        peak_to_mean=case.workload.requirements.volume.peak_to_mean,
        availability=case.workload.requirements.availability,
        people_usd=costs.self_hosting_fte * costs.engineer_usd_per_year / 12,
        people_basis=people(costs.self_hosting_fte, costs.engineer_usd_per_year),
    )
    return replace(offer, path=path)


def rate_spread(case: Case, offer: Offer) -> float:
    """How far the logarithm of a replica's true rate strays from what it is taken to be.

    A load test on the very machine knows it by itself, for requests like those it measured.
    """
    if not offer.measured_rate:
        return SPREAD
    bench, load = offer.candidate.bench, offer.load
    if bench is None or load is None or load.sd_log is None or bench.test.hardware is None:
        return MACHINE_SPREAD
    if far_lengths(load.level, case.trial.lengths_of(offer.id)):
        return max(MACHINE_SPREAD, load.sd_log)
    return load.sd_log


def _timed(case: Case, offer: Offer, machine: Hardware) -> Offer:
    """What a replica serves: by the load test, else by the trial's answers, else estimated.

    An offer that says in `unpriced` why nothing is known has no speed that could be priced.
    """
    model = offer.target.model
    bench = offer.candidate.bench
    if bench is not None:
        bound = case.workload.requirements.latency_p95_ms / 1000
        load = read_load(bench.test, case.trial.lengths_of(offer.id), bound)
        if load is None:
            why = f"no level of {bench.path} was served without failures, with times and to its end"
            return replace(offer, unpriced=why)
        return replace(offer, rate=load.rate, measured_rate=True, load=load)
    serving = case.trial.serving_of(offer.id)
    estimated = _estimated(case, offer, machine)
    if estimated is not None and not estimated.fits:
        return replace(
            offer, unpriced=f"{model.name} does not fit on {machine.name}", rate=estimated
        )
    if serving is not None:
        seconds = serving.busy_seconds
        rate = ServingRate(True, 1 / seconds, seconds, serving.concurrency)
        return replace(offer, rate=rate, measured_rate=True)
    if estimated is not None:
        return replace(offer, rate=estimated)
    return replace(offer, unpriced=f"the catalog has no architecture of {model.name}")


def _estimated(case: Case, offer: Offer, machine: Hardware) -> ServingRate | None:
    """What the machine would serve, going by the architecture; None where that is not known."""
    architecture = offer.target.model.architecture
    if architecture is None:
        return None
    bound = case.workload.requirements.latency_p95_ms / 1000
    return estimate(architecture, machine, case.trial.lengths_of(offer.id), bound)
