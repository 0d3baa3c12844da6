"""Every candidate of a trial that was run, judged by the plan's own rule, and the whole report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from equipoise.domain.evidence import Standing
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.statistics import Verdict
from equipoise.statistics.comparison import Judgement
from equipoise.trials.outcomes.costs import compare_costs, compare_latencies
from equipoise.trials.outcomes.judging import (
    Judged,
    Needed,
    by_slice,
    comparison_of,
    correct,
    judge_pair,
    needed,
)
from equipoise.trials.outcomes.pairs import Pair, pair
from equipoise.trials.outcomes.table import Outcomes
from equipoise.trials.outcomes.verdict import PairVerdict, SliceVerdict
from equipoise.trials.outcomes.words import NAMES
from equipoise.trials.outcomes.words import sentence as pair_sentence
from equipoise.trials.runs.against_floor import (
    WORDS,
    FloorJudged,
    by_betting,
    corrected,
    judge_floor,
    sentence,
)
from equipoise.trials.runs.tally import Tally
from equipoise.trials.stopping import METHOD, sequential_standing

INCUMBENT, UNDECIDED, UNMEASURED = "incumbent", "undecided", "unmeasured"
BAD = {"inferior", "not met"}
OPEN = {UNDECIDED, UNMEASURED}
_BY_BETTING = {
    Standing.MET: Verdict.NON_INFERIOR,
    Standing.NOT_MET: Verdict.INFERIOR,
    Standing.OPEN: Verdict.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A part of the traffic, judged with all other parts in mind."""

    name: str
    verdict: str
    items: int
    estimate: float
    low: float
    high: float
    p_value: float
    sentence: str


@dataclass(frozen=True, slots=True)
class CandidateVerdict:
    """One candidate: what its answers came to, and the verdict with its sentence.

    `pair` is there where it was held against an incumbent, `floor` where against a floor.
    """

    tally: Tally
    verdict: str
    sentence: str
    pair: PairVerdict | None = None
    floor: FloorJudged | None = None
    slices: tuple[SliceRow, ...] = ()


def judge_all(
    workload: Workload,
    items: Sequence[Item],
    counted: tuple[Mapping[str, Tally], Outcomes],
    reasons: Mapping[str, str],
) -> list[CandidateVerdict]:
    """Judge every candidate; `reasons` say why one was not asked, or not to the end.

    A fixed sample is judged once it is whole: looking at it as it grows is what `betting` is for.
    """
    tallies, outcomes = counted
    judge = _Judge(workload, items, outcomes)
    found = []
    for candidate in workload.candidates:
        tally = tallies[candidate.id]
        why = _unjudged(workload, tally, reasons.get(candidate.id, ""))
        if why:
            verdict = UNDECIDED if tally.answered else UNMEASURED
            found.append(CandidateVerdict(tally, verdict, why))
        else:
            found.append(judge.of(tally, tallies, reasons))
    return found


def _unjudged(workload: Workload, tally: Tally, reason: str) -> str:
    """Why a candidate cannot be judged; empty where it can."""
    name = tally.candidate
    if not tally.answered:
        return f"{name} is unmeasured: {reason or 'it gave no answer'}."
    if tally.classes["error"]:
        return (
            f"{name} is not judged: the scorer failed on {tally.classes['error']:,} of its "
            f"answers, first on {tally.fault}."
        )
    if tally.missing and workload.trial.stopping is StoppingRule.FIXED:
        return (
            f"{name} is not judged: {tally.missing:,} of {tally.wanted:,} answers are missing"
            f"{f' ({reason})' if reason else ''}, and a fixed sample is judged when it is whole."
        )
    return ""


