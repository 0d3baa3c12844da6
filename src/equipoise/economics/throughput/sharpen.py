"""The package's fit made one machine's own, from a few points that its user measured on it.

A model on a new machine is off by a bias common to all loads, whose spread between campaigns the
fit knows, and by what differs from load to load. The most probable bias and coefficients given both
and the measured points are found by the least squares of `calibrate`, held at the package's values:
few points move the bias alone, points at several loads the coefficients that they tell apart. The
range narrows to what the points justify: the posterior's spread and that between loads, which the
points' own scatter corrects (Gelman and others, 2013, chapters 2 and 4).

A bias is a model's on a machine: on measured machines other models were off by others (a standard
deviation of 0.34 of the logarithm between models of one machine, 0.14 between loads of one model),
so that a bench of one model changes nothing for another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t

from equipoise.catalog.efficiencies import Efficiencies, Spread
from equipoise.domain.load_test import Arrival, LoadLevel, LoadTest
from equipoise.economics.throughput.batching import serve
from equipoise.economics.throughput.calibrate import soft
from equipoise.economics.throughput.coefficients import COLUMN, NAMES, PRIORS, coefficients
from equipoise.economics.throughput.deployment import Deployment, Load
from equipoise.economics.throughput.points import Point
from equipoise.economics.throughput.spreads import ALONE, deviation
from equipoise.economics.throughput.step import Steps
from equipoise.economics.throughput.work import Column, Work, work

OWN = "own machine"
"""The campaign of a user's own points where they are given no other name."""

