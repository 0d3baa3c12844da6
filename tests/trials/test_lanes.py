"""Several questions at once: how many, how far ahead, how fast after a complaint; repeats; ends."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trials.benches import RIGHT, WRONG, Reply, ScriptedTrial

from equipoise.domain.workload import StoppingRule, Workload
from equipoise.errors import BadReplyError, RateLimitedError, RequestRefusedError, UnreachableError
from equipoise.statistics import paired_test
from equipoise.trials.pace import STORM_SECONDS
from equipoise.trials.purse import Purse
from equipoise.trials.runner import PATIENCE

AtOnce = Callable[[Coroutine[Any, Any, Any]], Any]
Make = Callable[..., ScriptedTrial]


@pytest.fixture
def trial(make_workload: Callable[..., Workload], tmp_path: Path) -> Make:
    """A trial without arms yet."""

    def make(count: int = 12, candidates: str = "ab", repeats: int = 1, **values: Any) -> Any:
        workload = make_workload(count, tuple(candidates), **values)
        workload = replace(workload, trial=replace(workload.trial, repeats=repeats))
        return ScriptedTrial(workload, tmp_path / "j.jsonl")

    return make


def test_an_endpoint_is_asked_as_many_at_once_as_it_takes_and_one_until_it_has_answered(
    trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(24).arm("a", concurrency=4).arm("b")
    at_once(run_of.run())
    order = [item.id for item in run_of.items]

    assert run_of.seen.most == {"a": 4, "b": 1}
    assert run_of.seen.times("a")[:2] == [0.0, 1.0]
    assert {name: sorted(items) for name, items in run_of.answered.items()} == {
        "a": sorted(order),
        "b": sorted(order),
    }


def test_no_arm_runs_away_from_the_others(trial: Make, at_once: AtOnce) -> None:
    run_of = trial(40).arm("a", concurrency=4, seconds=0.1).arm("b", seconds=5.0)
    at_once(run_of.run())
    first = {
        name: dict(zip(run_of.seen.of(name), run_of.seen.times(name), strict=True)) for name in "ab"
    }

    # Two rounds of four ahead, of an endpoint that takes five seconds an answer.
    gaps = [first["b"][text] - first["a"][text] for text in first["b"]]
    assert max(gaps) <= 8 * 5.0


def test_one_slow_answer_does_not_keep_the_rest_of_its_lane_waiting(
    trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(12, "a").arm("a", concurrency=3, seconds=lambda n: 4.0 if n == 1 else 1.0)
    at_once(run_of.run())

    # One to begin with, then the slow one beside two that go on without it for four seconds.
    assert len([time for time in run_of.seen.times("a") if time < 5.0]) >= 7


@pytest.mark.parametrize("wish", [None, 3.0])
def test_a_storm_of_429_is_waited_out_and_marks_nobody_bad(
    wish: float | None, trial: Make, at_once: AtOnce
) -> None:
    slow_down = RateLimitedError("HTTP 429", retry_after=wish)
    storm = range(5, 22)
    run_of = trial(30).arm("a", lambda n: slow_down if n in storm else RIGHT, concurrency=4)
    silence = at_once(run_of.arm("b").run())

    assert (silence.failures, silence.given_up, silence.halted) == ([], {}, "")
    assert {name: len(items) for name, items in run_of.answered.items()} == {"a": 30, "b": 30}
    assert len(run_of.seen.of("a")) == 30 + len(storm)


def test_an_endpoint_is_not_asked_while_it_wished_to_be_left_alone(
    trial: Make, at_once: AtOnce
) -> None:
    error = RateLimitedError("HTTP 429", retry_after=20.0)
    run_of = trial(30, "a").arm("a", lambda n: error if n in range(5, 9) else RIGHT, concurrency=4)
    at_once(run_of.run())
    times = run_of.seen.times("a")
    told = times[5] + 1.0

    assert not [time for time in times if told < time < told + 20.0]
    assert times[9] >= told + 20.0
    # Half of what it was, and from there one more by and by.
    assert Counter(times)[times[9]] <= 2


def test_a_storm_without_end_leaves_the_arm_unmeasured_and_costs_it_no_answer(
    trial: Make, at_once: AtOnce
) -> None:
    error = RateLimitedError("HTTP 429: too many", retry_after=60.0)
    run_of = trial(12).arm("a", lambda n: error if n > 3 else RIGHT, concurrency=2).arm("b")
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "HTTP 429: too many"}
    assert silence.failures == []
    assert len(run_of.answered["b"]) == 12
    assert STORM_SECONDS < run_of.seen.times("a")[-1] < 2 * STORM_SECONDS


def test_a_quota_of_hours_gives_the_arm_up_at_once(trial: Make, at_once: AtOnce) -> None:
    error = RateLimitedError("the day's quota is used up", retry_after=7200.0)
    run_of = trial(12).arm("a", lambda n: error).arm("b")
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "the day's quota is used up"}
    assert (silence.failures, len(run_of.seen.of("a"))) == ([], 1)


def test_a_model_that_is_limited_by_itself_leaves_the_others_of_its_endpoint_alone(
    trial: Make, at_once: AtOnce
) -> None:
    error = RateLimitedError("HTTP 429: this model", retry_after=5.0)
    run_of = trial(12).arm("a", lambda n: error if n else RIGHT, lane="shop", concurrency=2)
    run_of.arm("b", lane="shop", concurrency=2)
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "HTTP 429: this model"}
    assert len(run_of.answered["b"]) == 12


def test_an_outage_of_a_moment_is_no_silence(trial: Make, at_once: AtOnce) -> None:
    gone = UnreachableError("gone")
    # Four under way at once, each of which tries in vain four times over three and a half seconds.
    run_of = trial(30, "a").arm("a", lambda n: gone if 8 <= n < 26 else RIGHT, concurrency=4)
    silence = at_once(run_of.run())

    assert silence.given_up == {}
    assert 1 <= len(silence.failures) <= 5


def test_an_endpoint_that_is_dead_at_the_end_is_no_bad_one(trial: Make, at_once: AtOnce) -> None:
    gone = UnreachableError("gone")
    # Two rounds of four are too few to be given up in the middle.
    run_of = trial(12, "a").arm("a", lambda n: gone if n > 3 else RIGHT, concurrency=4)
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": "gone"}
    assert len(run_of.answered["a"]) == 4


@pytest.mark.parametrize("error", [UnreachableError("gone"), BadReplyError("cut off")])
def test_an_endpoint_that_dies_is_given_up_with_what_it_answered_kept(
    error: Exception, trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(20).arm("a", lambda n: error if n > 6 else RIGHT, concurrency=4).arm("b")
    silence = at_once(run_of.run())

    assert silence.given_up == {"a": str(error)}
    # Those under way together fail together, and count once.
    assert PATIENCE <= len(silence.failures) <= PATIENCE * 4
    assert run_of.seen.times("a")[-1] - run_of.seen.times("a")[7] > PATIENCE * 3.5
    assert len(run_of.answered["a"]) == 7
    assert len(run_of.answered["b"]) == 20


def test_repeats_are_asked_with_seeds_of_their_own_and_kept_apart(
    trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(10, repeats=3).arm("a").arm("b", concurrency=4)
    at_once(run_of.run())
    kept = Counter((row.candidate, row.item, row.repeat) for row in run_of.rows)

    assert len(kept) == 60
    assert set(kept.values()) == {1}
    assert Counter(seed for *_, seed in run_of.seen.asked) == {7: 20, 8: 20, 9: 20}
    assert run_of.seen.progress[-1] == (60, 60)
    assert at_once(trial(10, repeats=3).arm("a").arm("b").run()).failures == []


def test_a_run_that_goes_on_asks_only_the_repeats_that_are_missing(
    trial: Make, at_once: AtOnce
) -> None:
    refused = RequestRefusedError("no")
    first = trial(10, "a", repeats=3).arm("a", lambda n: refused if n in {4, 9} else RIGHT)
    silence = at_once(first.run())
    again = trial(10, "a", repeats=3).arm("a")
    at_once(again.run())

    assert len(silence.failures) == len(again.seen.asked) == 2
    assert {(row.item, row.repeat) for row in silence.failures} <= {
        (row.item, row.repeat) for row in again.rows
    }


@given(st.lists(st.sampled_from([RIGHT, WRONG]), min_size=30, max_size=30), st.integers(1, 6))
@settings(max_examples=25)
def test_betting_stops_at_the_same_item_however_many_are_asked_at_once(
    at_once: AtOnce,
    make_workload: Callable[..., Workload],
    tmp_path_factory: pytest.TempPathFactory,
    answers: list[str],
    many: int,
) -> None:
    workload = make_workload(30, ("a", "b"), margin=0.3, stopping=StoppingRule.BETTING)
    path = tmp_path_factory.mktemp("betting") / "j.jsonl"
    pace = random.Random(many)
    run_of = ScriptedTrial(workload, path).arm("a", seconds=lambda n: pace.random())
    texts = {item.input: answers[number] for number, item in enumerate(run_of.items)}
    run_of.arm(
        "b",
        lambda n: texts[run_of.seen.of("b")[n]],
        concurrency=many,
        seconds=lambda n: pace.random(),
    )
    at_once(run_of.run())
    outcome = paired_test([float(text == RIGHT) - 1.0 for text in answers], 0.3, 0.05)
    needed = outcome.stopped_at or 30

    window = 1 if many == 1 else 2 * many
    assert needed <= len(run_of.answered["b"]) <= min(30, needed + window - 1)


def test_a_budget_of_money_is_never_exceeded_and_says_what_came_between(
    trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(20).arm("a", concurrency=4).arm("b", concurrency=4)
    run_of.limits.purse = Purse(usd=15_500e-12)
    silence = at_once(run_of.run())

    assert "the budget of 1.55e-08 USD would be exceeded" in silence.halted
    assert len(run_of.rows) == 15
    assert run_of.limits.purse.spent_pico == 15_000
    assert silence.failures == []


def test_a_budget_counts_what_earlier_runs_have_spent(trial: Make, at_once: AtOnce) -> None:
    for asked in (15, 0):
        run_of = trial(20).arm("a").arm("b")
        run_of.limits.purse = Purse(usd=15_000e-12)
        silence = at_once(run_of.run())

        assert silence.halted
        assert len(run_of.seen.asked) == asked
    assert len(run_of.rows) == 15


def test_before_any_answer_a_call_is_expected_to_be_as_dear_as_it_may_be(
    trial: Make, at_once: AtOnce
) -> None:
    run_of = trial(20, "a").arm("a", cost=lambda usage, seconds: usage.output * 1_000_000)
    run_of.limits.purse = Purse(usd=15e-6)  # the longest answer of 16 tokens would cost 16e-6
    silence = at_once(run_of.run())

    assert "0.000016" in silence.halted
    assert run_of.seen.asked == []


def test_what_was_recorded_costs_no_budget(trial: Make, at_once: AtOnce) -> None:
    run_of = trial(20, "a").arm("a", recorded_seconds=lambda messages: 1.0)
    run_of.limits.purse = Purse(usd=1e-12)
    silence = at_once(run_of.run())

    assert (silence.halted, len(run_of.rows)) == ("", 20)


def test_a_budget_of_minutes_ends_the_run(trial: Make, at_once: AtOnce) -> None:
    run_of = trial(20, "a").arm("a")
    run_of.limits.purse = Purse(minutes=0.0)
    run_of.limits.purse._began -= 1.0
    silence = at_once(run_of.run())

    assert silence.halted == "the 0 minutes of this run are over"
    assert run_of.seen.asked == []


def test_told_to_end_a_run_keeps_what_is_under_way_and_begins_nothing(
    trial: Make, at_once: AtOnce
) -> None:
    slow_down = RateLimitedError("HTTP 429", retry_after=100.0)

    def replies(number: int) -> Reply:
        return slow_down if number == 2 else RIGHT

    run_of = trial(30, "abc").arm("a", concurrency=4).arm("b").arm("c", replies)

    async def stop_soon() -> Any:
        work = asyncio.create_task(run_of.run())
        await asyncio.sleep(4.5)
        asked = Counter(name for name, *_ in run_of.seen.asked)
        run_of.limits.halt.tell("it was stopped")
        silence = await work
        return silence, asked, asyncio.get_running_loop().time()

    silence, asked, ended = at_once(stop_soon())

    assert silence.halted == "it was stopped"
    assert ended < 6.0
    assert Counter(name for name, *_ in run_of.seen.asked) == asked
    assert len(run_of.rows) == asked.total() - 1
