"""What two arms cost and took: ratios and differences with intervals that cover."""

from __future__ import annotations

from math import exp, inf

import numpy as np
import pytest

from equipoise.statistics.paired_quantities import (
    cost_per_success,
    cost_per_success_ratio,
    log_ratio,
    quantile_difference,
)


def test_failures_are_paid_for_too() -> None:
    assert cost_per_success([1.0, 2.0, 3.0], [1, 0, 1]) == 3.0
    assert cost_per_success([1.0], [0]) == inf


def test_the_ratio_of_costs_per_success_is_theirs_and_repeats_by_its_seed() -> None:
    ours, theirs = ([1.0, 1.0, 2.0, 2.0] * 20, [1, 0, 1, 1] * 20), ([4.0] * 80, [1, 1, 0, 1] * 20)
    found = cost_per_success_ratio(ours, theirs, None, 0.95, seed=1)

    assert found.estimate == pytest.approx((6 / 3) / (16 / 3))
    assert found.low < found.estimate < found.high
    assert found == cost_per_success_ratio(ours, theirs, None, 0.95, seed=1)
    assert found != cost_per_success_ratio(ours, theirs, None, 0.95, seed=2)


def test_the_ratios_interval_covers() -> None:
    random = np.random.default_rng(6)
    covered = 0
    for seed in range(150):
        ours, theirs = random.random(200) < 0.7, random.random(200) < 0.8
        cheap, dear = random.gamma(4.0, 0.05, 200), random.gamma(4.0, 0.25, 200)
        arms = (cheap.tolist(), ours.tolist()), (dear.tolist(), theirs.tolist())
        interval = cost_per_success_ratio(*arms, None, 0.9, seed)
        covered += interval.contains((0.2 / 0.7) / (1.0 / 0.8))

    assert covered >= 0.84 * 150


def test_clusters_drawn_whole_widen_the_interval() -> None:
    random = np.random.default_rng(7)
    names = [k // 10 for k in range(200)]
    success = np.repeat(random.random(20) < 0.5, 10).tolist()
    arms = ([1.0] * 200, success), ([1.0] * 200, [1] * 200)
    alone = cost_per_success_ratio(*arms, None, 0.95, 1)
    whole = cost_per_success_ratio(*arms, names, 0.95, 1)

    assert whole.width > 2 * alone.width


def test_a_candidate_that_seldom_succeeds_may_cost_without_bound() -> None:
    arms = ([1.0] * 10, [1.0] + [0.0] * 9), ([1.0] * 10, [1.0] * 10)

    assert cost_per_success_ratio(*arms, None, 0.95, 1).high == inf


def test_the_log_ratio_is_the_geometric_mean_and_follows_clusters() -> None:
    ours, theirs = [2.0, 4.0, 8.0, 2.0] * 5, [1.0, 1.0, 2.0, 4.0] * 5
    found = log_ratio(ours, theirs, 0.95)
    clustered = log_ratio(ours, theirs, 0.95, [k % 4 for k in range(20)])

    assert found.estimate == pytest.approx((2 * 4 * 4 * 0.5) ** 0.25)
    assert found.low < found.estimate < found.high
    assert found.low * found.high == pytest.approx(found.estimate**2)
    assert clustered.width > found.width


def test_the_log_ratio_covers() -> None:
    random = np.random.default_rng(8)
    covered = sum(
        log_ratio(
            random.lognormal(0.3, 0.5, 30).tolist(), random.lognormal(0.0, 0.5, 30).tolist(), 0.9
        ).contains(exp(0.3))
        for _ in range(300)
    )

    assert covered / 300 >= 0.86


def test_the_difference_of_p95_is_that_of_the_quantiles() -> None:
    random = np.random.default_rng(9)
    slow, fast = random.exponential(2.0, 400), random.exponential(1.0, 400)
    found = quantile_difference(slow.tolist(), fast.tolist(), 0.95, 0.95, seed=3)

    assert found.estimate == pytest.approx(np.quantile(slow, 0.95) - np.quantile(fast, 0.95))
    assert found.contains(np.log(20) * 2.0 - np.log(20))
    assert found.low > 0.0


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="same items, at least two"):
        log_ratio([1.0, 2.0], [1.0], 0.95)
    with pytest.raises(ValueError, match="above 0"):
        log_ratio([1.0, 0.0], [1.0, 2.0], 0.95)
    with pytest.raises(ValueError, match="must be finite"):
        log_ratio([1.0, inf], [1.0, 2.0], 0.95)
    with pytest.raises(ValueError, match=r"q must .* got 1"):
        quantile_difference([1.0, 2.0], [1.0, 2.0], 1.0, 0.95)
    with pytest.raises(ValueError, match="0 or more"):
        cost_per_success_ratio(([-1.0, 1.0], [1, 1]), ([1.0, 1.0], [1, 1]), None, 0.95, 0)
    with pytest.raises(ValueError, match="succeeded at least once"):
        cost_per_success_ratio(([1.0, 1.0], [0, 0]), ([1.0, 1.0], [1, 1]), None, 0.95, 0)
    with pytest.raises(ValueError, match="level"):
        cost_per_success_ratio(([1.0, 1.0], [1, 0]), ([1.0, 1.0], [1, 1]), None, 95, 0)
