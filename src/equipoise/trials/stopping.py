"""Early stopping by the betting e-process, and by nothing else: valid at whichever item one looks.

The rule, its margin or floor and alpha are in the plan before the first call. Under the `fixed`
rule nothing ever stops early.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.domain.evidence import Standing
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.statistics import SequentialDecision, SequentialOutcome, floor_test, paired_test
from equipoise.trials.journal import AnswerRow
from equipoise.trials.scorers import SCORERS

METHOD = "betting e-process, valid at every look"

Accepted = Mapping[str, bool]

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
    workload: Workload, items: Sequence[Item], accepted: Accepted, reference: Accepted | None
) -> SequentialStanding:
    """Follow a candidate's outcomes, by item id, in the order of asking.

    `reference` holds the incumbent's outcomes where the bar is non-inferiority; items that either
    side has not answered are passed over.
    """
    outcome = _outcome(workload, items, accepted, reference)
    p_value = min(1.0, 1.0 / outcome.evidence_for) if outcome.evidence_for > 0 else 1.0
    return SequentialStanding(_STANDING[outcome.decision], outcome.stopped_at, p_value)


class Stopper:
    """Says which candidates need no more items. Scores each answer once."""

    def __init__(self, workload: Workload, items: Sequence[Item]) -> None:
        self._workload = workload
        self._items = items
        self._gold = {item.id: item.expected for item in items}
        self._score = SCORERS[workload.task.scorer]
        self._accepted: dict[str, dict[str, bool]] = {}

    def decided(
        self,
        rows: Iterable[AnswerRow],
        *,
        given_up: Collection[str] = (),
        silent: Collection[str] = (),
    ) -> frozenset[str]:
        """The candidates that need no more items; the incumbent stays while others need it.

        Those `given_up` are asked nothing more, so the incumbent does not stay for them. Those
        `silent` at the moment are never decided: either they answer again or they are given up,
        and an outage is no verdict.
        """
        if self._workload.trial.stopping is StoppingRule.FIXED:
            return frozenset()
        self._take(rows)
        bar = self._workload.requirements.non_inferiority
        reference = self._accepted.get(bar.incumbent, {}) if bar is not None else None
        others = {name for name in self._accepted if bar is None or name != bar.incumbent}
        done = {
            name
            for name in others.difference(silent)
            if self._is_decided(self._accepted[name], reference)
        }
        if bar is not None and done and done >= others.difference(given_up):
            done.add(bar.incumbent)
        return frozenset(done)

    def _is_decided(self, accepted: Accepted, reference: Accepted | None) -> bool:
        outcome = _outcome(self._workload, self._items, accepted, reference)
        return outcome.decision is not SequentialDecision.UNDECIDED

    def _take(self, rows: Iterable[AnswerRow]) -> None:
        for row in rows:
            known = self._accepted.setdefault(row.candidate, {})
            if row.item not in known:
                # As in `results`: what got no answer is not accepted.
                given = not row.failure and self._score(row.text, self._gold[row.item]).accepted
                known[row.item] = given


def _outcome(
    workload: Workload, items: Sequence[Item], accepted: Accepted, reference: Accepted | None
) -> SequentialOutcome:
    alpha = workload.trial.alpha
    requirements = workload.requirements
    if requirements.non_inferiority is None or reference is None:
        scores = (float(accepted[item.id]) for item in items if item.id in accepted)
        return floor_test(scores, requirements.quality_floor or 0.0, alpha)
    common = (item.id for item in items if item.id in accepted and item.id in reference)
    differences = (float(accepted[name]) - float(reference[name]) for name in common)
    return paired_test(differences, requirements.non_inferiority.margin, alpha)
