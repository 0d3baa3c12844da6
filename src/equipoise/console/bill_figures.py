"""The figures of a bill: drawn, named by their finding, with the key to their marks."""

from __future__ import annotations

import altair as alt

from equipoise.bill.page import BillPage, Breakdown
from equipoise.console import bill_findings as findings
from equipoise.console import format as written
from equipoise.console import names
from equipoise.console.charts import (
    bill_ladder,
    break_even,
    daily,
    draw,
    missing_facts,
    residuals,
    spend_bars,
    spend_trend,
)
from equipoise.console.figure import Figure

_MIDDLE = f"the middle 80{written.NBSP}% of the simulation"


def of_ladder(page: BillPage) -> Figure | None:
    """From today's bill to running it ourselves, or None where there is nothing to compare."""
    if not bill_ladder.drawable(page):
        return None
    key = (
        f"Faint grey: what is still billed. Orange: saved with today's models, {_MIDDLE}; each is "
        "taken from today's bill on its own, and they are not added up. Blue: open weights"
    )
    own = page.ceiling is not None and bill_ladder.paying(page.ceiling)
    key += f"; strong: machines, faint: people, whisker: {_MIDDLE}." if own else "."
    return _figure(bill_ladder.chart(page), "chart-ladder", findings.of_ladder(page), key)


def of_spend(breakdown: Breakdown, rank: int) -> Figure | None:
    """A breakdown's largest parts, or None where there is one part or none."""
    if not spend_bars.drawable(breakdown):
        return None
    shown, rest = spend_bars.folded(breakdown)
    whole = written.exact_usd(sum(row.pico for row in breakdown.rows))
    count = written.count(len(breakdown.rows))
    key = f"The {count} rows add up to {whole}."
    if rest:
        key += f" The largest {len(shown)} are drawn on their own, all are in the table."
    finding = findings.of_spend(breakdown)
    return _figure(spend_bars.chart(breakdown), f"chart-spend-{rank}", finding, key)


def of_trend(page: BillPage) -> Figure | None:
    """The days, or None where there is one day or nothing spent."""
    if not spend_trend.drawable(page.trend):
        return None
    key = f"Days are in UTC. The bars add up to {_total(page.trend.days)}."
    if daily.weekly(page.trend.days):
        key = f"Weeks, counted back from the last day; they add up to {_total(page.trend.days)}."
    finding = findings.of_trend(page.trend)
    return _figure(spend_trend.chart(page.trend), "chart-trend", finding, key)


def of_residuals(page: BillPage) -> Figure | None:
    """The residual of every day, or None where no day can be compared."""
    if not residuals.drawable(page.reconciliation):
        return None
    key = "Invoiced less usage at list price. Above the line more was invoiced, below it less."
    finding = findings.of_residuals(page.reconciliation)
    return _figure(residuals.chart(page.reconciliation), "chart-residuals", finding, key)


def of_break_even(page: BillPage) -> Figure | None:
    """The saving at other sizes of the bill, or None where there is no curve."""
    found = page.break_even
    if found is None or not break_even.drawable(found, page.monthly_usd):
        return None
    key = f"Band: {_MIDDLE}; ring: where the cheaper side changes. The mix of models is today's."
    finding = findings.of_break_even(found, page.monthly_usd)
    return _figure(break_even.chart(found, page.monthly_usd), "chart-break-even", finding, key)


def of_missing(page: BillPage) -> Figure | None:
    """The facts that no bill holds, or None where none moves the ceiling."""
    if page.ceiling is None or not missing_facts.drawable(page.missing):
        return None
    key = (
        "Each bar: the ceiling with the fact at its two ends and the rest at its centre. Dashed: "
        "the ceiling as it is; solid: running it ourselves saves nothing."
    )
    drawn = missing_facts.chart(page.missing, page.ceiling.net)
    return _figure(drawn, "chart-missing", findings.of_missing(page.missing), key)


def _total(days: daily.Days) -> str:
    return written.exact_usd(sum(amount for _, amount in days))


def _figure(chart: alt.LayerChart, name: str, finding: str, key: str) -> Figure:
    title = names.one_line(finding)
    return Figure(name, title, draw.svg(chart, name, title), key)
