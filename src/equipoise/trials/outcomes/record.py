"""A report as plain values for JSON, schema `equipoise.verdict/1`."""

from __future__ import annotations

from math import isfinite

from equipoise.statistics import Interval
from equipoise.trials.outcomes.all_pairs import Row
from equipoise.trials.outcomes.costs import CostComparison, LatencyComparison
from equipoise.trials.outcomes.judging import Judged
from equipoise.trials.outcomes.stream import SOURCE, Stream
from equipoise.trials.outcomes.verdict import PairVerdict, Report
from equipoise.trials.outcomes.words import NAMES, fresh, sentence

SCHEMA = "equipoise.verdict/1"
Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


def to_values(report: Report) -> dict[str, Value]:
    """The report: what was asked, notes, and a verdict with its parts or a row a pair."""
    rule = report.order.rule
    values: dict[str, Value] = {
        "schema": SCHEMA,
        "outcomes": str(report.order.file),
        "margin": rule.margin,
        "alpha": rule.alpha,
        "correction": rule.correction,
        "seed": rule.seed,
        "notes": list(report.notes),
    }
    if report.single is not None:
        return {**values, **_single(report.single, rule.margin)}
    return {**values, "pairs": [_row(row) for row in report.rows]}


def _single(found: PairVerdict, margin: float) -> dict[str, Value]:
    judged = found.judged
    slices: list[Value] = [
        {
            "slice": row.name,
            **_judged(row.alone),
            "verdict": NAMES[row.corrected.verdict],
            "verdict_alone": NAMES[row.alone.judgement.verdict],
            "p_non_inferior_corrected": row.corrected.p_non_inferior,
        }
        for row in found.slices
    ]
    return {
        **_judged(judged),
        "sentence": sentence(judged, margin),
        "method": judged.method,
        "source": judged.source,
        "slices": slices,
        "cost": _costs(found.costs),
        "latency": _latency(found.latency),
        "sequential": _stream(found.stream),
    }


def _judged(judged: Judged) -> dict[str, Value]:
    counts = judged.counts
    ours, theirs = judged.rates
    return {
        "candidate": judged.candidate,
        "incumbent": judged.incumbent,
        "verdict": NAMES[judged.judgement.verdict],
        "items": judged.items,
        "clusters": judged.clusters,
        "candidate_rate": ours,
        "incumbent_rate": theirs,
        "difference": judged.decision.estimate,
        "decision_interval": _interval(judged.decision),
        "interval_90": _interval(judged.at_90),
        "interval_95": _interval(judged.at_95),
        "cluster_sandwich_90": None if judged.plain is None else _interval(judged.plain),
        "only_candidate": None if counts is None else counts.only_candidate,
        "only_incumbent": None if counts is None else counts.only_incumbent,
        "p_non_inferior": judged.judgement.p_non_inferior,
        "p_superior": judged.judgement.p_superior,
        "p_inferior": judged.judgement.p_inferior,
        "p_different": judged.p_different,
        "design_effect": judged.design_effect,
        "weighted": judged.weighted,
        "further_items_non_inferior": judged.needed.non_inferior,
        "further_items_inferior": judged.needed.inferior,
        "fresh_sample_items": fresh(judged),
    }


def _row(row: Row) -> dict[str, Value]:
    evidence: dict[str, Value] = {}
    if row.e_values is not None:
        evidence = {
            "e_non_inferior": row.e_values.non_inferior,
            "e_superior": row.e_values.superior,
            "e_inferior": row.e_values.inferior,
        }
    return {
        **_judged(row.alone),
        "method": row.alone.method,
        "verdict": NAMES[row.corrected.verdict],
        "verdict_alone": NAMES[row.alone.judgement.verdict],
        "p_non_inferior_corrected": row.corrected.p_non_inferior,
        **evidence,
    }


def _costs(costs: CostComparison | None) -> Value:
    if costs is None:
        return None
    return {
        "items": costs.items,
        "candidate_per_success": _finite(costs.candidate),
        "incumbent_per_success": _finite(costs.incumbent),
        "ratio": None if costs.ratio is None else _interval(costs.ratio),
    }


def _latency(latency: LatencyComparison | None) -> Value:
    if latency is None:
        return None
    return {
        "items": latency.items,
        "ratio": None if latency.ratio is None else _interval(latency.ratio),
        "candidate_p95_seconds": latency.candidate_p95,
        "incumbent_p95_seconds": latency.incumbent_p95,
        "p95_difference_seconds": _interval(latency.p95),
    }


def _stream(stream: Stream | None) -> Value:
    if stream is None:
        return None
    return {
        "verdict": NAMES[stream.verdict],
        "stopped_at": stream.stopped_at,
        "items": stream.items,
        "every": stream.every,
        "unit": stream.unit,
        "e_non_inferior": stream.e_for,
        "e_inferior": stream.e_against,
        "e_superior": stream.e_superior,
        "e_superior_at_end": stream.e_superior_at_end,
        "non_inferior_at": stream.non_inferior_at,
        "superior_at": stream.superior_at,
        "target": stream.target,
        "method": stream.method,
        "source": SOURCE,
    }


def _interval(interval: Interval) -> dict[str, Value]:
    return {
        "estimate": _finite(interval.estimate),
        "low": _finite(interval.low),
        "high": _finite(interval.high),
        "level": interval.level,
        "method": interval.method,
    }


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
