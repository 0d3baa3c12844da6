"""The machines: many that can be rented, multiples that add up, prices that can be true."""

from __future__ import annotations

import re

import pytest

from equipoise.catalog import hardware
from equipoise.domain.hardware import Hardware

MACHINES = hardware.hardware_rows()
MULTIPLE = re.compile(r"(?P<one>.+)x(?P<count>\d+)")
# One device an hour: what broken price lists have asked (0.01 for a B200) lies outside.
CHEAPEST, DEAREST = 0.03, 13.0


def multiples() -> list[tuple[Hardware, Hardware, int]]:
    """Every machine that is several of another one, with that one and the count."""
    known = {machine.id: machine for machine in MACHINES}
    found = [(machine, MULTIPLE.fullmatch(machine.id)) for machine in MACHINES]
    return [
        (machine, known[match["one"]], int(match["count"]))
        for machine, match in found
        if match and match["one"] in known
    ]


def test_there_are_machines_of_every_size() -> None:
    assert len(MACHINES) >= 25
    assert {machine.devices for machine in MACHINES} == {1, 2, 4, 8}
    assert sum(machine.id.startswith("cpu-") for machine in MACHINES) >= 4


def test_several_of_a_kind_are_that_many_times_one() -> None:
    assert len(multiples()) >= 15
    for machine, one, count in multiples():
        assert (machine.devices, one.devices) == (count, 1), machine.id
        assert machine.watts == count * one.watts
        assert (machine.memory_bytes, machine.bandwidth) == (one.memory_bytes, one.bandwidth)
        assert (machine.flops, machine.flops_fp8, machine.flops_fp4) == (
            one.flops,
            one.flops_fp8,
            one.flops_fp4,
        )


def test_several_of_a_kind_cost_about_that_many_times_one() -> None:
    for machine, one, count in multiples():
        assert machine.usd_high >= count * one.usd_low, machine.id
        assert machine.usd_low <= count * one.usd_high, machine.id


def test_devices_have_a_link_where_there_are_several() -> None:
    for machine in MACHINES:
        assert (machine.link_bandwidth is not None) is (machine.devices > 1), machine.id
        assert machine.link_bandwidth is None or machine.link_bandwidth < machine.bandwidth


def test_fewer_bits_are_never_slower() -> None:
    for machine in MACHINES:
        speeds = [machine.flops, machine.flops_fp8, machine.flops_fp4]
        known = [speed for speed in speeds if speed is not None]
        assert known == sorted(known), machine.id
        assert machine.flops_fp4 is None or machine.flops_fp8 is not None


def test_every_machine_says_where_and_when_its_price_and_its_figures_were_read() -> None:
    for machine in MACHINES:
        for source in (machine.price_source, machine.spec_source):
            assert source.url.startswith("https://"), machine.id
            assert source.checked is not None, machine.id


def test_at_least_25_machines_can_be_rented_and_bought_at_dated_prices() -> None:
    both = [
        machine
        for machine in MACHINES
        if machine.price_source.checked is not None
        and machine.purchase_source is not None
        and machine.purchase_source.checked is not None
    ]

    assert len(both) >= 25
    assert len({MULTIPLE.sub(r"\g<one>", machine.id) for machine in both}) >= 13


def test_what_buys_a_machine_is_cited_and_takes_months_to_pay_as_rent() -> None:
    bought = [machine for machine in MACHINES if machine.usd_purchase is not None]

    for machine in MACHINES:
        assert (machine.usd_purchase is None) is (machine.purchase_source is None), machine.id
    for machine in bought:
        assert machine.usd_purchase is not None
        assert machine.usd_purchase > 730 * machine.usd_per_hour


def test_several_of_a_kind_are_bought_at_that_many_times_one() -> None:
    for machine, one, count in multiples():
        if one.usd_purchase is not None and machine.usd_purchase is not None:
            assert machine.usd_purchase == count * one.usd_purchase, machine.id


@pytest.mark.parametrize("machine", MACHINES, ids=lambda row: row.id)
def test_a_device_is_never_nearly_free_nor_dearer_than_any_offer_seen(machine: Hardware) -> None:
    assert machine.usd_low / machine.devices >= CHEAPEST
    assert machine.usd_high / machine.devices <= DEAREST