_FACTORS = frozenset({"launch", "prefill_routed", "burst"})  # without a time of their own
_LEAST_BIAS = 0.05  # standard deviation of the logarithm, were campaigns to agree by chance
_WEIGHT_WITHIN = 8.0  # points that the known spread within a machine counts as
_FAILED = 0.1  # share of a level's requests beyond which its times are not the machine's
_TAIL = 0.9
_STEP = 1e-4
_FOR_EVER = 1e5  # seconds: a queue that only grows, as a number


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Standard deviations of one time's logarithm: of a machine's bias, and within a machine."""

    between: float
    within: float


def sharpen(fitted: Efficiencies, measured: Sequence[Point], campaign: str = OWN) -> Efficiencies:
    """The fit as `measured` points of one machine make it, for deployments of `campaign`.

    Points without a time per token are left out; with none the fit is returned as it is. Models
    that were not measured keep their estimates and the ranges of a machine nobody has seen.
    """
    usable = [point for point in measured if point.tpot is not None]
    if not usable:
        return fitted
    factors: dict[str, Mapping[str, float]] = {}
    ranges: dict[str, Spread] = {}
    for model in sorted({point.architecture for point in usable}):
        factors[model], own = _sharpened(fitted, [p for p in usable if p.architecture == model])
        ranges = {name: _wider(spread, ranges.get(name)) for name, spread in own.items()}
    effects = dict(fitted.effects)
    for name in NAMES:
        effects[name, "model"] = {model: factors[model][name] for model in factors}
    seen = {"campaign": frozenset({campaign}), "model": frozenset(factors)}
    return replace(
        fitted,
        effects=MappingProxyType(effects),
        spreads=MappingProxyType(dict(fitted.spreads) | ranges),
        seen=MappingProxyType(dict(fitted.seen) | seen),
    )


def _sharpened(
    fitted: Efficiencies, points: Sequence[Point]
) -> tuple[Mapping[str, float], Mapping[str, Spread]]:
    """Factors on the coefficients and ranges from the points of one model."""
    problem = _pose(fitted, points)
    found = least_squares(problem.residuals, np.zeros(1 + len(NAMES)), max_nfev=60)
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    shifts = np.exp(problem.shifts(found.x))
    factors = {name: float(shifts[COLUMN[name]]) for name in NAMES}
    return factors, problem.spreads(found.x, covariance)


def _wider(one: Spread, other: Spread | None) -> Spread:
    if other is None:
        return one
    return Spread(min(one.low, other.low), max(one.high, other.high))


def own_points(test: LoadTest, deployment: Deployment) -> tuple[Point, ...]:
    """A load test's levels as points of the deployment that it was run on.

    Levels that ended early, of a replayed trace, with many failures or without a time per token
    say nothing of a machine's steps and are left out.
    """
    deployment = replace(deployment, campaign=deployment.campaign or OWN)
    found = (_point(level, test, deployment) for level in test.levels)
    return tuple(point for point in found if point is not None)


def _point(level: LoadLevel, test: LoadTest, deployment: Deployment) -> Point | None:
    asked = level.concurrency if level.arrival is Arrival.CLOSED else level.rate
    failed = level.failed > _FAILED * max(level.requests, 1)
    if level.arrival is Arrival.TRACE or not asked or failed or level.ended or level.tpot is None:
        return None
    closed = level.arrival is Arrival.CLOSED
    load = Load(
        level.input_tokens,
        max(level.output_tokens, 1.0),
        concurrency=float(asked) if closed else None,
        rate=None if closed else float(asked),
        shared=min(test.shared_tokens, level.input_tokens),
    )
    first = level.ttft.mean if level.ttft is not None else None
    rate = level.output_tokens_per_second / deployment.devices
    return Point(deployment, load, level.tpot.mean or None, first, rate or None)


@dataclass(frozen=True, slots=True)
class _Problem:
    """The points as columns, the package's coefficients for them, and how far each may be off."""

    work: Work
    held: Column
    token: Column
    first: Column
    kinds: Mapping[str, _Kinds]

    def shifts(self, unknown: Column) -> Column:
        """What is added to the coefficients' logarithms: the bias, and each one's own."""
        timed = np.array([name not in _FACTORS for name in NAMES])
        moved: Column = unknown[1:] + np.where(timed, unknown[0], 0.0)
        return moved

    def errors(self, unknown: Column) -> Mapping[str, Column]:
        """Logarithms of measured over estimated times, a token and to the first one, if known."""
        served = serve(Steps(self.work, self.held * np.exp(self.shifts(unknown))))
        first = self.first - np.log(np.minimum(served.first, _FOR_EVER))
        return {
            "tpot": self.token - np.log(served.token),
            "ttft": first[np.isfinite(self.first)],
        }

    def residuals(self, unknown: Column) -> Column:
        """Errors and departures from the package's fit, each in its standard deviations."""
        errors = self.errors(unknown)
        spreads = [PRIORS[name].spread for name in NAMES]
        own = unknown / np.array([self.kinds["tpot"].between, *spreads])
        parts = [soft(errors[name] / kind.within, 1.0) for name, kind in self.kinds.items()]
        return np.concatenate([*parts, own])

    def spreads(self, at: Column, covariance: Column) -> dict[str, Spread]:
        """The ranges of this machine's times, and of its tokens a second."""
        found: dict[str, Spread] = {}
        for name, errors in self.errors(at).items():
            if len(errors):
                made = self._spread(name, errors, at, covariance)
                found |= {f"{name}.campaign{ending}": made for ending in ("", ALONE)}
        token = found["tpot.campaign"]
        rate = Spread(1 / token.high, 1 / token.low)
        return found | {f"output_rate.campaign{ending}": rate for ending in ("", ALONE)}

    def _spread(self, name: str, errors: Column, at: Column, covariance: Column) -> Spread:
        freedom = _WEIGHT_WITHIN + len(errors) - 1
        # What the points' own scatter says of the spread within, beside what is known of it.
        known = _WEIGHT_WITHIN * self.kinds[name].within ** 2
        within = (known + float(np.sum(errors**2))) / freedom
        slopes = _slopes(lambda unknown: self.errors(unknown)[name], at)
        of_fit = float(np.mean(np.einsum("ij,jk,ik->i", slopes, covariance, slopes)))
        end = float(t.ppf(_TAIL, freedom)) * (within + of_fit) ** 0.5
        return Spread(float(np.exp(-end)), float(np.exp(end)))


def _pose(fitted: Efficiencies, points: Sequence[Point]) -> _Problem:
    deployments = [point.deployment for point in points]
    return _Problem(
        work=work([(point.deployment, point.load) for point in points]),
        held=coefficients(fitted, deployments),
        token=np.log([point.tpot or np.nan for point in points]),
        first=np.log([point.ttft or np.nan for point in points]),
        kinds={name: _kinds(fitted, name) for name in ("tpot", "ttft")},
    )


def _kinds(fitted: Efficiencies, name: str) -> _Kinds:
    within = deviation(fitted.spreads[f"{name}.within"])
    whole = deviation(fitted.spreads[f"{name}.elsewhere"])
    return _Kinds(max(whole**2 - within**2, _LEAST_BIAS**2) ** 0.5, within)


def _slopes(of: Callable[[Column], Column], at: Column) -> Column:
    """How values change with each unknown, by differences."""
    middle = of(at)
    columns = [(of(at + step) - middle) / _STEP for step in _STEP * np.eye(len(at))]
    return np.stack(columns, axis=1)
