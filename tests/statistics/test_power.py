"""Planning: the published sample sizes, and the power they really have."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.statistics import (
    FloorStatus,
    PairedCounts,
    Verdict,
    floor_sample_size,
    floor_verdict,
    paired_sample_size,
    verdict,
)
from equipoise.statistics.normal import upper_tail, upper_tail_quantile
from equipoise.statistics.power import paired_items_needed


@pytest.mark.parametrize(
    ("discordance", "margin", "items"),
    [(0.05, 0.05, 124), (0.05, 0.03, 344), (0.2, 0.10, 124), (0.2, 0.05, 495), (0.2, 0.03, 1374)],
)
def test_the_published_sample_sizes_are_reproduced(
    discordance: float, margin: float, items: int
) -> None:
    assert paired_sample_size(discordance, 0.0, margin) == items


@pytest.mark.parametrize(
    ("discordance", "margin", "low", "high"), [(0.2, 0.05, 0.77, 0.82), (0.05, 0.05, 0.68, 0.75)]
)
def test_the_planned_power_is_near_80_percent_unless_few_items_differ(
    discordance: float, margin: float, low: float, high: float
) -> None:
    items = paired_sample_size(discordance, 0.0, margin)
    shares = [discordance / 2, discordance / 2, 1 - discordance]
    draws = np.random.default_rng(3).multinomial(items, shares, size=4000)
    proven = sum(
        verdict(PairedCounts(int(same), int(b), int(c), 0), margin).verdict
        in (Verdict.NON_INFERIOR, Verdict.SUPERIOR)
        for b, c, same in draws
    )

    assert low <= proven / len(draws) <= high


@given(st.floats(0.001, 1.0), st.floats(0.01, 0.3))
def test_the_planned_sample_passes_when_it_turns_out_as_assumed(
    discordance: float, margin: float
) -> None:
    items = paired_sample_size(discordance, 0.0, margin)
    differing = int(discordance * items / 2)

    found = verdict(PairedCounts(items - 2 * differing, differing, differing, 0), margin)

    assert found.verdict is Verdict.NON_INFERIOR


@given(st.floats(0.05, 0.5), st.floats(-0.04, 0.04))
def test_a_better_candidate_needs_no_more_items(discordance: float, difference: float) -> None:
    expected = paired_sample_size(discordance, difference, 0.05)

    assert paired_sample_size(discordance, difference + 0.005, 0.05) <= expected


def test_a_floor_needs_the_items_that_give_the_planned_power() -> None:
    items = floor_sample_size(assumed_rate=0.95, floor=0.9)
    successes = np.random.default_rng(4).binomial(items, 0.95, size=3000)
    met = sum(floor_verdict(int(k), items, 0.9).status is FloorStatus.MET for k in successes)

    assert items == 184
    assert met / len(successes) == pytest.approx(0.8, abs=0.05)


def test_a_perfect_candidate_needs_as_many_items_as_make_a_perfect_sample_pass() -> None:
    items = floor_sample_size(assumed_rate=1.0, floor=0.9)

    assert floor_verdict(items, items, 0.9).status is FloorStatus.MET
    assert floor_verdict(items - 1, items - 1, 0.9).status is FloorStatus.UNDECIDED


def test_what_no_sample_can_prove_is_refused() -> None:
    with pytest.raises(ValueError, match="no sample proves"):
        paired_sample_size(0.2, -0.05, 0.05)
    with pytest.raises(ValueError, match=r"above the floor 0\.9"):
        floor_sample_size(0.9, 0.9)


def test_assumptions_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"discordance .* got 0"):
        paired_sample_size(0.0, 0.0, 0.05)
    with pytest.raises(ValueError, match="cannot exceed the discordance"):
        paired_sample_size(0.05, 0.1, 0.05)
    with pytest.raises(ValueError, match=r"margin .* got 3"):
        paired_sample_size(0.05, 0.0, 3)
    with pytest.raises(ValueError, match=r"power .* got 1"):
        paired_sample_size(0.05, 0.0, 0.05, power=1.0)
    with pytest.raises(ValueError, match=r"floor .* got 0"):
        floor_sample_size(0.9, 0.0)
    with pytest.raises(ValueError, match=r"alpha .* got 0\.5"):
        floor_sample_size(0.95, 0.9, alpha=0.5)


@given(st.floats(0.02, 0.5), st.floats(-0.04, 0.1), st.sampled_from([1.0, 2.5]))
def test_items_needed_are_the_planners_times_the_design_effect(
    discordance: float, difference: float, effect: float
) -> None:
    variance = discordance - difference**2
    found = paired_items_needed(variance, difference + 0.05, design_effect=effect)

    assert found is not None
    assert found >= ceil(effect * variance * 2.4865**2 / (difference + 0.05) ** 2) - 1


def test_without_a_difference_seen_the_items_needed_are_those_of_the_score() -> None:
    # ±z²/(n + z²) at 90 % is below 5 points from 52 items on.
    assert paired_items_needed(0.0, 0.05) == 52
    assert verdict(PairedCounts(52, 0, 0, 0), 0.05).verdict is Verdict.NON_INFERIOR
    assert verdict(PairedCounts(51, 0, 0, 0), 0.05).verdict is Verdict.UNDECIDED


def test_on_the_wrong_side_no_number_of_items_helps() -> None:
    assert paired_items_needed(0.2, 0.0) is None
    assert paired_items_needed(0.2, -0.01) is None
    with pytest.raises(ValueError, match="design effect 1 or more"):
        paired_items_needed(0.2, 0.05, design_effect=0.5)
    with pytest.raises(ValueError, match="variance must be 0 or more"):
        paired_items_needed(-0.1, 0.05)


def test_tails_and_their_quantiles_undo_each_other() -> None:
    assert upper_tail_quantile(upper_tail(1.3)) == pytest.approx(1.3)
    with pytest.raises(ValueError, match=r"probability .* got 1"):
        upper_tail_quantile(1.0)
