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
    quantile,
    quantile_interval,
    tango,
    wilson,
)
from equipoise.statistics import verdict as noninferiority_verdict
from equipoise.statistics.comparison import judge
from equipoise.statistics.scores import ScoreComparison
from equipoise.trials.floors import floor_standing
from equipoise.trials.journal import AnswerRow
from equipoise.trials.judging import ItemScore, misjudged, score_row
from equipoise.trials.scorers import judge_of
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

Rows = Mapping[str, ItemScore]
Scores = Mapping[str, Rows]


def score_rows(workload: Workload, items: Sequence[Item], rows: Iterable[AnswerRow]) -> Scores:
    """Score every row: by candidate, then by item. A row without an answer is not accepted."""
    judge = judge_of(workload.task)
    gold = {item.id: item.expected for item in items}
    scores: dict[str, dict[str, ItemScore]] = defaultdict(dict)
    for row in rows:
        score = scores[row.candidate].setdefault(row.item, ItemScore())
        score.add(score_row(judge, row, gold[row.item]))
    return scores


def evidence(
    workload: Workload,
    items: Sequence[Item],
    rows: Sequence[AnswerRow],
    unmeasured: Mapping[str, str],
    lengths: Mapping[str, Lengths],
    digests: tuple[str, str],
    concurrency: Mapping[str, int] | None = None,
) -> TrialEvidence:
    """Make the evidence of one trial.

    `unmeasured` maps candidates to why they have no answers, to which those are added that have
    none all the same, or answers that the scorer failed on; `lengths` every candidate to what a
    tokenizer of ours counted, which an endpoint's own counts replace; `digests` are the plan's and
    the journal's; `concurrency` how many questions a candidate was asked at once, where not one.
    """
    reasons = {**_silent(workload, rows), **unmeasured}
    scores = score_rows(workload, items, (row for row in rows if row.candidate not in reasons))
    reasons |= misjudged(scores)
    unmeasured = {c.id: reasons[c.id] for c in workload.candidates if c.id in reasons}
    kept = [row for row in rows if row.candidate not in unmeasured]
    scores = {name: rows for name, rows in scores.items() if name not in unmeasured}
    measured = [c.id for c in workload.candidates if c.id in scores]
    quality = [_quality(workload, items, name, scores) for name in measured]
    quality += [_unmeasured(name) for name in unmeasured]
    answered = {
        name: [r for r in kept if r.candidate == name and not r.failure] for name in measured
    }
    at_once = concurrency or {}
    serving = {
        name: _serving(name, rows, at_once.get(name, 1)) for name, rows in answered.items() if rows
    }
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
    rate = sum(score.accepted for score in rows.values()) / len(rows)
    count = len(rows)
    # Of repeats the item is the unit, so the mean stands for as many whole acceptances.
    accepted = round(rate * count)
    if _binary(rows):
        # The interval around the rate itself is always Wilson's, whatever the standing rests on.
        interval = wilson(accepted, count, 1 - 2 * workload.trial.alpha)
    else:
        interval = floor_standing(_shares(rows), 0.0, workload.trial.alpha).interval
    judgement = _judge(workload, items, name, scores)
    return QualityEvidence(
        candidate=name,
        standing=judgement.standing,
        items=count,
        accepted=accepted,
        rate=rate,
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
            workload, items, _shares(scores[name]), _shares(reference) if reference else None
        )
        return _Judgement(found.standing, METHOD, found.p_value, found.stopped_at)
    alpha = workload.trial.alpha
    if bar is not None and reference is not None:
        verdict, method, p_value = _paired(workload, scores[name], reference, bar.margin)
        return _Judgement(_VERDICT_STANDING[verdict], method, p_value)
    floor = workload.requirements.quality_floor or 0.0
    against = floor_standing(_shares(scores[name]), floor, alpha)
    return _Judgement(_FLOOR_STANDING[against.status], against.interval.method, against.p_value)


def _paired(
    workload: Workload, first: Rows, second: Rows, margin: float
) -> tuple[Verdict, str, float]:
    """The verdict on a pair, the method of its interval and the p-value of non-inferiority."""
    alpha = workload.trial.alpha
    if _binary(first) and _binary(second):
        paired = noninferiority_verdict(_counts(first, second), margin, alpha)
        return paired.verdict, paired.interval.method, paired.p_value
    compared = ScoreComparison(tuple(_differences(first, second)), workload.trial.seed)
    judged = judge(compared, margin, alpha)
    return judged.verdict, compared.interval(1 - 2 * alpha).method, judged.p_non_inferior


def _shares(rows: Rows) -> dict[str, float]:
    return {item: score.accepted for item, score in rows.items()}


def _binary(rows: Rows) -> bool:
    return all(score.accepted in {0.0, 1.0} for score in rows.values())


def _common(first: Rows, second: Rows) -> list[str]:
    return [item for item in first if item in second]


def _differences(first: Rows, second: Rows) -> list[float]:
    return [first[item].accepted - second[item].accepted for item in _common(first, second)]


def _counts(first: Rows, second: Rows) -> PairedCounts:
    common = _common(first, second)
    return PairedCounts.from_outcomes(
        [first[item].accepted == 1.0 for item in common],
        [second[item].accepted == 1.0 for item in common],
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
        differences = _differences(scores[candidate], scores[reference])
        interval = _interval(workload, scores[candidate], scores[reference])
        yield PairedEvidence(
            candidate=candidate,
            reference=reference,
            difference=interval.estimate,
            low=interval.low,
            high=interval.high,
            only_candidate=sum(value > 0 for value in differences),
            only_reference=sum(value < 0 for value in differences),
            items=len(differences),
            verdict=_difference(interval)
            if bar is None
            else _against(workload, items, candidate, scores),
            method=interval.method,
        )


def _interval(workload: Workload, first: Rows, second: Rows) -> Interval:
    """The interval of the difference of accept rates whose ends decide."""
    level = 1 - 2 * workload.trial.alpha
    if _binary(first) and _binary(second):
        return tango(_counts(first, second), level)
    compared = ScoreComparison(tuple(_differences(first, second)), workload.trial.seed)
    return compared.interval(level)


def _against(workload: Workload, items: Sequence[Item], name: str, scores: Scores) -> str:
    """The verdict against the incumbent, by the plan's own rule: a trial says one thing only."""
    bar = workload.requirements.non_inferiority
    if bar is None or workload.trial.stopping is StoppingRule.BETTING:
        return _STANDING_VERDICT[_judge(workload, items, name, scores).standing].value
    return _paired(workload, scores[name], scores[bar.incumbent], bar.margin)[0].value


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


def _serving(name: str, rows: Sequence[AnswerRow], at_once: int) -> ServingEvidence:
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
        concurrency=at_once,
    )
