"""What a machine serves: against every division tried, and within what physics allows."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog import hardware, shapes
from equipoise.catalog.shapes import Shape
from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import Hardware
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate
from equipoise.economics.throughput.serving import (
    BATCHES,
    NOWHERE,
    ServingRate,
    _divisions,
    serving_rate,
    serving_rates,
)

from .serving_cases import BOUNDS, BOX, CALL, CALLS, MACHINES, SHAPES, TEN_GIGABYTES


def seconds_of(deployment: Deployment, lengths: Lengths, batch: int) -> float:
    """Seconds a request where so many run at once, by the estimate of that alone."""
    load = Load(lengths.input, lengths.output, concurrency=batch, shared=lengths.shared_input)
    found = estimate(deployment, load)
    assert found.ttft is not None
    assert found.tpot is not None
    return found.ttft.value + found.tpot.value * (lengths.output - 1)


def tried(shape: Shape, machine: Hardware, lengths: Lengths) -> list[tuple[float, float, int]]:
    """(requests a second, seconds a request, batch) of all that fits, tried one by one."""
    found = []
    for copies, deployment in _divisions(shape, machine):
        load = Load(lengths.input, lengths.output, concurrency=1)
        room = estimate(deployment, load).room.sequences
        for batch in BATCHES:
            if batch <= room:
                seconds = seconds_of(deployment, lengths, batch)
                found.append((copies * batch / seconds, seconds, copies * batch))
    return found


@pytest.mark.parametrize("bound", [0.001, 1.0, 3.0, 20.0, inf])
@pytest.mark.parametrize(
    ("model", "machine"),
    [
        ("llama-3.1-8b-instruct", "l4"),
        ("llama-3.1-8b-instruct", "h100x4"),
        ("llama-3.3-70b-instruct", "h100x4"),
        ("gpt-oss-120b", "h100x2"),
        ("smollm2-135m-instruct", "cpu-2vcpu"),
    ],
)
def test_no_division_and_no_batch_serves_more_in_time(
    model: str, machine: str, bound: float
) -> None:
    shape, on = shapes.of_model(model), hardware.find(machine)
    rate = serving_rate(shape, on, CALL, bound)
    every = tried(shape, on, CALL)
    in_time = [row for row in every if row[1] <= bound]
    # Where none is in time, the quickest.
    best = max(in_time) if in_time else min(every, key=lambda row: row[1])

    assert (rate.requests_per_second, rate.seconds_per_request, rate.batch) == pytest.approx(best)


@given(SHAPES, MACHINES, CALLS, BOUNDS)
@settings(max_examples=60)
def test_a_machine_too_slow_for_the_time_allowed_gives_its_quickest(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = serving_rate(shape, machine, lengths, bound)
    quickest = serving_rate(shape, machine, lengths, 0.0)

    assert rate.seconds_per_request <= bound or rate == quickest
    assert quickest.seconds_per_request <= rate.seconds_per_request * (1 + 1e-12)
    assert rate.fits is quickest.fits


def test_a_small_model_stands_on_every_device_of_a_machine() -> None:
    alone = serving_rate(TEN_GIGABYTES, BOX, CALL, 60.0)
    eight = serving_rate(TEN_GIGABYTES, replace(BOX, devices=8), CALL, 60.0)

    assert eight.batch == 8 * alone.batch
    assert eight.requests_per_second == pytest.approx(8 * alone.requests_per_second)
    assert eight.seconds_per_request == pytest.approx(alone.seconds_per_request)


def test_a_model_that_fits_on_no_device_is_divided_among_them() -> None:
    large = shapes.of_model("llama-3.3-70b-instruct")

    assert serving_rate(large, hardware.find("h100"), CALL, inf) == NOWHERE
    assert serving_rate(large, hardware.find("h100x4"), CALL, inf).fits


@given(SHAPES, MACHINES, CALLS, BOUNDS, st.sampled_from([2, 3, 4]))
@settings(max_examples=60)
def test_so_many_devices_serve_at_least_so_many_times_one(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float, devices: int
) -> None:
    one = serving_rate(shape, replace(machine, devices=1), lengths, bound)
    all_of_them = serving_rate(shape, replace(machine, devices=devices), lengths, bound)

    if one.seconds_per_request <= bound:
        least = devices * one.requests_per_second
        assert all_of_them.requests_per_second >= least * (1 - 1e-12)


@given(SHAPES, MACHINES, CALLS, BOUNDS)
def test_no_estimate_reads_the_weights_faster_than_the_ideal_machine(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = serving_rate(shape, machine, lengths, bound)
    weights = shape.architecture.weight_bytes / (machine.devices * machine.bandwidth)

    assert rate.requests_per_second * lengths.output * weights <= rate.batch * (1 + 1e-9)
    assert rate.seconds_per_request >= lengths.output * weights * rate.fits * (1 - 1e-9)


@given(SHAPES, MACHINES, CALLS, BOUNDS)
def test_no_estimate_multiplies_faster_than_the_ideal_machine(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    lengths = replace(lengths, output=max(lengths.output, 10.0))
    rate = serving_rate(shape, machine, lengths, bound)
    fresh = lengths.input - lengths.shared_input
    arithmetic = 2 * shape.architecture.active_parameters * (fresh + lengths.output)

    assert rate.requests_per_second * arithmetic <= machine.devices * machine.flops * (1 + 1e-9)


@pytest.mark.parametrize("output", [1.0, 2.0, 5.0])
def test_a_short_answer_needs_the_arithmetic_of_its_prompt_too(output: float) -> None:
    rate = serving_rate(
        shapes.of_model("llama-3.1-8b-instruct"),
        hardware.find("h100"),
        replace(CALL, output=output),
        inf,
    )
    operations = 2 * 8.03e9 * (1_000 + output)

    assert rate.requests_per_second * operations <= hardware.find("h100").flops


@given(SHAPES, MACHINES, CALLS, BOUNDS)
def test_a_batch_fits_into_memory_and_into_the_time_allowed(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = serving_rate(shape, machine, lengths, bound)
    architecture, devices = shape.architecture, machine.devices
    request = (lengths.input + lengths.output) * architecture.kv_bytes_per_token
    # An engine keeps graphs on every device, and activations of 2,048 tokens once.
    kept = 0.0 if machine.id.startswith("cpu-") else 1e9 * devices + 2_048 * 4_096 * 16
    space = 0.945 * devices * machine.memory_bytes - kept - architecture.weight_bytes

    assert rate.fits is (space >= request)
    assert rate.batch * request <= max(space, 0.0) * (1 + 1e-9)
    assert rate.batch <= devices or rate.seconds_per_request <= bound
    if rate.fits:
        assert rate.requests_per_second == pytest.approx(rate.batch / rate.seconds_per_request)
    else:
        assert rate == NOWHERE


@given(SHAPES, MACHINES, CALLS, BOUNDS, st.floats(1, 10))
def test_more_bandwidth_never_serves_less_of_what_came_in_time(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float, more: float
) -> None:
    slow = serving_rate(shape, machine, lengths, bound)
    faster = replace(machine, bandwidth=machine.bandwidth * more)
    fast = serving_rate(shape, faster, lengths, bound)

    # Where nothing came in time, what does now may be a division of fewer copies.
    if slow.seconds_per_request <= bound:
        assert fast.requests_per_second >= slow.requests_per_second * (1 - 1e-12)
    quickest, now = (serving_rate(shape, on, lengths, 0.0) for on in (machine, faster))
    assert now.seconds_per_request <= quickest.seconds_per_request * (1 + 1e-12)


@given(SHAPES, MACHINES, CALLS, BOUNDS)
def test_a_prefix_that_all_requests_share_never_slows_them(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    apart = replace(lengths, shared_input=0.0)
    alone, shared = (serving_rate(shape, machine, one, bound) for one in (apart, lengths))

    if alone.seconds_per_request <= bound:
        assert shared.requests_per_second >= alone.requests_per_second * (1 - 1e-12)
    quickest, now = (serving_rate(shape, machine, one, 0.0) for one in (apart, lengths))
    assert now.seconds_per_request <= quickest.seconds_per_request * (1 + 1e-12)


@given(SHAPES, MACHINES, CALLS, BOUNDS, BOUNDS)
def test_more_time_never_serves_less(
    shape: Shape, machine: Hardware, lengths: Lengths, one: float, other: float
) -> None:
    hurried, calm = (serving_rate(shape, machine, lengths, bound) for bound in sorted((one, other)))

    if hurried.seconds_per_request <= min(one, other):
        assert calm.requests_per_second >= hurried.requests_per_second


def test_a_prefix_longer_than_the_input_is_all_of_it() -> None:
    over, all_of_it = (replace(CALL, shared_input=shared) for shared in (5_000.0, 1_000.0))

    assert serving_rate(TEN_GIGABYTES, BOX, over, 60.0) == serving_rate(
        TEN_GIGABYTES, BOX, all_of_it, 60.0
    )


@pytest.mark.parametrize(
    ("model", "machine"),
    [
        ("llama-3.3-70b-instruct", "h100"),
        ("llama-3.1-8b-instruct", "cpu-2vcpu"),
        ("ministral-3-8b-instruct", "cpu-2vcpu"),
        ("deepseek-v3", "h100x4"),
    ],
)
def test_weights_larger_than_the_memory_do_not_fit(model: str, machine: str) -> None:
    found = serving_rate(shapes.of_model(model), hardware.find(machine), CALL, inf)

    assert found == NOWHERE == ServingRate(False, 0.0, 0.0, 0, 0.0)


def test_a_request_longer_than_the_models_context_does_not_fit() -> None:
    assert serving_rate(TEN_GIGABYTES, BOX, replace(CALL, input=32_668.0), inf).fits
    assert serving_rate(TEN_GIGABYTES, BOX, replace(CALL, input=32_669.0), inf) == NOWHERE
    longer = replace(CALL, input=32_669.0)
    assert serving_rates(TEN_GIGABYTES, [BOX, BOX], longer, inf) == [NOWHERE, NOWHERE]


def test_the_open_models_of_the_catalog_fit_the_machines_one_would_rent_for_them() -> None:
    for model, machine in (
        ("smollm2-135m-instruct", "cpu-2vcpu"),
        ("llama-3.1-8b-instruct", "l4"),
        ("ministral-3-8b-instruct", "l40s"),
        ("llama-3.3-70b-instruct", "h100x4"),
    ):
        rate = serving_rate(shapes.of_model(model), hardware.find(machine), CALL, 30.0)
        assert rate.requests_per_second > 0.1


@pytest.mark.parametrize("bound", [0.001, 2.0, 30.0, inf])
@pytest.mark.parametrize(
    "model", ["smollm2-135m-instruct", "qwen3-32b", "gpt-oss-120b", "deepseek-v3"]
)
def test_all_machines_together_are_each_by_itself_in_their_order(model: str, bound: float) -> None:
    shape, machines = shapes.of_model(model), hardware.hardware_rows()
    together = serving_rates(shape, machines, CALL, bound)

    assert together == [serving_rate(shape, machine, CALL, bound) for machine in machines]
    assert together[::-1] == serving_rates(shape, machines[::-1], CALL, bound)
    assert {rate.fits for rate in together} == {True, False} or model == "smollm2-135m-instruct"


def test_of_no_machines_there_is_no_rate() -> None:
    assert serving_rates(TEN_GIGABYTES, [], CALL, inf) == []


@given(SHAPES, MACHINES, CALLS, BOUNDS)
def test_an_estimate_is_never_certain_and_what_fits_nowhere_is(
    shape: Shape, machine: Hardware, lengths: Lengths, bound: float
) -> None:
    rate = serving_rate(shape, machine, lengths, bound)

    assert (rate.sd_log > 0) is rate.fits


def test_a_usual_architecture_of_its_size_is_less_sure_than_a_known_one() -> None:
    known = shapes.of_model("llama-3.1-8b-instruct")
    rates = [
        serving_rate(replace(known, assumed=assumed), hardware.find("l4"), CALL, 30.0)
        for assumed in (False, True)
    ]

    assert rates[1].sd_log == pytest.approx(1.3 * rates[0].sd_log)
    assert rates[1].requests_per_second == rates[0].requests_per_second
