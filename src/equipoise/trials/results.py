"""From a journal to evidence: accept rates against the bar, paired differences, and times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from equipoise.domain.evidence import (
    Lengths,
    PairedEvidence,
    QualityEvidence,
    ServingEvidence,
    Standing,
    TrialEvidence,
)
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.statistics import (
    FloorStatus,
    Interval,
    PairedCounts,
    Verdict,
    floor_verdict,
    quantile,
    quantile_interval,
    tango,
    wilson,
)
from equipoise.statistics import verdict as noninferiority_verdict
from equipoise.trials.journal import AnswerRow
from equipoise.trials.scorers import SCORERS, Score
from equipoise.trials.stopping import METHOD, sequential_standing

_FLOOR_STANDING = {
    FloorStatus.MET: Standing.MET,
    FloorStatus.NOT_MET: Standing.NOT_MET,
    FloorStatus.UNDECIDED: Standing.OPEN,
}
_VERDICT_STANDING = {
    Verdict.SUPERIOR: Standing.MET,
    Verdict.NON_INFERIOR: Standing.MET,
    Verdict.INFERIOR: Standing.NOT_MET,
    Verdict.UNDECIDED: Standing.OPEN,
}
# Early stopping tests no superiority: see `statistics.paired_test`.
_STANDING_VERDICT = {
    Standing.MET: Verdict.NON_INFERIOR,
    Standing.NOT_MET: Verdict.INFERIOR,
    Standing.OPEN: Verdict.UNDECIDED,
}

Scores = Mapping[str, Mapping[str, Score]]


def score_rows(workload: Workload, items: Sequence[Item], rows: Iterable[AnswerRow]) -> Scores:
    """Score every row: by candidate, then by item. A row without an answer is not accepted."""
    scorer = SCORERS[workload.task.scorer]
    gold = {item.id: item.expected for item in items}
    scores: dict[str, dict[str, Score]] = defaultdict(dict)
    for row in rows:
        scores[row.candidate][row.item] = (
            Score(accepted=False, fields_right=0.0)
            if row.failure
            else scorer(row.text, gold[row.item])
        )
    return scores


def evidence(
    workload: Workload,
    items: Sequence[Item],
    rows: Sequence[AnswerRow],
    unmeasured: Mapping[str, str],
    lengths: Mapping[str, Lengths],
    digests: tuple[str, str],
) -> TrialEvidence:
    """Make the evidence of one trial.

    `unmeasured` maps candidates to why they have no answers, to which those are added that have
    none all the same; `lengths` every candidate to what a tokenizer of ours counted, which an
    endpoint's own counts replace; `digests` are the plan's and the journal's.
    """
    reasons = {**_silent(workload, rows), **unmeasured}
    unmeasured = {c.id: reasons[c.id] for c in workload.candidates if c.id in reasons}
    kept = [row for row in rows if row.candidate not in unmeasured]
    scores = score_rows(workload, items, kept)
    measured = [c.id for c in workload.candidates if c.id in scores]
    quality = [_quality(workload, items, name, scores) for name in measured]
    quality += [_unmeasured(name) for name in unmeasured]
    answered = {
        name: [r for r in kept if r.candidate == name and not r.failure] for name in measured
    }
    serving = {name: _serving(name, rows) for name, rows in answered.items() if rows}
    return TrialEvidence(
        workload=workload.name,
        plan_digest=digests[0],
        journal_digest=digests[1],
        items=len(items),
        quality=tuple(quality),
        paired=tuple(_pairs(workload, items, measured, scores)),
        serving=tuple(serving.values()),
        lengths=tuple(
            (c.id, _lengths(lengths[c.id], serving.get(c.id))) for c in workload.candidates
        ),
        unmeasured=tuple(unmeasured.items()),
    )


def without_trial(workload: Workload) -> TrialEvidence:
    """What is known of a draft: how long its author says its requests are, and of quality nothing.

    Raises ValueError where the workload states no lengths: it has items, and is tried.
    """
    if workload.lengths is None:
        raise ValueError("only a draft goes without a trial")
    names = [candidate.id for candidate in workload.candidates]
    return TrialEvidence(
        workload=workload.name,
        plan_digest="",
        journal_digest="",
        items=0,
        quality=tuple(map(_unmeasured, names)),
        paired=(),
        serving=(),
        lengths=tuple((name, workload.lengths) for name in names),
        unmeasured=tuple((name, "there are no items yet") for name in names),
    )


def _silent(workload: Workload, rows: Iterable[AnswerRow]) -> dict[str, str]:
    """The candidates that answered nothing at all, and why: that is no quality of zero."""
    reasons = {candidate.id: "it was not asked" for candidate in workload.candidates}
    answered = set()
    for row in rows:
        reasons[row.candidate] = row.failure
        if not row.failure:
            answered.add(row.candidate)
    return {name: reason for name, reason in reasons.items() if name not in answered}


def _unmeasured(candidate: str) -> QualityEvidence:
    return QualityEvidence(candidate, Standing.UNMEASURED, 0, 0, 0.0, 0.0, 0.0, "not measured")


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A standing against the bar, how it was reached, and its one-sided p-value."""

    standing: Standing
    method: str
    p_value: float | None
    stopped_at: int | None = None


