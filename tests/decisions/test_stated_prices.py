"""What an organisation pays itself: it takes the list's place, and the sums follow it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from equipoise.decisions.costing.page import CandidateCost
from equipoise.decisions.costing.price import cost_page
from equipoise.decisions.decide import decide
from equipoise.decisions.offers import make_offers
from equipoise.domain.workload import StatedPrices, Way
from equipoise.economics.draws import Sampler

from .cases import (
    PLAIN,
    Ask,
    Entrant,
    claude,
    entrant,
    gpt,
    hosted,
    large,
    make_case,
    row_of,
    wires,
)

BUSY = Ask(requests=30_000_000, own_fte=0.3, vendor_fte=0.0)


def cost(entrant: Entrant, ask: Ask = BUSY) -> CandidateCost:
    return cost_page(make_case(entrant, ask=ask), 1).candidates[0]


def lines(entrant: Entrant, ask: Ask = BUSY) -> dict[str, float]:
    return {line.kind: line.usd for line in cost(entrant, ask).costs}


def test_a_price_of_our_own_is_what_a_month_is_made_of() -> None:
    prices = StatedPrices(input_usd_per_million=1.0, output_usd_per_million=2.0)

    assert lines(gpt(prices=prices)) == {
        "input": pytest.approx(30 * 800 * 1.0),
        "output": pytest.approx(30 * 40 * 2.0),
        "people": 0.0,
    }


def test_a_promised_spend_is_paid_and_takes_its_discount() -> None:
    prices = StatedPrices(committed_usd_per_month=20_000.0, committed_discount=0.5)
    fees = 30 * (800 * 0.4 + 40 * 1.6)  # $11,520 at list: below what is promised

    assert lines(gpt(prices=prices))["commitment"] == pytest.approx(20_000 - fees)
    assert cost(gpt(prices=prices)).monthly_usd == pytest.approx(20_000)


def test_machines_that_are_bought_cost_power_and_interest_and_no_rent() -> None:
    bought = large(prices=StatedPrices(way=Way.BOUGHT, usd_purchase=25_000.0))
    found = cost(bought)
    same = next(way for way in found.ways if way.way == "bought")

    assert {"machines", "financing", "power", "hosting", "people"} <= set(lines(bought))
    assert found.monthly_usd == pytest.approx(same.monthly_usd)
    assert "$32,500 (accelerators $25,000" in found.costs[0].basis


def test_what_is_bought_has_no_rent_that_flips_it() -> None:
    bought = large("ours", 396, prices=StatedPrices(way=Way.BOUGHT, usd_purchase=25_000.0))
    ask = Ask(requests=30_000_000, own_fte=0.0, rejected_usd=0.0)

    assert wires(decide(make_case(bought, gpt("gpt", 396), ask=ask), 1), "rent") == []


def test_what_cannot_be_bought_has_no_price() -> None:
    small_machine = large(hardware="l4", prices=StatedPrices(way=Way.BOUGHT))
    decision = decide(make_case(small_machine, ask=BUSY), 1)

    assert row_of(decision, "large").monthly_usd is None
    assert cost(small_machine).unpriced.startswith("no purchase price is known for NVIDIA L4")


def test_building_and_moving_are_paid_by_whoever_does_not_run_it_yet() -> None:
    new = lines(large(), Ask(figures=()))
    running = lines(large(), Ask(figures=(), incumbent="large"))

    assert new["migration"] > 0
    assert "migration" not in running
    assert new["refresh"] == running["refresh"] > 0


def test_more_machines_than_today_take_more_people() -> None:
    steps = tuple(row for row in PLAIN if row[0] != "run_fte_per_step")
    ask = Ask(figures=(*steps, ("run_fte_per_step", 0.2)), own_fte=0.3, requests=300_000_000)
    path = make_offers(make_case(large(), ask=ask), Sampler(1))["large"].path
    assert path is not None

    def people(requests: float) -> float:
        return sum(line.usd for line in path.lines(requests) if line.kind == "people")

    assert people(1.0) == people(300_000_000.0) == pytest.approx(0.3 * 10_000)
    assert people(3_000_000_000.0) > 2 * people(300_000_000.0)


def test_how_prices_move_is_what_is_stated_and_not_the_catalogs() -> None:
    moving = (*PLAIN, ("api_price_ratio_per_year", 1.0), ("rent_ratio_per_year", 1.3))
    stays, falls = (
        cost_page(make_case(large(), claude(), ask=replace(BUSY, figures=figures)), 1)
        for figures in ((*moving, ("build_months", 5.0)), (*PLAIN, ("build_months", 5.0)))
    )
    months = [
        {way.way: way.payback_months for way in page.candidates[0].ways}["bought"]
        for page in (stays, falls)
    ]

    assert months[0] is not None
    assert months[1] is None or months[0] < months[1]


def test_the_price_at_which_to_switch_knows_what_is_promised() -> None:
    prices = StatedPrices(committed_usd_per_month=1_000.0, committed_discount=0.15)
    page = cost_page(make_case(large(), gpt(prices=prices), ask=BUSY), 1)
    against = page.candidates[0].against
    assert against is not None
    assert against.needed_request_usd is not None
    # The list price at which what is left after the discount equals our own month.
    own = page.candidates[0].monthly_usd or 0.0

    assert against.needed_request_usd * BUSY.requests * 0.85 == pytest.approx(own, rel=1e-6)
    assert "it is $0.000384 today" in against.price_sentence


def test_a_price_that_will_change_is_said_beside_today_s() -> None:
    # Google's list, as the price data has it: twice as much from a day on.
    changing = entrant("changing", "gemini-3.8-flash", "google", None)
    notes = cost(changing, replace(BUSY, now=date(2026, 11, 25))).notes

    assert notes[0].startswith("On 20")
    assert "its price changes" in notes[0]


def test_a_machine_that_answers_too_late_is_priced_and_said_to_be_late() -> None:
    late = cost(large(), replace(BUSY, latency_ms=1.0))

    assert late.monthly_usd is not None
    assert any("0.001 s are allowed" in note for note in late.notes)


def test_what_leaves_our_own_data_centre_is_paid_for() -> None:
    case = make_case(large(), ask=BUSY)
    costs = replace(case.workload.costs, egress_gb_per_request=0.001)
    page = cost_page(replace(case, workload=replace(case.workload, costs=costs)), 1)

    assert {line.kind: line.usd for line in page.candidates[0].costs}["egress"] == pytest.approx(
        30_000_000 * 0.001 * 0.09
    )


def test_who_runs_their_own_is_told_to_move_and_not_to_stay() -> None:
    page = cost_page(make_case(large(), hosted(), ask=Ask(incumbent="large")), 1)

    assert page.answer.startswith("Move to the API")


def test_a_request_beyond_the_context_says_so() -> None:
    long = cost(large(tokens=(200_000.0, 0.0, 40.0)))

    assert long.unpriced.startswith("a request of 200,040 tokens is longer than the context of ")
