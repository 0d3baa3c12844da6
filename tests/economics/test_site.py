"""Power, hosting and egress, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.ownership.site import Egress, Hosting, Power

POWER = Power(
    rated_watts=700.0,
    idle_share=0.2,
    load_share=0.8,
    host_share=0.5,
    usage_effectiveness=1.5,
    usd_per_kwh=0.1,
)


def test_a_machine_draws_between_idle_and_load() -> None:
    # 700 W · (0.2 + 0.6 · 0.5) · 1.5 = 525 W.
    assert POWER.machine_kw(0.5) == pytest.approx(0.525)
    assert POWER.machine_kw(0.0) == pytest.approx(0.21)
    assert POWER.machine_kw(1.0) == pytest.approx(0.84)


def test_a_month_of_power_by_hand() -> None:
    assert POWER.monthly_usd(2.0, 0.5) == pytest.approx(2 * 0.525 * 1.5 * 730 * 0.1)
    assert "2 × 0.525 kW at 50% utilisation" in POWER.basis(2.0, 0.5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_work_never_saves_power(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert POWER.machine_kw(low) <= POWER.machine_kw(high)


def test_an_idle_share_above_the_loads_is_the_loads() -> None:
    upside_down = replace(POWER, idle_share=0.9)

    assert upside_down.machine_kw(0.0) == upside_down.machine_kw(1.0) == pytest.approx(0.84)


def test_hosting_is_by_the_kilowatt_kept_ready() -> None:
    assert POWER.provisioned_kw() == pytest.approx(1.05)
    assert Hosting(200.0).monthly_usd(1.05) == pytest.approx(210.0)
    assert Hosting(200.0).basis(1.05) == "1.05 kW kept ready × $200 a month"


def test_racks_come_whole() -> None:
    racks = Hosting(0.0, usd_per_rack_month=1_500.0, rack_kw=10.0)

    assert racks.monthly_usd(10.0) == 1_500.0
    assert racks.monthly_usd(10.1) == 3_000.0
    assert racks.basis(10.1) == "2 racks of 10 kW for 10.1 kW × $1,500 a month"


def test_egress_is_by_the_gigabyte() -> None:
    assert Egress(1e-5, 0.09).monthly_usd(1e6) == pytest.approx(0.9)
    assert Egress(1e-5, 0.09).basis(1e6) == "10 GB × $0.09"
