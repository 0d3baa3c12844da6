"""A small workload, and a clock that jumps over pauses so that a trial's waiting takes no time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple, Unpack

import pytest

from equipoise.domain.workload import (
    Candidate,
    CostAssumptions,
    DataClass,
    Item,
    LicenceUse,
    NonInferiority,
    Organisation,
    Requirements,
    Shot,
    StoppingRule,
    Task,
    TrialSettings,
    Volume,
    Workload,
)
from equipoise.errors import EquipoiseError
from equipoise.trials.journal import AnswerRow

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
RIGHT, WRONG = '{"queue": "billing"}', '{"queue": "delivery"}'


class _Jump(selectors.DefaultSelector):
    """Waits for nothing: what the loop would have waited is added to its time."""

    elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None:
            self.elapsed += timeout
        return super().select(None if timeout is None else 0)


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose pauses are over at once, by a clock that has moved all the same."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.elapsed

    def run_in_executor(
        self, executor: object, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Do it now: while a thread is waited for, the clock would jump."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except (OSError, EquipoiseError) as error:
            done.set_exception(error)
        return done


@pytest.fixture(scope="session")
def at_once() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine to its end without waiting for its pauses."""

    def run(work: Coroutine[Any, Any, T]) -> T:
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            return runner.run(work)

    return run


def sample_workload(
    count: int = 12,
    candidates: tuple[str, ...] = ("a", "b"),
    *,
    floor: float = 0.8,
    margin: float | None = None,
    stopping: StoppingRule = StoppingRule.FIXED,
) -> Workload:
    """A workload of labelled messages; the gold of every item is billing.

    With a margin, the first candidate is the incumbent.
    """
    bar = NonInferiority(candidates[0], margin) if margin is not None else None
    return Workload(
        name="triage",
        title="Sort messages",
        data_class=DataClass.INTERNAL,
        task=Task(
            system="Sort the message.",
            schema={"type": "object", "properties": {"queue": {"type": "string"}}},
            scorer="exact_label",
            max_output_tokens=16,
            shots=(Shot("an example", WRONG), Shot("another", RIGHT)),
        ),
        items=tuple(Item(f"i{n:03}", f"message {n}", {"queue": "billing"}) for n in range(count)),
        items_digest="0" * 64,
        requirements=Requirements(
            quality_floor=floor if margin is None else None,
            non_inferiority=bar,
            latency_p95_ms=1000.0,
            availability=0.99,
            volume=Volume(1000, 2.0),
            capabilities=frozenset(),
            licence_use=frozenset({LicenceUse.INTERNAL}),
            budget_usd_per_month=None,
        ),
        organisation=Organisation(),
        costs=CostAssumptions(0.4, 120_000.0, 0.1, 0.05),
        trial=TrialSettings(count, 1, 0.05, stopping, 0.8),
        candidates=tuple(Candidate(name, f"local/{name}") for name in candidates),
    )


@pytest.fixture(scope="session")
def make_workload() -> Callable[..., Workload]:
    """A workload of labelled messages; the gold of every item is billing."""
    return sample_workload


@pytest.fixture(scope="session")
def make_row() -> Callable[..., AnswerRow]:
    """An answer to an item, right or wrong, or none because of a failure."""

    def make(candidate: str, item: str, *, right: bool = True, failure: str = "") -> AnswerRow:
        text = "" if failure else RIGHT if right else WRONG
        return AnswerRow(candidate, item, text, "end", 20, 8, 4, 0.5, 0.1, 1000, failure)

    return make
