"""A user's own bench: it moves what it measured, narrows its range, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.catalog import devices, shapes
from equipoise.catalog.efficiencies import efficiencies
from equipoise.domain.load_test import Arrival, Distribution, LoadLevel, LoadTest, Ranged
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import Range, estimate, estimate_many
from equipoise.economics.throughput.points import Point
from equipoise.economics.throughput.precision import FORMATS
from equipoise.economics.throughput.sharpen import OWN, own_points, sharpen

MACHINE = Deployment(
    shapes.of_model("llama-3.1-8b-instruct"),
    devices.find("h100"),
    FORMATS["fp8"],
    engine="vllm",
    campaign=OWN,
)
LOADS = [
    Load(context, 256, concurrency=running)
    for context in (500.0, 4000.0)
    for running in (1.0, 8.0, 32.0)
]
OTHER = Load(2000, 500, concurrency=16)


def bench(factor: float, loads: list[Load] | None = None, noise: float = 0.0) -> list[Point]:
    """Points of a machine that takes `factor` times as long as the package's fit says."""
    jobs = [(MACHINE, load) for load in loads or LOADS]
    found = estimate_many(jobs)
    off = factor * np.exp(noise * np.random.default_rng(3).standard_normal(len(jobs)))
    return [
        Point(MACHINE, load, float(token * by), float(first * by))
        for (_, load), token, first, by in zip(
            jobs, found.tpot[:, 1], found.ttft[:, 1], off, strict=True
        )
    ]


def token(points: list[Point], deployment: Deployment = MACHINE, load: Load = OTHER) -> Range:
    found = estimate(deployment, load, sharpen(efficiencies(), points)).tpot
    assert found is not None
    return found


def width(found: Range) -> float:
    return found.high / found.low


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.floats(0.8, 2.0))
def test_a_machine_that_is_off_at_every_load_is_foretold_at_another(factor: float) -> None:
    before = token([])
    assert token(bench(factor)).value == pytest.approx(factor * before.value, rel=0.1)


def test_a_range_narrows_with_the_points_and_none_leaves_it() -> None:
    none, one, six = (token(bench(1.2, LOADS[:count]) if count else []) for count in (0, 1, 6))
    assert width(none) > width(one) > width(six) > 1
    assert sharpen(efficiencies(), []) is efficiencies()


def test_points_that_scatter_justify_less() -> None:
    assert width(token(bench(1.2, noise=0.4))) > width(token(bench(1.2)))


def test_one_point_moves_an_estimate_part_of_the_way() -> None:
    before, after = token([]).value, token(bench(1.5, LOADS[:1])).value
    assert before < after < 1.5 * before


def test_another_model_on_the_machine_keeps_its_estimate_and_its_range() -> None:
    other = replace(MACHINE, shape=shapes.of_model("qwen3-8b"))
    assert token(bench(1.5), other) == token([], other)


def test_each_model_that_was_measured_has_its_own_bias() -> None:
    other = replace(MACHINE, shape=shapes.of_model("qwen3-8b"))
    slower = [replace(point, deployment=other) for point in bench(1.5)]
    both = [*bench(0.8), *slower]
    assert token(both).value < token([]).value
    assert token(both, other).value > token([], other).value


def test_nothing_becomes_faster_than_the_ideal_by_a_wrong_bench() -> None:
    assert token(bench(0.01)).low >= estimate_many([(MACHINE, OTHER)]).tpot[0, 0] / 5


def test_points_without_a_time_per_token_change_nothing() -> None:
    silent = [replace(point, tpot=None) for point in bench(2.0)]
    assert sharpen(efficiencies(), silent) is efficiencies()


LEVEL = LoadLevel(
    arrival=Arrival.CLOSED,
    requests=100,
    duration_seconds=60.0,
    requests_per_second=Ranged(1.7),
    input_tokens=900.0,
    output_tokens=200.0,
    input_tokens_per_second=1500.0,
    output_tokens_per_second=340.0,
    achieved_concurrency=8.0,
    concurrency=8,
    ttft=Distribution(100, 0.2),
    tpot=Distribution(100, 0.02),
)


def test_a_load_test_becomes_points_of_its_levels() -> None:
    levels = (LEVEL, replace(LEVEL, arrival=Arrival.OPEN, concurrency=None, rate=2.0))
    test = LoadTest("here", "llama", date(2026, 11, 1), levels, "bench", shared_tokens=100)
    closed, opened = own_points(test, replace(MACHINE, tensor=2, campaign=""))

    assert closed.load == Load(900, 200, concurrency=8, shared=100)
    assert opened.load == Load(900, 200, rate=2.0, shared=100)
    assert (closed.tpot, closed.ttft, closed.output_rate) == (0.02, 0.2, 170)
    assert closed.campaign == OWN


@pytest.mark.parametrize(
    "level",
    [
        replace(LEVEL, arrival=Arrival.TRACE, speed=1.0),
        replace(LEVEL, tpot=None),
        replace(LEVEL, failures={"timeout": 11}),
        replace(LEVEL, ended="out of time"),
        replace(LEVEL, concurrency=None),
    ],
)
def test_levels_that_say_nothing_of_a_machine_are_left_out(level: LoadLevel) -> None:
    test = LoadTest("here", "llama", date(2026, 11, 1), (level,), "bench")
    assert own_points(test, MACHINE) == ()
