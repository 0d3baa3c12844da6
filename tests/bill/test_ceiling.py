"""The most that running models ourselves could save, with its people, its range and its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.bill.ceiling import ceiling, gains, kept_share, net_saving
from equipoise.bill.facts import Facts
from equipoise.bill.fleets import plan_fleets
from equipoise.bill.page import Ceiling
from equipoise.economics.draws import Sampler

from .readings import FACTS, charge, month_of

SAMPLER = Sampler(3, 400)


def of(dollars: str, model: str = "gpt-5-mini", facts: Facts = FACTS) -> Ceiling:
    provider = "anthropic" if model.startswith("claude") else "openai"
    found = ceiling(month_of(charge(dollars, model, provider=provider)), facts, SAMPLER)
    assert found is not None
    return found


def test_forty_thousand_dollars_leave_nothing_for_two_engineers() -> None:
    found = of("40000", "gpt-5")

    assert found.staff_usd == pytest.approx(33_333.33, abs=0.01)
    assert found.net.central < 1_000
    assert found.why.endswith(
        "and 2 engineers at $200,000 a year would take $33,333: the people would cost more than "
        "the machines save"
    )


def test_the_net_is_the_gross_less_the_people() -> None:
    found = of("300000", "claude-opus-4-5")

    assert found.net.central == pytest.approx(found.gross.central - found.staff_usd)
    assert found.gross.central == pytest.approx(sum(max(f.gain_usd, 0) for f in found.fleets))
    assert kept_share(found) == pytest.approx(found.net.central / found.gross.central)


def test_a_fleet_that_does_not_pay_is_not_rented() -> None:
    found = of("100")

    assert found.gross.central == 0.0
    assert found.net.central == -found.staff_usd
    assert kept_share(found) == kept_share(None) == 0.0
    assert found.why.startswith("the machines alone, with their spares, would cost $")


def test_one_engineer_is_no_plural_and_none_are_not_mentioned() -> None:
    alone, nobody = (of("90000", "gpt-5", replace(FACTS, engineers=n)) for n in (1.0, 0.0))

    assert "1 engineer at $200,000 a year would take" in alone.why
    assert "engineer" not in nobody.why


def test_every_number_of_engineers_is_shown_with_the_one_asked_for() -> None:
    found = of("90000", facts=replace(FACTS, engineers=1.5))
    nets = [row.net_usd for row in found.staffing]

    assert [row.engineers for row in found.staffing] == [0.0, 0.5, 1.0, 1.5, 2.0, 4.0]
    assert nets == sorted(nets, reverse=True)
    assert found.staffing[3].net_usd == pytest.approx(found.net.central)


def test_a_machine_slower_than_asked_for_is_said() -> None:
    found = of("40000", facts=replace(FACTS, latency_seconds=0.01))

    assert found.fleets[0].why_this_model.endswith(" s, no machine being faster")


def test_a_machine_that_is_fast_enough_is_not_excused() -> None:
    assert "no machine" not in of("40000").fleets[0].why_this_model


def test_without_text_there_is_no_ceiling() -> None:
    assert ceiling(month_of(charge("9000", "gpt-image-1")), FACTS, SAMPLER) is None


@settings(max_examples=30)
@given(st.floats(0.01, 1e9), st.floats(0, 100), st.integers(0, 99))
def test_the_range_holds_its_centre(dollars: float, engineers: float, seed: int) -> None:
    rows = month_of(charge(f"{dollars:.2f}"))
    facts = replace(FACTS, engineers=engineers)
    found = ceiling(rows, facts, Sampler(seed, 200))

    assert found is not None
    for figure in (found.net, found.gross):
        assert figure.low <= figure.central <= figure.high
    assert 0 <= found.chance_of_saving <= 1
    assert found.net.central == pytest.approx(net_saving(rows, facts))


def test_a_seed_draws_the_same_gains_and_another_others() -> None:
    plans = plan_fleets(month_of(charge("90000")), FACTS)
    one, same, other = (gains(plans, FACTS, Sampler(seed, 50)) for seed in (1, 1, 2))

    assert one.tolist() == same.tolist() != other.tolist()
