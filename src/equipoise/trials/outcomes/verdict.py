"""The whole verdict: what was ordered, what was read, every pair, slice, cost and stream of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.errors import Problem
from equipoise.statistics import Verdict
from equipoise.statistics.comparison import Judgement
from equipoise.trials.outcomes.all_pairs import Row, Rule, judge_all
from equipoise.trials.outcomes.cells import ScoreRange
from equipoise.trials.outcomes.columns import find_columns
from equipoise.trials.outcomes.costs import (
    CostComparison,
    LatencyComparison,
    compare_costs,
    compare_latencies,
)
from equipoise.trials.outcomes.judging import Judged, by_slice, correct, judge_pair
from equipoise.trials.outcomes.pairs import Pair, known, pair
from equipoise.trials.outcomes.problems import named, outcomes_error, shown
from equipoise.trials.outcomes.sheet import read_sheet
from equipoise.trials.outcomes.stream import ITEMS, Rhythm, Stream, described, play
from equipoise.trials.outcomes.table import Outcomes, gather
from equipoise.trials.outcomes.wide import gather_wide
from equipoise.trials.outcomes.words import caveats, left_out

_MOST_SLICES = 100
"""A column of so many different names is no partition that anybody meant."""


@dataclass(frozen=True, slots=True)
class VerdictOrder:
    """What is judged and how; no candidates or incumbents are all of the file's models.

    `models` are the columns of a wide file that are models, where they were named. No cluster has
    more than `largest_cluster` items, where that is known beforehand.
    """

    file: Path
    candidates: tuple[str, ...]
    incumbents: tuple[str, ...]
    rule: Rule
    all_pairs: bool = False
    every: int | None = None
    scale: ScoreRange = field(default_factory=ScoreRange)
    columns: Mapping[str, str] = field(default_factory=dict)
    wide: bool = False
    models: tuple[str, ...] = ()
    largest_cluster: int | None = None


@dataclass(frozen=True, slots=True)
class SliceVerdict:
    """A slice judged alone, and with all slices in mind."""

    name: str
    alone: Judged
    corrected: Judgement


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """One pair in full; `stream` where it was asked for, `costs` and `latency` where known."""

    judged: Judged
    slices: tuple[SliceVerdict, ...]
    costs: CostComparison | None
    latency: LatencyComparison | None
    stream: Stream | None


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to an order: one pair in full, or many as rows."""

    order: VerdictOrder
    notes: tuple[str, ...]
    single: PairVerdict | None
    rows: tuple[Row, ...]

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict of every pair, corrected where there are many."""
        if self.single is not None:
            return [self.single.judged.judgement.verdict]
        return [row.corrected.verdict for row in self.rows]


def read_outcomes(order: VerdictOrder) -> Outcomes:
    """Read the file; raises ConfigurationError with every problem, NotFoundError for no model."""
    path = str(order.file)
    sheet = read_sheet(order.file)
    if order.wide:
        named = (*order.candidates, *order.incumbents)
        both = bool(order.candidates and order.incumbents) and set(named) <= set(sheet.header)
        models = order.models or (named if both else ())
        return gather_wide(sheet, path, order.columns, order.scale, models, named)
    columns, problems = find_columns(sheet.header, order.columns, path)
    if columns is None:
        raise outcomes_error(problems)
    return gather(sheet, path, columns, order.scale)


def make_verdict(order: VerdictOrder) -> Report:
    """Read, pair and judge.

    Raises ConfigurationError for a file that cannot be judged, NotFoundError for a model that is
    not in it, ValueError for a margin or alpha out of range.
    """
    outcomes = read_outcomes(order)
    bounded(outcomes, order.largest_cluster)
    candidates, incumbents = (
        [known(outcomes, name) for name in names] or outcomes.models
        for names in (order.candidates, order.incumbents)
    )
    couples = [(ours, theirs) for ours in candidates for theirs in incumbents if ours != theirs]
    if len(couples) == 1 and not order.all_pairs:
        return _single(order, outcomes, pair(outcomes, *couples[0]))
    pairs = [pair(outcomes, *couple) for couple in couples if _share(outcomes, *couple)]
    if not pairs:
        raise outcomes_error([Problem(outcomes.path, None, "", _no_pair(couples))])
    notes = [*outcomes.notes, *_unbounded(order, pairs)]
    if len(pairs) < len(couples):
        notes.append(f"{len(couples) - len(pairs)} pairs left out: they share no item.")
    uneven = sum(1 for found in pairs if found.only_candidate or found.only_incumbent)
    if uneven:
        notes.append(f"In {uneven} pairs, items that only one has a score for are left out.")
    return Report(
        order, tuple(notes), None, tuple(judge_all(pairs, order.rule, order.largest_cluster))
    )


def bounded(outcomes: Outcomes, largest: int | None) -> None:
    """Check that no cluster is larger than it was said to be; raises ConfigurationError."""
    if largest is None:
        return
    sizes = Counter(outcomes.clusters.values())
    problems = [
        Problem(outcomes.path, None, "cluster", f"{shown(name)} has {size} items, over {largest}")
        for name, size in sizes.items()
        if size > largest
    ]
    if problems:
        raise outcomes_error(named(problems))


def _no_pair(couples: Sequence[tuple[str, str]]) -> str:
    if not couples:
        return "leaves no pair to judge: that takes two different models"
    return "leaves no pair to judge: no two of these models share an item"


def _unbounded(order: VerdictOrder, pairs: Sequence[Pair]) -> list[str]:
    """What e-values of many pairs in clusters speak of."""
    if order.rule.correction != "e-bh":
        return []
    targets = {described(found, order.largest_cluster)[0] for found in pairs} - {ITEMS}
    return [f"E-values are of the {target}." for target in sorted(targets)]


def _single(order: VerdictOrder, outcomes: Outcomes, found: Pair) -> Report:
    rule = order.rule
    notes = [*outcomes.notes, *left_out(found), *caveats(found, order.largest_cluster)]
    names = len(set(found.slices or ()))
    if names > _MOST_SLICES:
        notes.append(f"{names} slices are too many to be judged one by one.")
    few = names <= _MOST_SLICES
    slices = by_slice(found, rule.margin, rule.alpha, rule.seed) if few else []
    judged = judge_pair(found, rule.margin, rule.alpha, rule.seed)
    stream = None
    if order.every is not None:
        rhythm = Rhythm(order.every, rule.seed, order.largest_cluster)
        stream = play(found, rule.margin, rule.alpha, rhythm)
    single = PairVerdict(
        judged,
        _corrected(slices, rule) if len(slices) > 1 else (),
        compare_costs(found, rule.seed),
        compare_latencies(found, rule.seed),
        stream,
    )
    return Report(order, tuple(notes), single, ())


def _corrected(slices: Sequence[tuple[str, Judged]], rule: Rule) -> tuple[SliceVerdict, ...]:
    alone = [judged for _, judged in slices]
    adjusted = correct(alone, rule.alpha) if rule.correction != "none" else None
    return tuple(
        SliceVerdict(name, judged, adjusted[place] if adjusted else judged.judgement)
        for place, (name, judged) in enumerate(slices)
    )


def _share(outcomes: Outcomes, candidate: str, incumbent: str) -> bool:
    return not outcomes.answers[candidate].keys().isdisjoint(outcomes.answers[incumbent])
