"""Puts every item to every arm in one shuffled order, and journals each answer as it comes."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from equipoise.domain.ports import Progress
from equipoise.domain.workload import Item, StoppingRule, Workload
from equipoise.errors import EngineError, JournalError, ProviderError, RateLimitedError
from equipoise.trials.arm import Arm, Question, ask, failed, question
from equipoise.trials.earlier import EarlierAnswers, asked_digest
from equipoise.trials.halt import Halt, HaltedError
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.judging import score_row
from equipoise.trials.pace import Pace
from equipoise.trials.purse import Purse, expected_call
from equipoise.trials.scorers import Judge, judge_of
from equipoise.trials.stopping import Bets

# An arm that gets no answer this many times in a row is given up: it is unmeasured, not bad.
PATIENCE = 3
# So many questions that need no asking are passed over before others have their turn.
_BREATH = 500


@dataclass(slots=True)
class Silence:
    """Where no answer came: the questions that failed, and the arms given up with the reason.

    Failures are not journaled, so that the next run asks those questions again. `halted` says why
    the run ended before its end, and is empty where it did not.
    """

    failures: list[AnswerRow] = field(default_factory=list)
    given_up: dict[str, str] = field(default_factory=dict)
    in_a_row: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    halted: str = ""
    _rounds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _counted_at: dict[str, float] = field(default_factory=dict)

    def note(self, asked: Question, error: ProviderError | EngineError, begun: float) -> AnswerRow:
        """Record that a question got no answer; its row, which is not journaled.

        `begun` is the loop's time when it was put: of those under way together one counts, or else
        an outage of a moment would look like one after another.
        """
        name = asked.arm.candidate.id
        row = failed(asked, error)
        self.failures.append(row)
        self.in_a_row[name] += 1
        if begun >= self._counted_at.get(name, begun):
            self._counted_at[name] = asyncio.get_running_loop().time()
            self._rounds[name] += 1
        if self._rounds[name] >= PATIENCE:
            self.given_up[name] = error.message
        return row

    def answered(self, name: str) -> None:
        """An arm answered."""
        self.in_a_row[name] = self._rounds[name] = 0

    def close(self) -> None:
        """The run is over: who was silent at its end was not asked often enough to be given up."""
        for row in self.failures:
            if self.in_a_row[row.candidate] >= PATIENCE:
                self.given_up.setdefault(row.candidate, row.failure)


@dataclass(slots=True)
class Limits:
    """What may end a run before its end, and what need not be asked because others were."""

    purse: Purse = field(default_factory=Purse)
    halt: Halt = field(default_factory=Halt)
    earlier: EarlierAnswers | None = None


@dataclass(slots=True)
class _Lane:
    """The arms that share an endpoint, and the questions it may be asked at once.

    Until it has answered one, it is asked one at a time: what refuses a key refuses it once.
    """

    arms: Sequence[Arm]
    most: int
    pace: Pace
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    answers: bool = False

    def answered(self) -> None:
        """An answer came: the endpoint may be asked as much as it is said to take."""
        if not self.answers:
            self.answers = True
            for _ in range(self.most - 1):
                self.slots.release()

    def turns(self, number: int, repeats: int) -> Iterator[tuple[Arm, int]]:
        """The questions on one item: arms take turns, and who is first moves with each item."""
        turn = number % len(self.arms)
        for repeat in range(repeats):
            for arm in (*self.arms[turn:], *self.arms[:turn]):
                yield arm, repeat


@dataclass(slots=True)
class _Open:
    """An item that is being asked: the questions left, and what those answered came to."""

    left: int
    shares: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: bool = False


async def run(
    workload: Workload,
    items: Sequence[Item],
    arms: Sequence[Arm],
    journal: Journal,
    progress: Progress,
    limits: Limits | None = None,
) -> Silence:
    """Ask what the journal does not hold yet; return where no answer came.

    Lanes run side by side, each as many questions at once as its arms say; none is further ahead
    of another than a few items, so that every arm is asked an item at about the same time. Ends
    early, with what is under way kept, where the limits say so. Cancelling loses the answers in
    flight. Raises JournalError where an answer cannot be kept or the disk is full, and what an
    arm's `build` or `cost` raises.
    """
    trial = _Run(workload, items, arms, journal, progress, limits or Limits())
    try:
        async with asyncio.TaskGroup() as group:
            for lane in trial.lanes:
                group.create_task(trial.walk(lane, group))
    except ExceptionGroup as errors:
        # One is enough to stop a trial, and whoever runs it knows what to do with that one.
        raise errors.exceptions[0] from errors
    if journal.full:
        raise JournalError(
            f"the disk of {journal.path} is full; every answer that was paid for is kept",
            hint="Make room and run the same command again: it goes on where it was.",
        )
    trial.silence.halted = trial.limits.halt.reason
    trial.silence.close()
    return trial.silence


class _Run:
    """One run: the lanes, the items that are open in any of them, and what is decided so far."""

    def __init__(
        self,
        workload: Workload,
        items: Sequence[Item],
        arms: Sequence[Arm],
        journal: Journal,
        progress: Progress,
        limits: Limits,
    ) -> None:
        self.limits = limits
        self.silence = Silence()
        self.lanes = list(_lanes(arms))
        self._workload, self._items, self._journal = workload, items, journal
        self._progress = progress
        self._repeats = workload.trial.repeats
        self._per_item = len(arms) * self._repeats
        self._bets = Bets(workload) if workload.trial.stopping is StoppingRule.BETTING else None
        self._one_scores = threading.Lock()
        self._judge: Judge | None = judge_of(workload.task) if self._bets is not None else None
        most = max((arm.concurrency for arm in arms), default=1)
        # Alone, a lane waits for the others at each item; with several questions under way it may
        # be two rounds ahead, lest one slow answer keep all others waiting.
        self._window = 1 if most == 1 else 2 * most
        self._through = 0
        self._open: dict[int, _Open] = {}
        self._moved = asyncio.Event()
        self._decided: frozenset[str] = frozenset()
        # Who cannot be reached today may have been paid yesterday.
        limits.purse.spent_pico += sum(
            journal.sums[row.id].paid_pico for row in workload.candidates if row.recorded is None
        )

    async def walk(self, lane: _Lane, group: asyncio.TaskGroup) -> None:
        """Put every item to a lane's arms, as far ahead of the other lanes as is allowed."""
        passed = 0
        for number, item in enumerate(self._items):
            while number >= self._through + self._window and not self.limits.halt.reason:
                self._moved.clear()
                await self._moved.wait()
            for arm, repeat in lane.turns(number, self._repeats):
                if self.limits.halt.reason:
                    return
                if self._passes(number, item, arm, repeat):
                    passed += 1
                    if passed % _BREATH == 0:
                        await asyncio.sleep(0)
                    continue
                await lane.slots.acquire()
                if not self._begin(lane, group, number, arm, repeat):
                    lane.slots.release()

    def _passes(self, number: int, item: Item, arm: Arm, repeat: int) -> bool:
        """Settle a question that is not put: it is answered, or its arm is asked no more."""
        name = arm.candidate.id
        if self._journal.has(name, item.id, repeat):
            share = None
            if self._judge is not None:
                share = self._score(number, self._journal.read(name, item.id, repeat))
            self._settle(number, name, share, asked=False)
            return True
        if name in self._decided or name in self.silence.given_up:
            self._settle(number, name, None, asked=False)
            return True
        return False

    def _begin(
        self, lane: _Lane, group: asyncio.TaskGroup, number: int, arm: Arm, repeat: int
    ) -> bool:
        """Begin a question, in its lane's slot, unless something has come between."""
        item = self._items[number]
        if self.limits.halt.reason or self._passes(number, item, arm, repeat):
            return False
        messages = self._workload.prompt(arm.candidate, item)
        asked = question(arm, item.id, messages, repeat)
        asked = replace(asked, asked=asked_digest(asked))
        known = self.limits.earlier.find(asked) if self.limits.earlier is not None else None
        aside = 0
        if known is None and self.limits.purse.is_bounded:
            aside, seconds = expected_call(asked, self._journal.sums[arm.candidate.id])
            obstacle = self.limits.purse.obstacle(aside, seconds)
            if obstacle:
                self.limits.halt.tell(obstacle)
                return False
            self.limits.purse.set_aside(aside)
        group.create_task(self._put(lane, number, asked, known, aside))
        return True

    async def _put(
        self, lane: _Lane, number: int, asked: Question, known: AnswerRow | None, aside: int
    ) -> None:
        name, row, paid = asked.arm.candidate.id, known, 0
        begun = asyncio.get_running_loop().time()
        try:
            if row is None:
                row = await ask(asked, lane.pace, self.limits.halt)
                paid = row.cost_pico if asked.arm.is_paid else 0
                lane.answered()
            await self._journal.keep(row)
            self.silence.answered(name)
            if self._journal.full:
                self.limits.halt.tell("the disk is full")
        except HaltedError:
            return
        except RateLimitedError as error:
            silenced = dict.fromkeys([name, *lane.pace.silenced()], error.message)
            self.silence.given_up.update(silenced)
        except (ProviderError, EngineError) as error:
            row = self.silence.note(asked, error, begun)
        finally:
            lane.slots.release()
            if known is None:
                self.limits.purse.pay(aside, paid)
            self._moved.set()  # whoever waits has to see that the run ends
        share = None if row is None else await self._share(number, row)
        self._settle(number, name, share, asked=True)

    async def _share(self, number: int, row: AnswerRow) -> float | None:
        """What an answer comes to, where the run goes by it."""
        if self._judge is None:
            return None
        # A scorer may run code, or a model: whoever is being asked is not to wait for it.
        return await asyncio.to_thread(self._score, number, row)

    def _score(self, number: int, row: AnswerRow) -> float:
        judge = self._judge or judge_of(self._workload.task)
        with self._one_scores:  # a scorer may be a model, which takes one question at a time
            return float(score_row(judge, row, self._items[number].expected).accepted)

    def _settle(self, number: int, name: str, share: float | None, *, asked: bool) -> None:
        """A question is done with; once all of an item are, the items after it may come."""
        item = self._open.setdefault(number, _Open(self._per_item))
        item.left -= 1
        item.asked = item.asked or asked
        if share is not None:
            item.shares[name].append(share)
        while (first := self._open.get(self._through)) is not None and not first.left:
            del self._open[self._through]
            self._close(first)

    def _close(self, item: _Open) -> None:
        self._through += 1
        if self._bets is not None:
            self._bets.observe({name: fmean(shares) for name, shares in item.shares.items()})
            self._decided = self._bets.decided(
                given_up=self.silence.given_up.keys(),
                silent=[name for name, failures in self.silence.in_a_row.items() if failures],
            )
        # Items that are passed over go by too fast to be told of one by one.
        if item.asked or self._through % _BREATH == 0 or self._through == len(self._items):
            done, total = (count * self._per_item for count in (self._through, len(self._items)))
            self._progress.advance(self._workload.name, done, total)
        self._moved.set()


def _lanes(arms: Sequence[Arm]) -> Iterator[_Lane]:
    by_name: dict[str, list[Arm]] = defaultdict(list)
    for arm in arms:
        by_name[arm.lane].append(arm)
    for shared in by_name.values():
        most = min(arm.concurrency for arm in shared)
        yield _Lane(shared, most, Pace(most))
