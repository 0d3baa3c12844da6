"""How often the intervals cover, and how often peeking misleads the stopping rule.

Simulated at the sizes a trial has; seeded, so that the figures are the same on every machine.
"""

from __future__ import annotations

import sys

import numpy as np
from goals import Goal, report

from equipoise.statistics import PairedCounts, SequentialDecision, floor_test, tango, wilson

_ROUNDS = 4000
_SEED = 20261124


def wilson_coverage(rate: float, items: int) -> float:
    """The share of samples whose 90 % Wilson interval holds the true rate."""
    random = np.random.default_rng(_SEED)
    samples = random.binomial(items, rate, _ROUNDS)
    return float(np.mean([wilson(int(s), items, 0.9).contains(rate) for s in samples]))


def tango_coverage(difference: float, discordance: float, items: int) -> float:
    """The share of paired samples whose 90 % Tango interval holds the true difference."""
    random = np.random.default_rng(_SEED)
    ours, theirs = (discordance + difference) / 2, (discordance - difference) / 2
    covered = 0
    for only_ours, only_theirs, both in random.multinomial(
        items, [ours, theirs, 1 - discordance], _ROUNDS
    ):
        counts = PairedCounts(int(both), int(only_ours), int(only_theirs), 0)
        covered += tango(counts, 0.9).contains(difference)
    return covered / _ROUNDS


def misled(floor: float, items: int) -> float:
    """The share of runs, exactly at the floor, that a look at every item ever calls good."""
    random = np.random.default_rng(_SEED)
    wrong = 0
    for _ in range(_ROUNDS // 4):
        scores = random.random(items) < floor
        outcome = floor_test(map(float, scores), floor, 0.05)
        wrong += outcome.decision is SequentialDecision.GOOD
    return wrong / (_ROUNDS // 4)


def main() -> int:
    """Measure and report."""
    goals = [
        Goal(f"Wilson 90 %, rate {rate}, 60 items", wilson_coverage(rate, 60), 0.85, 0.96, "")
        for rate in (0.5, 0.7, 0.85, 0.95)
    ]
    goals += [
        Goal(f"Tango 90 %, difference {d}, 60 items", tango_coverage(d, 0.2, 60), 0.87, 0.95, "")
        for d in (0.0, 0.05, 0.1)
    ]
    goals += [
        Goal(f"misled by peeking, floor {floor}, 200 items", misled(floor, 200), 0.0, 0.05, "")
        for floor in (0.6, 0.85, 0.95)
    ]
    return report(goals)


if __name__ == "__main__":
    sys.exit(main())
