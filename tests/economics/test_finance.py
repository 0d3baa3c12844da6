"""Money over time: the recovery factor, its limits, and flows that equal their annuity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.finance import (
    CashFlow,
    capital_recovery_factor,
    monthly_rate,
    sinking_fund_factor,
    straight_line,
)

INTEREST = st.floats(0, 0.5)
MONTHS = st.integers(1, 120)


def test_a_loan_of_a_thousand_over_a_year_at_one_per_cent_a_month() -> None:
    # The factor of every textbook: 0.01 · 1.01^12 / (1.01^12 − 1) = 0.0888488.
    yearly = 1.01**12 - 1

    assert monthly_rate(yearly) == pytest.approx(0.01)
    assert 1000 * capital_recovery_factor(yearly, 12) == pytest.approx(88.8488, abs=1e-4)


def test_without_interest_it_is_a_straight_line() -> None:
    assert capital_recovery_factor(0.0, 36) == pytest.approx(1 / 36)
    assert straight_line(3600.0, 0.0, 36) == 100.0
    assert straight_line(3600.0, 360.0, 36) == 90.0


@given(INTEREST)
def test_over_a_life_without_end_only_interest_is_paid(interest: float) -> None:
    assert capital_recovery_factor(interest, 100_000) == pytest.approx(
        monthly_rate(interest), rel=1e-6, abs=2e-5
    )


@given(INTEREST, MONTHS)
def test_a_month_costs_at_least_its_share_and_at_least_its_interest(
    interest: float, months: int
) -> None:
    factor = capital_recovery_factor(interest, months)

    assert factor >= 1 / months - 1e-12
    assert factor > monthly_rate(interest) - 1e-12
    assert factor <= 1 / months + monthly_rate(interest) + 1e-12


@given(st.floats(0, 1e-9), MONTHS)
def test_next_to_no_interest_is_next_to_none(interest: float, months: int) -> None:
    assert capital_recovery_factor(interest, months) == pytest.approx(1 / months, rel=1e-6)


@given(INTEREST, MONTHS)
def test_saving_the_sinking_fund_with_interest_gives_a_dollar(interest: float, months: int) -> None:
    rate = float(np.asarray(monthly_rate(interest)))
    saved = sinking_fund_factor(interest, months) * sum((1 + rate) ** n for n in range(months))

    assert saved == pytest.approx(1.0)


@given(
    st.floats(0, 1e6),
    st.lists(st.floats(0, 1e5), min_size=1, max_size=60),
    st.floats(0, 1e5),
    INTEREST,
)
def test_an_annuity_is_worth_what_its_flow_is_worth(
    start: float, monthly: list[float], end: float, interest: float
) -> None:
    flow = CashFlow(start, np.array(monthly), end)
    level = CashFlow(0.0, np.full(len(monthly), flow.annuity(interest)))

    assert level.present_value(interest) == pytest.approx(flow.present_value(interest), abs=1e-2)


def test_without_interest_worth_is_the_sum() -> None:
    flow = CashFlow(100.0, np.array([10.0, 20.0]), 30.0)

    assert flow.total() == 100.0
    assert flow.present_value(0.0) == pytest.approx(100.0)
    assert flow.annuity(0.0) == pytest.approx(50.0)


def test_draws_are_levelled_one_by_one() -> None:
    rates = np.array([0.0, 0.1])

    assert capital_recovery_factor(rates, 12) == pytest.approx(
        [capital_recovery_factor(0.0, 12), capital_recovery_factor(0.1, 12)]
    )


def test_no_life_is_no_life() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        capital_recovery_factor(0.1, 0)
    with pytest.raises(ValueError, match="at least one month"):
        straight_line(1.0, 0.0, 0)
