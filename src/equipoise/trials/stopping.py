"""Early stopping by the betting e-process, and by nothing else: valid at whichever item one looks.

The rule, its margin or floor and alpha are in the plan before the first call. Under the `fixed`
rule nothing ever stops early.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.domain.evidence import Standing
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.statistics import (
    BettingProcess,
    SequentialDecision,
    SequentialOutcome,
    Side,
    floor_test,
    paired_test,
)
from equipoise.trials.journal import AnswerRow
from equipoise.trials.judging import score_row
from equipoise.trials.scorers import judge_of

METHOD = "betting e-process, valid at every look"

Shares = Mapping[str, float]
"""By item id, the share of its answers that are accepted: 0 or 1 where it was asked once."""

_STANDING = {
    SequentialDecision.GOOD: Standing.MET,
    SequentialDecision.BAD: Standing.NOT_MET,
    SequentialDecision.UNDECIDED: Standing.OPEN,
}


@dataclass(frozen=True, slots=True)
class SequentialStanding:
    """Where a candidate stands; `p_value` is anytime-valid, of not being good enough."""

    standing: Standing
    stopped_at: int | None
    p_value: float


def sequential_standing(
    workload: Workload, items: Sequence[Item], accepted: Shares, reference: Shares | None
) -> SequentialStanding:
    """Follow a candidate's outcomes, by item id, in the order of asking.

    `reference` holds the incumbent's outcomes where the bar is non-inferiority; items that either
    side has not answered are passed over.
    """
    outcome = _outcome(workload, items, accepted, reference)
    p_value = min(1.0, 1.0 / outcome.evidence_for) if outcome.evidence_for > 0 else 1.0
    return SequentialStanding(_STANDING[outcome.decision], outcome.stopped_at, p_value)


@dataclass(slots=True)
class _Bet:
    """Both bets on one candidate, until one is won."""

    good: BettingProcess
    bad: BettingProcess
    won: bool = False

    def observe(self, value: float, alpha: float) -> None:
        if not self.won:
            self.good, self.bad = self.good.observe(value), self.bad.observe(value)
            self.won = self.good.crossed(alpha) or self.bad.crossed(alpha)


class Bets:
    """The bets of a trial that goes on: told of each item once, in the order of asking."""

    def __init__(self, workload: Workload) -> None:
        bar = workload.requirements.non_inferiority
        self._alpha = workload.trial.alpha
        self._incumbent = bar.incumbent if bar is not None else None
        floor = workload.requirements.quality_floor or 0.0
        self._null = (1.0 - bar.margin) / 2.0 if bar is not None else floor
        self._bets: dict[str, _Bet] = {}
        self._seen: set[str] = set()

    def observe(self, shares: Shares) -> None:
        """Take in what each candidate came to on the next item; who is left out is passed over."""
        reference = shares.get(self._incumbent) if self._incumbent is not None else None
        for name, share in shares.items():
            self._seen.add(name)
            if name == self._incumbent or (self._incumbent is not None and reference is None):
                continue
            value = share if reference is None else (1.0 + share - reference) / 2.0
            if name not in self._bets:
                above, below = (BettingProcess(self._null, side) for side in Side)
                self._bets[name] = _Bet(above, below)
            self._bets[name].observe(value, self._alpha)

    def decided(
        self, *, given_up: Collection[str] = (), silent: Collection[str] = ()
    ) -> frozenset[str]:
        """The candidates that need no more items; the incumbent stays while others need it.

        Those `given_up` are asked nothing more, so the incumbent does not stay for them. Those
        `silent` at the moment are never decided: either they answer again or they are given up,
        and an outage is no verdict.
        """
        others = {name for name in self._seen if name != self._incumbent}
        done = {name for name, bet in self._bets.items() if bet.won and name not in silent}
        if self._incumbent is not None and done and done >= others.difference(given_up):
            done.add(self._incumbent)
        return frozenset(done)


class Stopper:
    """Says of rows that are there which candidates need no more items. Scores each answer once."""

    def __init__(self, workload: Workload, items: Sequence[Item]) -> None:
        self._workload = workload
        self._items = items
        self._gold = {item.id: item.expected for item in items}
        self._judge = judge_of(workload.task)
        self._accepted: dict[str, dict[str, dict[int, bool]]] = {}

    def decided(
        self,
        rows: Iterable[AnswerRow],
        *,
        given_up: Collection[str] = (),
        silent: Collection[str] = (),
    ) -> frozenset[str]:
        """The candidates that need no more items than these, as `Bets` says it."""
        if self._workload.trial.stopping is StoppingRule.FIXED:
            return frozenset()
        for row in rows:
            self._take(row)
        bets = Bets(self._workload)
        for item in self._items:
            answers = {
                name: known[item.id] for name, known in self._accepted.items() if item.id in known
            }
            bets.observe(
                {name: sum(given.values()) / len(given) for name, given in answers.items()}
            )
        return bets.decided(given_up=given_up, silent=silent)

    def _take(self, row: AnswerRow) -> None:
        known = self._accepted.setdefault(row.candidate, {}).setdefault(row.item, {})
        if row.repeat not in known:
            known[row.repeat] = score_row(self._judge, row, self._gold[row.item]).accepted


def _outcome(
    workload: Workload, items: Sequence[Item], accepted: Shares, reference: Shares | None
) -> SequentialOutcome:
    alpha = workload.trial.alpha
    requirements = workload.requirements
    if requirements.non_inferiority is None or reference is None:
        scores = (float(accepted[item.id]) for item in items if item.id in accepted)
        return floor_test(scores, requirements.quality_floor or 0.0, alpha)
    common = (item.id for item in items if item.id in accepted and item.id in reference)
    differences = (float(accepted[name]) - float(reference[name]) for name in common)
    return paired_test(differences, requirements.non_inferiority.margin, alpha)
