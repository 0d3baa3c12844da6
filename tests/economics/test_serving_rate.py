"""The roofline: golden steps, what fits, and that no machine ever beats its own data sheet."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import hardware, models
from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware
from equipoise.domain.model import Architecture
from equipoise.economics.serving_rate import ServingRate, estimate

TEN_GIGABYTES = Architecture(5e9, 5e9, 10, 100_000, 10e9, 32_768)
BOX = replace(
    hardware.find("l40s"), devices=1, memory_bytes=80e9, bandwidth=1e12, flops=1e14, id="box"
)
CALL = Lengths(input=1_000.0, shared_input=0.0, output=100.0, measured_by="the endpoint")
NOTHING = ServingRate(fits=False, requests_per_second=0.0, seconds_per_request=0.0, batch=0)

ARCHITECTURES = st.builds(
    lambda parameters, layers, kv, bytes_each: Architecture(
        parameters, parameters, layers, kv, parameters * bytes_each, 131_072
    ),
    st.floats(1e8, 1e11),
    st.integers(8, 120),
    st.integers(10_000, 500_000),
    st.sampled_from([0.6, 1.0, 2.0]),
)
# From a processor, which has little arithmetic for its bandwidth, to the newest accelerator.
MACHINES = st.builds(
    lambda devices, memory, bandwidth, intensity: replace(
        BOX,
        devices=devices,
        memory_bytes=memory,
        bandwidth=bandwidth,
        flops=bandwidth * intensity,
    ),
    st.sampled_from([1, 2, 4, 8]),
    st.floats(4e9, 2e11),
    st.floats(1e10, 8e12),
    st.floats(2, 500),
)
CALLS = st.builds(
    lambda length, shared, output: Lengths(length, shared * length, output, "the endpoint"),
    st.floats(1, 20_000),
    st.floats(0, 1),
    st.floats(1, 4_000),
)
BOUNDS = st.sampled_from([0.001, 0.5, 5.0, 60.0, inf])


def test_one_request_at_a_time_is_the_sum_of_what_it_waits_for() -> None:
    one = estimate(TEN_GIGABYTES, BOX, CALL, latency_seconds=0.0)
    # A step: the weights, the keys and values of 1,050 tokens, ten layers, one sequence.
    step = 1.34 * 10e9 / 1e12 + 2.24 * 1_050 * 100_000 / 1e12 + 10 * 24e-6 + 17e-6
    # The prompt: two operations a parameter and token at 48 % of the peak, and ten layers.
    prompt = 2.08 * 2 * 5e9 * 1_000 / 1e14 + 10 * 24e-6

    assert one.batch == 1
    assert one.seconds_per_request == pytest.approx(100 * step + prompt)
    assert one.seconds_per_request == pytest.approx(1.59746, abs=5e-6)
    assert one.requests_per_second == pytest.approx(1 / 1.59746, abs=5e-6)


def test_several_devices_divide_the_work_and_wait_for_each_other_a_layer() -> None:
    four = estimate(TEN_GIGABYTES, replace(BOX, devices=4), CALL, latency_seconds=0.0)
    step = (1.34 * 10e9 + 2.24 * 1_050 * 100_000) / 4e12 + 10 * 65e-6 + 17e-6

    assert four.seconds_per_request == pytest.approx(
        100 * step + 2.08 * 2 * 5e9 * 1_000 / 4e14 + 10 * 65e-6
    )


def test_on_a_processor_a_large_batch_waits_for_arithmetic() -> None:
    processor = replace(BOX, bandwidth=20e9, flops=0.15e12)
    small = Architecture(1.345e8, 1.345e8, 30, 23_040, 9.84e7, 8_192)
    busy = estimate(small, processor, CALL, latency_seconds=inf)

    # 2 × 134.5 M operations a token, 1,100 tokens a request, at 48 % of 0.15 T a second.
    assert busy.requests_per_second == pytest.approx(
        0.15e12 / (2.08 * 2 * 1.345e8 * 1_100), rel=0.01
    )


@given(ARCHITECTURES, MACHINES, CALLS, BOUNDS)
def test_no_estimate_beats_the_ideal_machine(
    architecture: Architecture, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = estimate(architecture, machine, lengths, bound)
    weights = architecture.weight_bytes / (machine.devices * machine.bandwidth)
    fresh = lengths.input - lengths.shared_input
    arithmetic = 2 * architecture.active_parameters * (fresh + lengths.output)

    assert rate.requests_per_second * lengths.output * weights <= rate.batch
    assert rate.requests_per_second * arithmetic <= machine.devices * machine.flops
    assert rate.seconds_per_request >= lengths.output * weights * rate.fits


@given(ARCHITECTURES, MACHINES, CALLS, BOUNDS)
def test_a_batch_fits_into_memory_and_into_the_time_allowed(
    architecture: Architecture, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = estimate(architecture, machine, lengths, bound)
    space = 0.9 * machine.devices * machine.memory_bytes - architecture.weight_bytes
    request = (lengths.input + lengths.output) * architecture.kv_bytes_per_token

    assert rate.fits is (space >= request)
    assert rate.batch * request <= max(space, 0.0)
    assert rate.batch <= 1 or rate.seconds_per_request <= bound
    if rate.fits:
        assert rate.requests_per_second == pytest.approx(rate.batch / rate.seconds_per_request)


@given(ARCHITECTURES, MACHINES, CALLS, BOUNDS, st.floats(1, 10))
def test_more_bandwidth_never_serves_less(
    architecture: Architecture, machine: Hardware, lengths: Lengths, bound: float, more: float
) -> None:
    slow = estimate(architecture, machine, lengths, bound)
    fast = estimate(
        architecture, replace(machine, bandwidth=machine.bandwidth * more), lengths, bound
    )

    assert fast.requests_per_second >= slow.requests_per_second


@given(ARCHITECTURES, MACHINES, CALLS, BOUNDS)
def test_a_prefix_that_all_requests_share_never_slows_them(
    architecture: Architecture, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    alone = estimate(architecture, machine, replace(lengths, shared_input=0.0), bound)

    assert (
        estimate(architecture, machine, lengths, bound).requests_per_second
        >= alone.requests_per_second
    )


def test_a_shared_prefix_is_computed_once_and_still_read_by_every_step() -> None:
    whole = estimate(TEN_GIGABYTES, BOX, CALL, latency_seconds=0.0)
    shared = estimate(TEN_GIGABYTES, BOX, replace(CALL, shared_input=900.0), latency_seconds=0.0)

    assert whole.seconds_per_request - shared.seconds_per_request == pytest.approx(
        2.08 * 2 * 5e9 * 900 / 1e14
    )


@pytest.mark.parametrize(
    ("model", "machine"),
    [
        ("llama-3.3-70b-instruct", "h100"),
        ("llama-3.1-8b-instruct", "cpu-2vcpu"),
        ("ministral-3-8b-instruct", "cpu-2vcpu"),
    ],
)
def test_weights_larger_than_the_memory_do_not_fit(model: str, machine: str) -> None:
    architecture = models.find(model).architecture

    assert architecture is not None
    assert estimate(architecture, hardware.find(machine), CALL, inf) == NOTHING


def test_a_request_longer_than_the_models_context_does_not_fit() -> None:
    assert estimate(TEN_GIGABYTES, BOX, replace(CALL, input=32_668.0), inf).fits
    assert estimate(TEN_GIGABYTES, BOX, replace(CALL, input=32_669.0), inf) == NOTHING


def test_the_open_models_of_the_catalog_fit_the_machines_one_would_rent_for_them() -> None:
    for model, machine in (
        ("smollm2-135m-instruct", "cpu-2vcpu"),
        ("llama-3.1-8b-instruct", "l4"),
        ("ministral-3-8b-instruct", "l40s"),
        ("llama-3.3-70b-instruct", "h100x4"),
    ):
        architecture = models.find(model).architecture
        assert architecture is not None
        assert estimate(architecture, hardware.find(machine), CALL, 30.0).requests_per_second > 0.1
