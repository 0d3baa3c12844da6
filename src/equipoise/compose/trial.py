"""One workload's trial from file to evidence: resumable, journaled, on whatever can be reached."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.compose.bench import Bench, open_bench
from equipoise.compose.interrupts import Notice, gently, nobody
from equipoise.compose.lengths import count_lengths
from equipoise.config.settings import Settings, secret
from equipoise.domain.evidence import TrialEvidence
from equipoise.domain.ports import Progress
from equipoise.domain.workload import Item, Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.trials.earlier import EarlierAnswers
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import TrialPlan, changes, draw_items, make_plan
from equipoise.trials.purse import Purse
from equipoise.trials.results import evidence
from equipoise.trials.runner import Limits, Silence, run
from equipoise.trials.stopping import Stopper

JOURNALS = Path(".equipoise/trials")
_BYTES_PER_TOKEN = 16  # a token of a long word; or of a rare character, as JSON escapes it


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask what: `asked_on` is the day it is, which terms and prices follow.

    `notice` is told what a person should know at once.
    """

    workload: Workload
    settings: Settings
    asked_on: date
    notice: Notice = nobody


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial that was run, its journal still open; `reasons` say why a candidate was not asked.

    They are there too for one whose questions were not all put.
    """

    items: tuple[Item, ...]
    plan: TrialPlan
    journal: Journal
    bench: Bench
    silence: Silence
    reasons: Mapping[str, str]


async def run_trial(
    asking: Asking, embedded: LlamaCppEngine, progress: Progress, purse: Purse | None = None
) -> TrialEvidence:
    """Ask what the journal does not hold yet, and make the evidence of all it holds.

    Raises JournalError, EngineError or ConfigurationError, and KeyboardInterrupt where it was
    stopped.
    """
    workload = asking.workload
    items = draw_items(workload)
    lengths = await count_lengths(workload, items, embedded)
    async with asked_trial(asking, embedded, progress, purse or make_purse(workload)) as asked:
        journal, rows = asked.journal, asked.journal.rows
        unmeasured = _unmeasured(workload, items, rows, asked.reasons)
        return evidence(
            workload,
            items,
            [*rows, *asked.silence.failures],
            unmeasured,
            lengths,
            (asked.plan.digest, journal.digest()),
            {arm.candidate.id: arm.concurrency for arm in asked.bench.arms},
        )


def make_purse(workload: Workload) -> Purse:
    """What the workload file allows a run of its trial."""
    return Purse(workload.trial.budget_usd, workload.trial.budget_minutes)


def journal_path(plan: TrialPlan) -> Path:
    """Where a plan's answers are kept; another plan has another journal."""
    return JOURNALS / f"{plan.workload}-{plan.digest[:12]}.jsonl"


def _another_plan(plan: TrialPlan) -> str:
    """What differs where another plan of the workload has a journal and this one has none yet."""
    path = journal_path(plan)
    others = [] if path.exists() else list(JOURNALS.glob(f"{plan.workload}-{'?' * 12}.jsonl"))
    if not others:
        return ""
    newest = max(others, key=lambda other: other.stat().st_mtime)
    with newest.open("rb") as lines:
        try:
            differs = ", ".join(changes(json.loads(lines.readline())["plan"], plan))
        except (ValueError, KeyError, TypeError):  # what is wrong with it, its own run will say
            return ""
    note = f"This is another plan than that of {newest} ({differs}), so it has a journal of its own"
    return f"{note}: {path}. What both ask alike is not asked again."


@asynccontextmanager
async def asked_trial(
    asking: Asking, embedded: LlamaCppEngine | None, progress: Progress, purse: Purse
) -> AsyncIterator[Asked]:
    """Run a trial, or go on with it, and hand over what there is with the journal open.

    The plan covers every candidate, reachable or not: a key that is set later continues the same
    journal. What other journals beside it hold is not asked again. Raises as `run_trial`.
    """
    workload, settings = asking.workload, asking.settings
    items = draw_items(workload)
    plan = make_plan(workload, workload.candidates)
    path = journal_path(plan)
    async with AsyncExitStack() as stack:
        bench = await open_bench(stack, workload, settings, embedded, asking.asked_on)
        if another := _another_plan(plan):
            asking.notice(another)
        journal = stack.enter_context(Journal(path, plan))
        whole = len(items) * plan.repeats
        limits = Limits(purse)
        if any(journal.sums[arm.candidate.id].answers < whole for arm in bench.arms):
            journal.reserve(_room(bench, workload))
            limits.earlier = EarlierAnswers(path.parent, path)
        with gently(limits.halt, asking.notice) as interrupted:
            silence = await run(workload, items, bench.arms, journal, progress, limits)
        if interrupted.pressed:
            raise KeyboardInterrupt
        halted = dict.fromkeys((arm.candidate.id for arm in bench.arms), silence.halted)
        found = {**(halted if silence.halted else {}), **bench.unreachable, **silence.given_up}
        reasons = {name: without_keys(reason, settings) for name, reason in found.items()}
        yield Asked(items, plan, journal, bench, silence, reasons)


def _room(bench: Bench, workload: Workload) -> int:
    """Bytes that the answers under way can hardly exceed: of each lane, and as long as may be."""
    at_once = {arm.lane: arm.concurrency for arm in bench.arms}
    return sum(at_once.values()) * (1000 + workload.task.max_output_tokens * _BYTES_PER_TOKEN)


def _unmeasured(
    workload: Workload,
    items: Sequence[Item],
    rows: Sequence[AnswerRow],
    reasons: Mapping[str, str],
) -> Mapping[str, str]:
    """Who has no complete set of answers, and why. An earlier run's complete set counts."""
    decided = Stopper(workload, items).decided(rows)
    whole = len(items) * workload.trial.repeats
    return {
        row.id: reasons[row.id]
        for row in workload.candidates
        if row.id in reasons
        and row.id not in decided
        and sum(answer.candidate == row.id for answer in rows) < whole
    }


def without_keys(reason: str, settings: Settings) -> str:
    """Some endpoints repeat the key that they refuse, and the reason goes into the record."""
    keys = (secret(endpoint.api_key) for endpoint in settings.endpoints.values())
    for key in filter(None, keys):
        reason = reason.replace(key, "…")
    return reason
