"""A run over small engines that answer, fail, fall silent or are stopped in the middle."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from equipoise.domain.event import Counted, Event, Finished, TextDelta
from equipoise.domain.request import Request, StopReason, Usage
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.errors import (
    JournalError,
    OverloadedError,
    RequestRefusedError,
    UnpricedTargetError,
)
from equipoise.statistics import floor_test
from equipoise.trials.arm import Arm
from equipoise.trials.journal import Journal
from equipoise.trials.plan import draw_items, make_plan
from equipoise.trials.runner import PATIENCE, Silence, run

AtOnce = Callable[[Coroutine[Any, Any, Any]], Any]
MakeWorkload = Callable[..., Workload]
RIGHT, WRONG = '{"queue": "billing"}', '{"queue": "delivery"}'

Reply = str | BaseException


@dataclass
class Bench:
    """Everything that was asked, in order, and how far the work was said to be."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    busy: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    all_at_once: int = 0
    progress: list[tuple[int, int]] = field(default_factory=list)

    def advance(self, label: str, done: int, total: int) -> None:
        self.progress.append((done, total))

    def of(self, candidate: str) -> list[str]:
        """The questions that were put to a candidate."""
        return [text for name, text in self.asked if name == candidate]


class Engine:
    """Answers by number: the reply to the first question, to the second, and so on."""

    def __init__(
        self, name: str, lane: str, bench: Bench, reply: Callable[[int], Reply], seconds: float
    ) -> None:
        self._name, self._lane, self._bench = name, lane, bench
        self._reply, self._seconds = reply, seconds

    async def stream(self, request: Request) -> AsyncIterator[Event]:
        bench, number = self._bench, len(self._bench.of(self._name))
        bench.asked.append((self._name, request.messages[-1].text))
        bench.busy[self._lane] += 1
        bench.most_at_once[self._lane] = max(bench.most_at_once[self._lane], bench.busy[self._lane])
        bench.all_at_once = max(bench.all_at_once, bench.busy.total())
        try:
            await asyncio.sleep(self._seconds)
        finally:
            bench.busy[self._lane] -= 1
        reply = self._reply(number)
        if isinstance(reply, BaseException):
            raise reply
        yield TextDelta(reply)
        yield Counted(Usage(20, 8))
        yield Finished(StopReason.END)


@dataclass
class Trial:
    """A workload with a journal and engines; lanes are named in front of a colon."""

    workload: Workload
    path: Path
    bench: Bench = field(default_factory=Bench)
    arms: list[Arm] = field(default_factory=list)

    def arm(
        self,
        name: str,
        reply: Callable[[int], Reply] = lambda number: RIGHT,
        *,
        lane: str = "local",
        seconds: float = 1.0,
        cost: Callable[[Usage, float], int] = lambda usage, seconds: 1,
    ) -> Trial:
        (candidate,) = [row for row in self.workload.candidates if row.id == name]
        engine = Engine(name, lane, self.bench, reply, seconds)
        build = self._build
        self.arms.append(Arm(candidate, engine, lane, build, cost))
        return self

    def _build(self, messages: tuple[Any, ...]) -> Request:
        return Request("m", messages, 16)

    @property
    def items(self) -> tuple[Item, ...]:
        return draw_items(self.workload)

    def journal(self) -> Journal:
        return Journal(self.path, make_plan(self.workload, self.workload.candidates))

    async def run(self) -> Silence:
        with self.journal() as journal:
            return await run(self.workload, self.items, self.arms, journal, self.bench)

    @property
    def answered(self) -> dict[str, list[str]]:
        """What the journal holds afterwards: items by candidate."""
        found: dict[str, list[str]] = defaultdict(list)
        with self.journal() as journal:
            for row in journal.rows:
                found[row.candidate].append(row.item)
        return found


@pytest.fixture
def trial(make_workload: MakeWorkload, tmp_path: Path) -> Callable[..., Trial]:
    """A trial without arms yet."""

    def make(count: int = 12, candidates: str = "ab", **values: Any) -> Trial:
        workload = make_workload(count, tuple(candidates), **values)
        return Trial(workload, tmp_path / "j.jsonl")

    return make


def after(number: int, reply: Reply, first: Reply = RIGHT) -> Callable[[int], Reply]:
    """Give `first` to so many questions and `reply` from then on."""
    return lambda asked: reply if asked >= number else first


def replies(*given: Reply) -> Callable[[int], Reply]:
    """Give these in turn, then right answers."""
    return lambda asked: given[asked] if asked < len(given) else RIGHT


