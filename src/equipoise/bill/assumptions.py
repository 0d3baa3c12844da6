"""What the page takes for granted, each with the reason and whose word it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.bill.facts import Facts
from equipoise.bill.traffic import Traffic
from equipoise.catalog.capability import capabilities
from equipoise.catalog.list_prices import price_data
from equipoise.domain.provenance import Assumption, Source
from equipoise.economics.replicas import REPLICA_AVAILABILITY

_USER = Source("an option of the command, or its default")


def assumptions(facts: Facts, traffic: Sequence[Traffic]) -> tuple[Assumption, ...]:
    """The page's assumptions, in the order in which they matter."""
    return (*_of_the_machines(facts), *_of_the_exports(facts, traffic), *_of_the_models(traffic))


def _of_the_machines(facts: Facts) -> Iterable[Assumption]:
    yield Assumption(
        "engineers",
        f"{facts.engineers:g}, at ${facts.engineer_usd_per_year:,.0f} a year each, all costs in",
        "somebody builds it, runs it and is called at night; one person alone cannot be on call",
        _USER,
    )
    yield Assumption(
        "availability",
        f"{facts.availability:.8g}",
        f"spare machines follow from it; one rented machine is up {REPLICA_AVAILABILITY:.1%}",
        _USER,
    )
    yield Assumption(
        "busiest hour",
        f"{facts.peak_to_mean:g} times the mean",
        "machines are rented for the busiest hour and paid for when idle",
        _USER,
    )
    yield Assumption(
        "latency",
        f"{facts.latency_seconds:g} s for a whole answer",
        "the longer it may take, the more requests a machine serves at a time",
        _USER,
    )


def _of_the_exports(facts: Facts, traffic: Sequence[Traffic]) -> Iterable[Assumption]:
    if any(row.requests is None for row in traffic):
        yield Assumption(
            "request lengths",
            f"{facts.tokens_per_request:,.0f} tokens read and written",
            "the exports count tokens but no requests",
            _USER,
        )
    if any(row.inferred for row in traffic):
        yield Assumption(
            "tokens",
            f"from the money, {facts.input_share:.0%} of them read",
            "the exports state amounts without tokens",
            _USER,
        )


def _of_the_models(traffic: Sequence[Traffic]) -> Iterable[Assumption]:
    yield Assumption(
        "equal quality",
        "an open model that scores as high on a public index does as well here",
        "no bill says how good an answer has to be; only a trial does",
        capabilities()[0].source,
    )
    yield Assumption(
        "tokens of another model",
        "as many as the billed one was charged for, reasoning included",
        "another tokenizer counts otherwise, and another model reasons more or less",
        Source("the exports' own counts"),
    )
    if any(row.tokens.cached for row in traffic):
        yield Assumption(
            "repeated input",
            "what the vendor read from its cache, a machine of ours reads from its own",
            "engines keep the prefixes of requests too; how many hold depends on their memory",
            Source("the exports' own counts"),
        )
    if any(row.batched.total for row in traffic):
        yield Assumption(
            "requests in batches",
            "served like all others, in the same hour",
            "they could wait for a quiet hour, and fewer machines would do",
            Source("the exports' own counts"),
        )
    yield Assumption(
        "list prices",
        "of the day of use",
        "usage is priced with them, and what the invoice differs by is the residual",
        Source(price_data()),
    )
