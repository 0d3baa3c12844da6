"""Figures that cannot be meant are refused, all at once, with what was probably meant."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.sanity import BOUNDS, check
from equipoise.errors import ConfigurationError


def test_figures_of_every_kind_pass() -> None:
    check(
        {
            "usd_per_million_tokens": 0.05,
            "usd_per_machine_hour": 54.32,
            "usd_per_machine": 240_000,
            "usd_per_kwh": 0.15,
            "usd_per_kw_month": 195.94,
            "usd_per_gb": 0.09,
            "engineer_usd_per_year": 120_000,
            "power_usage_effectiveness": 1.1,
            "yearly_ratio": 0.1,
            "interest_per_year": 0.08,
            "utilisation": 0.3,
        }
    )


@pytest.mark.parametrize(
    ("name", "figure", "advice"),
    [
        ("usd_per_million_tokens", 2.5e-6, "by the million"),
        ("usd_per_million_tokens", 2_500_000.0, "picodollars"),
        ("usd_per_machine_hour", 2_190.0, "by the hour"),
        ("usd_per_kwh", 15.0, "cents"),
        ("utilisation", 30.0, "not per cent"),
        ("yearly_ratio", 90.0, "per cent"),
        ("power_usage_effectiveness", 0.9, "below 1"),
        ("engineer_usd_per_year", 120.0, "dollars a year"),
        ("usd_per_gb", nan, "a number"),
        ("usd_per_gb", inf, "a number"),
    ],
)
def test_another_unit_is_named(name: str, figure: float, advice: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check({name: figure})

    assert advice in caught.value.problems[0].suggestion


def test_all_slips_are_told_at_once_under_the_users_own_names() -> None:
    kinds = {"our_rent": "usd_per_machine_hour", "our_power": "usd_per_kwh"}
    with pytest.raises(ConfigurationError) as caught:
        check({"our_rent": 1e6, "our_power": 12.0}, kinds)

    assert [row.key for row in caught.value.problems] == ["our_rent", "our_power"]


def test_a_figure_that_nothing_bounds_is_the_makers_error() -> None:
    with pytest.raises(KeyError):
        check({"colour": 1.0})


@given(st.sampled_from(sorted(BOUNDS)), st.floats(0, 1))
def test_whatever_lies_within_passes(name: str, at: float) -> None:
    bound = BOUNDS[name]

    check({name: bound.least + at * (bound.most - bound.least) * (1 - 1e-9)})
