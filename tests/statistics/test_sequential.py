"""Betting: what it never does too often (cross at the null), and that it does cross otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import inf, isinf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import (
    BettingProcess,
    SequentialDecision,
    Side,
    floor_test,
    paired_test,
)

SCORES = st.lists(st.floats(0.0, 1.0), max_size=60)


def after(scores: list[float], null_mean: float, side: Side) -> BettingProcess:
    process = BettingProcess(null_mean, side)
    for score in scores:
        process = process.observe(score)
    return process


def chance_of_crossing(null_mean: float, side: Side, rate: float, items: int) -> float:
    # For scores of 0 and 1 the wealth depends on the counts alone, so the probability of ever
    # crossing while peeking at every item is a sum over counts: exact, without simulation.
    @cache
    def crosses(ones: int, seen: int) -> bool:
        logs = [
            (up * ones + down * (seen - ones))
            for up, down in zip(gains.log_products, losses.log_products, strict=True)
        ]
        state = BettingProcess(null_mean, side, tuple(logs))
        return state.wealth >= 20.0

    gains = BettingProcess(null_mean, side).observe(1.0)
    losses = BettingProcess(null_mean, side).observe(0.0)
    alive, crossed = {0: 1.0}, 0.0
    for seen in range(1, items + 1):
        following: dict[int, float] = {}
        for ones, mass in alive.items():
            following[ones + 1] = following.get(ones + 1, 0.0) + mass * rate
            following[ones] = following.get(ones, 0.0) + mass * (1.0 - rate)
        crossed += sum(mass for ones, mass in following.items() if crosses(ones, seen))
        alive = {ones: mass for ones, mass in following.items() if not crosses(ones, seen)}
    return crossed


@pytest.mark.parametrize("null_mean", [0.05, 0.3, 0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("side", list(Side))
def test_peeking_at_every_item_keeps_the_error_below_alpha(null_mean: float, side: Side) -> None:
    wrong = chance_of_crossing(null_mean, side, rate=null_mean, items=200)

    assert 0.0 < wrong <= 0.05


def test_the_process_has_power_on_both_sides() -> None:
    assert chance_of_crossing(0.8, Side.ABOVE, rate=0.92, items=200) >= 0.9
    assert chance_of_crossing(0.8, Side.BELOW, rate=0.65, items=200) >= 0.9


def paired_draws(
    runs: int, items: int, discordance: float, difference: float
) -> Iterator[list[float]]:
    shares = [(discordance + difference) / 2, 1 - discordance, (discordance - difference) / 2]
    generator = np.random.default_rng(20)
    for _ in range(runs):
        yield generator.choice([1.0, 0.0, -1.0], size=items, p=shares).tolist()


def test_a_candidate_exactly_at_the_margin_is_seldom_declared_either_way() -> None:
    outcomes = [
        paired_test(draws, margin=0.05).decision
        for draws in paired_draws(runs=2000, items=200, discordance=0.2, difference=-0.05)
    ]

    assert outcomes.count(SequentialDecision.GOOD) / len(outcomes) <= 0.05
    assert outcomes.count(SequentialDecision.BAD) / len(outcomes) <= 0.05


def test_an_equal_candidate_is_found_good_and_a_poor_one_bad() -> None:
    equal = [
        paired_test(draws, margin=0.05)
        for draws in paired_draws(runs=100, items=600, discordance=0.05, difference=0.0)
    ]
    poor = [
        paired_test(draws, margin=0.05)
        for draws in paired_draws(runs=100, items=600, discordance=0.3, difference=-0.2)
    ]

    assert sum(found.decision is SequentialDecision.GOOD for found in equal) >= 95
    assert sum(found.decision is SequentialDecision.BAD for found in poor) >= 95


def test_a_decision_says_where_it_stopped_and_reads_no_further() -> None:
    def scores() -> Iterator[float]:
        yield from [1.0] * 60
        raise AssertionError("read beyond the decision")

    outcome = floor_test(scores(), floor=0.9)

    assert outcome.decision is SequentialDecision.GOOD
    assert outcome.stopped_at is not None
    assert outcome.stopped_at < 60
    assert outcome.evidence_for >= 20.0
    assert outcome.evidence_against < 1.0


def test_failures_alone_decide_against() -> None:
    outcome = floor_test([0.0] * 50, floor=0.9)

    assert outcome.decision is SequentialDecision.BAD
    assert outcome.evidence_against >= 20.0


def test_nothing_observed_leaves_everything_open() -> None:
    outcome = paired_test([], margin=0.05)

    assert outcome.decision is SequentialDecision.UNDECIDED
    assert outcome.stopped_at is None
    assert (outcome.evidence_for, outcome.evidence_against) == (1.0, 1.0)


@given(SCORES, st.floats(0.05, 0.95))
def test_the_two_sides_mirror_each_other(scores: list[float], null_mean: float) -> None:
    above = after(scores, null_mean, Side.ABOVE)
    below = after([1.0 - score for score in scores], 1.0 - null_mean, Side.BELOW)

    assert above.wealth == pytest.approx(below.wealth, rel=1e-6)


@given(SCORES, st.floats(0.05, 0.95))
def test_wealth_is_the_mean_over_stakes_of_what_each_would_have_won(
    scores: list[float], null_mean: float
) -> None:
    wealths = []
    for k in range(1, 11):
        wealth = 1.0
        for score in scores:
            wealth *= 1.0 + 0.09 * k / null_mean * (score - null_mean)
        wealths.append(wealth)

    assert after(scores, null_mean, Side.ABOVE).wealth == pytest.approx(sum(wealths) / 10)


@given(SCORES, st.floats(0.05, 0.95), st.sampled_from(list(Side)))
def test_wealth_stays_positive_and_a_crossing_is_not_forgotten(
    scores: list[float], null_mean: float, side: Side
) -> None:
    process, crossed_before = BettingProcess(null_mean, side), False
    for score in scores:
        process = process.observe(score)
        assert process.wealth > 0.0
        assert process.crossed(0.2) or not crossed_before
        crossed_before = process.crossed(0.2)


@given(st.floats(0.05, 0.95))
def test_at_the_null_the_expected_wealth_after_an_item_is_one(null_mean: float) -> None:
    start = BettingProcess(null_mean)
    expected = null_mean * start.observe(1.0).wealth + (1 - null_mean) * start.observe(0.0).wealth

    assert expected == pytest.approx(1.0)


def test_wealth_beyond_the_largest_float_is_infinite() -> None:
    assert isinf(BettingProcess(0.5, log_products=(800.0,) * 10).wealth)
    assert BettingProcess(0.5, log_products=(-inf, *(0.0,) * 9)).wealth == pytest.approx(0.9)


@pytest.mark.parametrize("x", [-0.1, 1.1, nan])
def test_observations_outside_zero_and_one_are_refused(x: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1; got"):
        BettingProcess(0.5).observe(x)


def test_nulls_margins_floors_and_alphas_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"null_mean .* got 0"):
        BettingProcess(0.0)
    with pytest.raises(ValueError, match=r"alpha .* got 1"):
        BettingProcess(0.5).crossed(1.0)
    with pytest.raises(ValueError, match=r"alpha .* got 0"):
        floor_test([], floor=0.9, alpha=0.0)
    with pytest.raises(ValueError, match=r"floor .* got 1"):
        floor_test([], floor=1.0)
    with pytest.raises(ValueError, match=r"margin .* got -0\.05"):
        paired_test([], margin=-0.05)
    with pytest.raises(ValueError, match="between -1 and 1; got 2"):
        paired_test([2.0], margin=0.05)
