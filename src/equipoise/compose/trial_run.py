"""A trial as a job of its own: a workload file in, a verdict on every candidate out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from equipoise.compose.interrupts import Notice, nobody
from equipoise.compose.trial import Asked, Asking, asked_trial
from equipoise.config.settings import Settings, load_settings
from equipoise.config.toml_file import TomlFile, read_toml
from equipoise.config.workload import make_workload
from equipoise.domain.ports import Progress
from equipoise.domain.workload import StoppingRule, Workload
from equipoise.errors import ConfigurationError, Problem
from equipoise.trials.purse import Purse
from equipoise.trials.runs.report import RunReport
from equipoise.trials.runs.tally import Tally, count
from equipoise.trials.runs.verdicts import judge_all

Watch = Callable[[Purse], AbstractContextManager[Progress]]


@dataclass(frozen=True, slots=True)
class RunOrder:
    """What is to be run; `items` and the budgets stand over what the file says.

    `asked_on` is the day it is. `notice` is told what a person should know at once.
    """

    file: Path
    config: Path | None
    asked_on: date
    items: int | None = None
    every_item: bool = False
    budget_usd: float | None = None
    budget_minutes: float | None = None
    notice: Notice = nobody


def run_trial_order(order: RunOrder, watch: Watch) -> RunReport:
    """Run a trial, or go on with it, and judge it; `watch` shows how it goes and what it spends.

    Raises ConfigurationError, JournalError or EngineError, and KeyboardInterrupt where it was
    stopped.
    """
    settings = load_settings(order.config)
    workload = _workload(order, settings)
    trial = workload.trial
    purse = Purse(
        order.budget_usd or trial.budget_usd, order.budget_minutes or trial.budget_minutes
    )
    return asyncio.run(_run(Asking(workload, settings, order.asked_on, order.notice), watch, purse))


def _workload(order: RunOrder, settings: Settings) -> Workload:
    file = read_toml(order.file)
    trial = file.at(dict, "trial")
    if order.items is not None:
        file = TomlFile(
            file.path, {**file.data, "trial": {**(trial or {}), "items": order.items}}, file.lines
        )
    workload = make_workload(file, settings, every_item=order.every_item)
    if not workload.items:
        reason = "a draft has no items, so nothing can be asked"
        advice = "Name its items in task.items or [items]; `equipoise trial init` makes some."
        raise ConfigurationError((Problem(str(order.file), None, "", reason, advice),))
    return workload


async def _run(asking: Asking, watch: Watch, purse: Purse) -> RunReport:
    with watch(purse) as progress:
        async with asked_trial(asking, None, progress, purse) as asked:
            return _report(asking.workload, asked, purse)


def _report(workload: Workload, asked: Asked, purse: Purse) -> RunReport:
    # Where an endpoint gave up answering, what it did not answer is missing, and not wrong.
    failures = [row for row in asked.silence.failures if row.candidate not in asked.reasons]
    rows = chain(asked.journal.stream(), failures)
    counted = count(workload, asked.items, rows, str(asked.journal.path))
    return RunReport(
        workload=workload,
        plan=asked.plan,
        journal=str(asked.journal.path),
        candidates=judge_all(workload, asked.items, counted, asked.reasons),
        notes=_notes(workload, counted[0]),
        halted=asked.silence.halted,
        given_up=tuple(asked.silence.given_up),
        spent_usd=purse.spent_usd,
    )


def _notes(workload: Workload, tallies: dict[str, Tally]) -> list[str]:
    notes = list(workload.notes)
    cached = sum(tally.cached for tally in tallies.values())
    if cached:
        notes.append(f"{cached:,} answers are those of other trials here, and cost nothing now.")
    if workload.requirements.quality_floor is not None and any(
        item.cluster is not None for item in workload.items
    ):
        notes.append("Against a floor, items count as independent, whatever cluster they are of.")
    if workload.trial.stopping is StoppingRule.BETTING and any(
        item.slice for item in workload.items
    ):
        notes.append("Slices are judged under the fixed rule only, not where betting may stop.")
    return notes
