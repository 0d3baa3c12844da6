"""A workload file and the files it names, as one frozen value; all problems are found at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from equipoise.config.items_columns import PARTS, Columns
from equipoise.config.items_file import ItemsFile, ItemsOrder, read_items, read_ordered
from equipoise.config.problems import from_validation
from equipoise.config.scorer_checks import needs_gold, program_of
from equipoise.config.settings import Settings
from equipoise.config.toml_file import TomlFile, read_toml
from equipoise.config.workload_checks import WorkloadChecks
from equipoise.config.workload_schema import (
    CandidateTable,
    PricesTable,
    TrialTable,
    WorkloadFile,
    answer_schema,
    gold_schema,
)
from equipoise.domain.evidence import Lengths
from equipoise.domain.load_test import MeasuredLoad
from equipoise.domain.workload import (
    AssumedQuality,
    Candidate,
    CostAssumptions,
    NonInferiority,
    Organisation,
    Recording,
    Requirements,
    Shot,
    StatedPrices,
    Task,
    TrialSettings,
    Volume,
    Workload,
)
from equipoise.engines.load_test import result_file
from equipoise.errors import ConfigurationError, Problem
from equipoise.trials.scorers import written


def load_workload(path: Path, settings: Settings, *, every_item: bool = False) -> Workload:
    """Read a workload file; `every_item` asks all its items instead of the number it sets.

    Raises ConfigurationError with every problem of the file and of the files it names.
    """
    return make_workload(read_toml(path), settings, every_item=every_item)


def make_workload(file: TomlFile, settings: Settings, *, every_item: bool = False) -> Workload:
    """The same from what was read, or put together elsewhere; names are those of its folder."""
    schema = answer_schema(file.at(dict, "task", "answer"))
    order = items_order(file, every_item=every_item)
    items = read_ordered(order) if order is not None else None
    shots = _shots(file, schema)
    parsed, problems = _parse(file)
    problems += WorkloadChecks(file, settings, items, shots, every_item).problems()
    # By line, as one mends a file; the files it names come after it.
    problems.sort(key=lambda problem: problem.line or 0)
    for named in (items, shots):
        problems += named.problems if named is not None else ()
    if problems or parsed is None:
        raise ConfigurationError(tuple(problems))
    worked = shots.items if shots is not None else ()
    task = Task(
        system=parsed.task.system.strip(),
        schema=schema or {},
        scorer=parsed.task.scorer or "",
        max_output_tokens=parsed.task.max_output_tokens,
        shots=tuple(Shot(item.input, _worked(item.expected, schema)) for item in worked),
        options=parsed.task.options,
        program=program_of(file),
        allow_code=parsed.task.allow_code,
    )
    workload = _workload(parsed, task, items, every_item=every_item)
    return replace(workload, candidates=tuple(_with_files(parsed, workload, file.path.parent)))


def _worked(answer: object, schema: dict[str, Any] | None) -> str:
    """A worked answer as the model has to write it."""
    return json.dumps(answer, ensure_ascii=False) if schema is not None else written(answer)


def _parse(file: TomlFile) -> tuple[WorkloadFile | None, list[Problem]]:
    try:
        return WorkloadFile.model_validate(file.data), []
    except ValidationError as error:
        return None, from_validation(error, WorkloadFile, file)


def items_order(file: TomlFile, *, every_item: bool = False) -> ItemsOrder | None:
    """What the task or `[items]` says of the items, in the workload file's folder; None for none.

    Reads what was written, not what was parsed, as the checks do.
    """
    schema = answer_schema(file.at(dict, "task", "answer"))
    table = file.at(dict, "items")
    name = file.at(str, "task", "items") if table is None else file.at(str, "items", "path")
    if name is None:
        return None
    texts = {part: file.at(str, "items", part) for part in (*PARTS, "split")}
    stated = {part: text for part, text in texts.items() if text}
    split = stated.pop("split", "")
    wanted = file.at(int, "trial", "items") or TrialTable().items
    seed = file.at(int, "trial", "seed")
    return ItemsOrder(
        path=file.path.parent / name,
        columns=Columns(stated, split, alone=table is None),
        schema=gold_schema(schema, file.at(list, "task", "judged")),
        seed=seed if seed is not None else TrialTable().seed,
        wanted=None if every_item else wanted,
        gold=needs_gold(file),
    )


def _shots(file: TomlFile, schema: dict[str, Any] | None) -> ItemsFile | None:
    """The worked examples that the task names, from the workload file's folder."""
    name = file.at(str, "task", "shots")
    return read_items(file.path.parent / name, schema) if name is not None else None


def _workload(
    file: WorkloadFile, task: Task, items: ItemsFile | None, *, every_item: bool
) -> Workload:
    asked = len(items.items) if items is not None and every_item else file.trial.items
    return Workload(
        name=file.name,
        title=file.title,
        data_class=file.data_class,
        task=task,
        items=items.items if items is not None else (),
        items_digest=items.digest if items is not None else "",
        requirements=_requirements(file),
        organisation=Organisation(**file.organisation.model_dump()),
        costs=CostAssumptions(
            **{**file.costs.model_dump(), "figures": tuple(file.costs.figures.items())}
        ),
        trial=TrialSettings(**{**file.trial.model_dump(), "items": asked}),
        candidates=tuple(_candidate(table) for table in file.candidates),
        incumbent=file.incumbent,
        lengths=_lengths(file),
        notes=items.notes if items is not None else (),
    )


def _lengths(file: WorkloadFile) -> Lengths | None:
    table = file.requirements.lengths
    if table is None:
        return None
    return Lengths(
        input=table.input_tokens,
        shared_input=table.shared_input_tokens,
        output=table.output_tokens,
        measured_by=table.counted_by.strip(),
    )


def _requirements(file: WorkloadFile) -> Requirements:
    table = file.requirements
    bar = table.non_inferiority
    return Requirements(
        quality_floor=table.quality_floor,
        non_inferiority=NonInferiority(bar.incumbent, bar.margin) if bar is not None else None,
        latency_p95_ms=table.latency_p95_ms,
        availability=table.availability,
        volume=Volume(table.volume.requests_per_month, table.volume.peak_to_mean),
        capabilities=frozenset(table.capabilities),
        licence_use=frozenset(table.licence_use),
        budget_usd_per_month=table.budget_usd_per_month,
    )


def _with_files(file: WorkloadFile, workload: Workload, folder: Path) -> Iterator[Candidate]:
    """The candidates with the files they name, which the checks have seen to be there."""
    for table, candidate in zip(file.candidates, workload.candidates, strict=True):
        if table.recorded is not None:
            path = folder / table.recorded
            with path.open("rb") as log:
                digest = hashlib.file_digest(log, "sha256").hexdigest()
            candidate = replace(candidate, recorded=Recording(str(path), digest))
        if table.bench is not None:
            path = folder / table.bench
            test, digest = result_file.read(path)
            candidate = replace(candidate, bench=MeasuredLoad(str(path), digest, test))
        yield candidate


def _candidate(table: CandidateTable) -> Candidate:
    assumed = table.assume
    return Candidate(
        id=table.name,
        target=table.target,
        shots=table.shots,
        hardware=table.hardware,
        assumed=AssumedQuality(assumed.accept_rate_low, assumed.accept_rate_high, assumed.why)
        if assumed is not None
        else None,
        prices=_prices(table.prices),
    )


def _prices(table: PricesTable) -> StatedPrices:
    stated = table.model_dump()
    return StatedPrices(way=stated.pop("procurement"), **stated)
