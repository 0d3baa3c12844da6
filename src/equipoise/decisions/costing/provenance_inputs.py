"""The figures at the bottom: prices, speeds, tokens, and what the workload states."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from equipoise.catalog.efficiencies import efficiencies
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import CandidateCost, Figure
from equipoise.decisions.offer import Offer
from equipoise.domain.provenance import Source
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.tariff import KINDS, usd_per_token
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.quantity import median
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY

_MILLION = 1_000_000
_PLANNED = "planned_load"
_UP = "one_machine_is_up"


def stated(case: Case) -> tuple[Figure, ...]:
    """What the workload says, and what the method takes as given."""
    source = str(Source(case.file, checked=case.now))
    needed, costs = case.workload.requirements, case.workload.costs
    rows = (
        ("requests_per_month", case.requests, "requests a month"),
        ("peak_to_mean", needed.volume.peak_to_mean, "busiest hour over mean hour"),
        ("latency_seconds", needed.latency_p95_ms / 1000, "seconds an answer may take"),
        ("availability", needed.availability, "share of time"),
        ("engineer_usd_per_year", costs.engineer_usd_per_year, "dollars a year"),
        ("self_hosting_fte", costs.self_hosting_fte, "engineers to run our own"),
        ("vendor_fte", costs.vendor_fte, "engineers to run against a vendor"),
        ("egress_gb_per_request", costs.egress_gb_per_request, "gigabytes that leave an answer"),
        ("rejected_answer_usd", costs.rejected_answer_usd, "dollars to put one answer right"),
    )
    return (
        *(Figure(name, value, unit, source=source) for name, value, unit in rows),
        Figure(
            _PLANNED,
            BUSY_CEILING,
            "share of a machine's capacity",
            source="a choice of Equipoise: above it, waiting grows faster than load",
        ),
        Figure(
            _UP,
            REPLICA_AVAILABILITY,
            "share of time",
            source="AWS Compute Service Level Agreement, checked 2026-11-24",
        ),
    )


def vendor_inputs(case: Case, offer: Offer, path: ApiPath) -> Iterator[Figure]:
    """The vendor's prices, the tokens they are paid for, and what is promised to it."""
    yield from _tokens(case, offer, path)
    source = str(path.card.source)
    for kind in KINDS:
        usd = sum(
            share * usd_per_token(path.card, kind, batch=waits) for waits, share in path.use.parts()
        )
        unit = "dollars a million tokens"
        yield Figure(f"{offer.id}.{kind}_price", usd * _MILLION, unit, source=source)
    if path.commitment is not None:
        source = str(Source(case.file, checked=case.now))
        usd = path.commitment.paid_usd()
        yield Figure(f"{offer.id}.committed", usd, "dollars a month", source=source)


def own_inputs(
    case: Case, offer: Offer, path: OwnershipPath, row: CandidateCost
) -> Iterator[Figure]:
    """The machine's prices, its speed, and how many of them it takes."""
    name, machine = offer.id, path.machine
    yield from _tokens(case, offer)
    yield Figure(
        f"{name}.rent", machine.usd_per_hour, "dollars an hour", source=str(machine.price_source)
    )
    if machine.usd_purchase is not None:
        source = str(machine.purchase_source or machine.price_source)
        unit = "dollars for all accelerators of a machine"
        yield Figure(f"{name}.purchase_price", machine.usd_purchase, unit, source=source)
    yield _speed(offer, path)
    yield Figure(
        f"{name}.machine_count",
        None if row.machines is None else float(row.machines),
        machine.name,
        "as many as carry the busiest hour at the planned load, and spares for the availability",
        (
            "requests_per_month",
            "peak_to_mean",
            "availability",
            f"{name}.requests_per_second",
            _PLANNED,
            _UP,
        ),
    )
    counted = ("requests_per_month", f"{name}.machine_count", f"{name}.requests_per_second")
    yield Figure(
        f"{name}.utilisation",
        row.utilisation,
        "share of all machines' capacity",
        "requests a month / (machines × requests a second × seconds a month)",
        counted,
    )
    yield Figure(
        f"{name}.next_machine_at",
        row.next_machine_at,
        "requests a month",
        "the volume whose busiest hour fills the machines that work today to the planned load",
        (f"{name}.requests_per_second", "peak_to_mean", _PLANNED),
    )


def _tokens(case: Case, offer: Offer, path: ApiPath | None = None) -> Iterator[Figure]:
    lengths = case.trial.lengths_of(offer.id)
    counted = f"counted by {lengths.measured_by}"
    if case.workload.lengths is not None:
        counted = f"stated, from {lengths.measured_by}"
    unit, name = "tokens a request", offer.id
    yield Figure(f"{name}.shared_tokens", lengths.shared_input, unit, source=counted)
    hidden, ratio = (
        (1.0, 1.0)
        if path is None
        else (median(path.use.reasoning), median(path.use.tokenizer_ratio))
    )
    more = {"tokenizer_ratio": ratio, "reasoning_multiplier": hidden}
    for kind, tokens, ranges in (
        ("input", lengths.input, ("tokenizer_ratio",)),
        ("output", lengths.output, ("tokenizer_ratio", "reasoning_multiplier")),
    ):
        used = tuple(row for row in ranges if more[row] != 1)
        if not used:
            yield Figure(f"{name}.{kind}_tokens", tokens, unit, source=counted)
            continue
        ours = f"{name}.{kind}_tokens_as_we_count"
        yield Figure(ours, tokens, unit, source=counted)
        billed = tokens * prod(more[row] for row in used)
        sum_ = " × ".join(("as we count", *used))
        yield Figure(f"{name}.{kind}_tokens", billed, unit, sum_, (ours, *used))


def _speed(offer: Offer, path: OwnershipPath) -> Figure:
    tokens: tuple[str, ...] = (f"{offer.id}.input_tokens", f"{offer.id}.output_tokens")
    bench = offer.candidate.bench
    at_once = offer.rate.batch if offer.rate is not None else 1
    if bench is not None and offer.load is not None:
        basis, source = "read from a load test at these lengths", bench.path
    elif offer.measured_rate:
        basis, source = "one request at a time, as the trial was answered", "the trial's journal"
    else:
        basis = f"estimated, {at_once} at a time: the machine's data sheet × the model's layers"
        source = f"{efficiencies().source}; {path.machine.spec_source}"
        tokens = (*tokens, "latency_seconds")
    name, unit = f"{offer.id}.requests_per_second", "requests a second a machine"
    return Figure(name, path.rate_median, unit, basis, tokens, source)
