"""A candidate on machines of our own, as a path: how fast, how had, and by whom it is run."""

from __future__ import annotations

from dataclasses import replace

from equipoise.catalog import hardware, shapes
from equipoise.decisions.case import Case
from equipoise.decisions.measured_load import far_lengths, read_load
from equipoise.decisions.offer import Offer
from equipoise.domain.hardware import Hardware
from equipoise.domain.provenance import Source
from equipoise.domain.workload import Candidate, CostAssumptions
from equipoise.economics import sanity
from equipoise.economics.draws import Sampler
from equipoise.economics.drift import Drift
from equipoise.economics.ownership.people import MACHINES_PER_STEP
from equipoise.economics.ownership.terms import Figures
from equipoise.economics.ownership.ways import Plan, ownership_path
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import median
from equipoise.economics.replicas import with_spares, working_replicas
from equipoise.economics.throughput.serving import ServingRate, serving_rate
from equipoise.errors import UnpricedTargetError

MACHINE_SPREAD = 0.2
"""How far the logarithm of another machine's rate strays from the measured one's. Assumed."""


def own_offer(case: Case, offer: Offer, sampler: Sampler) -> Offer:
    """The offer with its path, or with the reason why it has none."""
    machine = machine_of(case, offer.candidate)
    offer = _timed(case, offer, machine)
    if offer.rate is None or offer.unpriced:
        return offer
    plan = ownership_plan(case, offer, machine, offer.rate.requests_per_second)
    try:
        path = ownership_path(plan, sampler, rate_stream(offer, machine))
    except UnpricedTargetError as error:
        return replace(offer, unpriced=error.message)
    return replace(offer, path=path)


def machine_of(case: Case, candidate: Candidate) -> Hardware:
    """The machine of a candidate at the prices we pay, where they are not the catalog's."""
    machine, ours = hardware.find(candidate.hardware or ""), candidate.prices
    source = Source(case.file, checked=case.now)
    if ours.usd_per_hour is not None:
        sanity.check({"usd_per_machine_hour": ours.usd_per_hour})
        rent = ours.usd_per_hour
        machine = replace(
            machine, usd_per_hour=rent, usd_low=rent, usd_high=rent, price_source=source
        )
    if ours.usd_purchase is not None:
        sanity.check({"usd_per_machine": ours.usd_purchase})
        machine = replace(machine, usd_purchase=ours.usd_purchase, purchase_source=source)
    return machine


def rate_stream(offer: Offer, machine: Hardware) -> str:
    """The name of the draws of a model's speed on a machine, which all its uses share."""
    return f"rate/{machine.id}/{offer.target.model.id}"


def ownership_plan(case: Case, offer: Offer, machine: Hardware, rate: float) -> Plan:
    """How the machine is had and staffed, as the workload says; `rate` is its requests a second.

    The engineers it names are all that running takes at its volume: more machines take more.
    Raises ConfigurationError where what it says of its costs cannot be meant.
    """
    needed = case.workload.requirements
    peak = case.requests / (HOURS_PER_MONTH * 3600) * needed.volume.peak_to_mean
    working = working_replicas(peak, rate)
    figures = Figures(own=own_figures(case.workload.costs, running=_runs(case, offer)))
    return Plan(
        way=offer.candidate.prices.way,
        machine=machine,
        rate_median=rate,
        rate_spread=rate_spread(case, offer),
        peak_to_mean=needed.volume.peak_to_mean,
        availability=needed.availability,
        figures=figures,
        gb_per_request=case.workload.costs.egress_gb_per_request,
        rent=Drift(median(figures("rent_ratio_per_year"))),
        first_machines=max(MACHINES_PER_STEP, with_spares(working, needed.availability)),
    )


def _runs(case: Case, offer: Offer) -> bool:
    """Whether we run it already: it is the incumbent, or the same weights on the same machine."""
    row = offer.candidate
    return any(
        other.id == row.id or (other.target, other.hardware) == (row.target, row.hardware)
        for other in case.workload.candidates
        if other.id == case.workload.incumbent
    )


def own_figures(costs: CostAssumptions, *, running: bool) -> tuple[tuple[str, float], ...]:
    """What the organisation says of its costs, by the ids of the ranges it replaces.

    On call and expertise are in its full-time equivalents. Building, moving and refreshing are the
    catalog's unless it says otherwise; what is `running` already is neither built nor moved to.
    """
    figures = {
        "engineer_usd_per_year": costs.engineer_usd_per_year,
        "run_fte": costs.self_hosting_fte,
        "on_call_fte": 0.0,
        "expertise_fte": 0.0,
    }
    if running:
        figures |= {"build_months": 0.0, "migration_months": 0.0}
    return tuple((figures | dict(costs.figures)).items())


def rate_spread(case: Case, offer: Offer) -> float:
    """How far the logarithm of a replica's true rate strays from what it is taken to be.

    A load test on the very machine knows it by itself, for requests like those it measured.
    """
    if not offer.measured_rate:
        return offer.rate.sd_log if offer.rate is not None else 0.0
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
        return replace(offer, unpriced=_does_not_fit(case, offer, machine), rate=estimated)
    if serving is not None:
        seconds = serving.busy_seconds
        rate = ServingRate(True, 1 / seconds, seconds, serving.concurrency)
        return replace(offer, rate=rate, measured_rate=True)
    if estimated is not None:
        return replace(offer, rate=estimated)
    return replace(offer, unpriced=f"the catalog has no architecture of {model.name}")


def _does_not_fit(case: Case, offer: Offer, machine: Hardware) -> str:
    """What is short: the model's context, or the machine's memory."""
    model, lengths = offer.target.model, case.trial.lengths_of(offer.id)
    tokens = lengths.input + lengths.output
    if model.architecture is not None and tokens > model.architecture.context:
        return (
            f"a request of {tokens:,.0f} tokens is longer than the context of {model.name}, "
            f"{model.architecture.context:,}"
        )
    return f"{model.name} does not fit on {machine.name}"


def _estimated(case: Case, offer: Offer, machine: Hardware) -> ServingRate | None:
    """What the machine would serve, going by the architecture; None where that is not known."""
    model = offer.target.model
    if model.architecture is None:
        return None
    bound = case.workload.requirements.latency_p95_ms / 1000
    lengths = case.trial.lengths_of(offer.id)
    return serving_rate(shapes.of_model(model.id), machine, lengths, bound)
