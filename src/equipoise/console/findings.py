"""What a chart shows, as the sentence that stands above it and that a screen reader says."""

from __future__ import annotations

from equipoise.console import format as written
from equipoise.console.charts import cost_quality, crossover
from equipoise.console.charts import curve as reading
from equipoise.console.roles import excluded
from equipoise.domain.decision import CandidateRow, CostCurve, Crossover, Decision
from equipoise.domain.evidence import Standing

_TIE = 1.02  # at a crossover both costs are equal, up to the curve's interpolation


def of_crossover(decision: Decision) -> str:
    """Which candidate costs least a month at the workload's own volume, and up or down to where."""
    volume = decision.requests_per_month
    proven, curves = _comparable(decision)
    costs = {
        curve.candidate: point.cost_usd
        for curve in curves
        if (point := reading.at(curve, volume)) is not None
    }
    if not costs:
        return f"No candidate's cost is known at {written.count(volume)} requests a month"
    least = min(costs, key=lambda name: (costs[name], name))
    at = f"at {written.count(volume)} requests a month"
    if len(costs) == 1:
        whose = ", the only one shown to meet the bar," if proven else ""
        return f"{least}{whose} costs {written.money(costs[least])} a month {at}"
    whose = "Of the candidates that meet the bar, " if proven else "Quality aside, "
    here = f"{whose}{least} costs least {at}"
    limits = _limits(decision, curves, least)
    if limits:
        return f"{here}; {' and '.join(limits)}"
    return f"{here}, and at every volume drawn" if _always(curves, least) else here


def of_cost_quality(decision: Decision) -> str:
    """Which candidate that meets the bar gives the cheapest accepted answer, or what is missing."""
    rows = [row for row in decision.candidates if not row.excluded]
    bar = "the bar"
    if decision.quality_floor is not None:
        bar = f"the floor of {written.percent(decision.quality_floor)}"
    met = [row for row in rows if row.standing == Standing.MET and row.per_accepted_usd]
    if met:
        best = min(met, key=lambda row: (row.per_accepted_usd or 0.0, row.candidate))
        price = written.money(best.per_accepted_usd)
        if len(met) == 1:
            return f"Only {best.candidate} is shown to meet {bar}, at {price} per accepted answer"
        return (
            f"{best.candidate} gives the cheapest accepted answer, {price}, "
            f"of the {written.counted(len(met), 'candidate')} that meet {bar}"
        )
    return _unmet(rows, bar)


def not_drawn(decision: Decision) -> tuple[str, ...]:
    """The candidates that the cost–quality chart has no place for."""
    drawn = {row.candidate for row in cost_quality.drawable(decision)}
    return tuple(row.candidate for row in decision.candidates if row.candidate not in drawn)


def _comparable(decision: Decision) -> tuple[bool, tuple[CostCurve, ...]]:
    """The curves of candidates that meet the bar; where there is none, of all that may be used."""
    standing = {row.candidate: row.standing for row in decision.candidates}
    barred = excluded(decision)
    usable = tuple(c for c in crossover.drawable(decision) if c.candidate not in barred)
    met = tuple(c for c in usable if standing.get(c.candidate) == Standing.MET)
    return (True, met) if met else (False, usable)


def _limits(decision: Decision, curves: tuple[CostCurve, ...], least: str) -> list[str]:
    """Up to where the cheapest one stays so, downwards and upwards."""
    volume = decision.requests_per_month
    names = {curve.candidate for curve in curves}
    turns = [
        turn
        for turn in decision.crossovers
        if {turn.first, turn.second} <= names and _cheapest_at(curves, turn, least)
    ]
    below = [turn for turn in turns if turn.requests_per_month < volume]
    above = [turn for turn in turns if turn.requests_per_month > volume]
    limits = []
    if below and (last := max(below, key=_volume)).cheaper_above == least:
        limits.append(f"below {written.volume(_volume(last))}, {last.cheaper_below} does")
    if above and (first := min(above, key=_volume)).cheaper_below == least:
        limits.append(f"above {written.volume(_volume(first))}, {first.cheaper_above} does")
    return limits


def _volume(turn: Crossover) -> float:
    return turn.requests_per_month


def _cheapest_at(curves: tuple[CostCurve, ...], turn: Crossover, name: str) -> bool:
    """Whether `name` is one of the two that cross, and no third one is cheaper there."""
    costs = {c.candidate: p.cost_usd for c in curves if (p := reading.at(c, _volume(turn)))}
    return name in {turn.first, turn.second} & costs.keys() and (
        costs[name] <= min(costs.values()) * _TIE
    )


def _always(curves: tuple[CostCurve, ...], least: str) -> bool:
    own = next(curve for curve in curves if curve.candidate == least)
    others = [curve for curve in curves if curve.candidate != least]
    return bool(others) and all(
        (there := reading.at(other, point.requests_per_month)) is None
        or point.cost_usd <= there.cost_usd
        for other in others
        for point in own.points
    )


def _unmet(rows: list[CandidateRow], bar: str) -> str:
    undecided = [row for row in rows if row.standing == Standing.OPEN]
    if len(undecided) == 1:
        row = undecided[0]
        rate = written.percent_range(row.rate, row.rate_low, row.rate_high)
        return f"Whether {row.candidate} meets {bar} is still open: {rate} of answers accepted"
    if undecided:
        candidates = written.counted(len(undecided), "candidate")
        return (
            f"No candidate is shown to meet {bar} yet: {candidates} could lie on either side of it"
        )
    unmeasured = sum(row.standing == Standing.UNMEASURED for row in rows)
    if unmeasured:
        have = f"{written.in_words(unmeasured)} {'has' if unmeasured == 1 else 'have'}"
        return f"No candidate is shown to meet {bar}; {have} not been measured"
    return f"No candidate meets {bar}"
