"""Machines of our own: sized for the busiest hour, spared for availability, paid when idle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.own_path import OwnPath
from equipoise.economics.path import HOURS_PER_MONTH, total

MakeOwn = Callable[..., OwnPath]
ONE_A_SECOND = HOURS_PER_MONTH * 3600


def machines(path: OwnPath, requests: float) -> float:
    return path.lines(requests)[0].usd / (path.machine.usd_per_hour * HOURS_PER_MONTH)


def test_a_month_is_machines_for_the_busiest_hour_with_a_spare_and_the_people(own: MakeOwn) -> None:
    # A peak of 4 a second over 2 × 80 % a second is three machines; a fourth for 99 %.
    path = own(rate=2.0, usd_per_hour=3.0, peak_to_mean=4.0, availability=0.99)
    rent, people = path.lines(ONE_A_SECOND)

    assert rent.usd == 4 * 3.0 * 730
    assert rent.basis == (
        "4 × Box at $3 an hour × 730 hours: 3 for the busiest hour and 1 spare for 99% availability"
    )
    assert (people.usd, people.basis) == (1_000.0, "0.1 of an engineer")
    assert path.monthly(ONE_A_SECOND) == 9_760.0


@pytest.mark.parametrize(
    ("availability", "words"),
    [
        (0.99, "no spares for 99% availability"),
        (0.999, "1 spare for 99.9% availability"),
        (0.99999, "2 spares for 99.999% availability"),
    ],
)
def test_the_basis_never_rounds_an_availability_up(
    own: MakeOwn, availability: float, words: str
) -> None:
    assert own(availability=availability).lines(1.0)[0].basis.endswith(words)


def test_idle_time_is_paid_for(own: MakeOwn) -> None:
    path = own(availability=0.9)

    assert machines(path, 0.0) == machines(path, 1.0) == machines(path, 0.39 * ONE_A_SECOND) == 1
    assert machines(path, 0.41 * ONE_A_SECOND) == 2


@given(st.floats(0, 1e11), st.floats(0, 1e11))
def test_the_staircase_never_goes_down(own: MakeOwn, one: float, other: float) -> None:
    path = own()

    assert path.monthly(min(one, other)) <= path.monthly(max(one, other))


@given(st.floats(0, 1e9), st.floats(1, 20), st.floats(0.1, 100), st.floats(0.5, 0.9999))
def test_the_machines_carry_the_busiest_hour(
    own: MakeOwn, requests: float, peak: float, rate: float, availability: float
) -> None:
    path = own(rate=rate, peak_to_mean=peak, availability=availability)
    carried = machines(path, requests) * rate * 0.8

    assert carried >= requests / ONE_A_SECOND * peak * (1 - 1e-9)


@given(st.floats(0, 1e12))
def test_the_lines_sum_to_the_month_and_people_stay_whatever_the_volume(
    own: MakeOwn, requests: float
) -> None:
    path = own()

    assert total(path.lines(requests)) == path.monthly(requests)
    assert [line.usd for line in path.lines(requests) if line.kind == "people"] == [1_000.0]


def test_draws_lie_around_the_month_and_agree_between_calls(
    own: MakeOwn, volumes: tuple[float, ...]
) -> None:
    path = own()
    for requests in volumes:
        drawn = path.monthly_draws(requests)
        # A staircase of few steps may stand on the other side of one at the median.
        assert np.median(drawn) == pytest.approx(path.monthly(requests), rel=0.2)
        assert np.array_equal(drawn, path.monthly_draws(requests))
        assert drawn.min() > 1_000.0


def test_draws_of_a_large_park_lie_closely_around_the_month(own: MakeOwn) -> None:
    path = own()

    assert np.median(path.monthly_draws(1e9)) == pytest.approx(path.monthly(1e9), rel=0.05)


def test_draws_without_uncertainty_are_the_month(own: MakeOwn) -> None:
    certain = own(spread=0.0)
    rents = certain.rent

    assert certain.monthly_draws(ONE_A_SECOND) == pytest.approx(4 * rents * 730 + 1_000.0)


def test_a_park_of_a_hundred_thousand_machines_has_a_price_too(own: MakeOwn) -> None:
    path = own()

    assert machines(path, 1e11) > 95_000 / 0.995
    assert np.isfinite(path.monthly_draws(1e11)).all()
