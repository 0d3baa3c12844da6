"""How spend goes: every day of the span, and a slope only where days tell of one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from equipoise.bill.page import Trend
from equipoise.bill.spend import spend
from equipoise.bill.traffic import Month
from equipoise.bill.trend import trend
from equipoise.domain.bill import BillLine, ChargeKind

from .readings import DAY, TODAY, charge, counting, pico


def of(*lines: BillLine, today: date = TODAY) -> Trend:
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    return trend(spend(counting(*lines)), Month(first, last, 1.0), today)


def rising(days: int, first: date = DAY) -> list[BillLine]:
    return [charge(str(100 + n), day=first + timedelta(days=n)) for n in range(days)]


def test_every_day_of_the_span_is_there_and_they_are_the_whole() -> None:
    found = of(charge("3"), charge("4", day=DAY + timedelta(days=3)))

    assert [amount for _, amount in found.days] == [pico("3"), 0, 0, pico("4")]


def test_growth_is_a_slope_over_the_mean() -> None:
    # A dollar more each day on 110 dollars, over 30.4375 days.
    assert of(*rising(21)).growth == pytest.approx(30.4375 / 110)


def test_two_days_tell_of_no_growth() -> None:
    assert of(*rising(13)).growth is None
    assert of(charge("1"), charge("1", day=DAY + timedelta(days=20))).growth is None


def test_a_tax_at_the_end_is_no_growth() -> None:
    flat = [charge("100", day=DAY + timedelta(days=n)) for n in range(20)]
    tax = charge("400", "", kind=ChargeKind.TAX, day=DAY + timedelta(days=19))

    assert of(*flat, tax).growth == pytest.approx(0.0, abs=1e-9)


def test_a_day_that_is_not_over_is_no_decline() -> None:
    first = TODAY - timedelta(days=20)
    flat = [charge("100", day=first + timedelta(days=n)) for n in range(20)]

    assert of(*flat, charge("1", day=TODAY)).growth == pytest.approx(0.0, abs=1e-9)


def test_a_bill_that_comes_to_nothing_does_not_grow() -> None:
    assert of(*[charge("-1", day=DAY + timedelta(days=n)) for n in range(20)]).growth is None
