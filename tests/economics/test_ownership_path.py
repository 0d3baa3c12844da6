"""Machines of our own with all they cost: sized, paid when idle, in lines that add up, in draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.domain.workload import Way
from equipoise.economics.draws import Sampler, bounds
from equipoise.economics.drift import Drift
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.people import Level
from equipoise.economics.ownership.terms import Figures, power_of, purchase_usd
from equipoise.economics.ownership.ways import Plan, ownership_path
from equipoise.economics.path import HOURS_PER_MONTH, total
from equipoise.economics.quantity import median
from equipoise.errors import ConfigurationError, UnpricedTargetError

from .machines import MACHINE

MakeOwn = Callable[..., OwnershipPath]
ONE_A_SECOND = HOURS_PER_MONTH * 3600
SAMPLER = Sampler(seed=7, count=400)
HOUSED = {Way.BOUGHT, Way.LEASED}


def plan(way: Way, months: int = 36, interest: float = 0.08) -> Plan:
    figures = Figures(own=(("interest_per_year", interest),))
    return Plan(way, MACHINE, 2.0, 0.3, 3.0, 0.99, figures, 1e-5, months)


def had(way: Way, months: int = 36, interest: float = 0.08) -> OwnershipPath:
    return ownership_path(plan(way, months, interest), SAMPLER, "rate")


def machines(path: OwnershipPath, requests: float) -> float:
    return path.lines(requests)[0].usd / (path.machine.usd_per_hour * HOURS_PER_MONTH)


WAYS = st.sampled_from(list(Way))


def test_a_month_is_machines_for_the_busiest_hour_with_a_spare_and_the_people(own: MakeOwn) -> None:
    # A peak of 4 a second over 2 × 80 % a second is three machines; a fourth for 99 %.
    path = own(rate=2.0, usd_per_hour=3.0, peak_to_mean=4.0, availability=0.99)
    rent, people = path.lines(ONE_A_SECOND)

    assert path.machines(ONE_A_SECOND) == (3, 1)
    assert rent.usd == 4 * 3.0 * 730
    assert rent.basis == (
        "4 × Box: 3 for the busiest hour and 1 spare for 99% availability; $3 an hour × 730 hours"
    )
    assert people.usd == pytest.approx(1_000.0)
    assert people.basis == "0.1 of an engineer to run 4 machines at $120,000 a year"
    assert path.monthly(ONE_A_SECOND) == pytest.approx(9_760.0)


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
    assert f" {words}; " in own(availability=availability).lines(1.0)[0].basis


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
def test_people_stay_whatever_the_volume_where_no_more_are_needed(
    own: MakeOwn, requests: float
) -> None:
    path = own()
    lines = path.lines(requests)

    assert total(lines) == path.monthly(requests)
    assert [line.usd for line in lines if line.kind == "people"] == [1_000.0]


def test_what_comes_to_nothing_has_no_line_but_machines_and_people_have(own: MakeOwn) -> None:
    assert [line.kind for line in own(people_usd=0.0).lines(1e6)] == ["machines", "people"]
    assert "egress" not in [line.kind for line in had(Way.ON_DEMAND).lines(0.0)]
    assert "egress" in [line.kind for line in had(Way.ON_DEMAND).lines(1e6)]


@pytest.mark.parametrize("way", list(Way))
def test_the_lines_of_every_way_add_up(way: Way) -> None:
    path = had(way)
    lines = path.lines(2e6)

    assert path.monthly(2e6) == pytest.approx(total(lines), rel=1e-12)
    assert all(line.usd >= -1e-9 and line.basis for line in lines)
    kinds = {line.kind for line in lines}
    assert {"machines", "people", "refresh", "migration", "egress"} <= kinds
    assert ("financing" in kinds) is (way is Way.BOUGHT)
    assert ({"power", "hosting"} <= kinds) is (way in HOUSED)


@given(WAYS, st.floats(0, 3e7), st.integers(1, 60), st.floats(0, 0.3))
@settings(max_examples=60)
def test_a_month_is_the_annuity_of_the_cash_flow_to_a_cent(
    way: Way, requests: float, months: int, interest: float
) -> None:
    path = had(way, months, interest)

    assert path.monthly(requests) == pytest.approx(
        path.cash_flow(requests).annuity(interest), abs=0.01
    )


def test_a_bought_machine_by_hand() -> None:
    path = replace(had(Way.BOUGHT, months=36, interest=0.0), availability=0.999)
    lines = {line.kind: line.usd for line in path.lines(1_000.0)}

    # One works and one is spare; each loses 39,000 · (1 − 0.78³) in 36 months.
    assert path.machines(1_000.0) == (1, 1)
    assert lines["machines"] == pytest.approx(2 * 39_000 * (1 - 0.78**3) / 36)
    assert lines["financing"] == pytest.approx(0.0)
    assert lines["migration"] == pytest.approx(6 * 150_000 / 12 / 36)


def test_nobody_asking_still_costs() -> None:
    path = had(Way.ON_DEMAND)

    assert path.monthly(0.0) > 2_190
    assert path.utilisation(0.0) == 0.0


@given(WAYS, st.floats(0, 5e7), st.floats(0, 5e7))
@settings(max_examples=40)
def test_more_requests_never_cost_less(way: Way, one: float, other: float) -> None:
    few, many = sorted((one, other))

    assert had(way).monthly(few) <= had(way).monthly(many) * (1 + 1e-9)


@given(st.floats(1e3, 1e7))
@settings(max_examples=20)
def test_spot_and_reserved_are_never_dearer_than_on_demand(requests: float) -> None:
    assert had(Way.SPOT).monthly(requests) <= had(Way.ON_DEMAND).monthly(requests)
    assert had(Way.RESERVED).monthly(requests) <= had(Way.ON_DEMAND).monthly(requests)


def test_rents_that_fall_lower_the_flow_of_what_follows_the_market() -> None:
    falling = Drift(0.5)
    for way, moves in {Way.ON_DEMAND: True, Way.RESERVED: False, Way.BOUGHT: False}.items():
        still = had(way).cash_flow(1e6).total()
        moved = replace(had(way), rent=falling).cash_flow(1e6).total()
        assert (moved < still) is moves


def test_a_machine_that_is_added_later_is_sold_for_what_its_own_age_leaves() -> None:
    path = replace(had(Way.BOUGHT, months=36), availability=0.9)
    one = 0.5 * ONE_A_SECOND  # a peak of 1.5 a second on machines planned for 1.6
    flow = path.cash_flow(one, growth=Drift(1.0, ((24.0, 1.9),)))
    steady = path.cash_flow(one)

    # $39,000 each, keeping 78 % a year: one is three years old in the end, the other is one.
    assert (path.machines(one), path.machines(1.9 * one)) == ((1, 0), (2, 0))
    assert steady.end_usd == pytest.approx(39_000 * 0.78**3)
    assert flow.end_usd == pytest.approx(39_000 * (0.78**3 + 0.78))
    assert np.flatnonzero(flow.monthly_usd > 39_000).tolist() == [24]
    assert flow.monthly_usd[:24] == pytest.approx(steady.monthly_usd[:24])


def test_machines_that_are_no_longer_needed_are_kept_and_sold_with_the_rest() -> None:
    path = replace(had(Way.BOUGHT, months=36), availability=0.9)
    flow = path.cash_flow(0.9 * ONE_A_SECOND, growth=Drift(1.0, ((12.0, 0.5), (24.0, 2.0))))

    assert flow.end_usd == pytest.approx(2 * 39_000 * 0.78**3)
    assert flow.monthly_usd.max() < 39_000


@given(st.floats(0.2, 4), st.floats(0, 2e7))
@settings(max_examples=40)
def test_what_machines_sell_for_lies_between_all_old_and_all_new(
    growth: float, requests: float
) -> None:
    path = had(Way.BOUGHT)
    flow = path.cash_flow(requests, growth=Drift(growth))
    counts = [sum(path.machines(requests * growth ** (month / 12))) for month in range(36)]

    new = 39_000 * max(counts)
    assert new * 0.78**3 * (1 - 1e-9) <= flow.end_usd <= new
    assert flow.monthly_usd.sum() >= 39_000 * (max(counts) - counts[0])


def test_growth_buys_machines_later() -> None:
    flow = had(Way.BOUGHT).cash_flow(3e6, growth=Drift(2.0))
    steady = had(Way.BOUGHT).cash_flow(3e6)

    assert flow.start_usd == steady.start_usd
    assert flow.monthly_usd[-1] > steady.monthly_usd[-1]
    assert flow.monthly_usd.max() > 39_000
    assert flow.end_usd > steady.end_usd


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


@pytest.mark.parametrize("way", list(Way))
def test_draws_spread_around_the_median(way: Way) -> None:
    path = had(way)
    draws = path.monthly_draws(1e6)
    low, high = bounds(draws)

    assert draws.shape == (400,)
    assert 0 < low < path.monthly(1e6) < high


def test_draws_of_a_certain_rate_are_the_month_at_each_rent(own: MakeOwn) -> None:
    certain = own(spread=0.0)
    rents = np.asarray(certain.drawn.procurement.monthly_usd)

    assert certain.monthly_draws(ONE_A_SECOND) == pytest.approx(4 * rents + 1_000.0)


@pytest.mark.parametrize("way", list(Way))
def test_without_uncertainty_draws_are_the_month(way: Way) -> None:
    path = had(way)
    certain = replace(path, rate=np.full(5, 2.0), drawn=path.terms)

    assert certain.monthly_draws(1e6) == pytest.approx([path.monthly(1e6)] * 5, rel=1e-12)


def test_plans_on_one_machine_share_their_draws_of_rate_and_rent() -> None:
    rented, spot = had(Way.ON_DEMAND), had(Way.SPOT)
    rents = np.asarray(rented.drawn.procurement.monthly_usd)

    assert np.array_equal(rented.rate, spot.rate)
    assert not np.array_equal(rented.rate, ownership_path(plan(Way.SPOT), SAMPLER, "other").rate)
    reserved = np.asarray(had(Way.RESERVED).drawn.procurement.monthly_usd)
    discounts = np.asarray(replace(Figures(), sampler=SAMPLER)("reserved_discount", 1.0))
    assert reserved == pytest.approx(rents * (1 - discounts))


def test_a_park_of_a_hundred_thousand_machines_has_a_price_too(own: MakeOwn) -> None:
    path = own()

    assert machines(path, 1e11) > 95_000 / 0.995
    assert np.isfinite(path.monthly_draws(1e11)).all()


def test_the_first_engineers_look_after_as_many_machines_as_the_plan_says() -> None:
    usual = had(Way.ON_DEMAND)
    ample = ownership_path(replace(plan(Way.ON_DEMAND), first_machines=40), SAMPLER, "rate")
    requests = 10 * ONE_A_SECOND  # nineteen machines and a spare or more
    count = sum(usual.machines(requests))

    assert 16 < count <= 24
    steps = 2 * median(usual.terms.staff.run_fte_per_step) * 150_000 / 12
    assert usual.monthly(requests) - ample.monthly(requests) == pytest.approx(steps)
    people = [
        next(line.usd for line in path.lines(volume) if line.kind == "people")
        for path, volume in ((ample, requests), (usual, 0.0))
    ]
    assert people[0] == people[1]
    assert np.all(usual.monthly_draws(requests) >= ample.monthly_draws(requests))


def test_levels_and_what_the_organisation_knows_replace_the_middle() -> None:
    figures = {"electricity_usd_per_kwh": 0.05, "engineer_usd_per_year": 100_000.0, "run_fte": 0.3}
    known = Figures(own=tuple(figures.items()))

    assert power_of(MACHINE, known).usd_per_kwh == 0.05
    assert known.staff().usd_per_year == 100_000.0
    assert known.staff().run_fte == 0.3
    assert Figures(level=Level.HIGH).staff().run_fte == 1.0
    assert replace(known, sampler=SAMPLER).staff().usd_per_year == 100_000.0


def test_a_machine_without_a_purchase_price_is_not_made_up() -> None:
    with pytest.raises(UnpricedTargetError, match="no purchase price is known for Box"):
        purchase_usd(replace(MACHINE, usd_purchase=None))


def test_a_machine_in_the_office_has_no_hosting_line() -> None:
    path = had(Way.BOUGHT)
    office = replace(path, terms=replace(path.terms, hosting=None))
    kinds = [line.kind for line in office.lines(1e6)]

    assert "power" in kinds
    assert "hosting" not in kinds


def test_start_and_running_are_the_flow() -> None:
    path = had(Way.BOUGHT)
    flow = path.cash_flow(1e6)

    assert path.start_usd(1e6) == flow.start_usd
    assert path.running_usd(1e6) == pytest.approx(flow.monthly_usd[0])


def test_cents_and_per_cents_of_the_organisation_are_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Figures(own=(("electricity_usd_per_kwh", 12.0), ("reserved_discount", 40.0)))

    assert [row.key for row in caught.value.problems] == [
        "electricity_usd_per_kwh",
        "reserved_discount",
    ]
    with pytest.raises(LookupError, match="no range"):
        Figures(own=(("hope", 1.0),))
