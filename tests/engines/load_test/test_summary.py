"""Figures from samples whose times are known to the last digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.load_test.loading import closed, opened

from equipoise.domain.load_test import LoadLevel, Objective
from equipoise.domain.request import Usage
from equipoise.engines.load_test.asking import Sample
from equipoise.engines.load_test.levels import LevelPlan
from equipoise.engines.load_test.loops import Tally
from equipoise.engines.load_test.summary import distribution, summarise
from equipoise.statistics.quantiles import quantile

NOTHING = Objective()


def sample(
    started: float, ttft: float, tpot: float, output: int = 11, reasoning: int = 0
) -> Sample:
    first = started + ttft
    shown = output - reasoning
    return Sample(started, first, first + (shown - 1) * tpot, Usage(100, output, 0, reasoning))


def level(
    samples: list[Sample], objective: Objective = NOTHING, plan: LevelPlan | None = None
) -> LoadLevel:
    tally = Tally(samples=samples, began=0.0)
    return summarise(plan or closed(2), tally, objective, seed=1)


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=40))
def test_percentiles_are_those_of_the_sample_and_lie_in_their_intervals(
    values: list[float],
) -> None:
    found = distribution(values, seed=1)

    assert found is not None
    for q, row in ((0.5, found.p50), (0.9, found.p90), (0.95, found.p95), (0.99, found.p99)):
        assert row is not None
        assert row.estimate == pytest.approx(quantile(values, q))
        if len(values) < 5:
            assert (row.low, row.high) == (None, None)
        else:
            assert row.low is not None
            assert row.high is not None
            assert min(values) * 0.999 <= row.low <= row.estimate <= row.high <= max(values) * 1.001


def test_no_values_have_no_distribution() -> None:
    assert distribution([], seed=1) is None


def test_equal_times_scatter_nowhere() -> None:
    found = level([sample(number * 0.3, 0.1, 0.02) for number in range(10)])

    assert found.ttft is not None
    assert found.ttft.p95 is not None
    assert found.ttft.p95.low == pytest.approx(found.ttft.p95.high)
    assert found.tpot is not None
    assert found.tpot.mean == pytest.approx(0.02)
    assert found.latency is not None
    assert found.latency.mean == pytest.approx(0.3)
    assert found.duration_seconds == pytest.approx(3.0)
    assert found.requests_per_second.estimate == pytest.approx(10 / 3)
    assert found.achieved_concurrency == pytest.approx(1.0)


def test_the_same_samples_and_seed_give_the_same_intervals() -> None:
    samples = [sample(number * 0.3, 0.1 + number % 3 / 10, 0.02) for number in range(20)]

    assert level(samples) == level(list(samples))
    values = [1.0 + number * number % 7 / 3 + number / 100 for number in range(30)]
    assert distribution(values, 1) != distribution(values, 2)


@pytest.mark.parametrize("plan", [closed(2), opened(2.0)])
def test_the_rate_lies_within_its_interval_and_more_answers_make_it_narrower(
    plan: LevelPlan,
) -> None:
    widths = []
    for count in (20, 500):
        found = level(
            [sample(n * 0.3, 0.1 + (n * 7 % 10) / 20, 0.01) for n in range(count)], plan=plan
        ).requests_per_second
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.estimate <= found.high
        widths.append((found.high - found.low) / found.estimate)
    assert widths[1] < widths[0]


def test_a_quiet_end_of_a_schedule_is_a_part_of_its_time() -> None:
    tally = Tally(samples=[sample(n * 0.1, 0.1, 0.01) for n in range(6)], began=0.0, watched=12.0)
    found = summarise(opened(0.5), tally, NOTHING, seed=1)

    assert found.duration_seconds == 12.0
    assert found.requests_per_second.estimate == pytest.approx(0.5)


def test_goodput_counts_what_keeps_every_part_of_the_objective() -> None:
    samples = [sample(0, 0.1, 0.01), sample(0, 0.5, 0.01), sample(0, 0.1, 0.2)]

    def good(ttft: float | None, latency: float | None) -> float:
        found = level(samples, Objective(ttft, latency))
        assert found.goodput is not None
        return found.goodput * found.duration_seconds

    assert good(0.2, None) == pytest.approx(2)
    assert good(None, 0.7) == pytest.approx(2)
    assert good(0.2, 0.7) == pytest.approx(1)
    assert level(samples).goodput is None


def test_an_answer_of_one_token_has_no_time_per_further_token() -> None:
    found = level([sample(0, 0.1, 0.0, output=1)] * 6)

    assert found.tpot is None
    assert found.ttft is not None


def test_reasoning_that_nobody_sees_is_no_part_of_the_time_per_token() -> None:
    found = level([sample(0, 2.0, 0.02, output=111, reasoning=100)] * 6)

    assert found.tpot is not None
    assert found.tpot.mean == pytest.approx(0.02)


def test_a_long_level_is_summed_up_in_little_memory() -> None:
    found = distribution([1.0 + number % 97 / 97 for number in range(60_000)], seed=1)

    assert found is not None
    assert found.p50 is not None
    assert found.p50.estimate == pytest.approx(1.5, abs=0.02)


def test_a_level_without_answers_is_all_noughts() -> None:
    found = level([])

    assert (found.requests, found.duration_seconds, found.ttft) == (0, 0.0, None)
    assert found.requests_per_second.estimate == found.output_tokens_per_second == 0.0
