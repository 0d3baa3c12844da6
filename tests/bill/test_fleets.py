"""Machines that would take over a bill: shared where that pays, never better when more is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.ceiling import net_saving
from equipoise.bill.facts import Facts
from equipoise.bill.fleets import FleetPlan, load_of, plan_fleets
from equipoise.bill.spares import machines_drawn, machines_for
from equipoise.bill.traffic import Traffic
from equipoise.domain.bill import Tokens
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.replicas import with_spares

from .readings import FACTS, MILLION, charge, month_of, usage

MODELS = ("gpt-5-mini", "gpt-4o-mini", "gpt-4o", "gpt-4.1-nano", "claude-opus-4-5")


def bill(*dollars: str) -> list[Traffic]:
    """A month of as many models, each for so much."""
    vendors = ["anthropic" if name.startswith("claude") else "openai" for name in MODELS]
    priced = zip(MODELS, vendors, dollars, strict=False)
    return month_of(*[charge(usd, name, provider=vendor) for name, vendor, usd in priced])


def gain(plans: tuple[FleetPlan, ...]) -> float:
    return sum(max(plan.gain_usd, 0.0) for plan in plans)


def test_the_load_is_requests_and_their_mean_length() -> None:
    load = load_of(month_of(usage(requests=1_000, tokens=Tokens(700, 300, output=200))), FACTS)

    assert load.requests == 1_000
    assert (load.lengths.input, load.lengths.output) == (1.0, 1.0)


def test_what_the_vendor_read_from_its_cache_ours_reads_from_its_own() -> None:
    tokens = Tokens(700 * 1_000, 300 * 1_000, output=200_000)
    load = load_of(month_of(usage(requests=1_000, tokens=tokens)), FACTS)

    assert (load.lengths.input, load.lengths.shared_input) == (1_000.0, 300.0)


def test_uncounted_requests_follow_from_an_assumed_length() -> None:
    load = load_of(month_of(usage(tokens=Tokens(8 * MILLION, output=MILLION))), FACTS)

    assert load.requests == 6_000


def test_a_fleet_is_rented_with_its_spares_all_month() -> None:
    (plan,) = plan_fleets(bill("40000"), FACTS)
    machines, spares = plan.machines()

    assert plan.machines_usd() == machines * plan.machine.usd_per_hour * HOURS_PER_MONTH
    assert spares >= 1
    assert plan.gain_usd == plan.spend_usd - plan.machines_usd()


def test_models_that_one_open_model_can_serve_share_its_machines() -> None:
    rows = month_of(charge("60000", "gpt-5"), charge("60000", "gpt-5.1"))
    apart = sum(gain(plan_fleets((row,), FACTS)) for row in rows)
    (together,) = plan_fleets(rows, FACTS)

    assert len(together.traffic) == 2
    assert together.gain_usd > apart


def test_each_row_is_in_one_fleet_at_most() -> None:
    rows = bill("30000", "500", "20000", "90", "60000")
    placed = [row.billed for plan in plan_fleets(rows, FACTS) for row in plan.traffic]

    assert len(placed) == len(set(placed))


def test_a_larger_bill_may_take_another_machine_and_never_a_dearer_one() -> None:
    (plan,) = plan_fleets(bill("40000"), FACTS)

    for scale in (0.01, 1.0, 100.0):
        assert plan.machines_usd(scale) == min(plan._usd(choice, scale) for choice in plan.choices)
    assert plan.machines(100.0)[0] > plan.machines()[0]


def test_requests_that_fit_no_context_are_left_with_the_vendor() -> None:
    endless = usage(requests=1, tokens=Tokens(10**9, output=1_000))

    assert plan_fleets(month_of(endless), FACTS) == ()


def test_what_is_no_text_is_in_no_fleet() -> None:
    assert plan_fleets(month_of(charge("9000", "gpt-image-1")), FACTS) == ()


def test_where_no_machine_is_as_fast_as_asked_the_plan_says_so() -> None:
    (hasty,) = plan_fleets(bill("40000"), replace(FACTS, latency_seconds=0.01))
    (patient,) = plan_fleets(bill("40000"), FACTS)

    assert hasty.slow_seconds is not None
    assert hasty.slow_seconds > 0.01
    assert patient.slow_seconds is None


def test_thousands_of_models_are_planned_too() -> None:
    (row,) = month_of(usage(requests=10_000))
    rows = [replace(row, billed=f"m{n}", spend_usd=40.0) for n in range(3_000)]
    (plan,) = plan_fleets(rows, FACTS)

    assert len(plan.traffic) == 3_000


DOLLARS = st.floats(1, 300_000).map(lambda amount: f"{amount:.2f}")


@settings(max_examples=25)
@given(
    st.lists(DOLLARS, min_size=1, max_size=5),
    st.tuples(st.floats(1, 30), st.floats(1, 30)),
    st.tuples(st.floats(0.5, 0.99999), st.floats(0.5, 0.99999)),
    st.tuples(st.floats(0, 20), st.floats(0, 20)),
)
def test_asking_for_more_never_saves_more(
    dollars: list[str],
    peaks: tuple[float, float],
    availabilities: tuple[float, float],
    engineers: tuple[float, float],
) -> None:
    rows = bill(*dollars)
    asked = zip(sorted(peaks), sorted(availabilities), sorted(engineers), strict=True)
    less, more = (
        net_saving(rows, Facts(engineers=staff, peak_to_mean=peak, availability=up))
        for peak, up, staff in asked
    )

    assert more <= less + 1e-6


@given(st.floats(0, 5_000), st.sampled_from([0.5, 0.9, 0.99, 0.999, 0.99999]))
def test_machines_of_many_draws_are_the_machines_of_each(replicas: float, up: float) -> None:
    machines, spares = machines_for(replicas, up)
    working = machines - spares

    assert machines_drawn(np.array([replicas]), up)[0] == machines
    # The approximation beyond a few hundred is within one machine of the exact count.
    assert machines == pytest.approx(with_spares(working, up), abs=working > 256)


def test_a_larger_park_never_has_fewer_machines() -> None:
    for up in (0.5, 0.9, 0.999, 0.99999):
        counts = machines_drawn(np.arange(0.1, 600.0, 0.4), up)
        assert (np.diff(counts) >= 0).all()
