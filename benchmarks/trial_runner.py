"""What running a trial takes besides the calls: CPU an answer, seconds to go on, memory.

The engine is in the process and answers at once, so that all CPU is the runner's: building the
request, its digest, the journal's line and waiting for the disk, the verdict apart. Going on is
opening a journal whose items are all answered, running, and judging. Memory is what a process
grows by when it opens a journal and runs it through, per answer; the items themselves are there
before. Each figure comes from a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from pathlib import Path

from goals import Goal, report

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Message, Request, StopReason, Usage
from equipoise.domain.workload import (
    Candidate,
    CostAssumptions,
    DataClass,
    Item,
    LicenceUse,
    NonInferiority,
    Organisation,
    Requirements,
    StoppingRule,
    Task,
    TrialSettings,
    Volume,
    Workload,
)
from equipoise.trials import answer_row
from equipoise.trials.arm import Arm
from equipoise.trials.earlier import EarlierAnswers
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import canonical, draw_items, make_plan
from equipoise.trials.purse import Purse
from equipoise.trials.runner import Limits, run
from equipoise.trials.runs.tally import count
from equipoise.trials.runs.verdicts import judge_all

ARMS = ("old", "new")
TEXT = json.dumps({"queue": "billing", "why": "an invoice is named in the second sentence"})


class AtOnce:
    """An engine that answers at once."""

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        """As `domain.ports.Engine`."""
        yield TextDelta(TEXT)
        yield Counted(Usage(len(request.messages), 20))
        yield Finished(StopReason.END)


class Nobody:
    """Nobody looks on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """As `domain.ports.Progress`."""


def main() -> int:
    """Measure and report; with a figure's name, measure it here and print it."""
    parser = ArgumentParser(description="Measure what running a trial takes besides the calls.")
    parser.add_argument("--million", type=int, default=1_000_000, metavar="ITEMS")
    parser.add_argument("--figure", nargs=3, metavar=("NAME", "ITEMS", "FOLDER"))
    given = parser.parse_args()
    if given.figure is not None:
        name, items, folder = given.figure
        print(json.dumps(_FIGURES[name](int(items), Path(folder))))
        return 0
    cpu = measured("cpu", 3_000)
    wall = measured("resume", 10_000)
    memory = measured("memory", given.million)
    items = f"{given.million:,} items"
    return report(
        [
            Goal("CPU an answer besides its call", cpu["ms"], 0.0, 3.0, "ms"),
            Goal("going on with 10,000 items answered", wall["run"], 0.0, 2.0, "s"),
            Goal("judging them", wall["judge"], 0.0, 5.0, "s"),
            Goal(f"memory an answer while running, {items}", memory["bytes"], 0.0, 150.0, "B"),
            Goal(f"seconds to open and run them through, {items}", memory["s"], 0.0, 120.0, "s"),
        ]
    )


def measured(name: str, items: int) -> dict[str, float]:
    """A figure, measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--figure", name, str(items), folder]
        found: dict[str, float] = json.loads(subprocess.check_output(command))
    return found


def cpu(items: int, folder: Path) -> dict[str, float]:
    """CPU of asking, a question."""
    work = workload(items)
    plan = make_plan(work, work.candidates)
    drawn = draw_items(work)
    with Journal(folder / "j.jsonl", plan) as journal:
        journal.reserve()
        limits = Limits(Purse(usd=1e6), earlier=EarlierAnswers(folder, journal.path))
        begun = time.process_time()
        asyncio.run(run(work, drawn, arms(work), journal, Nobody(), limits))
        used = time.process_time() - begun
    return {"ms": used / (items * len(ARMS)) * 1000}


def resume(items: int, folder: Path) -> dict[str, float]:
    """Seconds of opening and running a journal that is whole, and of judging it."""
    work = workload(items)
    plan = make_plan(work, work.candidates)
    drawn = draw_items(work)
    path = written(folder, work)
    begun = time.monotonic()
    with Journal(path, plan) as journal:
        asyncio.run(run(work, drawn, arms(work), journal, Nobody()))
        through = time.monotonic()
        judge_all(work, drawn, count(work, drawn, journal.stream(), str(path)), {})
    return {"run": through - begun, "judge": time.monotonic() - through}


def memory(items: int, folder: Path) -> dict[str, float]:
    """Bytes that a run of a whole journal adds, an answer, and its seconds."""
    work = workload(items)
    plan = make_plan(work, work.candidates)
    drawn = draw_items(work)
    path = written(folder, work)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with Journal(path, plan) as journal:
        asyncio.run(run(work, drawn, arms(work), journal, Nobody()))
    seconds = time.monotonic() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {"bytes": grown * 1024 / (items * len(ARMS)), "s": seconds}


def written(folder: Path, work: Workload) -> Path:
    """A journal in which every item is answered."""
    plan, path = make_plan(work, work.candidates), folder / "j.jsonl"
    with path.open("wb") as file:
        first = {"kind": "plan", "digest": plan.digest, "plan": plan.values}
        file.write(canonical(first) + b"\n")
        line = answer_row.line(AnswerRow("CANDIDATE", "ITEM", TEXT, "end", 900, 20, 0, 0.5, 0.1, 9))
        for item in plan.order:
            for name in ARMS:
                filled = line.replace(b"CANDIDATE", name.encode()).replace(b"ITEM", item.encode())
                file.write(filled)
    return path


def arms(work: Workload) -> list[Arm]:
    """Both arms, four questions at once each."""

    def build(messages: tuple[Message, ...]) -> Request:
        return Request("m", messages, 64, temperature=0.0, seed=1)

    def cost(usage: Usage, _seconds: float) -> int:
        return usage.output * 1000

    return [
        Arm(
            candidate,
            AtOnce(),
            candidate.id,
            build,
            cost,
            concurrency=4,
            identity=f"at once {candidate.id}",
        )
        for candidate in work.candidates
    ]


def workload(items: int) -> Workload:
    """So many items of some two hundred words, held against an incumbent."""
    gold = {"queue": "billing"}
    text = "The invoice of last month has a line that I did not order; please look at it. " * 12
    return Workload(
        name="bench",
        title="Sort messages",
        data_class=DataClass.PUBLIC,
        task=Task(
            system="Sort the message.",
            schema={"type": "object", "properties": {"queue": {"type": "string"}}},
            scorer="exact_label",
            max_output_tokens=64,
        ),
        items=tuple(Item(f"i{number:07}", text, gold) for number in range(items)),
        items_digest="0" * 64,
        requirements=Requirements(
            quality_floor=None,
            non_inferiority=NonInferiority("old", 0.05),
            latency_p95_ms=1000.0,
            availability=0.99,
            volume=Volume(1000, 2.0),
            capabilities=frozenset(),
            licence_use=frozenset({LicenceUse.INTERNAL}),
            budget_usd_per_month=None,
        ),
        organisation=Organisation(),
        costs=CostAssumptions(0.4, 120_000.0, 0.1, 0.05),
        trial=TrialSettings(items, 1, 0.05, StoppingRule.FIXED, 0.8),
        candidates=tuple(Candidate(name, f"shop/{name}") for name in ARMS),
    )


_FIGURES = {"cpu": cpu, "resume": resume, "memory": memory}

if __name__ == "__main__":
    sys.exit(main())
