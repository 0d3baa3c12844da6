"""What no bill says, in money: each fact at its ends, the widest first."""

from __future__ import annotations

import pytest

from equipoise.bill.ceiling import net_saving
from equipoise.bill.missing import inferred_facts, missing_facts

from .readings import FACTS, charge, month_of, page, usage


def test_requests_that_are_counted_are_no_missing_fact() -> None:
    counted = missing_facts(month_of(usage(requests=10)), FACTS)
    uncounted = missing_facts(month_of(usage()), FACTS)

    assert {row.fact for row in uncounted} - {row.fact for row in counted} == {
        "how long requests are"
    }


def test_the_widest_comes_first() -> None:
    widths = [row.width for row in missing_facts(month_of(charge("80000")), FACTS)]

    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0


def test_a_fact_is_worded_at_its_centre_and_its_ends() -> None:
    found = {row.fact: row for row in missing_facts(month_of(charge("80000")), FACTS)}
    able, peak = found["how able a model has to be"], found["how uneven the load is"]

    assert (able.assumed, able.low, able.high) == (
        "as able as the billed one",
        "5 points less able than the billed one",
        "5 points more able than the billed one",
    )
    assert peak.low == "1.5 times the mean in the busiest hour"
    assert peak.at_low >= peak.at_high


def test_the_share_that_is_read_is_missing_only_where_tokens_are_inferred() -> None:
    rows = month_of(charge("80000"))
    assert inferred_facts({}, FACTS) == ()
    (found,) = inferred_facts({0.6: rows, 0.95: rows}, FACTS)

    assert (found.low, found.high, found.assumed) == ("60%", "95%", "80%")
    assert found.at_low == pytest.approx(net_saving(rows, FACTS))
    assert found.width == 0.0


def test_the_page_asks_for_it_where_only_money_is_known() -> None:
    asked = [
        {row.fact for row in found.missing} for found in (page(charge("80000")), page(usage()))
    ]

    assert ["the share of tokens that is read" in facts for facts in asked] == [True, False]


def test_nothing_is_missing_where_nothing_could_move() -> None:
    assert page(charge("9", "gpt-image-1")).missing == ()
