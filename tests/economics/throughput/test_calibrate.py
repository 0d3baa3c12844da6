"""The fit: known coefficients come back, spreads cover, a file gives the fit back."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from equipoise.catalog import devices, shapes
from equipoise.catalog.efficiencies import Efficiencies, efficiencies, read, to_toml
from equipoise.domain.provenance import Source
from equipoise.economics.throughput.calibrate import calibrate, pose, solve
from equipoise.economics.throughput.coefficients import COLUMN, PRIORS, coefficients
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.estimate import estimate_many
from equipoise.economics.throughput.points import Point
from equipoise.economics.throughput.precision import FORMATS
from equipoise.economics.throughput.spreads import (
    ALONE,
    alone,
    deviation,
    even,
    machine,
    ranges,
    spread,
    within,
)

SOURCE = Source("made up", checked=date(2026, 11, 1))
TRUE = {name: prior.median for name, prior in PRIORS.items()} | {
    "weights": 1.5,
    "cache": 2.2,
    "layer": 50e-6,
    "sequence": 30e-6,
}
MODELS = ("llama-3.1-8b-instruct", "qwen3-32b", "gpt-oss-120b", "deepseek-v3")


def truth() -> Efficiencies:
    return replace(efficiencies(), pooled=TRUE, effects={})


def made(noise: float = 0.0, seed: int = 1) -> list[Point]:
    jobs = [
        (
            Deployment(shapes.of_model(model), devices.find(on), FORMATS["fp8"], tensor, engine=""),
            Load(context, 256, concurrency=running),
        )
        for model in MODELS
        for on in ("h100", "b200")
        for tensor in (1, 4, 8)
        for context in (128.0, 4096.0, 32_768.0)
        for running in (1.0, 8.0, 64.0)
    ]
    found = estimate_many(jobs, truth())
    off = np.exp(noise * np.random.default_rng(seed).standard_normal(len(jobs)))
    return [
        Point(*job, tpot=float(token * by), ttft=float(first))
        for job, token, first, by in zip(jobs, found.tpot[:, 1], found.ttft[:, 1], off, strict=True)
    ]


@pytest.mark.parametrize("name", ["weights", "cache", "sequence"])
def test_known_coefficients_come_back(name: str) -> None:
    points = made()
    own = coefficients(calibrate(points, SOURCE), [points[0].deployment])[0]
    assert own[COLUMN[name]] == pytest.approx(TRUE[name], rel=0.1)


def test_a_fit_to_three_architectures_foretells_the_fourth() -> None:
    points = made()
    held = [point for point in points if point.deployment.shape.id == "qwen3-32b"]
    fit = calibrate([point for point in points if point not in held], SOURCE)
    found = estimate_many([(point.deployment, point.load) for point in held], fit).tpot[:, 1]
    true = np.array([point.tpot for point in held])
    assert np.median(np.abs(found / true - 1)) < 0.05


def test_one_wild_point_moves_the_fit_little() -> None:
    points = made()
    wild = [replace(points[0], tpot=50 * (points[0].tpot or 0.0)), *points[1:]]
    every = np.ones(len(points), dtype=bool)
    moved = np.exp(solve(pose(wild), every) - solve(pose(points), every))
    assert moved[COLUMN["weights"]] == pytest.approx(1.0, rel=0.05)


def test_points_faster_than_the_ideal_are_not_fitted() -> None:
    points = made()
    cheats = [replace(point, tpot=1e-7) for point in points[:20]]
    kept = solve(pose([*cheats, *points]), np.ones(len(points) + 20, dtype=bool))
    alone = solve(pose(points), np.ones(len(points), dtype=bool))
    assert np.exp(kept - alone) == pytest.approx(1.0, rel=0.02)


def test_noisier_measurements_give_wider_spreads() -> None:
    narrow, wide = (
        calibrate(made(noise), SOURCE).spreads["tpot.campaign"] for noise in (0.05, 0.4)
    )
    assert wide.low < narrow.low <= 1 <= narrow.high < wide.high


def test_points_without_a_time_per_token_are_no_fit() -> None:
    with pytest.raises(ValueError, match="no point"):
        calibrate([replace(made()[0], tpot=None)], SOURCE)


def test_an_open_loop_that_never_settles_can_be_fitted() -> None:
    points = made()
    flooded = replace(points[0], load=Load(4096, 256, rate=1e4), ttft=60.0)
    assert np.isfinite(solve(pose([flooded, *points]), np.ones(len(points) + 1, dtype=bool))).all()


def test_a_spread_holds_four_fifths_of_the_errors() -> None:
    off = np.linspace(-1, 1, 1001)
    found = spread(off, np.ones(len(off)))
    assert (np.log(found.low), np.log(found.high)) == pytest.approx((-0.8, 0.8), abs=0.01)


def test_a_spread_encloses_the_estimate_and_is_a_guess_without_errors() -> None:
    assert spread(np.full(9, 0.5), np.ones(9)).low == 1.0
    guess = spread(np.array([np.nan]), np.ones(1))
    assert guess.low < 1 < guess.high


def test_one_request_at_a_time_has_a_range_of_its_own_as_far_to_both_sides() -> None:
    points = made()
    off = np.where(alone(points), 0.5, 0.1) * np.resize([1.0, -0.5], len(points))
    found = ranges(off, points, elsewhere=False)
    assert found[ALONE].low == pytest.approx(1 / found[ALONE].high)
    assert found[ALONE].high > found[""].high > 1


def test_few_campaigns_widen_the_range_of_a_further_one() -> None:
    points = [replace(p, load=replace(p.load, concurrency=1.0)) for p in made()]
    named = [
        replace(point, deployment=replace(point.deployment, campaign=f"c{number % 3}"))
        for number, point in enumerate(points)
    ]
    off = 0.2 * np.resize([1.0, -1.0], len(points))
    near, far = (ranges(off, named, elsewhere=elsewhere)[ALONE] for elsewhere in (False, True))
    assert np.log(far.high) == pytest.approx(np.log(near.high) * (4 / 3) ** 0.5)


def test_what_a_machine_is_off_by_at_every_load_is_not_its_spread() -> None:
    points = made()
    bias = np.array([len(machine(point)) * 0.1 for point in points])
    assert within(bias, points).high == pytest.approx(1.0)
    assert deviation(within(bias + np.resize([0.3, -0.3], len(points)), points)) > 0.1


def test_no_group_outweighs_the_others_by_its_size() -> None:
    weights = even(["many"] * 1000 + ["few"] * 10)
    assert weights[:1000].sum() == pytest.approx(30)
    assert weights[1000:].sum() == pytest.approx(10)


def test_a_written_fit_is_read_back() -> None:
    fit = calibrate(made(0.1), SOURCE)
    again = read(tomllib.loads(to_toml(fit)))
    assert (again.seen, again.points, again.source) == (fit.seen, fit.points, fit.source)
    assert dict(again.pooled) == pytest.approx(dict(fit.pooled), rel=1e-3)
    for key, factors in fit.effects.items():
        assert dict(again.effects[key]) == pytest.approx(dict(factors), rel=1e-3)


def test_the_package_has_every_coefficient_and_spread_with_its_source() -> None:
    fit = efficiencies()
    assert set(fit.pooled) == set(PRIORS)
    assert {name.partition(".")[0] for name in fit.spreads} == {"tpot", "ttft", "output_rate"}
    assert fit.source.checked is not None
    assert fit.points > 0
    for name, elsewhere in fit.spreads.items():
        assert elsewhere.low <= 1 <= elsewhere.high, name


def test_an_engine_nobody_measured_has_the_pooled_coefficients() -> None:
    fit = efficiencies()
    strange = replace(made()[0].deployment, engine="somebody's")
    found = coefficients(fit, [strange])[0]
    assert found[COLUMN["prefill"]] == pytest.approx(fit.pooled["prefill"])
