"""Fitting the coefficients to measured points: shrunken effects, robust, one pure function.

Least squares on the logarithms of times per token (and, with less weight, of first tokens), with a
soft-L1 loss, since benchmarks hide options that double a speed. Every coefficient is held by its
prior and every effect by a normal prior around no effect, so that a group of few points moves
little and an unseen one not at all (Gelman and Hill, 2007, chapter 12). Points of one architecture
in one campaign count as `_CAP` at most. What beats the ideal roofline is not a step of that model
(speculation, a wrong row) and is not fitted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from equipoise.catalog.efficiencies import Efficiencies, Spread
from equipoise.domain.provenance import Source
from equipoise.economics.throughput import spreads
from equipoise.economics.throughput.batching import ideal_token, serve
from equipoise.economics.throughput.coefficients import (
    COLUMN,
    EAGER,
    GROUPINGS,
    NAMES,
    PRIORS,
    labels,
)
from equipoise.economics.throughput.points import Point
from equipoise.economics.throughput.step import Steps
from equipoise.economics.throughput.work import Column, Work, work

_CAP = 100.0
_SCALE, _FIRST_SCALE, _FIRST_WEIGHT = 0.25, 0.5, 0.3
_FOR_EVER = 1e5  # seconds: a queue that only grows, as a number that can be fitted
Theta = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effect:
    """A factor's place in the parameters: whose coefficient, for which rows, and its prior."""

    coefficient: str
    grouping: str
    label: str
    rows: NDArray[np.bool_]
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Problem:
    """All points as columns, and which effects they can inform."""

    points: tuple[Point, ...]
    work: Work
    token: Column
    first: Column
    effects: tuple[Effect, ...]

    def logarithms(self, theta: Theta) -> NDArray[np.float64]:
        """Logarithms of all coefficients, a row a point."""
        pooled = np.broadcast_to(theta[: len(NAMES)], (len(self.points), len(NAMES))).copy()
        for value, effect in zip(theta[len(NAMES) :], self.effects, strict=True):
            pooled[effect.rows, COLUMN[effect.coefficient]] += value
        return pooled

    def predict(self, theta: Theta) -> tuple[Column, Column]:
        """Logarithms of the times per token and to the first one."""
        served = serve(Steps(self.work, np.exp(self.logarithms(theta))))
        return np.log(served.token), np.log(np.minimum(served.first, _FOR_EVER))


def calibrate(points: Sequence[Point], source: Source) -> Efficiencies:
    """Coefficients, effects and spreads from measured points with a time per token.

    The spreads are what fits were off by on what they had not seen: each architecture of each
    campaign left out in turn, then each campaign. Raises ValueError where no point has such a time.
    """
    problem = pose(points)
    theta = solve(problem, np.ones(len(problem.points), dtype=bool))
    return replace(published(problem, theta, source), spreads=_spreads(problem, theta))


def pose(points: Sequence[Point]) -> Problem:
    """The points with a time per token as one problem; raises ValueError where there are none."""
    usable = tuple(point for point in points if point.tpot is not None)
    if not usable:
        raise ValueError("no point has a time per token")
    groups = [labels(point.deployment) for point in usable]
    effects = []
    for (coefficient, grouping), spread in GROUPINGS.items():
        for label in sorted({row[grouping] for row in groups}):
            rows = np.array([row[grouping] == label for row in groups])
            mean = EAGER.get(label, 0.0) if coefficient == "launch" else 0.0
            effects.append(Effect(coefficient, grouping, label, rows, mean, spread))
    return Problem(
        points=usable,
        work=work([(point.deployment, point.load) for point in usable]),
        token=np.log([point.tpot or np.nan for point in usable]),
        first=np.log([point.ttft or np.nan for point in usable]),
        effects=tuple(effects),
    )


def solve(problem: Problem, used: NDArray[np.bool_], start: Theta | None = None) -> Theta:
    """The most probable parameters given the points that are `used`."""
    means, spreads = _priors(problem)
    sane = used & (np.log(ideal_token(problem.work)) < problem.token)
    weights = _weights(problem, sane)
    residuals = _residuals(problem, sane, weights)

    def objective(theta: Theta) -> Theta:
        return np.concatenate([residuals(theta), (theta - means) / spreads])

    found = least_squares(
        objective, means if start is None else start, max_nfev=40, xtol=1e-5, ftol=1e-5
    )
    solution: Theta = found.x
    return solution


