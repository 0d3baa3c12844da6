"""What each candidate of a workload costs: a file or flags in, the page of costs out."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from math import ceil
from pathlib import Path
from typing import Any

from equipoise import __version__
from equipoise.compose.bench import find_targets
from equipoise.compose.embedded import embedded_engine
from equipoise.compose.lengths import count_lengths
from equipoise.compose.trial import JOURNALS
from equipoise.config.settings import Settings, load_settings
from equipoise.config.toml_file import TomlFile
from equipoise.config.workload import load_workload, make_workload
from equipoise.decisions.case import Case
from equipoise.decisions.costing.page import CostPage
from equipoise.decisions.costing.price import cost_page
from equipoise.domain.evidence import Lengths, TrialEvidence
from equipoise.domain.workload import Workload
from equipoise.errors import ConfigurationError
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import draw_items, make_plan
from equipoise.trials.results import evidence, without_trial

FLAGS = Path("the flags")
"""Where an exploration's figures stand, in the place of a file's name."""

_LONGEST = 32_768


@dataclass(frozen=True, slots=True)
class Exploration:
    """A workload in a few numbers. `against` and `hosted` are targets; the first is in use today.

    `model` runs on `hardware` of our own, had in the way `procurement` says, which rents for
    `usd_per_hour` where that is known. `figures` are our own for the catalog's ranges.
    """

    model: str | None
    hardware: str | None
    against: tuple[str, ...]
    hosted: tuple[str, ...]
    requests_per_month: int
    input_tokens: float
    output_tokens: float
    shared_tokens: float = 0.0
    peak_to_mean: float = 3.0
    latency_seconds: float = 30.0
    availability: float = 0.999
    engineers: float = 2.0
    engineer_usd_per_year: float = 200_000.0
    usd_per_hour: float | None = None
    procurement: str = "on_demand"
    egress_gb_per_request: float = 0.0
    figures: tuple[tuple[str, float], ...] = ()


def run_cost(file: Path, config: Path | None, today: date) -> CostPage:
    """Price every candidate of a workload file; nobody is asked anything.

    Of a draft the file states the lengths. Of a workload with items the trial's journal says what
    it holds, and the embedded model's tokenizer counts. Raises ConfigurationError, EngineError or
    JournalError.
    """
    settings = load_settings(config)
    workload = load_workload(file, settings)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    trial = _evidence(workload, settings)
    rests_on = [(str(file), f"sha256 {digest}"), *_trial_inputs(workload, trial)]
    case = _case(workload, trial, settings, today, str(file), rests_on)
    return cost_page(case, workload.trial.seed)


def explore(asked: Exploration, config: Path | None, today: date) -> CostPage:
    """Price what the flags describe, as the draft it is; raises ConfigurationError."""
    settings = load_settings(config)
    workload = _checked(_draft(asked), settings)
    case = _case(workload, without_trial(workload), settings, today, str(FLAGS), [])
    return cost_page(case, workload.trial.seed)


def _checked(tables: dict[str, Any], settings: Settings) -> Workload:
    """The workload of these tables; what is wrong with them stands on no line."""
    try:
        return make_workload(TomlFile(FLAGS, tables, {}), settings)
    except ConfigurationError as error:
        problems = tuple(replace(problem, line=None) for problem in error.problems)
        raise ConfigurationError(problems) from error


def _case(
    workload: Workload,
    trial: TrialEvidence,
    settings: Settings,
    today: date,
    file: str,
    rests_on: list[tuple[str, str]],
) -> Case:
    versions = [(name, version(name)) for name in ("genai-prices", "numpy")]
    return Case(
        workload=workload,
        trial=trial,
        targets=find_targets(workload, settings),
        now=today,
        file=file,
        inputs=(*rests_on, ("equipoise", __version__), *versions),
    )


def _evidence(workload: Workload, settings: Settings) -> TrialEvidence:
    if workload.lengths is not None:
        return without_trial(workload)
    items = draw_items(workload)
    plan = make_plan(workload, workload.candidates)
    journal = Journal(JOURNALS / f"{workload.name}-{plan.digest[:12]}.jsonl", plan)
    rows: tuple[AnswerRow, ...] = ()
    digests = (plan.digest, "")
    # Opening a journal makes it: where nobody has been asked there is nothing to read.
    if journal.path.is_file():
        with journal:
            rows, digests = journal.rows, (plan.digest, journal.digest())
    lengths = asyncio.run(_counted(workload, settings))
    return evidence(workload, items, rows, {}, lengths, digests)


async def _counted(workload: Workload, settings: Settings) -> dict[str, Lengths]:
    async with embedded_engine(settings) as tokenizer:
        return await count_lengths(workload, draw_items(workload), tokenizer)


def _trial_inputs(workload: Workload, trial: TrialEvidence) -> Iterator[tuple[str, str]]:
    if workload.items:
        yield "items", f"sha256 {workload.items_digest}"
    if trial.journal_digest:
        yield "answers", f"sha256 {trial.journal_digest}"
    for candidate in workload.candidates:
        if candidate.bench is not None:
            yield candidate.bench.path, f"sha256 {candidate.bench.digest}"


def _draft(asked: Exploration) -> dict[str, Any]:
    """The tables of the draft's file, for the checks that any file goes through.

    Quality is not judged and nobody looks after the vendor's side: what those keys say is never
    read.
    """
    table: dict[str, Any] = {
        "version": 1,
        "name": "explored",
        "title": "What if",
        "data_class": "public",
        "task": {
            "system": "not asked",
            "max_output_tokens": min(max(ceil(asked.output_tokens), 1), _LONGEST),
        },
        "requirements": {
            "quality_floor": 0.5,
            "latency_p95_ms": asked.latency_seconds * 1000,
            "availability": asked.availability,
            "licence_use": ["internal"],
            "volume": {
                "requests_per_month": asked.requests_per_month,
                "peak_to_mean": asked.peak_to_mean,
            },
            "lengths": {
                "input_tokens": asked.input_tokens,
                "output_tokens": asked.output_tokens,
                "shared_input_tokens": asked.shared_tokens,
                "counted_by": str(FLAGS),
            },
        },
        "costs": {
            "rejected_answer_usd": 0.0,
            "engineer_usd_per_year": asked.engineer_usd_per_year,
            "self_hosting_fte": asked.engineers,
            "vendor_fte": 0.0,
            "egress_gb_per_request": asked.egress_gb_per_request,
            "figures": dict(asked.figures),
        },
        "candidates": _candidates(asked),
    }
    if asked.against:
        table["incumbent"] = asked.against[0]
    return table


def _candidates(asked: Exploration) -> list[dict[str, Any]]:
    targets = [*asked.against, *asked.hosted]
    rows: list[dict[str, Any]] = [{"target": target} for target in targets]
    if asked.model is not None:
        prices: dict[str, Any] = {"procurement": asked.procurement}
        if asked.usd_per_hour is not None:
            prices["usd_per_hour"] = asked.usd_per_hour
        own = {"target": f"own/{asked.model}", "hardware": asked.hardware, "prices": prices}
        rows.append(own)
    return rows