def _quality(
    workload: Workload, items: Sequence[Item], name: str, scores: Scores
) -> QualityEvidence:
    rows = scores[name]
    accepted = sum(score.accepted for score in rows.values())
    count = len(rows)
    # The interval around the rate itself is always Wilson's, whatever the standing rests on.
    interval = wilson(accepted, count, 1 - 2 * workload.trial.alpha)
    judgement = _judge(workload, items, name, scores)
    return QualityEvidence(
        candidate=name,
        standing=judgement.standing,
        items=count,
        accepted=accepted,
        rate=accepted / count,
        low=interval.low,
        high=interval.high,
        method=judgement.method,
        p_value=judgement.p_value,
        malformed=sum(score.malformed for score in rows.values()),
        stopped_at=judgement.stopped_at,
        field_rate=sum(score.fields_right for score in rows.values()) / count,
    )


def _judge(workload: Workload, items: Sequence[Item], name: str, scores: Scores) -> _Judgement:
    bar = workload.requirements.non_inferiority
    if bar is not None and name == bar.incumbent:
        return _Judgement(Standing.MET, "the incumbent itself", None)
    if bar is not None and not _common(scores[name], scores.get(bar.incumbent, {})):
        return _Judgement(Standing.OPEN, "no answers of the incumbent to compare with", None)
    reference = scores[bar.incumbent] if bar is not None else None
    if workload.trial.stopping is StoppingRule.BETTING:
        found = sequential_standing(
            workload, items, _accepted(scores[name]), _accepted(reference) if reference else None
        )
        return _Judgement(found.standing, METHOD, found.p_value, found.stopped_at)
    alpha = workload.trial.alpha
    if bar is not None and reference is not None:
        paired = noninferiority_verdict(_counts(scores[name], reference), bar.margin, alpha)
        standing = _VERDICT_STANDING[paired.verdict]
        return _Judgement(standing, paired.interval.method, paired.p_value)
    passed = _accepted(scores[name]).values()
    floor = workload.requirements.quality_floor or 0.0
    against = floor_verdict(sum(passed), len(passed), floor, alpha)
    return _Judgement(_FLOOR_STANDING[against.status], against.interval.method, against.p_value)


def _accepted(rows: Mapping[str, Score]) -> dict[str, bool]:
    return {item: score.accepted for item, score in rows.items()}


def _common(first: Mapping[str, Score], second: Mapping[str, Score]) -> list[str]:
    return [item for item in first if item in second]


def _counts(first: Mapping[str, Score], second: Mapping[str, Score]) -> PairedCounts:
    common = _common(first, second)
    return PairedCounts.from_outcomes(
        [first[item].accepted for item in common], [second[item].accepted for item in common]
    )


def _pairs(
    workload: Workload, items: Sequence[Item], measured: Sequence[str], scores: Scores
) -> Iterable[PairedEvidence]:
    """Each measured candidate against the reference, or else against the one before it."""
    bar = workload.requirements.non_inferiority
    if bar is not None:
        pairs = [(name, bar.incumbent) for name in measured if name != bar.incumbent]
    else:
        pairs = [(second, first) for first, second in pairwise(measured)]
    for candidate, reference in pairs:
        if not _common(scores[candidate], scores.get(reference, {})):
            continue
        counts = _counts(scores[candidate], scores[reference])
        interval = tango(counts, 1 - 2 * workload.trial.alpha)
        yield PairedEvidence(
            candidate=candidate,
            reference=reference,
            difference=interval.estimate,
            low=interval.low,
            high=interval.high,
            only_candidate=counts.only_candidate,
            only_reference=counts.only_incumbent,
            items=counts.total,
            verdict=_difference(interval)
            if bar is None
            else _against(workload, items, candidate, scores),
            method=interval.method,
        )


def _against(workload: Workload, items: Sequence[Item], name: str, scores: Scores) -> str:
    """The verdict against the incumbent, by the plan's own rule: a trial says one thing only."""
    bar = workload.requirements.non_inferiority
    if bar is None or workload.trial.stopping is StoppingRule.BETTING:
        return _STANDING_VERDICT[_judge(workload, items, name, scores).standing].value
    counts = _counts(scores[name], scores[bar.incumbent])
    return noninferiority_verdict(counts, bar.margin, workload.trial.alpha).verdict.value


def _difference(interval: Interval) -> str:
    if interval.low > 0:
        return "better"
    return "worse" if interval.high < 0 else "no difference shown"


def _lengths(counted: Lengths, serving: ServingEvidence | None) -> Lengths:
    if serving is None:
        return counted
    return Lengths(
        input=serving.input_tokens,
        shared_input=min(counted.shared_input, serving.input_tokens),
        output=serving.output_tokens,
        measured_by="the endpoint's own counts",
    )


def _serving(name: str, rows: Sequence[AnswerRow]) -> ServingEvidence:
    seconds = [row.seconds for row in rows]
    p95 = quantile_interval(seconds, 0.95)
    count = len(rows)
    return ServingEvidence(
        candidate=name,
        answers=count,
        input_tokens=sum(row.input_tokens for row in rows) / count,
        output_tokens=sum(row.output_tokens for row in rows) / count,
        cached_tokens=sum(row.cached_tokens for row in rows) / count,
        busy_seconds=sum(seconds) / count,
        first_token_seconds=quantile([row.first_token_seconds for row in rows], 0.5),
        median_seconds=quantile(seconds, 0.5),
        p95_seconds=p95.estimate,
        p95_low=p95.low,
        p95_high=p95.high,
        longest_seconds=max(seconds),
        concurrency=1,
    )
