"""Everything in a decision that nobody measured here, with its value, the reason and the source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from equipoise.catalog.cost_ranges import cost_range
from equipoise.catalog.efficiencies import efficiencies
from equipoise.catalog.service_levels import levels_of
from equipoise.decisions.amounts import dollars
from equipoise.decisions.case import Case
from equipoise.decisions.load_words import speed_under_load
from equipoise.decisions.offer import Offer
from equipoise.decisions.own_offer import MACHINE_SPREAD, rate_spread
from equipoise.decisions.simulation import Outcome
from equipoise.domain.money import Money
from equipoise.domain.provenance import Assumption, Source
from equipoise.economics.api.path import ApiPath
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.quantity import median
from equipoise.economics.replicas import BUSY_CEILING, REPLICA_AVAILABILITY

_READ = date(2026, 11, 24)
_EQUIPOISE = Source("a choice of Equipoise: docs/explanation/costs.md", checked=_READ)
_SLA = Source(
    "AWS Compute Service Level Agreement", "https://aws.amazon.com/compute/sla", checked=_READ
)


def assumptions(
    case: Case, offers: Mapping[str, Offer], outcomes: Iterable[Outcome]
) -> tuple[Assumption, ...]:
    """All of them: quality, prices, machines, people, and what the method takes as given.

    An assumption that several candidates share is listed once.
    """
    rows = [
        *_quality(case, offers),
        *_money(case, offers),
        *_discounts(outcomes),
        *_people(case, offers),
        *_method(case, offers),
    ]
    return tuple(dict.fromkeys(rows))


def _file(case: Case) -> Source:
    """The workload file, as it was read for this decision."""
    return Source(case.file, checked=case.now)


def _quality(case: Case, offers: Mapping[str, Offer]) -> Iterable[Assumption]:
    for offer in offers.values():
        if offer.measured:
            continue
        reason = dict(case.trial.unmeasured).get(offer.id, "not reached")
        assumed = offer.candidate.assumed
        if assumed is None:
            yield Assumption(
                f"accept rate of {offer.id}", "unknown", f"unmeasured: {reason}", _file(case)
            )
        else:
            yield Assumption(
                f"accept rate of {offer.id}",
                f"{assumed.low:.0%} to {assumed.high:.0%}",
                f"unmeasured: {reason}; {assumed.why}",
                _file(case),
            )


def _money(case: Case, offers: Mapping[str, Offer]) -> Iterable[Assumption]:
    for offer in offers.values():
        if isinstance(offer.path, ApiPath):
            yield _price(offer, offer.path)
            # What the endpoint counted itself holds hidden tokens too, and no other tokenizer's.
            if case.trial.serving_of(offer.id) is None:
                yield from _tokens(case, offer, offer.path)
        elif isinstance(offer.path, OwnershipPath):
            yield from _rent(offer.path)
            yield from _speed(case, offer, offer.path)


def _price(offer: Offer, path: ApiPath) -> Assumption:
    card = path.card
    cached = f", {Money(card.cached * 1_000_000)} from the cache" if card.cached is not None else ""
    return Assumption(
        f"price of {offer.target.id}",
        f"{Money(card.input * 1_000_000)} input{cached}, {Money(card.output * 1_000_000)} output "
        "a million tokens",
        "list price",
        card.source,
    )


def _tokens(case: Case, offer: Offer, path: ApiPath) -> Iterable[Assumption]:
    row = cost_range("tokenizer_ratio")
    lengths, stated = case.trial.lengths_of(offer.id), case.workload.lengths is not None
    yield Assumption(
        f"tokens of {offer.target.model.name}",
        f"{lengths.input:,.1f} in, {lengths.output:,.1f} out a request, "
        f"times {row.low:g} to {row.high:g}",
        "stated in the workload file; its own tokenizer was not asked"
        if stated
        else "its own tokenizer was not asked; another one counted",
        Source(lengths.measured_by, checked=None if stated else case.now),
    )
    hidden = cost_range("reasoning_multiplier")
    if median(path.use.reasoning) != 1:
        yield Assumption(
            f"hidden reasoning tokens of {offer.target.model.name}",
            f"{hidden.middle:g} ({hidden.low:g} to {hidden.high:g}) tokens billed for one shown",
            "it thinks before it answers, and bills what nobody sees: measure it",
            hidden.source,
        )


def _discounts(outcomes: Iterable[Outcome]) -> Iterable[Assumption]:
    for outcome in outcomes:
        path = outcome.option.path
        cached = median(path.use.cached_share) if isinstance(path, ApiPath) else 0.0
        if cached:
            yield Assumption(
                f"prompt cache of {outcome.option.names}",
                f"{cached:.1%} of the input of every request is read from it",
                "requests follow each other closely enough to find it filled; quiet hours may not",
                _EQUIPOISE,
            )


def _rent(path: OwnershipPath) -> Iterable[Assumption]:
    machine, had = path.machine, path.terms.procurement
    if had.housed:
        source = machine.purchase_source or machine.price_source
        yield Assumption(f"price of {machine.name}", had.basis, "over the machine's life", source)
        return
    known = machine.usd_low == machine.usd_high
    yield Assumption(
        f"rent of {machine.name}",
        f"${machine.usd_per_hour:,.4g} an hour"
        + ("" if known else f", ${machine.usd_low:,.4g} to ${machine.usd_high:,.4g} elsewhere"),
        "ours, running all month" if known else "on demand, running all month",
        machine.price_source,
    )


def _speed(case: Case, offer: Offer, path: OwnershipPath) -> Iterable[Assumption]:
    subject = f"speed of {offer.id} on {path.machine.name}"
    rate = f"{path.rate_median:.3g} requests/s a replica"
    lengths = case.trial.lengths_of(offer.id)
    if offer.load is not None:
        spread = rate_spread(case, offer)
        yield from speed_under_load(offer, path.machine, offer.load, lengths, spread)
    elif offer.measured_rate:
        yield Assumption(
            subject,
            f"{rate}, give or take {MACHINE_SPREAD:.0%}",
            "measured here, one request at a time; taken to hold on the machine that is priced",
            _EQUIPOISE,
        )
    else:
        yield Assumption(
            subject,
            f"{rate}, {offer.rate.batch if offer.rate else 1} at a time, give or take "
            f"{rate_spread(case, offer):.0%}",
            f"estimated for {lengths.input:,.1f} tokens in and {lengths.output:,.1f} out, not "
            "measured: from the machine's data sheet and the model's architecture",
            efficiencies().source,
        )


def _people(case: Case, offers: Mapping[str, Offer]) -> Iterable[Assumption]:
    costs, source = case.workload.costs, _file(case)
    for what, fte in (("our own model", costs.self_hosting_fte), ("a vendor", costs.vendor_fte)):
        why = "stated as nothing: no people are counted" if fte == 0 else "stated, full-time share"
        yield Assumption(
            f"people to run against {what}",
            f"{fte:g} of an engineer at ${costs.engineer_usd_per_year:,.0f} a year",
            why,
            source,
        )
    if any(isinstance(offer.path, OwnershipPath) for offer in offers.values()):
        yield from _ownership(case)
    yield Assumption(
        "putting right one answer that is not accepted",
        dollars(costs.rejected_answer_usd),
        "stated; nothing would mean that bad answers cost nothing"
        if costs.rejected_answer_usd == 0
        else "stated",
        source,
    )


def _ownership(case: Case) -> Iterable[Assumption]:
    """What running our own takes besides: the workload's own figures, or the catalog's ranges."""
    own = dict(case.workload.costs.figures)
    for name in (
        "build_months",
        "migration_months",
        "refreshes_per_year",
        "refresh_days",
        "refresh_usd",
        "run_fte_per_step",
        "interest_per_year",
    ):
        row = cost_range(name)
        if name in own:
            yield Assumption(name, f"{own[name]:g} {row.unit}", "stated", _file(case))
        else:
            yield row.assumption()


def _method(case: Case, offers: Mapping[str, Offer]) -> Iterable[Assumption]:
    volume = case.workload.requirements.volume
    yield Assumption(
        "volume",
        f"{volume.requests_per_month:,} requests a month, the busiest hour {volume.peak_to_mean:g} "
        "times the mean",
        "stated; between peak and quiet the rate is taken to fall off exponentially",
        _file(case),
    )
    stated = case.workload.lengths
    if stated is not None:
        shared = f", {stated.shared_input:,.1f} of them the same in every request"
        yield Assumption(
            "length of a request",
            f"{stated.input:,.1f} tokens in{shared if stated.shared_input else ''}, "
            f"{stated.output:,.1f} out",
            "stated in the workload file, which has no items to count",
            Source(stated.measured_by),
        )
    if any(isinstance(offer.path, OwnershipPath) for offer in offers.values()):
        yield Assumption(
            "one machine is up",
            f"{REPLICA_AVAILABILITY:.1%} of the time",
            "what clouds promise for a single machine; machines fail independently",
            _SLA,
        )
        yield Assumption(
            "load a machine is planned for",
            f"{BUSY_CEILING:.0%} of its capacity",
            "above it, waiting grows faster than load",
            _EQUIPOISE,
        )
    yield from _promises(case, offers)


def _promises(case: Case, offers: Mapping[str, Offer]) -> Iterable[Assumption]:
    """What nobody measured of a vendor's service, beside what it promises."""
    for offer in offers.values():
        if isinstance(offer.path, ApiPath):
            timed = case.trial.serving_of(offer.id) is not None
            vendor = offer.target.endpoint.price_provider or offer.target.endpoint.id
            promises = [level for level in levels_of(vendor) if level.uptime is not None]
            promised = "" if timed else " latency is promised by nobody on a standard tier;"
            uptime = (
                f" uptime: {promises[0].uptime:.5%} is promised"
                if promises
                else (" no promise of uptime is known")
            )
            yield Assumption(
                f"availability of {offer.target.endpoint.name}"
                if timed
                else f"latency and availability of {offer.target.endpoint.name}",
                "taken to meet the requirements",
                f"not measured;{promised}{uptime}",
                promises[0].source if promises else _EQUIPOISE,
            )