def test_every_item_is_put_to_every_arm_in_the_plans_order(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "abc").arm("a").arm("b").arm("c")
    silence = at_once(run_of.run())
    order = [item.id for item in run_of.items]

    assert run_of.answered == {"a": order, "b": order, "c": order}
    assert (silence.failures, silence.given_up) == ([], {})
    texts = [item.input for item in run_of.items]
    asked = [text for _, text in run_of.bench.asked]
    assert asked == [text for text in texts for _ in range(3)]


@pytest.mark.parametrize("others", [0, 1, 4])
def test_in_a_lane_each_arm_is_first_as_often_as_any_other(
    others: int, trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    # Whatever stands in other lanes, whose turns are their own.
    run_of = trial(12, "abcdefg"[: 3 + others])
    for name in "abc":
        run_of.arm(name)
    for name in "defg"[:others]:
        run_of.arm(name, lane=f"vendor {name}")
    at_once(run_of.run())
    local = [name for name, _ in run_of.bench.asked if name in "abc"]
    turns = ["".join(local[start : start + 3]) for start in range(0, len(local), 3)]

    assert turns == ["abc", "bca", "cab"] * 4


def test_arms_of_a_lane_wait_for_each_other_and_lanes_do_not(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "abcd").arm("a").arm("b").arm("c", lane="x").arm("d", lane="y")
    at_once(run_of.run())

    assert run_of.bench.most_at_once == {"local": 1, "x": 1, "y": 1}
    assert run_of.bench.all_at_once == 3


def test_progress_is_said_after_each_item_and_ends_at_the_total(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "ab").arm("a").arm("b")
    at_once(run_of.run())

    assert run_of.bench.progress == [(2 * number, 24) for number in range(1, 13)]


def test_a_trial_nobody_can_be_asked_in_ends_without_answers(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial()

    assert at_once(run_of.run()) == Silence()
    assert (run_of.answered, run_of.bench.progress) == ({}, [])


def test_no_answered_item_is_asked_again(trial: Callable[..., Trial], at_once: AtOnce) -> None:
    first = trial(12, "ab").arm("a", after(5, RequestRefusedError("no"))).arm("b")
    at_once(first.run())
    again = trial(12, "ab").arm("a").arm("b")
    at_once(again.run())

    assert len(again.bench.of("a")) == 7
    assert again.bench.of("b") == []
    assert len(again.answered["a"]) == 12


def test_an_arm_that_fails_again_and_again_is_given_up_and_the_others_go_on(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "ab").arm("a", after(2, RequestRefusedError("no such model"))).arm("b")
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "no such model"}
    assert [row.failure for row in silence.failures] == ["no such model"] * PATIENCE
    assert len(run_of.bench.of("a")) == 2 + PATIENCE
    assert len(run_of.answered["a"]) == 2
    assert len(run_of.answered["b"]) == 12


def test_an_arm_that_answers_between_its_failures_is_not_given_up(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    no = RequestRefusedError("no")
    run_of = trial(12, "ab").arm("a", replies(no, no, RIGHT, no, no, RIGHT)).arm("b")
    silence = at_once(run_of.run())

    assert silence.given_up == {}
    assert len(silence.failures) == 4
    assert len(run_of.answered["a"]) == 8


def test_a_failure_that_passes_leaves_no_gap(trial: Callable[..., Trial], at_once: AtOnce) -> None:
    full = OverloadedError("full")
    run_of = trial(12, "a").arm("a", replies(full, RIGHT, full, full, RIGHT))
    silence = at_once(run_of.run())

    assert silence.failures == []
    assert len(run_of.answered["a"]) == 12
    assert len(run_of.bench.of("a")) == 15


def test_cancelling_keeps_what_was_answered(trial: Callable[..., Trial], at_once: AtOnce) -> None:
    run_of = trial(12, "abc").arm("a").arm("b", lane="x").arm("c", lane="x", seconds=0.5)

    async def stop_in_the_fourth_item() -> None:
        work = asyncio.create_task(run_of.run())
        # An item takes a second in one lane and one and a half in the other.
        await asyncio.sleep(3 * 1.5 + 1.2)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    at_once(stop_in_the_fourth_item())
    answered = {name: len(items) for name, items in run_of.answered.items()}
    asked = Counter(name for name, _ in run_of.bench.asked)

    # In flight was one question of the lane that has two arms.
    assert answered["a"] == 4
    assert sum(asked.values()) - sum(answered.values()) == 1


def press_control_c(number: int) -> Reply:
    """Do so at the fourth question."""
    if number == 3:
        signal.raise_signal(signal.SIGINT)
    return RIGHT


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts arrive, although a shell starts its background jobs deaf to them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("reply", [press_control_c, after(3, KeyboardInterrupt())])
def test_an_interrupt_keeps_what_was_answered(
    reply: Callable[[int], Reply], trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "ab").arm("a", reply).arm("b", lane="x")

    with pytest.raises(KeyboardInterrupt):
        at_once(run_of.run())
    assert 3 <= len(run_of.answered["a"]) <= 4
    assert 3 <= len(run_of.answered["b"]) <= 4


def test_an_error_that_is_nobodys_silence_stops_the_run_as_itself(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    def no_price(usage: Usage, seconds: float) -> int:
        raise UnpricedTargetError("no price is known")

    run_of = trial(12, "ab").arm("a", cost=no_price).arm("b", lane="x", seconds=0.5)

    with pytest.raises(UnpricedTargetError, match="no price is known"):
        at_once(run_of.run())
    assert len(run_of.answered["b"]) == 1


def test_a_journal_that_cannot_be_written_stops_the_run(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(12, "ab").arm("a").arm("b", lane="x")

    async def run_with_a_closed_journal() -> None:
        await run(run_of.workload, run_of.items, run_of.arms, run_of.journal(), run_of.bench)

    with pytest.raises(JournalError, match="is not open"):
        at_once(run_with_a_closed_journal())


def test_a_decided_candidate_is_asked_nothing_more(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(60, "ab", floor=0.5, stopping=StoppingRule.BETTING)
    run_of.arm("a").arm("b", lambda number: RIGHT if number % 2 else WRONG)
    at_once(run_of.run())

    assert 3 <= len(run_of.answered["a"]) <= 15
    assert len(run_of.answered["b"]) == 60


def test_an_outage_is_no_verdict(trial: Callable[..., Trial], at_once: AtOnce) -> None:
    # Two wrong answers would decide against a floor of 95 %; two that never came do not.
    run_of = trial(60, "ab", floor=0.95, stopping=StoppingRule.BETTING)
    run_of.arm("a", lambda number: RequestRefusedError("no")).arm("b", lambda number: WRONG)
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "no"}
    assert len(run_of.answered["b"]) == 2


def test_a_question_without_an_answer_is_weighed_as_the_results_will_weigh_it(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(60, "a", floor=0.5, stopping=StoppingRule.BETTING)
    run_of.arm("a", replies(RequestRefusedError("no")))
    silence = at_once(run_of.run())
    lost = floor_test([0.0] + [1.0] * 59, 0.5, 0.05).stopped_at
    none_lost = floor_test([1.0] * 60, 0.5, 0.05).stopped_at

    assert (lost, len(silence.failures)) == (len(run_of.answered["a"]) + 1, 1)
    assert none_lost is not None
    assert none_lost < len(run_of.answered["a"])


def test_the_incumbent_is_asked_until_the_last_other_is_decided_or_given_up(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(120, "abc", margin=0.3, stopping=StoppingRule.BETTING)
    run_of.arm("a").arm("b").arm("c", after(50, RequestRefusedError("gone"), first=RIGHT))
    at_once(run_of.run())
    both = {name: len(items) for name, items in run_of.answered.items()}

    assert both["a"] == both["b"] == both["c"] < 50


def test_the_incumbent_does_not_go_on_for_an_arm_that_was_given_up(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(120, "abc", margin=0.3, stopping=StoppingRule.BETTING)
    run_of.arm("a").arm("b").arm("c", after(1, RequestRefusedError("gone")))
    at_once(run_of.run())
    asked = {name: len(items) for name, items in run_of.answered.items()}

    assert asked["c"] == 1
    assert asked["a"] == asked["b"] < 50


def test_one_that_falls_behind_keeps_the_incumbent_going(
    trial: Callable[..., Trial], at_once: AtOnce
) -> None:
    run_of = trial(60, "abc", margin=0.3, stopping=StoppingRule.BETTING)
    # The last one is right in seven of ten: neither good enough nor poor enough to decide on.
    run_of.arm("a").arm("b").arm("c", lambda number: WRONG if number % 10 in {2, 5, 8} else RIGHT)
    at_once(run_of.run())
    asked = {name: len(items) for name, items in run_of.answered.items()}

    assert asked["b"] < 60
    assert asked["a"] == asked["c"] == 60
