"""What an interval and a fraction may be."""

from __future__ import annotations

from math import inf, nan

import pytest

from equipoise.statistics import Interval


def test_an_interval_knows_its_width_and_what_it_contains() -> None:
    interval = Interval(0.5, 0.25, 1.0, 0.95, "wilson")

    assert interval.width == 0.75
    assert interval.contains(0.25)
    assert interval.contains(1.0)
    assert not interval.contains(0.2)


def test_an_end_may_be_infinite() -> None:
    assert Interval(3.0, 1.0, inf, 0.95, "order_statistics").contains(1e300)


@pytest.mark.parametrize(
    ("estimate", "low", "high"),
    [(0.5, 0.6, 0.7), (0.5, 0.1, 0.4), (nan, 0.0, 1.0), (0.5, nan, 1.0)],
)
def test_an_interval_that_does_not_enclose_its_estimate_is_refused(
    estimate: float, low: float, high: float
) -> None:
    with pytest.raises(ValueError, match="low <= estimate <= high"):
        Interval(estimate, low, high, 0.95, "wilson")


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, nan])
def test_a_level_that_is_no_fraction_is_refused_with_an_example(level: float) -> None:
    with pytest.raises(ValueError, match=r"level .* such as 0\.95; got"):
        Interval(0.5, 0.0, 1.0, level, "wilson")


def test_an_interval_without_a_method_is_refused() -> None:
    with pytest.raises(ValueError, match="method must name"):
        Interval(0.5, 0.0, 1.0, 0.95, "")
