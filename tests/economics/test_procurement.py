"""Five ways to have a machine, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.finance import CashFlow
from equipoise.economics.ownership.procurement import bought, leased, on_demand, reserved, spot

SHARE = st.floats(0, 1)


def test_a_bought_machine_is_paid_with_its_server_and_sold_used() -> None:
    had = bought(100_000.0, 0.3, 0.8)

    assert had.start_usd == pytest.approx(130_000)
    assert had.monthly_usd == 0.0
    assert had.end_usd(24) == pytest.approx(130_000 * 0.64)
    assert (had.housed, had.moves) == (True, False)
    assert "$130,000" in had.basis


def test_a_lease_without_interest_pays_what_is_used_up() -> None:
    had = leased(36_000.0, 0.0, 0.25, 36)

    assert had.monthly_usd == pytest.approx(36_000 * 0.75 / 36)
    assert had.end_usd(36) == 0.0
    assert had.housed


@given(st.floats(0, 0.5), SHARE, st.integers(1, 60))
def test_a_lessor_gets_his_interest(rate: float, left: float, months: int) -> None:
    payment = float(np.asarray(leased(1e5, rate, left, months).monthly_usd))
    lessor = CashFlow(-1e5, np.full(months, payment), -1e5 * left)

    assert lessor.present_value(rate) == pytest.approx(0.0, abs=1e-3)


def test_rent_is_for_all_hours_and_a_commitment_is_paid_regardless() -> None:
    assert on_demand(3.0).monthly_usd == pytest.approx(2190)
    assert (on_demand(3.0).housed, on_demand(3.0).moves) == (False, True)
    assert reserved(3.0, 0.4).monthly_usd == pytest.approx(0.6 * 2190)
    assert not reserved(3.0, 0.4).moves
    assert "used or not" in reserved(3.0, 0.4).basis


def test_spot_pays_for_its_restarts_and_for_what_stands_in() -> None:
    # 0.4 · $3 / 0.9 for 85 % of the time, $3 for 15 %.
    assert spot(3.0, 0.4, 0.1, 0.15).monthly_usd == pytest.approx(730 * (0.85 * 1.2 / 0.9 + 0.45))
    assert spot(3.0, 0.4, 0.1, 0.15).moves


@given(st.floats(0.1, 50), SHARE, st.floats(0, 0.5), SHARE, SHARE)
def test_more_time_on_spot_is_never_dearer_where_spot_is_cheaper_after_restarts(
    price: float, ratio: float, overhead: float, one: float, other: float
) -> None:
    if ratio / (1 - overhead) > 1:
        ratio = 1 - overhead
    less, more = sorted((one, other))  # of the time on demand

    assert spot(price, ratio, overhead, less).monthly_usd <= (
        spot(price, ratio, overhead, more).monthly_usd * (1 + 1e-12)
    )
    assert spot(price, ratio, overhead, more).monthly_usd <= on_demand(price).monthly_usd * (
        1 + 1e-12
    )


@given(st.floats(0.1, 50), SHARE)
def test_no_discount_is_the_price_and_a_whole_one_is_nothing(price: float, discount: float) -> None:
    assert reserved(price, 0.0).monthly_usd == on_demand(price).monthly_usd
    assert reserved(price, 1.0).monthly_usd == 0.0
    assert reserved(price, discount).monthly_usd <= on_demand(price).monthly_usd
