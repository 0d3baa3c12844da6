"""Puts every item to every arm in one shuffled order, and journals each answer as it comes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from equipoise.domain.ports import Progress
from equipoise.domain.workload import Item, Workload
from equipoise.errors import EngineError, ProviderError
from equipoise.trials.arm import Arm, ask, failed
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.stopping import Stopper

# An arm that gets no answer this many times in a row is given up: it is unmeasured, not bad.
PATIENCE = 3


@dataclass(slots=True)
class Silence:
    """Where no answer came: the questions that failed, and the arms given up with the reason.

    Failures are not journaled, so that the next run asks those questions again.
    """

    failures: list[AnswerRow] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    in_a_row: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def note(self, arm: Arm, item: str, error: ProviderError | EngineError) -> None:
        """Record that a question got no answer."""
        name = arm.candidate.id
        self.failures.append(failed(arm, item, error))
        self.in_a_row[name] += 1
        if self.in_a_row[name] >= PATIENCE:
            self.given_up[name] = error.message


async def run(
    workload: Workload,
    items: Sequence[Item],
    arms: Sequence[Arm],
    journal: Journal,
    progress: Progress,
) -> Silence:
    """Ask what the journal does not hold yet; return where no answer came.

    Lanes run side by side; within a lane arms take turns, and the turn moves with each item so
    that each is first as often as any other. Cancelling loses at most the answers in flight.
    Raises JournalError where an answer cannot be kept, and what an arm's `build` or `cost` raises.
    """
    silence = Silence()
    stopper = Stopper(workload, items)
    total = len(items) * len(arms)
    for number, item in enumerate(items):
        done = silence.given_up.keys() | stopper.decided(
            (*journal.rows, *silence.failures),
            given_up=silence.given_up.keys(),
            silent=[name for name, failures in silence.in_a_row.items() if failures],
        )
        lanes: dict[str, list[Arm]] = defaultdict(list)
        for arm in arms:
            if arm.candidate.id not in done:
                lanes[arm.lane].append(arm)
        try:
            async with asyncio.TaskGroup() as group:
                for lane in lanes.values():
                    turned = _turned(lane, number)
                    group.create_task(_lane(workload, item, turned, journal, silence))
        except ExceptionGroup as errors:
            # One is enough to stop a trial, and whoever runs it knows what to do with that one.
            raise errors.exceptions[0] from errors
        if total:
            progress.advance(workload.name, (number + 1) * len(arms), total)
    return silence


async def _lane(
    workload: Workload, item: Item, arms: Sequence[Arm], journal: Journal, silence: Silence
) -> None:
    for arm in arms:
        if journal.has(arm.candidate.id, item.id):
            continue
        try:
            row = await ask(arm, item.id, workload.prompt(arm.candidate, item))
        except (ProviderError, EngineError) as error:
            silence.note(arm, item.id, error)
        else:
            silence.in_a_row[arm.candidate.id] = 0
            journal.append(row)


def _turned(arms: Sequence[Arm], number: int) -> Sequence[Arm]:
    turn = number % len(arms)
    return [*arms[turn:], *arms[:turn]]
