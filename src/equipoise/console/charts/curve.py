"""Reading a cost curve between its points, along straight lines on logarithmic paper."""

from __future__ import annotations

import math
from itertools import pairwise

from equipoise.domain.decision import CostCurve, CostPoint


def span(curve: CostCurve) -> tuple[float, float]:
    """The smallest and largest volume of a curve; raises ValueError if it has no point."""
    volumes = [point.requests_per_month for point in curve.points]
    return min(volumes), max(volumes)


def at(curve: CostCurve, volume: float) -> CostPoint | None:
    """The cost at a volume, interpolated; None beyond the curve's ends."""
    points = sorted(curve.points, key=lambda point: point.requests_per_month)
    for point in points:
        if math.isclose(point.requests_per_month, volume):
            return point
    for left, right in pairwise(points):
        if left.requests_per_month < volume < right.requests_per_month:
            return _between(left, right, volume)
    return None


def _between(left: CostPoint, right: CostPoint, volume: float) -> CostPoint:
    start, end = left.requests_per_month, right.requests_per_month
    part = math.log(volume / start) / math.log(end / start) if start > 0 else volume / end
    return CostPoint(
        volume,
        _mix(left.cost_usd, right.cost_usd, part),
        _mix(left.low_usd, right.low_usd, part),
        _mix(left.high_usd, right.high_usd, part),
    )


def _mix(start: float, end: float, part: float) -> float:
    if start > 0 and end > 0:
        return math.exp((1 - part) * math.log(start) + part * math.log(end))
    return (1 - part) * start + part * end
