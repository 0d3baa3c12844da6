"""Engines by script, a trial of them, and what both saw: for tests of a whole run."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Request, StopReason, Usage
from equipoise.domain.workload import Item, Workload
from equipoise.trials.arm import Arm
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import draw_items, make_plan
from equipoise.trials.runner import Limits, Silence, run

RIGHT, WRONG = '{"queue": "billing"}', '{"queue": "delivery"}'
Reply = str | BaseException
Replies = Callable[[int], Reply]


@dataclass
class Seen:
    """What engines were asked, in order, with the loop's time, and how many at once."""

    asked: list[tuple[str, str, float, int | None]] = field(default_factory=list)
    busy: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def advance(self, label: str, done: int, total: int) -> None:
        """As `domain.ports.Progress`."""
        self.progress.append((done, total))

    def of(self, name: str) -> list[str]:
        """The questions that were put to a candidate."""
        return [text for asked, text, *_ in self.asked if asked == name]

    def times(self, name: str) -> list[float]:
        """When they were."""
        return [time for asked, _, time, _ in self.asked if asked == name]


@dataclass
class ScriptedEngine:
    """Answers by number: the reply to the first question, to the second, and so on."""

    name: str
    seen: Seen
    reply: Replies
    seconds: Callable[[int], float]
    number: int = 0

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        """As `domain.ports.Engine`."""
        number, self.number = self.number, self.number + 1
        now = asyncio.get_running_loop().time()
        self.seen.asked.append((self.name, request.messages[-1].text, now, request.seed))
        self.seen.busy[self.name] += 1
        self.seen.most[self.name] = max(self.seen.most[self.name], self.seen.busy[self.name])
        try:
            await asyncio.sleep(self.seconds(number))
        finally:
            self.seen.busy[self.name] -= 1
        reply = self.reply(number)
        if isinstance(reply, BaseException):
            raise reply
        yield TextDelta(reply)
        yield Counted(Usage(20, 8))
        yield Finished(StopReason.END)


@dataclass
class ScriptedTrial:
    """A workload with a journal and scripted arms."""

    workload: Workload
    path: Path
    seen: Seen = field(default_factory=Seen)
    arms: list[Arm] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)

    def arm(
        self,
        name: str,
        reply: Replies = lambda number: RIGHT,
        *,
        seconds: float | Callable[[int], float] = 1.0,
        **values: Any,
    ) -> ScriptedTrial:
        """Add an arm, in a lane of its own unless said otherwise."""
        (candidate,) = [row for row in self.workload.candidates if row.id == name]
        wait = seconds if callable(seconds) else (lambda number: seconds)
        engine = ScriptedEngine(name, self.seen, reply, wait)
        given = {"lane": name, "cost": lambda usage, seconds: 1000, **values}

        def build(messages: tuple[Any, ...]) -> Request:
            return Request("m", messages, 16, temperature=0.0, seed=7)

        self.arms.append(Arm(candidate, engine, build=build, **given))
        return self

    @property
    def items(self) -> tuple[Item, ...]:
        """The items in the order of asking."""
        return draw_items(self.workload)

    def journal(self) -> Journal:
        """The journal, to be opened."""
        return Journal(self.path, make_plan(self.workload, self.workload.candidates))

    async def run(self) -> Silence:
        """Run it to its end, or to where it ends."""
        with self.journal() as journal:
            journal.reserve()
            return await run(self.workload, self.items, self.arms, journal, self.seen, self.limits)

    @property
    def rows(self) -> tuple[AnswerRow, ...]:
        """What the journal holds."""
        with self.journal() as journal:
            return journal.rows

    @property
    def answered(self) -> dict[str, list[str]]:
        """Items by candidate, as the journal holds them."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            found[row.candidate].append(row.item)
        return found
