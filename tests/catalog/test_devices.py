"""Devices and shapes as throughput sees them: each cited, figures that can be true of it."""

from __future__ import annotations

import re

import pytest

from equipoise.catalog import devices, hardware, models, shapes, tables
from equipoise.catalog.devices import Device
from equipoise.domain.provenance import Source

DEVICES = [devices.find(name) for name in tables.read("devices")]
# A citation without a day says that somebody else's word, or a usual machine's, stands there.
SAID = re.compile("second-hand|rough|usual")


def cited(source: Source | None) -> Source:
    assert source is not None
    return source


@pytest.mark.parametrize("device", DEVICES, ids=lambda row: row.id)
def test_every_device_is_dated_or_says_that_its_figures_are_not(device: Device) -> None:
    source = cited(device.source)

    assert source.name
    assert source.checked is not None or SAID.search(source.name)
    assert source.url.startswith("https://") or SAID.search(source.name)


def test_a_device_that_can_be_rented_has_its_machines_source() -> None:
    for machine in hardware.hardware_rows():
        assert devices.of_hardware(machine).source == machine.spec_source


def test_most_devices_were_looked_up() -> None:
    dated = [device for device in DEVICES if cited(device.source).checked is not None]

    assert len(dated) >= 0.8 * len(DEVICES)


@pytest.mark.parametrize("device", DEVICES, ids=lambda row: row.id)
def test_narrower_operations_are_dense_and_at_most_twice_as_fast_for_half_the_bits(
    device: Device,
) -> None:
    """With sparsity they would be four times; a graphics card adds 4-bit products at full rate."""
    eight, four = device.flops_fp8, device.flops_fp4

    assert eight is None or device.flops <= eight <= 2.05 * device.flops
    if four is not None:
        graphics = device.generation == "blackwell-graphics"
        assert eight is not None
        assert eight < four <= (4.1 if graphics else 3.05) * eight


def test_graphics_cards_keep_their_sums_in_32_bits() -> None:
    """NVIDIA's white papers of GA102, AD102 and GB203, without sparsity."""
    published = {"rtx-3090": 71.0, "rtx-4080": 97.5, "rtx-4090": 165.2, "rtx-5080": 112.6}

    for name, tera in published.items():
        assert devices.find(name).flops == pytest.approx(tera * 1e12, rel=0.01), name


def test_a_models_shape_says_where_its_layers_stand() -> None:
    for model in models.models():
        if model.architecture is not None:
            source = cited(shapes.of_model(model.id).source)
            assert source.url.startswith("https://"), model.id
            assert source.checked is not None, model.id


def test_a_usual_models_shape_has_no_source() -> None:
    assert shapes.assumed(8e9, 8e9).source is None


def test_a_shape_that_was_looked_up_says_on_which_page() -> None:
    rows = [row["source"] for row in tables.read("shapes").values() if "source" in row]
    dated = [source for source in map(tables.source, rows) if source.checked is not None]

    assert len(dated) >= 18
    assert all(source.url.startswith("https://") for source in dated)
