"""The share of answers accepted, against a floor: the verdict, and what would decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

from equipoise.domain.evidence import Standing
from equipoise.statistics import FloorStatus, Interval, floor_sample_size, holm
from equipoise.trials.floors import floor_standing

POWER = 0.8
WORDS = {
    FloorStatus.MET: "met",
    FloorStatus.NOT_MET: "not met",
    FloorStatus.UNDECIDED: "undecided",
}
_STATUS = {
    Standing.MET: FloorStatus.MET,
    Standing.NOT_MET: FloorStatus.NOT_MET,
    Standing.OPEN: FloorStatus.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class FloorJudged:
    """Where a share stands; `p_met` and `p_not_met` are one-sided, of its not being so.

    `further` is how many more items would decide with a power of 80 % if the share is the truth,
    and None where none would or it is decided.
    """

    name: str
    items: int
    floor: float
    status: FloorStatus
    interval: Interval
    p_met: float
    p_not_met: float
    further: int | None
    method: str


def judge_floor(name: str, shares: Mapping[str, float], floor: float, alpha: float) -> FloorJudged:
    """Judge the shares of a candidate's answers that were accepted, item by item."""
    found = floor_standing(shares, floor, alpha)
    p_met = found.p_value
    further = None
    if found.status is FloorStatus.UNDECIDED:
        further = _further(found.interval.estimate, len(shares), floor, alpha)
    method = f"{found.interval.method} interval at {(1 - 2 * alpha) * 100:g} %"
    return FloorJudged(
        name, len(shares), floor, found.status, found.interval, p_met, 1.0 - p_met, further, method
    )


def by_betting(
    judged: FloorJudged, standing: Standing, p_value: float, method: str, alpha: float
) -> FloorJudged:
    """The same figures, decided by the e-process."""
    status = _STATUS[standing]
    further = None
    if status is FloorStatus.UNDECIDED:
        further = _further(judged.interval.estimate, judged.items, judged.floor, alpha)
    return replace(
        judged, status=status, p_met=p_value, p_not_met=1.0, further=further, method=method
    )


def corrected(slices: list[FloorJudged], alpha: float) -> list[FloorJudged]:
    """The same slices with all of them in mind: each claim has to survive Holm's correction."""
    met = holm([row.p_met for row in slices])
    not_met = holm([row.p_not_met for row in slices])
    found = []
    for row, p_met, p_not_met in zip(slices, met, not_met, strict=True):
        status = row.status
        if (status is FloorStatus.MET and p_met > alpha) or (
            status is FloorStatus.NOT_MET and p_not_met > alpha
        ):
            status = FloorStatus.UNDECIDED
        found.append(replace(row, status=status, p_met=p_met, p_not_met=p_not_met))
    return found


def sentence(judged: FloorJudged, noun: str = "") -> str:
    """The verdict in one sentence."""
    name = f"{judged.name}{noun}"
    said = {
        FloorStatus.MET: f"{name} meets",
        FloorStatus.NOT_MET: f"{name} does not meet",
        FloorStatus.UNDECIDED: f"Undecided whether {name} meets",
    }[judged.status]
    interval = judged.interval
    words = (
        f"{said} the floor of {judged.floor * 100:.4g} %: {interval.estimate:.1%} accepted "
        f"({interval.level * 100:g} % interval {interval.low:.1%} to {interval.high:.1%}) on "
        f"{judged.items:,} item{'' if judged.items == 1 else 's'}"
    )
    if judged.status is FloorStatus.UNDECIDED and judged.further is not None:
        words += (
            f"; about {judged.further:,} more would decide with a power of 80 % if "
            f"{interval.estimate:.1%} is the truth"
        )
    return f"{words}."


def _further(rate: float, items: int, floor: float, alpha: float) -> int | None:
    """How many more items decide; on the far side of the floor, how many prove that."""
    if not isfinite(rate) or rate == floor or not 0.0 < floor < 1.0:
        return None
    ends = (rate, floor) if rate > floor else (1.0 - rate, 1.0 - floor)
    return max(1, floor_sample_size(*ends, alpha=alpha, power=POWER) - items)
