"""The main job: workload files in; a portfolio of decisions, their records and report out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from equipoise import __version__
from equipoise.compose.bench import find_targets
from equipoise.compose.embedded import embedded_engine
from equipoise.compose.interrupts import Notice, nobody
from equipoise.compose.out_folder import check_out
from equipoise.compose.trial import Asking, run_trial
from equipoise.config.settings import DEFAULT_FILE, Settings, load_settings
from equipoise.config.workload import load_workload
from equipoise.console import markdown, report
from equipoise.decisions import record
from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.decisions.policy import make_policy, policy_json
from equipoise.domain.decision import Decision, Portfolio
from equipoise.domain.evidence import TrialEvidence
from equipoise.domain.ports import Progress
from equipoise.domain.workload import Workload
from equipoise.engines.weights import SMOLLM2
from equipoise.errors import ConfigurationError, Problem
from equipoise.trials.plan import canonical
from equipoise.trials.results import without_trial

Inputs = tuple[tuple[str, str], ...]
"""What a record rests on: a name, and a digest or a version."""

_WEIGHTS = "embedded weights"


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for. `files` are workload files, `out` the folder for the records.

    `today` is the day as of which is decided, `asked_on` the day on which questions are put: a term
    that held once lets nothing leave now. `notice` is told what a person should know at once.
    """

    files: tuple[Path, ...]
    out: Path
    config: Path | None
    today: date
    asked_on: date
    every_item: bool = False
    notice: Notice = nobody


@dataclass(frozen=True, slots=True)
class Written:
    """Where the records of a portfolio went, and the policies of what was decided."""

    json: Path
    markdown: Path
    html: Path
    policies: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A workload, and the digest its file had when it was read."""

    file: Path
    workload: Workload
    digest: str


def run_decide(order: Order, progress: Progress) -> Portfolio:
    """Decide every workload of the order; all files are checked before anything is asked.

    Raises ConfigurationError, EngineError or JournalError.
    """
    settings = load_settings(order.config)
    versions = _versions(order, settings)
    read = _read_all(order, settings)
    check_out(order.out, "no record")
    trials = _evidence(order, settings, read, progress)
    # Outside of the event loop, which would put a Ctrl-C off until the next pause.
    decisions = tuple(
        _decide(order, settings, row, trial, versions)
        for row, trial in zip(read, trials, strict=True)
    )
    identity = hashlib.sha256(" ".join(row.id for row in decisions).encode()).hexdigest()
    return Portfolio(identity[:12], order.today, decisions)


def write(portfolio: Portfolio, out: Path) -> Written:
    """Write the record as JSON and Markdown and the report; the folder's name says which run."""
    folder = out / f"{portfolio.decided_on.isoformat()}-{portfolio.id}"
    decided = [policy for row in portfolio.decisions if (policy := make_policy(row)) is not None]
    policies = {folder / f"policy-{row.workload}.json": policy_json(row) for row in decided}
    written = Written(
        folder / "decision.json", folder / "decision.md", folder / "report.html", tuple(policies)
    )
    # All are rendered before one is written: a record without its report would pass for whole.
    texts = {
        written.json: record.to_json(portfolio),
        written.markdown: markdown.render(portfolio),
        written.html: report.render(portfolio),
        **policies,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        # A workload file's name need not be text; JSON knows the escape that is written for it.
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
    return written


def _evidence(
    order: Order, settings: Settings, read: Sequence[_Read], progress: Progress
) -> list[TrialEvidence]:
    """What is known of each workload. Drafts alone need no engine, and no weights."""
    tried = [row.workload for row in read if row.workload.items]
    found = asyncio.run(_run_trials(order, settings, tried, progress)) if tried else ()
    by_name = {trial.workload: trial for trial in found}
    return [by_name.get(row.workload.name) or without_trial(row.workload) for row in read]


async def _run_trials(
    order: Order, settings: Settings, workloads: Sequence[Workload], progress: Progress
) -> list[TrialEvidence]:
    async with embedded_engine(settings) as embedded:
        return [
            await run_trial(
                Asking(workload, settings, order.asked_on, order.notice), embedded, progress
            )
            for workload in workloads
        ]


def _read_all(order: Order, settings: Settings) -> Sequence[_Read]:
    """Read every file; raises ConfigurationError with the problems of all of them."""
    read: list[_Read] = []
    problems: list[Problem] = []
    for file in order.files:
        try:
            workload = load_workload(file, settings, every_item=order.every_item)
        except ConfigurationError as error:
            problems += error.problems
            continue
        if workload.name in {other.workload.name for other in read}:
            reason = f"another file's workload is called {workload.name!r} too"
            problems.append(Problem(str(file), None, "name", reason))
        read.append(_Read(file, workload, _sha256(file)))
    if problems:
        raise ConfigurationError(tuple(problems))
    return read


def _decide(
    order: Order, settings: Settings, read: _Read, trial: TrialEvidence, versions: Inputs
) -> Decision:
    case = Case(
        workload=read.workload,
        trial=trial,
        targets=find_targets(read.workload, settings),
        now=order.today,
        file=str(read.file),
        inputs=_inputs(read, trial, versions),
    )
    return decide(case, read.workload.trial.seed)


def _inputs(read: _Read, trial: TrialEvidence, versions: Inputs) -> Inputs:
    """What a decision rests on. A draft asks nothing, so on its own files and the versions only."""
    files = ((str(read.file), read.digest), *_load_tests(read.workload))
    if read.workload.lengths is not None:
        return (*files, *(row for row in versions if row[0] != _WEIGHTS))
    return (
        *files,
        ("items", f"sha256 {read.workload.items_digest}"),
        ("trial plan", f"sha256 {trial.plan_digest}"),
        ("answers", f"sha256 {trial.journal_digest}"),
        ("without an answer", f"sha256 {_unanswered(trial)}"),
        *versions,
    )


def _load_tests(workload: Workload) -> Inputs:
    """The load tests that candidates name, each once."""
    tests = [row.bench for row in workload.candidates if row.bench is not None]
    return tuple({test.path: f"sha256 {test.digest}" for test in tests}.items())


def _unanswered(trial: TrialEvidence) -> str:
    """The digest of what the journal does not hold: who gave no answer, to how many, and why."""
    counted = [(row.candidate, row.items, row.accepted) for row in trial.quality]
    return hashlib.sha256(canonical([counted, trial.unmeasured])).hexdigest()


def _versions(order: Order, settings: Settings) -> Inputs:
    """What all the records of a run follow from besides their workloads."""
    configured = order.config or DEFAULT_FILE
    rows = [
        (_WEIGHTS, f"sha256 {SMOLLM2.sha256}"),
        ("equipoise", __version__),
        ("genai-prices", version("genai-prices")),
        ("numpy", version("numpy")),
    ]
    if settings.origin == str(configured):
        rows.insert(0, (settings.origin, _sha256(configured)))
    return tuple(rows)


def _sha256(file: Path) -> str:
    return f"sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}"
