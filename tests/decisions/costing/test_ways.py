"""The ways of having machines, and when a start comes back: after months, at no time, or never."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.decisions.cases import (
    Ask,
    Entrant,
    claude,
    gpt,
    hosted,
    large,
    make_case,
    small,
)

from equipoise.decisions.costing.page import CandidateCost, WayCost
from equipoise.decisions.costing.price import cost_page
from equipoise.decisions.costing.ways import ORDER, moving_bill
from equipoise.decisions.offers import make_offers
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Sampler
from equipoise.economics.drift import Drift

BUSY = Ask(requests=30_000_000, own_fte=0.3)


def ways(*entrants: Entrant, ask: Ask | None = None) -> dict[str, WayCost]:
    """The ways of the first entrant, by name."""
    row: CandidateCost = cost_page(make_case(*entrants, ask=ask), 1).candidates[0]
    return {way.way: way for way in row.ways}


def test_all_five_ways_stand_side_by_side_over_three_years() -> None:
    found = ways(large(), gpt())

    assert list(found) == [way.value for way in ORDER]
    assert {way.months for way in found.values()} == {36}


def test_people_are_the_organisations_own() -> None:
    (people,) = [row for row in ways(large())["on_demand"].costs if row.kind == "people"]

    assert people.usd == pytest.approx(0.1 * 120_000 / 12)


def test_buying_takes_more_at_the_start_and_less_a_month_than_renting() -> None:
    found = ways(large(), gpt(), ask=replace(BUSY, figures=()))
    bought, rented = found["bought"], found["on_demand"]

    assert (bought.start_usd or 0) > (rented.start_usd or 0) > 0
    assert 0 < (bought.running_usd or 0) < (rented.running_usd or 0)


def test_a_start_comes_back_after_months_where_enough_is_saved() -> None:
    found = ways(large(), claude(), ask=BUSY)

    assert all(way.payback_months is not None for way in found.values())
    assert found["bought"].payback.endswith("months against claude")


def test_a_start_against_fees_that_shrink_to_little_never_comes_back() -> None:
    found = ways(large(), hosted())

    assert {way.payback_months for way in found.values()} == {None}
    assert all(way.payback.startswith("never: ") for way in found.values())


def test_a_start_is_held_against_the_incumbent_and_else_against_the_cheapest() -> None:
    entrants = (large(), claude(), hosted())
    named, unnamed = (ways(*entrants, ask=Ask(incumbent=name)) for name in ("claude", None))

    assert "claude" in named["bought"].payback
    assert "hosted" not in named["bought"].payback
    assert "claude" not in unnamed["bought"].payback


def test_without_a_vendor_nothing_is_said_of_payback() -> None:
    found = ways(large())

    assert {way.payback for way in found.values()} == {"no vendor is priced to compare with"}


def test_a_machine_without_a_purchase_price_can_still_be_rented() -> None:
    found = ways(small(), gpt())

    assert found["bought"].monthly_usd is None
    assert "no purchase price is known" in found["bought"].unavailable
    assert found["spot"].monthly_usd is not None


def test_one_request_a_month_saves_nothing_that_could_pay_anything_back() -> None:
    found = ways(large(), gpt(), ask=Ask(requests=1, vendor_fte=0.0))

    assert all(way.payback.startswith("never") for way in found.values())


@pytest.mark.parametrize(("ratio", "off"), [(0.85, 0.01), (0.5, 0.07)])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_a_bill_of_which_a_part_moves_is_summed_closely(
    ratio: float, off: float, share: float
) -> None:
    months = range(36)
    stream = moving_bill(share * 1_000, Drift(ratio), (1 - share) * 1_000)
    exact = sum(1_000 * (share * ratio ** (month / 12) + 1 - share) for month in months)
    found = sum(stream.usd_per_month * float(stream.price.factor(month)) for month in months)

    assert exact * (1 - off) <= found <= exact * (1 + 1e-12)


def test_fees_follow_what_the_vendor_has_announced() -> None:
    case = make_case(gpt())
    path = make_offers(case, Sampler(1))["gpt"].path
    assert isinstance(path, ApiPath)
    halved = ("2027-11-24", path.card.input // 2, path.card.output // 2)
    announced = replace(path, card=replace(path.card, changes=(halved,)))
    price = announced.announced(case.now, 0.5)

    assert float(price.factor(11.9)) == pytest.approx(0.5 ** (11.9 / 12))
    assert float(price.factor(12.1)) == pytest.approx(0.5 * 0.5 ** (12.1 / 12))
