"""One workload's trial from file to evidence: resumable, journaled, on whatever can be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path

from equipoise.compose.bench import open_bench
from equipoise.compose.lengths import count_lengths
from equipoise.config.settings import Settings, secret
from equipoise.domain.evidence import TrialEvidence
from equipoise.domain.ports import Progress
from equipoise.domain.workload import Item, Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import draw_items, make_plan
from equipoise.trials.results import evidence
from equipoise.trials.runner import run
from equipoise.trials.stopping import Stopper

JOURNALS = Path(".equipoise/trials")


async def run_trial(
    workload: Workload,
    settings: Settings,
    embedded: LlamaCppEngine,
    asked_on: date,
    progress: Progress,
) -> TrialEvidence:
    """Ask what the journal does not hold yet, and make the evidence of all it holds.

    `asked_on` is the day it is: terms and prices of the questions put now follow it. The plan
    covers every candidate, reachable or not: a key that is set later continues the same journal.
    Raises JournalError, EngineError or ConfigurationError.
    """
    items = draw_items(workload)
    plan = make_plan(workload, workload.candidates)
    path = JOURNALS / f"{workload.name}-{plan.digest[:12]}.jsonl"
    async with AsyncExitStack() as stack:
        bench = await open_bench(stack, workload, settings, embedded, asked_on)
        lengths = await count_lengths(workload, items, embedded)
        with Journal(path, plan) as journal:
            silence = await run(workload, items, bench.arms, journal, progress)
            reasons = {
                name: _without_keys(reason, settings)
                for name, reason in {**bench.unreachable, **silence.given_up}.items()
            }
            unmeasured = _unmeasured(workload, items, journal.rows, reasons)
            return evidence(
                workload,
                items,
                [*journal.rows, *silence.failures],
                unmeasured,
                lengths,
                (plan.digest, journal.digest()),
            )


def _unmeasured(
    workload: Workload,
    items: Sequence[Item],
    rows: Sequence[AnswerRow],
    reasons: Mapping[str, str],
) -> Mapping[str, str]:
    """Who has no complete set of answers, and why. An earlier run's complete set counts."""
    decided = Stopper(workload, items).decided(rows)
    return {
        row.id: reasons[row.id]
        for row in workload.candidates
        if row.id in reasons
        and row.id not in decided
        and sum(answer.candidate == row.id for answer in rows) < len(items)
    }


def _without_keys(reason: str, settings: Settings) -> str:
    """Some endpoints repeat the key that they refuse, and the reason goes into the record."""
    keys = (secret(endpoint.api_key) for endpoint in settings.endpoints.values())
    for key in filter(None, keys):
        reason = reason.replace(key, "…")
    return reason
