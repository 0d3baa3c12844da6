"""The residuals: what was invoiced each day beyond usage at list price, or below it."""

from __future__ import annotations

from datetime import date

import altair as alt

from equipoise.bill.page import ReconciledRow, Reconciliation
from equipoise.console.charts import daily

HEIGHT = 84.0


def days(reconciliation: Reconciliation) -> tuple[tuple[date, int], ...]:
    """The days that can be compared, each with its residual; one of several providers is summed."""
    sums: dict[date, int] = {}
    for row in reconciliation.by_day:
        when = _day(row)
        if when is not None and row.residual_pico is not None:
            sums[when] = sums.get(when, 0) + row.residual_pico
    return tuple(sorted(sums.items()))


def drawable(reconciliation: Reconciliation) -> bool:
    """Whether days can be compared and at least one leaves something unexplained."""
    found = days(reconciliation)
    return len(found) > 1 and any(amount for _, amount in found)


def chart(reconciliation: Reconciliation) -> alt.LayerChart:
    """Draw the days; raises ValueError where nothing is left unexplained."""
    return daily.chart(days(reconciliation), HEIGHT, "US dollars invoiced beyond list price")


def _day(row: ReconciledRow) -> date | None:
    try:
        return date.fromisoformat(row.name)
    except ValueError:
        return None
