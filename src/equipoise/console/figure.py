"""The two figures of a decision: drawn, named by their finding, with the key to their marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import altair as alt

from equipoise.console import findings
from equipoise.console.charts import cost_quality, crossover, draw
from equipoise.domain.decision import Decision

MARKS = "● open weights, ■ closed weights; filled: run by ourselves, hollow: by a vendor"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn chart. `id` is unique in the page, `finding` its title, `key` how it is read."""

    id: str
    finding: str
    svg: str
    key: str


def of_crossover(decision: Decision, slug: str) -> Figure | None:
    """The crossover chart, or None where no cost curve can be drawn."""
    if not crossover.drawable(decision):
        return None
    key = f"{MARKS}. Bands: the middle 80\u00a0% of the simulation; ring: a crossover."
    finding = findings.of_crossover(decision)
    return _figure(crossover.chart, decision, f"{slug}-crossover", finding, key)


def of_cost_quality(decision: Decision, slug: str) -> Figure | None:
    """The cost–quality chart, or None where no candidate has both figures."""
    if not cost_quality.drawable(decision):
        return None
    key = f"{MARKS}; solid: measured, dashed: assumed; grey: excluded. Better is up and left."
    absent = findings.not_drawn(decision)
    if absent:
        key += f" Not drawn, a figure being unknown: {', '.join(absent)}."
    finding = findings.of_cost_quality(decision)
    return _figure(cost_quality.chart, decision, f"{slug}-quality", finding, key)


def _figure(
    chart: Callable[[Decision], alt.LayerChart],
    decision: Decision,
    name: str,
    finding: str,
    key: str,
) -> Figure:
    return Figure(name, finding, draw.svg(chart(decision), name, finding), key)
