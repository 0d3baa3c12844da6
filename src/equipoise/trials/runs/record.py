"""A report as plain values for JSON, schema `equipoise.trial_run/1`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from equipoise.trials.outcomes.all_pairs import Rule
from equipoise.trials.outcomes.record import Value
from equipoise.trials.outcomes.record import to_values as pair_values
from equipoise.trials.outcomes.verdict import Report, VerdictOrder
from equipoise.trials.runs.report import RunReport, further, rate
from equipoise.trials.runs.tally import CLASSES, Tally
from equipoise.trials.runs.verdicts import CandidateVerdict

SCHEMA = "equipoise.trial_run/1"


def to_values(report: RunReport) -> dict[str, Value]:
    """The report; a pair's part is what `equipoise trial verdict --json` says of one."""
    plan = report.plan
    return {
        "schema": SCHEMA,
        "workload": plan.workload,
        "plan": plan.digest,
        "journal": report.journal,
        "bar": {"reference": plan.reference, "floor_or_margin": plan.bar},
        "alpha": plan.alpha,
        "stopping": plan.stopping,
        "items": len(plan.order),
        "repeats": plan.repeats,
        "spent_usd": report.spent_usd,
        "halted": report.halted,
        "given_up": list(report.given_up),
        "missing": dict(report.missing),
        "notes": list(report.notes),
        "candidates": [_candidate(report, found) for found in report.candidates],
    }


def _candidate(report: RunReport, found: CandidateVerdict) -> dict[str, Value]:
    slices: list[Value] = [dict(asdict(row)) for row in found.slices]
    return {
        "candidate": found.tally.candidate,
        "verdict": found.verdict,
        "sentence": found.sentence,
        "rate": rate(found),
        "further_items": further(found),
        **_tally(found.tally),
        "slices": slices,
        "against_floor": _floor(found),
        "against_incumbent": _pair(report, found),
    }


def _tally(tally: Tally) -> dict[str, Value]:
    classes: dict[str, Value] = {name: tally.classes[name] for name in CLASSES}
    return {
        "answers": classes,
        "cached": tally.cached,
        "missing": tally.missing,
        "cost_usd": tally.cost_usd,
        "per_success_usd": tally.per_success_usd,
        "median_seconds": tally.quantile(0.5),
        "p95_seconds": tally.quantile(0.95),
    }


def _floor(found: CandidateVerdict) -> Value:
    judged = found.floor
    if judged is None:
        return None
    interval = judged.interval
    return {
        "floor": judged.floor,
        "items": judged.items,
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "level": interval.level,
        "p_met": judged.p_met,
        "method": judged.method,
    }


def _pair(report: RunReport, found: CandidateVerdict) -> Value:
    if found.pair is None:
        return None
    plan, judged = report.plan, found.pair.judged
    rule = Rule(plan.bar, plan.alpha, "holm", plan.seed)
    names = (judged.candidate,), (judged.incumbent,)
    order = VerdictOrder(Path(report.journal), *names, rule)
    return dict(pair_values(Report(order, (), found.pair, ())))
