"""What a load test means for a candidate, as the record says it: evidence, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from equipoise.decisions.measured_load import Reading, far_lengths
from equipoise.decisions.offer import Offer
from equipoise.domain.evidence import Evidence, Lengths
from equipoise.domain.hardware import Hardware
from equipoise.domain.load_test import MeasuredLoad
from equipoise.domain.provenance import Assumption, Source

_RULE = Source("a choice of Equipoise: docs/how-to/bench-an-engine.md", checked=date(2026, 11, 25))


def rate_under_load(candidate: str, bench: MeasuredLoad, load: Reading) -> Evidence:
    """The rate that was read, at the workload's lengths, with the test's interval if it has one."""
    rate = load.rate.requests_per_second
    known = load.low is not None and load.high is not None
    interval = f"{bench.test.interval:.0%} block bootstrap" if known else "no interval given"
    return Evidence(
        claim=f"answers of one replica, measured under load, {load.level.name}",
        subject=candidate,
        estimate=rate,
        low=load.low if load.low is not None else rate,
        high=load.high if load.high is not None else rate,
        unit="a second",
        method=f"load test by {bench.test.source}, {interval}, scaled to the workload's lengths",
        count=load.level.requests,
        rests_on=(f"load test {bench.digest[:12]}",),
    )


def speed_under_load(
    offer: Offer, machine: Hardware, load: Reading, lengths: Lengths, spread: float
) -> Iterable[Assumption]:
    """The speed that is priced, and what of the load test is taken to hold here."""
    bench = offer.candidate.bench
    if bench is None:
        return
    test = bench.test
    source = Source(bench.path, checked=test.measured_on)
    allowed = "within what is allowed" if load.meets else "above what is allowed"
    stands = (
        "" if load.level.ttft and load.level.ttft.p95 else "; its 99th percentile stands for it"
    )
    yield Assumption(
        f"speed of {offer.id} on {machine.name}",
        f"{load.rate.requests_per_second:.3g} requests/s a replica, {load.level.name}, give or "
        f"take {spread:.1%}",
        f"measured under load; for {lengths.input:,.1f} tokens in and {lengths.output:,.1f} out, "
        f"95 % of answers take up to {load.p95_seconds:.3g} s ({load.level.requests:,} were seen), "
        f"{allowed}{stands}",
        source,
    )
    for words in far_lengths(load.level, lengths):
        yield Assumption(
            f"lengths under which {offer.id} was measured",
            words,
            "more than a factor of two apart: times are scaled in proportion, and no further than "
            "that are they known",
            _RULE,
        )
    if test.hardware is None:
        yield Assumption(
            f"machine on which {offer.id} was measured",
            f"taken to be {machine.name}",
            "the load test does not name it",
            source,
        )
    names = {offer.target.model.id, offer.target.endpoint.served_name(offer.target.model.id)}
    names.add(offer.target.model.repository or "")
    if test.model not in names:
        yield Assumption(
            f"model that was measured for {offer.id}",
            f"{test.model}, taken to be {offer.target.model.name}",
            "the load test calls it so",
            source,
        )
