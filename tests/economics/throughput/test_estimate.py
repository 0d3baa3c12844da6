"""Estimates of one deployment: what physics bounds, what more of something may not make worse."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog import devices, shapes
from equipoise.catalog.devices import Device
from equipoise.economics.throughput.batching import ideal_token
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate, estimate_many
from equipoise.economics.throughput.memory import fit, longest_context
from equipoise.economics.throughput.precision import FORMATS
from equipoise.economics.throughput.work import work

H100 = devices.find("h100")
MODELS = ("llama-3.1-8b-instruct", "gpt-oss-120b", "deepseek-v3", "qwen3.5-397b-a17b", "qwen3-32b")
ENGINES = ("vllm", "sglang", "trtllm", "llama.cpp", "transformers", "")
SMALL = Deployment(shapes.of_model("llama-3.1-8b-instruct"), H100, engine="vllm")

DEPLOYMENTS = st.builds(
    Deployment,
    shape=st.sampled_from(MODELS).map(shapes.of_model),
    device=st.sampled_from(("h100", "b200", "a100-80gb", "rtx-4090")).map(devices.find),
    weights=st.sampled_from(sorted(FORMATS)).map(FORMATS.__getitem__),
    tensor=st.sampled_from((1, 2, 4, 8)),
    pipeline=st.sampled_from((1, 2)),
    attention_data=st.sampled_from((1, 4)),
    engine=st.sampled_from(ENGINES),
    campaign=st.sampled_from(("silicon", "xdai", "")),
)
TOKENS = st.floats(1, 100_000)
CLOSED = st.builds(Load, input=TOKENS, output=TOKENS, concurrency=st.floats(1, 10_000))
OPEN = st.builds(Load, input=TOKENS, output=TOKENS, rate=st.floats(0.001, 1000))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(DEPLOYMENTS, CLOSED | OPEN)
def test_nothing_is_faster_than_the_ideal_roofline(deployment: Deployment, load: Load) -> None:
    found = estimate_many([(deployment, load)])
    ideal = ideal_token(work([(deployment, load)]))
    assert np.all(found.tpot[:, 0] >= ideal * (1 - 1e-9))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(DEPLOYMENTS, CLOSED | OPEN)
def test_the_ends_of_an_interval_enclose_its_value(deployment: Deployment, load: Load) -> None:
    found = estimate_many([(deployment, load)])
    for column in (found.ttft, found.tpot, found.output_rate):
        low, value, high = column[0]
        assert 0 < low <= value <= high


@settings(max_examples=100, deadline=None, derandomize=True)
@given(DEPLOYMENTS, CLOSED, st.floats(1.01, 10))
def test_more_bandwidth_never_takes_longer(
    deployment: Deployment, load: Load, factor: float
) -> None:
    faster = replace(deployment.device, bandwidth=factor * deployment.device.bandwidth)
    found = estimate_many([(deployment, load), (replace(deployment, device=faster), load)])
    assert found.tpot[1, 1] <= found.tpot[0, 1] * (1 + 1e-9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(DEPLOYMENTS, CLOSED, st.floats(1, 100))
def test_more_requests_at_once_never_make_a_token_faster(
    deployment: Deployment, load: Load, more: float
) -> None:
    assert load.concurrency is not None
    busier = replace(load, concurrency=load.concurrency + more)
    found = estimate_many([(deployment, load), (deployment, busier)])
    assert found.tpot[1, 1] >= found.tpot[0, 1] * (1 - 1e-9)
    assert found.served.batch[1] >= found.served.batch[0]


def test_one_at_a_time_and_many_at_once_give_the_same_figures() -> None:
    loads = [Load(1000, 200, concurrency=8), Load(500, 100, rate=2.0), Load(9, 9, concurrency=inf)]
    together = estimate_many([(SMALL, load) for load in loads])
    for index, load in enumerate(loads):
        alone = estimate(SMALL, load).tpot
        assert alone is not None
        assert alone.value == pytest.approx(together.tpot[index, 1])


def test_what_does_not_fit_has_no_figures_and_says_by_how_much() -> None:
    found = estimate(
        replace(SMALL, shape=shapes.of_model("deepseek-v3")), Load(10, 10, concurrency=1)
    )
    assert found.tpot is None
    assert "80 GB" in found.reason


def test_an_open_loop_beyond_what_the_machine_answers_is_not_stable() -> None:
    slow = estimate(SMALL, Load(1000, 200, rate=1.0))
    flooded = estimate(SMALL, Load(1000, 200, rate=1000.0))
    assert slow.stable
    assert not flooded.stable
    assert slow.ttft is not None
    assert slow.ttft.value < 1
    assert flooded.ttft is not None
    assert flooded.ttft.value == inf


def test_a_stable_open_loop_puts_out_what_is_asked_of_it() -> None:
    found = estimate(SMALL, Load(1000, 200, rate=2.0))
    assert found.output_rate is not None
    assert found.output_rate.value == pytest.approx(400)


def test_requests_beyond_memory_wait_for_their_first_token() -> None:
    room = fit(SMALL, 9000).sequences
    few = estimate(SMALL, Load(8000, 1000, concurrency=room / 2))
    many = estimate(SMALL, Load(8000, 1000, concurrency=room * 3))
    assert many.batch == pytest.approx(room)
    assert few.ttft is not None
    assert many.ttft is not None
    assert many.ttft.value > 10 * few.ttft.value


def test_a_campaign_nobody_has_seen_gets_a_wider_interval() -> None:
    load = Load(1000, 200, concurrency=16)
    known = estimate(replace(SMALL, campaign="silicon"), load).tpot
    unknown = estimate(replace(SMALL, campaign="somebody"), load).tpot
    assert known is not None
    assert unknown is not None
    assert unknown.value == known.value
    assert unknown.high > known.high


def test_a_device_or_a_model_that_is_assumed_widens_the_range() -> None:
    load = Load(500, 100, concurrency=1)
    sure = estimate(replace(SMALL, device=devices.find("xeon-4")), load).tpot
    unsure = estimate(replace(SMALL, device=replace(devices.find("xeon-4"), assumed=True)), load)
    assert sure is not None
    assert unsure.tpot is not None
    assert unsure.tpot.value == sure.value
    assert unsure.tpot.high > sure.high


def test_fewer_run_at_once_where_a_token_may_not_take_so_long() -> None:
    free = estimate(SMALL, Load(1000, 200, concurrency=inf))
    bound = estimate(SMALL, Load(1000, 200, concurrency=inf, token_limit=0.02))
    assert free.tpot is not None
    assert bound.tpot is not None
    assert bound.tpot.value <= 0.02 < free.tpot.value
    assert bound.batch < free.batch


def test_the_longest_context_is_where_so_many_sequences_still_fit() -> None:
    longest = longest_context(SMALL, 16)
    assert fit(SMALL, longest).sequences >= 16 > fit(SMALL, longest * 1.01).sequences
    assert longest_context(SMALL, 1e9) < 1
    assert longest_context(SMALL, 1) == SMALL.shape.architecture.context


def test_what_spills_from_a_small_device_is_read_from_the_host_and_slow() -> None:
    small = replace(devices.find("rtx-4090"), memory_bytes=8e9)
    load = Load(100, 100, concurrency=1)
    whole = replace(SMALL, device=devices.find("rtx-4090"), engine="llama.cpp")
    fits, spills = estimate(whole, load), estimate(replace(whole, device=small), load)
    assert spills.room.spilled > 8e9
    assert fits.tpot is not None
    assert spills.tpot is not None
    assert spills.tpot.value > 3 * fits.tpot.value


@pytest.mark.parametrize("degree", ["tensor", "pipeline", "attention_data", "expert"])
def test_a_deployment_without_devices_is_refused(degree: str) -> None:
    degrees = {"tensor": 1, "pipeline": 1, "attention_data": 1, "expert": 1, degree: 0}
    with pytest.raises(ValueError, match="positive"):
        Deployment(
            SMALL.shape,
            H100,
            tensor=degrees["tensor"],
            pipeline=degrees["pipeline"],
            attention_data=degrees["attention_data"],
            expert=degrees["expert"],
        )


@pytest.mark.parametrize(
    ("concurrency", "rate"), [(1.0, 1.0), (None, None), (0.0, None), (None, float("nan"))]
)
def test_a_load_is_one_positive_number_of_one_kind(
    concurrency: float | None, rate: float | None
) -> None:
    with pytest.raises(ValueError, match="load"):
        Load(10, 10, concurrency=concurrency, rate=rate)


def test_the_published_cache_of_a_measured_machine_comes_out() -> None:
    """vLLM 0.19 reports 41,408 tokens; see `memory`."""
    room = fit(replace(SMALL, device=devices.find("RTX 4090")), 1000)
    assert room.tokens == pytest.approx(41_408, rel=0.1)


def test_every_device_says_what_it_holds_and_how_fast_it_reads() -> None:
    known: Device = devices.find("NVIDIA H100 80GB HBM3")
    assert known is H100
    assert known.bandwidth == pytest.approx(3.35e12)
