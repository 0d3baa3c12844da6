"""Estimates against published measurements, where they are at hand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

import pytest

from equipoise.economics.throughput.estimate import estimate_many
from equipoise.economics.throughput.memory import fit
from equipoise.economics.throughput.points import Point, points

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "throughput"
FACTOR = 2.5

Row = Mapping[str, str]


def read(name: str) -> Iterator[Row]:
    file = BESIDE / name
    if not file.is_file():
        pytest.skip(f"the measurements are not part of the project: ../shared has no {name}")
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def rates(point: Point) -> tuple[float, float]:
    """(estimated, measured) output tokens a second of one device."""
    found = estimate_many([(point.deployment, point.load)])
    estimated = float(found.output_rate[0, 1])
    if point.output_rate is not None:
        return estimated, point.output_rate
    assert point.load.concurrency is not None
    assert point.ttft is not None
    assert point.tpot is not None
    seconds = point.ttft + (point.load.output - 1) * point.tpot
    tokens = point.load.concurrency * point.load.output
    return estimated, tokens / seconds / point.deployment.devices


def check(name: str, wanted: Callable[[Row], bool]) -> None:
    """Estimated over measured tokens a second, of rows whose batch fits."""
    ratios = []
    for point in points(row for row in read(name) if wanted(row)):
        tokens = point.load.input + point.load.output
        if fit(point.deployment, tokens).sequences >= (point.load.concurrency or 1.0):
            estimated, measured = rates(point)
            ratios.append(estimated / measured)
    assert len(ratios) >= 10
    assert min(ratios) > 1 / FACTOR
    assert max(ratios) < FACTOR
    assert 0.6 < median(ratios) < 1.7


def test_an_8b_in_8_bits_under_sglang_is_estimated_within_the_factor() -> None:
    check(
        "measurements.csv",
        lambda row: (
            (row["model"], row["scenario"], row["engine"])
            == ("meta-llama/Llama-3.1-8B-Instruct", "closed-loop fixed concurrency", "sglang")
        ),
    )


@pytest.mark.parametrize("devices", ["1", "2", "4"])
def test_an_8b_in_16_bits_under_tensorrt_is_estimated_within_the_factor(devices: str) -> None:
    check(
        "silicon_points.csv",
        lambda row: (
            (row["model_path"], row["system"], row["mode"], row["tp_size"])
            == ("meta-llama/Llama-3.1-8B-Instruct", "h100_sxm", "agg", devices)
        ),
    )


@pytest.mark.parametrize("devices", ["2", "4"])
def test_a_70b_in_16_bits_in_whole_batches_is_estimated_within_the_factor(devices: str) -> None:
    # No closed loop of a dense 70B is published there; these are whole batches, prompt and answer.
    check(
        "measurements.csv",
        lambda row: (
            (row["model"], row["scenario"], row["gpu_count"])
            == ("llama2-70b", "static batch", devices)
        ),
    )
