"""What was measured, as claims with intervals and the digests of what they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from equipoise.decisions.case import Case
from equipoise.decisions.load_words import rate_under_load
from equipoise.decisions.measured_load import read_load
from equipoise.domain.evidence import Evidence, Standing


def evidence_rows(case: Case) -> tuple[Evidence, ...]:
    """Accept rates, paired differences, latencies and load tests of all that were measured."""
    return (*_rates(case), *_pairs(case), *_latencies(case), *_load_tests(case))


def _rates(case: Case) -> Iterable[Evidence]:
    level = 1 - 2 * case.workload.trial.alpha
    for row in case.trial.quality:
        if row.standing is Standing.UNMEASURED:
            continue
        yield Evidence(
            claim=f"share of answers accepted; the bar is {row.standing.value.replace('_', ' ')}",
            subject=row.candidate,
            estimate=row.rate,
            low=row.low,
            high=row.high,
            unit="share of answers",
            method=f"Wilson interval at {level:.0%}; standing by {row.method}",
            count=row.items,
            rests_on=_digests(case),
        )


def _pairs(case: Case) -> Iterable[Evidence]:
    for row in case.trial.paired:
        yield Evidence(
            claim=f"difference of accept rates to {row.reference}: {row.verdict}",
            subject=row.candidate,
            estimate=row.difference,
            low=row.low,
            high=row.high,
            unit="share of answers",
            method=f"{row.method} interval, paired, {row.only_candidate} items only the one and "
            f"{row.only_reference} only the other got right",
            count=row.items,
            rests_on=_digests(case),
        )


def _latencies(case: Case) -> Iterable[Evidence]:
    for row in case.trial.serving:
        # Too few answers bound the 95th percentile on one side only; the largest seen stands there.
        yield Evidence(
            claim=f"95th percentile of the time of a whole answer, {row.concurrency} at a time",
            subject=row.candidate,
            estimate=row.p95_seconds,
            low=row.p95_low if isfinite(row.p95_low) else 0.0,
            high=row.p95_high if isfinite(row.p95_high) else row.longest_seconds,
            unit="seconds",
            method="order statistics at 95 %"
            + (
                ""
                if isfinite(row.p95_high)
                else "; too few answers for an upper end, so the longest"
            ),
            count=row.answers,
            rests_on=_digests(case),
        )


def _load_tests(case: Case) -> Iterable[Evidence]:
    bound = case.workload.requirements.latency_p95_ms / 1000
    for candidate in case.workload.candidates:
        bench = candidate.bench
        if bench is None:
            continue
        load = read_load(bench.test, case.trial.lengths_of(candidate.id), bound)
        if load is not None:
            yield rate_under_load(candidate.id, bench, load)


def _digests(case: Case) -> tuple[str, ...]:
    return (f"plan {case.trial.plan_digest[:12]}", f"journal {case.trial.journal_digest[:12]}")
