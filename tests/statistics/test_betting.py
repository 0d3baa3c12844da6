"""Bets on a stream: never misled too often, however one looks; decided before the items run out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.statistics import SequentialDecision
from equipoise.statistics.betting import Bettor, crossing, e_values, replay

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=40)
PAST = st.lists(st.sampled_from([-0.6, -0.1, 0.05, 0.9]), max_size=12)


def draws(runs: int, items: int, discordance: float, difference: float) -> NDArray[np.float64]:
    shares = [(discordance + difference) / 2, (discordance - difference) / 2, 1 - discordance]
    return np.random.default_rng(31).choice([1.0, -1.0, 0.0], (runs, items), p=shares)


@given(PAST, st.floats(0.05, 0.95), st.integers(1, 20))
def test_a_fair_item_leaves_the_expected_wealth_as_it_was(
    past: list[float], chance: float, horizon: int
) -> None:
    # A gain of −1 or of what makes the mean 0: whatever was staked on the past, nothing is won.
    gain = (1.0 - chance) / chance
    wealth = []
    for outcome in (gain, -1.0):
        bettor = Bettor(1, 0.05, horizon)
        bettor.play(np.array([past]))
        before = float(np.exp(bettor.log_wealth[0]))
        bettor.play(np.array([[outcome]]))
        wealth.append(float(np.exp(bettor.log_wealth[0])))

    assert chance * wealth[0] + (1.0 - chance) * wealth[1] == pytest.approx(before)
    assert min(wealth) > 0.0


@pytest.mark.parametrize("discordance", [0.06, 0.2, 0.5])
@pytest.mark.parametrize("every", [1, 25])
def test_exactly_at_the_margin_it_is_seldom_decided_either_way(
    discordance: float, every: int
) -> None:
    found = replay(draws(2000, 300, discordance, -0.05), 0.05, every=every)

    assert found.decisions.count(SequentialDecision.GOOD) / 2000 <= 0.05
    assert found.decisions.count(SequentialDecision.BAD) / 2000 <= 0.05


def test_it_decides_three_in_five_where_a_test_of_fixed_size_decides_four_in_five() -> None:
    # 495 items are what a fixed test needs for a power of 80 % here.
    found = replay(draws(400, 495, 0.2, 0.0), 0.05)
    stopped = [place or 495 for place in found.stopped_at]

    assert found.decisions.count(SequentialDecision.GOOD) / 400 >= 0.6
    assert found.decisions.count(SequentialDecision.BAD) <= 4
    assert np.mean(stopped) <= 0.75 * 495


def test_a_large_difference_is_found_in_few_items() -> None:
    found = replay(draws(100, 2000, 0.4, -0.3), 0.05)

    assert set(found.decisions) == {SequentialDecision.BAD}
    assert np.median(found.stopped_at) < 60
    assert min(found.evidence_against) >= 20.0


def test_without_a_horizon_to_reach_small_differences_take_longer() -> None:
    near, far = (replay(draws(200, 400, 0.2, 0.0), 0.05, horizon=h) for h in (400, 1_000_000))

    assert near.decisions.count(SequentialDecision.GOOD) > far.decisions.count(
        SequentialDecision.GOOD
    )


@given(DIFFERENCES, st.integers(1, 7))
def test_orders_played_together_end_as_if_alone(values: list[float], every: int) -> None:
    orders = np.array([values, values[::-1], [-value for value in values]])
    together = replay(orders, 0.05, every=every)
    alone = [replay(orders[k : k + 1], 0.05, every=every) for k in range(3)]

    assert together.decisions == tuple(found.decisions[0] for found in alone)
    assert together.stopped_at == tuple(found.stopped_at[0] for found in alone)
    assert together.evidence_for == pytest.approx([found.evidence_for[0] for found in alone])


def test_looks_come_after_every_so_many_items_and_at_the_end() -> None:
    found = replay(np.ones((1, 130)), 0.05, every=25)
    last = replay(np.ones((1, 5)), 0.9, every=25)

    assert found.stopped_at[0] % 25 == 0
    assert found.stopped_at[0] > 0
    assert last.stopped_at[0] in {0, 5}
    assert last.evidence_for[0] > 1.0


def test_no_item_decides_nothing() -> None:
    found = replay(np.empty((2, 0)), 0.05)

    assert found.decisions == (SequentialDecision.UNDECIDED,) * 2
    assert (found.stopped_at, found.evidence_for) == ((0, 0), (1.0, 1.0))


def test_e_values_grow_beyond_what_would_have_stopped() -> None:
    values = draws(3, 800, 0.3, 0.15)
    good, better, bad = e_values(values, values, 0.05, 0.05)

    assert min(good) > 1000
    assert min(better) > 20
    assert max(bad) < 1


def test_e_values_average_one_at_most_where_there_is_nothing() -> None:
    values = draws(4000, 60, 0.3, 0.0)
    _, better, _ = e_values(values, values, 0.05, 0.05)

    assert np.mean(better) == pytest.approx(1.0, abs=0.2)


@given(PAST, st.integers(1, 12), st.integers(1, 40))
def test_a_stream_played_in_parts_is_played_as_if_whole(
    past: list[float], part: int, horizon: int
) -> None:
    whole, parts = Bettor(1, 0.05, horizon), Bettor(1, 0.05, horizon)
    path = whole.play(np.array([past]))
    pieces = [parts.play(np.array([past[k : k + part]])) for k in range(0, max(len(past), 1), part)]

    assert np.concatenate(pieces, axis=1) == pytest.approx(path)


def test_many_streams_bet_as_few_do() -> None:
    values = draws(20, 1100, 0.3, -0.02)
    many = replay(values, 0.05)
    few = [replay(row[None, :], 0.05) for row in values]

    assert many.stopped_at == tuple(found.stopped_at[0] for found in few)
    assert many.evidence_for == pytest.approx([found.evidence_for[0] for found in few])


@pytest.mark.parametrize("every", [1, 7])
def test_a_crossing_is_where_a_replay_stops_for_good(every: int) -> None:
    values = draws(1, 1200, 0.3, 0.05)
    stopped = replay(values, 0.05, every=every)
    first, there, end = crossing(values[0], -0.05, every=every)

    assert stopped.decisions == (SequentialDecision.GOOD,)
    assert first == stopped.stopped_at[0]
    assert there == pytest.approx(stopped.evidence_for[0])
    assert end == pytest.approx(e_values(values, values, 0.05, 0.05)[0][0])


def test_what_is_no_better_seldom_crosses_however_long_it_is_looked_at() -> None:
    crossed = [crossing(row, 0.0)[0] > 0 for row in draws(600, 400, 0.2, 0.0)]

    assert np.mean(crossed) <= 0.06
    assert crossing(np.zeros(30), 0.0) == (0, 1.0, 1.0)


def test_orders_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between -1 and 1"):
        replay(np.array([[1.5]]), 0.05)
    with pytest.raises(ValueError, match=r"margin .* got 0"):
        replay(np.array([[1.0]]), 0.0)
    with pytest.raises(ValueError, match=r"every .* got 0"):
        replay(np.array([[1.0]]), 0.05, every=0)
    with pytest.raises(ValueError, match=r"alpha .* got 1"):
        replay(np.array([[1.0]]), 0.05, alpha=1.0)
