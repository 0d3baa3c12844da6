"""People as steps, and presets that are never nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.ownership.people import Level, Staff, drawn_staff, preset
from equipoise.economics.quantity import median

STAFF = Staff(
    usd_per_year=120_000.0,
    build_months=5.0,
    run_fte=0.4,
    run_fte_per_step=0.2,
    on_call_fte=0.25,
    expertise_fte=0.15,
    refreshes_per_year=2.0,
    refresh_days=11.0,
    refresh_usd=500.0,
    migration_months=1.0,
)


def test_the_ninth_machine_needs_more_of_an_engineer() -> None:
    assert [STAFF.run(n) for n in (1.0, 8.0, 9.0, 17.0)] == pytest.approx([0.4, 0.4, 0.6, 0.8])


def test_the_first_engineers_look_after_the_machines_they_are_said_to() -> None:
    three, twelve = replace(STAFF, first_machines=3), replace(STAFF, first_machines=12)

    assert [three.run(n) for n in (1.0, 3.0, 4.0, 11.0, 12.0)] == pytest.approx(
        [0.4, 0.4, 0.6, 0.6, 0.8]
    )
    assert [twelve.run(n) for n in (9.0, 12.0, 13.0, 20.0, 21.0)] == pytest.approx(
        [0.4, 0.4, 0.6, 0.6, 0.8]
    )
    assert twelve.run(np.array([9.0, 13.0])) == pytest.approx([0.4, 0.6])


@given(st.integers(1, 500), st.integers(1, 100), st.integers(1, 100))
def test_the_more_machines_the_first_look_after_the_fewer_people_are_needed(
    machines: int, one: int, other: int
) -> None:
    few, many = sorted((one, other))
    usual, ample = (replace(STAFF, first_machines=first) for first in (few, many))

    assert usual.run(float(machines)) >= ample.run(float(machines))
    assert ample.run(float(many)) == STAFF.run_fte


def test_a_month_of_people_by_hand() -> None:
    assert STAFF.monthly_usd(8.0) == pytest.approx((0.4 + 0.25 + 0.15) * 10_000)
    # 11 of 220 days are $6,000, and $500 of tests: twice a year.
    assert STAFF.refresh_monthly_usd() == pytest.approx(2 * 6_500 / 12)
    assert STAFF.start_usd() == pytest.approx(60_000)


def test_the_sums_are_said() -> None:
    assert STAFF.basis(8.0) == (
        "0.4 of an engineer to run 8 machines, 0.25 of a rota on call, 0.15 of expertise, "
        "at $120,000 a year"
    )
    alone = replace(STAFF, on_call_fte=0.0, expertise_fte=0.0)
    assert alone.basis(1.0) == "0.4 of an engineer to run 1 machine at $120,000 a year"
    assert STAFF.refresh_basis() == "2 new models a year, each 11 days of an engineer and $500"
    assert "5 months of an engineer to build and 1 to move the callers" in STAFF.start_basis()


@given(st.integers(1, 500), st.integers(1, 500))
def test_more_machines_never_need_fewer_people(one: int, other: int) -> None:
    few, many = sorted((one, other))

    assert STAFF.monthly_usd(float(few)) <= STAFF.monthly_usd(float(many))


def test_presets_are_in_order_and_never_nothing() -> None:
    costs = [median(preset(level).monthly_usd(1.0)) for level in Level]

    assert costs == sorted(costs)
    assert costs[0] > 1_000


def test_what_the_organisation_knows_replaces_ours() -> None:
    known = {"engineer_usd_per_year": 100_000.0, "run_fte": 0.7}

    assert preset(Level.LOW, known).usd_per_year == 100_000.0
    assert preset(Level.LOW, known).run_fte == 0.7
    assert preset(Level.LOW, known).on_call_fte == 0.1
    assert drawn_staff(Sampler(1), known).run_fte == 0.7


def test_draws_lie_around_the_middle_preset() -> None:
    staff = drawn_staff(Sampler(1))
    low, high = bounds(np.asarray(staff.run_fte))

    assert low == pytest.approx(0.2, rel=0.1)
    assert high == pytest.approx(1.0, rel=0.1)
    assert median(staff.run_fte) == pytest.approx(0.4, rel=0.1)
