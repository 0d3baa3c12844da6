"""What a machine serves, by hand: a step is what it reads, multiplies and waits for."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from equipoise.catalog.efficiencies import efficiencies
from equipoise.catalog.shapes import Shape
from equipoise.domain.model import Architecture
from equipoise.economics.throughput.coefficients import COLUMN, coefficients
from equipoise.economics.throughput.deployment import Deployment
from equipoise.economics.throughput.serving import _divisions, serving_rate
from equipoise.economics.throughput.step import OVERLAP
from equipoise.economics.throughput.work import HOST_LINK

from .serving_cases import BOX, CALL, TEN_GIGABYTES


def learned(deployment: Deployment) -> dict[str, float]:
    """The coefficients of a deployment, by their names."""
    row = coefficients(efficiencies(), [deployment])[0]
    found = {name: float(row[place]) for name, place in COLUMN.items()}
    return found | {"prefill": max(found["prefill"], 1.0)}  # no prefill beats the peak


def test_one_request_at_a_time_is_the_sum_of_what_it_waits_for() -> None:
    one = serving_rate(TEN_GIGABYTES, BOX, CALL, latency_seconds=0.0)
    ((_, deployment),) = _divisions(TEN_GIGABYTES, BOX)
    e = learned(deployment)
    # A step: the weights, the keys and values of 1,050 tokens, the arithmetic of one.
    memory = (
        e["weights"] * 10e9 / 1e12
        + e["cache"] * 1_050 * 100_000 / 1e12
        + e["multiply"] * 2 * 5e9 / 1e14
    )
    overhead = e["launch"] * 10 * e["layer"]
    step = (memory**OVERLAP + overhead**OVERLAP) ** (1 / OVERLAP) + e["step"] + e["sequence"]
    # The prompt: two operations a parameter and token.
    prompt = e["prefill"] * 2 * 5e9 * 1_000 / 1e14

    assert one.batch == 1
    assert one.seconds_per_request == pytest.approx(100 * step + prompt + e["first"])
    assert one.requests_per_second == pytest.approx(1 / one.seconds_per_request)


def test_several_devices_divide_the_work_and_wait_for_each_other_a_layer() -> None:
    machine = replace(BOX, devices=4)
    four = serving_rate(TEN_GIGABYTES, machine, CALL, latency_seconds=0.0)
    deployment = _divisions(TEN_GIGABYTES, machine)[-1][1]
    e = learned(deployment)
    memory = (
        e["weights"] * 10e9 / 4e12
        + e["cache"] * 1_050 * 100_000 / 4e12
        + e["multiply"] * 2 * 5e9 / 4e14
    )
    overhead = e["launch"] * 10 * (e["layer"] + e["parallel"])
    # Two reductions a layer pass three quarters of 4,096 elements of 2 bytes on, twice.
    exchange = e["exchange"] * 2 * 10 * 2 * 0.75 * 4_096 * 2 / HOST_LINK
    step = (memory**OVERLAP + overhead**OVERLAP) ** (1 / OVERLAP)
    step += e["step"] + e["sequence"] + exchange
    prompt = e["prefill"] * 2 * 5e9 * 1_000 / 4e14 + 1_000 * exchange

    assert deployment.tensor == 4
    assert four.batch == 1
    assert four.seconds_per_request == pytest.approx(100 * step + prompt + e["first"])


def test_on_a_processor_a_large_batch_waits_for_arithmetic() -> None:
    processor = replace(BOX, id="cpu-2vcpu", bandwidth=20e9, flops=0.15e12)
    small = Shape("small", Architecture(1.345e8, 1.345e8, 30, 23_040, 9.84e7, 8_192))
    busy = serving_rate(small, processor, CALL, latency_seconds=inf)
    e = learned(_divisions(small, processor)[0][1])
    wider = serving_rate(small, replace(processor, bandwidth=200e9), CALL, inf)
    faster = serving_rate(small, replace(processor, flops=0.3e12), CALL, inf)

    # 2 × 134.5 M operations a token: 1,000 are read, 100 are made.
    operations = 2 * 1.345e8 * (e["prefill"] * 1_000 + e["multiply"] * 100)
    assert busy.requests_per_second == pytest.approx(0.15e12 / operations, rel=0.15)
    assert wider.requests_per_second < 1.1 * busy.requests_per_second
    assert faster.requests_per_second > 1.8 * busy.requests_per_second


def test_a_shared_prefix_is_computed_once_and_still_read_by_every_step() -> None:
    whole = serving_rate(TEN_GIGABYTES, BOX, CALL, latency_seconds=0.0)
    shared = serving_rate(
        TEN_GIGABYTES, BOX, replace(CALL, shared_input=900.0), latency_seconds=0.0
    )
    e = learned(_divisions(TEN_GIGABYTES, BOX)[0][1])

    assert whole.seconds_per_request - shared.seconds_per_request == pytest.approx(
        e["prefill"] * 2 * 5e9 * 900 / 1e14
    )
