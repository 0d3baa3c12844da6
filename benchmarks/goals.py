"""Figures beside their goals: prints a table and gives the exit code."""

from __future__ import annotations

from dataclasses import dataclass

MISSED = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure that should lie between two ends, in `unit`."""

    name: str
    figure: float
    low: float
    high: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether the figure lies where it should."""
        return self.low <= self.figure <= self.high


def report(goals: list[Goal]) -> int:
    """Print every figure with its goal; 0 where all are met, else 5."""
    width = max(len(goal.name) for goal in goals)
    for goal in goals:
        word = "met" if goal.met else "MISSED"
        print(
            f"{goal.name:<{width}}  {goal.figure:9.4g} {goal.unit:<4} "
            f"goal {goal.low:g} to {goal.high:g}  {word}"
        )
    return 0 if all(goal.met for goal in goals) else MISSED
