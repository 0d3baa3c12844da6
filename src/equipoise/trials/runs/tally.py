"""The answers of a trial, counted by what they came to, and as outcomes that can be paired."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.workload import Item, Workload
from equipoise.statistics import quantile
from equipoise.trials.journal import AnswerRow
from equipoise.trials.judging import score_row
from equipoise.trials.outcomes.table import Answer, Outcomes
from equipoise.trials.scorers import judge_of

CLASSES = ("accepted", "wrong", "malformed", "refused", "error", "failure")
"""What an answer can come to. An `error` is the scorer's, a `failure` no answer at all."""


@dataclass(slots=True)
class Tally:
    """One candidate's answers, counted; repeats are answers of their own. Times in seconds.

    `cached` are those that another trial had paid for; `missing` those not asked yet. `fault` is
    the first sentence of a scorer that failed.
    """

    candidate: str
    wanted: int
    classes: Counter[str] = field(default_factory=Counter)
    cached: int = 0
    cost_pico: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    fault: str = ""

    @property
    def missing(self) -> int:
        """Questions that were neither answered nor failed."""
        return self.wanted - self.classes.total()

    @property
    def answered(self) -> int:
        """Answers that came."""
        return self.classes.total() - self.classes["failure"]

    @property
    def cost_usd(self) -> float:
        """What all its answers cost."""
        return self.cost_pico / PICO_PER_DOLLAR

    @property
    def per_success_usd(self) -> float | None:
        """What an accepted answer cost, with those that were not; None where there is none."""
        accepted = self.classes["accepted"]
        return self.cost_usd / accepted if accepted else None

    def quantile(self, share: float) -> float | None:
        """A quantile of how long answers took; None without answers."""
        return quantile(self.seconds, share) if self.seconds else None


def count(
    workload: Workload, items: Sequence[Item], rows: Iterable[AnswerRow], path: str
) -> tuple[dict[str, Tally], Outcomes]:
    """Score rows one by one, and keep of each what is needed to judge by; texts are let go of."""
    judge = judge_of(workload.task)
    by_id = {item.id: item for item in items}
    wanted = len(items) * workload.trial.repeats
    tallies = {row.id: Tally(row.id, wanted) for row in workload.candidates}
    outcomes = Outcomes(path, answers={row.id: {} for row in workload.candidates})
    outcomes.slices = {item.id: item.slice for item in items if item.slice}
    outcomes.clusters = {item.id: item.cluster for item in items if item.cluster}
    for row in rows:
        tally, known = tallies[row.candidate], outcomes.answers[row.candidate]
        score = score_row(judge, row, by_id[row.item].expected)
        tally.classes["failure" if row.failure else score.outcome] += 1
        tally.fault = tally.fault or (f"{row.item}: {score.error}" if score.error else "")
        seconds, usd = None, None
        if not row.failure:
            seconds, usd = row.seconds, row.cost_pico / PICO_PER_DOLLAR
            tally.cached += row.cached
            tally.cost_pico += row.cost_pico
            tally.seconds.append(row.seconds)
        answer = Answer(1.0 if score.accepted else 0.0, 1, usd, seconds)
        if row.item in known:
            known[row.item].add(answer)
        else:
            # The item's own name: a row brings another copy of it.
            known[by_id[row.item].id] = answer
    # In the plan's order: who answered first is chance, and no figure is to depend on it.
    outcomes.answers = {
        name: {item: known[item] for item in by_id if item in known}
        for name, known in outcomes.answers.items()
    }
    return tallies, outcomes