def _priors(problem: Problem) -> tuple[Theta, Theta]:
    pairs = [(np.log(prior.median), prior.spread) for prior in PRIORS.values()]
    pairs += [(effect.mean, effect.spread) for effect in problem.effects]
    means, spreads = np.array(pairs).T
    return means, spreads


def _weights(problem: Problem, sane: NDArray[np.bool_]) -> Column:
    keys = [(point.architecture, point.campaign) for point in problem.points]
    counts = Counter(key for key, use in zip(keys, sane, strict=True) if use)
    return np.array([min(1.0, _CAP / counts[key]) ** 0.5 if counts[key] else 0.0 for key in keys])


def _residuals(
    problem: Problem, sane: NDArray[np.bool_], weights: Column
) -> Callable[[Theta], Column]:
    tokens, firsts = np.flatnonzero(sane), np.flatnonzero(sane & np.isfinite(problem.first))

    def of(theta: Theta) -> Column:
        token, first = problem.predict(theta)
        each = soft(token[tokens] - problem.token[tokens], _SCALE) * weights[tokens]
        start = soft(first[firsts] - problem.first[firsts], _FIRST_SCALE) * weights[firsts]
        return np.concatenate([each, _FIRST_WEIGHT * start])

    return of


def soft(residual: Column, scale: float) -> Column:
    """What squares to the soft-L1 loss of a residual: linear beyond `scale`."""
    soft: Column = np.sign(residual) * np.sqrt(2 * (np.sqrt(1 + (residual / scale) ** 2) - 1))
    return soft


def published(problem: Problem, theta: Theta, source: Source) -> Efficiencies:
    """Parameters as a fit, without ranges."""
    pooled = {name: float(np.exp(theta[COLUMN[name]])) for name in NAMES}
    effects: dict[tuple[str, str], dict[str, float]] = {key: {} for key in GROUPINGS}
    for value, effect in zip(theta[len(NAMES) :], problem.effects, strict=True):
        effects[effect.coefficient, effect.grouping][effect.label] = float(np.exp(value))
    groups = [labels(point.deployment) for point in problem.points]
    seen = {
        grouping: frozenset(row[grouping] for row in groups)
        for grouping in ("engine", "format", "generation", "campaign")
    }
    return Efficiencies(pooled, effects, {}, seen, len(problem.points), source)


def _spreads(problem: Problem, theta: Theta) -> dict[str, Spread]:
    architectures = [point.architecture for point in problem.points]
    campaigns = [point.campaign for point in problem.points]
    found: dict[str, Spread] = {}
    for name, groups in (("campaign", architectures), ("elsewhere", campaigns)):
        token, first = left_out(problem, theta, np.array(groups))
        errors = {"tpot": problem.token - token, "ttft": problem.first - first}
        errors["output_rate"] = -errors["tpot"]
        far = name == "elsewhere"
        for time, off in errors.items():
            known = spreads.ranges(off, problem.points, elsewhere=far)
            found |= {f"{time}.{name}{ending}": spread for ending, spread in known.items()}
            if far:
                found[f"{time}.within"] = spreads.within(off, problem.points)
    return found


def left_out(problem: Problem, start: Theta, groups: NDArray[np.str_]) -> tuple[Column, Column]:
    """Each group's predicted logarithms from a fit to all the others; NaN where there are none."""
    token, first = np.full(len(groups), np.nan), np.full(len(groups), np.nan)
    for group, theta in without(problem, start, groups):
        held = groups == group
        predicted = problem.predict(theta)
        token[held], first[held] = predicted[0][held], predicted[1][held]
    return token, first


def without(
    problem: Problem, start: Theta, groups: NDArray[np.str_]
) -> Iterator[tuple[str, Theta]]:
    """Each group with the parameters of a fit to all the others; none where there is one group."""
    for group in np.unique(groups):
        held = groups == group
        if not held.all():
            yield str(group), solve(problem, ~held, start)
