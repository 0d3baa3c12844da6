"""The report of a trial that was run: what was asked, of whom, and the verdict on everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from equipoise.domain.workload import Workload
from equipoise.trials.plan import TrialPlan
from equipoise.trials.runs.verdicts import BAD, INCUMBENT, OPEN, CandidateVerdict, SliceRow


@dataclass(frozen=True, slots=True)
class RunReport:
    """A trial after a run of it.

    `halted` says why the run ended before its end, `given_up` which candidates' endpoints gave no
    answer any more; both are empty where it went through. `spent_usd` is what was paid for in all
    runs of it.
    """

    workload: Workload
    plan: TrialPlan
    journal: str
    candidates: Sequence[CandidateVerdict]
    notes: Sequence[str]
    halted: str
    given_up: Sequence[str]
    spent_usd: float

    @property
    def missing(self) -> list[tuple[str, int]]:
        """The candidates with questions that were not put, and how many."""
        tallies = [found.tally for found in self.candidates]
        return [(tally.candidate, tally.missing) for tally in tallies if tally.missing]

    @property
    def bar(self) -> str:
        """What everybody is held against, in words."""
        plan = self.plan
        asked = f"alpha {plan.alpha:g}, {plan.stopping} stopping"
        if plan.repeats > 1:
            asked += f", the mean of {plan.repeats} repeats an item"
        if plan.reference is None:
            return f"a floor of {plan.bar * 100:.4g} %, {asked}"
        return f"at most {plan.bar * 100:g} points below {plan.reference}, {asked}"

    @property
    def judged(self) -> list[CandidateVerdict]:
        """Those of whom there is a verdict to be had; not the incumbent itself."""
        return [found for found in self.candidates if found.verdict != INCUMBENT]


def fails(verdict: str, fail_on: Collection[str]) -> bool:
    """Whether a verdict is one of those that are not to be; below a floor is inferior to it."""
    return ("inferior" in fail_on and verdict in BAD) or (
        "undecided" in fail_on and verdict in OPEN
    )


def slice_fails(row: SliceRow, fail_on: Collection[str]) -> bool:
    """Whether a slice is inferior where that is not to be; few items leave most slices open."""
    return "inferior" in fail_on and row.verdict in BAD


def figures(found: CandidateVerdict) -> tuple[float | None, float | None, float | None]:
    """The figure that was judged, and its interval: a share, or a difference of two."""
    interval = None
    if found.pair is not None:
        interval = found.pair.judged.decision
    elif found.floor is not None:
        interval = found.floor.interval
    if interval is None:
        return None, None, None
    return interval.estimate, interval.low, interval.high


def rate(found: CandidateVerdict) -> float | None:
    """The share of its answers that were accepted; one that never came was not."""
    total = found.tally.classes.total()
    return found.tally.classes["accepted"] / total if total else None


def further(found: CandidateVerdict) -> int | None:
    """How many more items would decide, where that is open and known."""
    if found.pair is not None:
        need = found.pair.judged.needed
        return (need.non_inferior or need.inferior) or None
    return found.floor.further if found.floor is not None else None