@dataclass(frozen=True, slots=True)
class _Judge:
    workload: Workload
    items: Sequence[Item]
    outcomes: Outcomes

    def of(
        self, tally: Tally, tallies: Mapping[str, Tally], reasons: Mapping[str, str]
    ) -> CandidateVerdict:
        bar = self.workload.requirements.non_inferiority
        name = tally.candidate
        if bar is None:
            return self._floor(tally)
        if name == bar.incumbent:
            rate = tally.classes["accepted"] / max(1, tally.classes.total())
            said = f"{name} is the incumbent: {rate:.1%} of its answers accepted."
            return CandidateVerdict(tally, INCUMBENT, said)
        why = _unjudged(self.workload, tallies[bar.incumbent], reasons.get(bar.incumbent, ""))
        ours, theirs = (self.outcomes.answers[model] for model in (name, bar.incumbent))
        if why or ours.keys().isdisjoint(theirs):
            said = f"{name} has no incumbent to be held against. {why}".rstrip()
            return CandidateVerdict(tally, UNDECIDED, said)
        return self._pair(tally, pair(self.outcomes, name, bar.incumbent), bar.margin)

    def _shares(self, name: str) -> dict[str, float]:
        return {item: answer.mean for item, answer in self.outcomes.answers[name].items()}

    def _floor(self, tally: Tally) -> CandidateVerdict:
        trial = self.workload.trial
        floor = self.workload.requirements.quality_floor or 0.0
        shares = self._shares(tally.candidate)
        judged = judge_floor(tally.candidate, shares, floor, trial.alpha)
        if trial.stopping is StoppingRule.BETTING:
            found = sequential_standing(self.workload, self.items, shares, None)
            judged = by_betting(judged, found.standing, found.p_value, METHOD, trial.alpha)
            said = sentence(judged) + _stopped(found.stopped_at)
            return CandidateVerdict(tally, WORDS[judged.status], said, floor=judged)
        by_name: dict[str, dict[str, float]] = {}
        for item, share in shares.items():
            by_name.setdefault(self.outcomes.slices.get(item, "(none)"), {})[item] = share
        parts = []
        if len(by_name) > 1:
            alone = [
                judge_floor(part, known, floor, trial.alpha) for part, known in by_name.items()
            ]
            parts = corrected(alone, trial.alpha)
        slices = tuple(_floor_slice(row, tally.candidate) for row in parts)
        return CandidateVerdict(
            tally, WORDS[judged.status], sentence(judged), floor=judged, slices=slices
        )

    def _pair(self, tally: Tally, found: Pair, margin: float) -> CandidateVerdict:
        trial = self.workload.trial
        judged = judge_pair(found, margin, trial.alpha, trial.seed)
        slices: tuple[SliceVerdict, ...] = ()
        said = pair_sentence(judged, margin)
        if trial.stopping is StoppingRule.BETTING:
            judged, stopped_at = self._by_betting(judged, found, margin)
            said = pair_sentence(judged, margin) + _stopped(stopped_at)
        else:
            slices = _slices(found, margin, trial.alpha, trial.seed)
        whole = PairVerdict(
            judged,
            slices,
            compare_costs(found, trial.seed),
            compare_latencies(found, trial.seed),
            None,
        )
        rows = tuple(_pair_slice(row, margin) for row in slices)
        verdict = NAMES[judged.judgement.verdict]
        return CandidateVerdict(tally, verdict, said, pair=whole, slices=rows)

    def _by_betting(self, judged: Judged, found: Pair, margin: float) -> tuple[Judged, int | None]:
        trial = self.workload.trial
        ours, theirs = self._shares(found.candidate), self._shares(found.incumbent)
        standing = sequential_standing(self.workload, self.items, ours, theirs)
        judgement = Judgement(_BY_BETTING[standing.standing], standing.p_value, 1.0, 1.0)
        further = Needed(0, 0)
        if judgement.verdict is Verdict.UNDECIDED:
            fixed = replace(judged.judgement, verdict=Verdict.UNDECIDED)
            compared = comparison_of(found, trial.seed)
            further = needed(compared, fixed, judged.items, margin, trial.alpha)
        return (
            replace(judged, judgement=judgement, needed=further, method=METHOD),
            standing.stopped_at,
        )


def _stopped(item: int | None) -> str:
    if item is None:
        return " Betting has not decided it."
    return f" Betting decided it at item {item:,}, and holds at whichever item one looks."


def _slices(found: Pair, margin: float, alpha: float, seed: int) -> tuple[SliceVerdict, ...]:
    parts = sorted(by_slice(found, margin, alpha, seed), key=itemgetter(0))
    if len(parts) < 2:
        return ()
    adjusted = correct([judged for _, judged in parts], alpha)
    return tuple(
        SliceVerdict(name, judged, row) for (name, judged), row in zip(parts, adjusted, strict=True)
    )


def _pair_slice(row: SliceVerdict, margin: float) -> SliceRow:
    interval = row.alone.decision
    shown = replace(row.alone, judgement=row.corrected)
    return SliceRow(
        row.name,
        NAMES[row.corrected.verdict],
        row.alone.items,
        interval.estimate,
        interval.low,
        interval.high,
        row.corrected.p_non_inferior,
        f"Slice {row.name}: {pair_sentence(_with_needed(shown), margin)}",
    )


def _with_needed(judged: Judged) -> Judged:
    """A slice that is decided alone and not among the others needs a number nobody knows."""
    if judged.judgement.verdict is Verdict.UNDECIDED and judged.needed == Needed(0, 0):
        return replace(judged, needed=Needed(None, None))
    return judged


def _floor_slice(row: FloorJudged, candidate: str) -> SliceRow:
    interval = row.interval
    named = replace(row, name=candidate)
    return SliceRow(
        row.name,
        WORDS[row.status],
        row.items,
        interval.estimate,
        interval.low,
        interval.high,
        row.p_met,
        f"Slice {row.name}: {sentence(named)}",
    )
