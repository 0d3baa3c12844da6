"""What an answer hangs on: tornado, Sobol's indices, regret, and the worth of a measurement."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog.cost_ranges import CostRange
from equipoise.domain.provenance import Source
from equipoise.economics.draws import Draws, Sampler
from equipoise.economics.sensitivity import (
    regrets,
    sobol,
    tornado,
    value_of_certainty,
    value_of_measuring,
)

SOURCE = Source("a test")
RANGES = {
    "wide": CostRange("wide", 1.0, 2.0, 4.0, "", SOURCE),
    "narrow": CostRange("narrow", 1.9, 2.0, 2.1, "", SOURCE),
}


def test_the_widest_bar_comes_first() -> None:
    found = tornado(lambda q: 10 * q["narrow"] - q["wide"], RANGES)

    assert [bar.name for bar in found] == ["wide", "narrow"]
    assert [bar.at_low for bar in found] == pytest.approx([19.0, 17.0])
    assert [bar.at_high for bar in found] == pytest.approx([16.0, 19.0])
    assert [bar.swing for bar in found] == pytest.approx([3.0, 2.0])


def test_what_varies_most_explains_most() -> None:
    def cost(q: Mapping[str, Draws]) -> Draws:
        return q["wide"] + q["narrow"]

    wide, narrow = sobol(cost, RANGES, seed=1)

    assert (wide.name, narrow.name) == ("wide", "narrow")
    assert wide.first == pytest.approx(1.0, abs=0.05)
    assert narrow.total == pytest.approx(0.0, abs=0.02)


def test_indices_of_a_sum_of_alikes_are_halves_and_the_seed_fixes_them() -> None:
    ranges = {"a": RANGES["wide"], "b": RANGES["wide"]}
    found = sobol(lambda q: q["a"] + q["b"], ranges, seed=3)

    assert [row.first for row in found] == pytest.approx([0.5, 0.5], abs=0.1)
    assert found == sobol(lambda q: q["a"] + q["b"], ranges, seed=3)


def test_a_cost_that_does_not_vary_hangs_on_nothing() -> None:
    found = sobol(lambda _: np.array(7.0), RANGES, seed=1)

    assert [(row.first, row.total) for row in found] == [(0.0, 0.0), (0.0, 0.0)]


def test_regret_by_hand() -> None:
    costs = {"api": np.array([10.0, 10.0, 10.0, 10.0]), "own": np.array([6.0, 6.0, 10.0, 18.0])}
    by_name = {row.name: row for row in regrets(costs)}

    assert by_name["api"].expected_usd == pytest.approx(2.0)
    assert by_name["own"].expected_usd == pytest.approx(2.0)
    assert by_name["api"].chance_best == pytest.approx((0 + 0 + 0.5 + 1) / 4)
    assert value_of_certainty(costs) == pytest.approx(2.0)


@given(st.lists(st.lists(st.floats(0, 1e6), min_size=8, max_size=8), min_size=1, max_size=4))
def test_regret_is_never_negative_and_chances_add_up(rows: list[list[float]]) -> None:
    found = regrets({str(n): np.array(row) for n, row in enumerate(rows)})

    assert all(row.expected_usd >= 0 for row in found)
    assert sum(row.chance_best for row in found) == pytest.approx(1.0)


def test_measuring_what_decides_is_worth_almost_certainty() -> None:
    rate = Sampler(seed=5, count=4_000).lognormal("rate", 1.0, 0.4)
    costs = {"api": np.full(4_000, 100.0), "own": 100.0 / rate}

    assert value_of_measuring(costs, rate) == pytest.approx(value_of_certainty(costs), rel=0.05)
    assert value_of_measuring(costs, rate, price_usd=5.0) == pytest.approx(
        value_of_measuring(costs, rate) - 5.0
    )


def test_measuring_what_does_not_matter_is_worth_almost_nothing() -> None:
    sampler = Sampler(seed=5, count=4_000)
    rate, other = sampler.lognormal("rate", 1.0, 0.4), sampler.lognormal("other", 1.0, 0.4)
    costs = {"api": np.full(4_000, 100.0), "own": 100.0 / rate}

    assert value_of_measuring(costs, other) < 0.1 * value_of_certainty(costs)


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_knowing_one_thing_is_worth_no_more_than_knowing_all(seed: int) -> None:
    sampler = Sampler(seed=seed, count=500)
    rate = sampler.lognormal("rate", 1.0, 0.4)
    costs = {"api": sampler.lognormal("api", 100.0, 0.3), "own": 100.0 / rate}

    assert -1e-9 <= value_of_measuring(costs, rate) <= value_of_certainty(costs) + 1e-9
