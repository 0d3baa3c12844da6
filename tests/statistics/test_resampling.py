"""The bootstrap of a ratio: repeatable, covering, honest where there may be no success."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from equipoise.statistics.resampling import bootstrap_ratio_of_means


def test_the_estimate_is_cost_per_success_and_the_seed_repeats_it() -> None:
    costs, successes = [1.0, 2.0, 3.0, 2.0] * 25, [1, 0, 1, 1] * 25

    first = bootstrap_ratio_of_means(costs, successes, level=0.95, seed=1)

    assert first.estimate == pytest.approx(200 / 75)
    assert first.low < first.estimate < first.high
    assert first == bootstrap_ratio_of_means(costs, successes, level=0.95, seed=1)
    assert first != bootstrap_ratio_of_means(costs, successes, level=0.95, seed=2)


def test_a_constant_ratio_has_no_width() -> None:
    interval = bootstrap_ratio_of_means([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], level=0.9, seed=0)

    assert (interval.low, interval.estimate, interval.high) == (2.0, 2.0, 2.0)


def test_few_successes_leave_the_upper_end_unbounded() -> None:
    interval = bootstrap_ratio_of_means([1.0] * 10, [1.0] + [0.0] * 9, level=0.95, seed=0)

    assert interval.high == inf
    assert interval.low < interval.estimate == 10.0


def test_the_interval_covers_nearly_as_promised_at_300_items() -> None:
    generator = np.random.default_rng(9)
    covered = 0
    for seed in range(200):
        successes = generator.random(300) < 0.8
        costs = generator.gamma(2.0, 0.5 + 0.5 * successes)
        # A cost is Gamma(2) of mean 2 × scale: 2 × (0.5 + 0.5 × 0.8) = 1.8 over 0.8 successes.
        interval = bootstrap_ratio_of_means(
            costs.tolist(), successes.tolist(), level=0.95, seed=seed, resamples=400
        )
        covered += interval.contains(1.8 / 0.8)

    assert covered >= 0.91 * 200


def test_lengths_values_and_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2; got 2 and 3"):
        bootstrap_ratio_of_means([1.0, 1.0], [1.0, 1.0, 1.0], level=0.9, seed=0)
    with pytest.raises(ValueError, match="at least 2; got 1 and 1"):
        bootstrap_ratio_of_means([1.0], [1.0], level=0.9, seed=0)
    with pytest.raises(ValueError, match="must not all be 0"):
        bootstrap_ratio_of_means([1.0, 1.0], [0.0, 0.0], level=0.9, seed=0)
    with pytest.raises(ValueError, match=r"level .* got 90"):
        bootstrap_ratio_of_means([1.0, 1.0], [1.0, 1.0], level=90, seed=0)
    with pytest.raises(ValueError, match=r"resamples .* got 10"):
        bootstrap_ratio_of_means([1.0, 1.0], [1.0, 1.0], level=0.9, seed=0, resamples=10)


@pytest.mark.parametrize("wrong", [-1.0, nan, inf])
def test_costs_that_cannot_be_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="numerators must be finite and 0 or more"):
        bootstrap_ratio_of_means([1.0, wrong], [1.0, 1.0], level=0.9, seed=0)


def test_nested_sequences_are_refused() -> None:
    nested: object = [[1.0], [2.0]]
    with pytest.raises(ValueError, match=r"one flat sequence; got shape \(2, 1\)"):
        bootstrap_ratio_of_means(nested, [1.0, 1.0], level=0.9, seed=0)  # type: ignore[arg-type]  # the wrong kind is what is tested
