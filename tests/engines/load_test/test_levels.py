"""An endpoint under load: what is put to it, what is measured, and when a level ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice, pairwise, repeat

import pytest
from tests.engines.load_test.loading import PROMPTS, USAGE, answer, closed, opened, put

from equipoise.domain.load_test import Arrival
from equipoise.engines.load_test.levels import LevelPlan, Load, arrivals
from equipoise.engines.load_test.loops import Limits
from equipoise.testing.account import Ending
from equipoise.testing.replies import error
from equipoise.testing.script import Fault

HANGS = replace(answer(), fault=Fault.hang(0))


def test_a_closed_loop_puts_as_many_requests_as_are_asked_and_no_more() -> None:
    found = put(closed(3), repeat(answer()), requests=10)

    assert len(found.upstream.requests) == found.level.requests == 10
    assert found.told == list(range(1, 11))
    assert found.level.failures == {}
    assert not found.level.ended


def test_the_tokens_are_those_that_the_endpoint_counts() -> None:
    level = put(closed(2), repeat(answer()), requests=6).level

    assert (level.input_tokens, level.output_tokens) == (USAGE.input, USAGE.output)
    assert level.cached_tokens == USAGE.cached
    assert level.output_tokens_per_second == pytest.approx(30 / level.duration_seconds)
    assert level.input_tokens_per_second == pytest.approx(120 / level.duration_seconds)
    assert level.requests_per_second.estimate == pytest.approx(6 / level.duration_seconds)


def test_the_delays_of_an_upstream_are_found_again_in_the_figures() -> None:
    # Text comes with the second of nine frames; four tokens follow it over seven gaps. A machine
    # with other work is late, never early.
    level = put(closed(2), repeat(answer(before=0.2, between=0.02)), requests=6).level

    assert level.ttft is not None
    assert level.tpot is not None
    assert level.latency is not None
    assert 0.2 <= level.ttft.mean < 2.0
    assert 7 * 0.02 / 4 <= level.tpot.mean < 0.35
    assert 0.2 + 8 * 0.02 <= level.latency.mean < 3.0
    assert level.ttft.mean + 4 * level.tpot.mean == pytest.approx(level.latency.mean)
    assert level.ttft.count == level.tpot.count == 6


def test_as_many_requests_are_under_way_as_the_concurrency_says() -> None:
    level = put(closed(4), repeat(answer(before=0.2)), requests=16).level

    assert 2.0 < level.achieved_concurrency <= 4.0 + 1e-6
    # One after another, sixteen would have taken 3.2 seconds at least.
    assert level.requests_per_second.estimate > 16 / 3.2


def test_seconds_end_a_closed_loop_and_what_is_under_way_is_waited_for() -> None:
    found = put(closed(2), repeat(answer(before=0.1)), seconds=0.25)

    assert 2 <= found.level.requests <= 6
    assert {row.ending for row in found.upstream.exchanges} == {Ending.WHOLE}


def test_a_level_without_an_end_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs an end"):
        put(closed(1), repeat(answer()))


def test_a_warm_up_is_put_and_not_counted() -> None:
    found = put(closed(1), repeat(answer()), requests=3, warm_up=2)
    texts = [request.body["messages"][0]["content"] for request in found.upstream.requests]

    assert (len(texts), found.level.requests) == (5, 3)
    assert len(set(texts)) == 5, "what is measured must not lie in a cache"


def test_a_warm_up_that_fails_ends_the_level_before_it_begins() -> None:
    found = put(closed(4), repeat(error(500)), requests=30, warm_up=2)

    assert len(found.upstream.requests) == 1
    assert found.level.ended.startswith("the warm-up failed: server_error")


def test_an_endpoint_that_fails_ends_the_level_with_the_reason() -> None:
    found = put(closed(1), repeat(error(500, "out of memory")), requests=50)

    assert found.level.failures == {"server_error": 3}
    assert "out of memory" in found.level.ended
    assert len(found.upstream.requests) == 3
    assert (found.level.requests, found.level.ttft) == (0, None)
    assert not found.tally.hopeless


def test_askers_side_by_side_make_no_storm_of_failures() -> None:
    found = put(closed(8), repeat(error(503)), requests=500)

    assert len(found.upstream.requests) <= 8 + 3


def test_a_wish_to_slow_down_is_heeded_at_once() -> None:
    found = put(closed(1), repeat(error(429, "slow down", retry_after=9)), requests=50)

    assert len(found.upstream.requests) == 1
    assert found.level.failures == {"rate_limited": 1}
    assert found.tally.hopeless


@pytest.mark.parametrize(("status", "kind"), [(401, "unauthorised"), (400, "refused")])
def test_what_can_never_succeed_is_asked_once(status: int, kind: str) -> None:
    found = put(closed(1), repeat(error(status)), requests=50)

    assert len(found.upstream.requests) == 1
    assert found.level.failures == {kind: 1}
    assert found.tally.hopeless


def test_streams_that_break_off_are_failures_and_not_short_answers() -> None:
    cut = replace(answer(), fault=Fault.cut(200))
    found = put(closed(1), repeat(cut), requests=50)

    assert found.level.failures == {"unreachable": 3}
    whole = b"".join(answer().chunks[:3])
    early = replace(answer(), chunks=(whole,))
    assert put(closed(1), repeat(early), requests=50).level.failures == {"broken_stream": 3}


def test_an_endpoint_that_hangs_is_given_up_after_the_time_allowed() -> None:
    found = put(closed(2), repeat(HANGS), requests=50, timeout=0.2)

    assert set(found.level.failures) == {"timeout"}
    assert 3 <= found.level.failures["timeout"] <= 4
    assert "no whole answer within 0.2 s" in found.level.ended


def test_answers_without_token_counts_say_nothing_per_token() -> None:
    found = put(closed(1), repeat(answer(usage=None)), requests=50)

    assert found.level.failures == {"uncounted": 1}


def test_a_failure_now_and_then_is_counted_and_ends_nothing() -> None:
    script = list(islice(chain.from_iterable(repeat([error(500), *[answer()] * 9])), 40))
    found = put(closed(1), script, requests=40)

    assert found.level.failures == {"server_error": 4}
    assert found.level.requests == 36
    assert not found.level.ended


def test_failures_of_more_than_a_fifth_end_the_level_though_some_succeed() -> None:
    script = chain.from_iterable(repeat([error(500), answer()]))
    found = put(closed(1), script, requests=500)

    assert found.level.failures == {"server_error": 10}
    assert found.level.requests == 9
    assert found.level.ended


def test_an_open_loop_does_not_wait_for_answers() -> None:
    # Nobody is answered before all have asked: a closed loop would never get there.
    found = put(opened(200.0), repeat(HANGS), requests=12, timeout=1.0)

    assert len(found.upstream.requests) >= 3
    assert len({request.at for request in found.upstream.requests}) > 1
    assert found.level.failures["timeout"] == len(found.upstream.requests) == 12


def test_the_gaps_of_an_open_loop_are_those_of_a_poisson_process_and_follow_the_seed() -> None:
    load = Load(PROMPTS, Limits(None, 1, 1.0))

    def moments(rate: float, load: Load) -> list[float]:
        return [at for at, _ in islice(arrivals(opened(rate), load), 4001)]

    drawn = moments(2.0, load)
    gaps = [after - before for before, after in pairwise(drawn)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    other = Load(replace(PROMPTS, seed=2), load.limits)

    assert drawn[0] == 0.0
    assert mean == pytest.approx(0.5, rel=0.05)
    assert variance**0.5 == pytest.approx(mean, rel=0.1)
    assert drawn == moments(2.0, load)
    assert drawn != moments(2.0, other)


def test_seconds_end_a_schedule_by_its_own_times() -> None:
    load = Load(PROMPTS, Limits(None, 1, 1.0))
    due = [at for at, _ in islice(arrivals(opened(100.0), load), 200) if at < 0.3]
    found = put(opened(100.0), repeat(answer()), seconds=0.3)

    assert found.level.requests == len(due)
    assert found.level.duration_seconds >= 0.3
    assert found.level.arrival is Arrival.OPEN


def test_levels_are_called_what_they_are() -> None:
    names = [plan.label for plan in (closed(4), opened(0.5), LevelPlan(Arrival.TRACE, speed=2.0))]

    assert names == ["4 at a time", "0.5 requests/s", "trace × 2"]
    assert put(closed(1), [answer()], requests=1).level.name == "1 at a time"
