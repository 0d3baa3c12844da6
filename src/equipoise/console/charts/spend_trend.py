"""The trend: what is spent day by day."""

from __future__ import annotations

import altair as alt

from equipoise.bill.page import Trend
from equipoise.console.charts import daily

HEIGHT = 120.0


def drawable(trend: Trend) -> bool:
    """Whether there are days to compare."""
    return len(trend.days) > 1 and any(amount for _, amount in trend.days)


def chart(trend: Trend) -> alt.LayerChart:
    """Draw the days; raises ValueError where none has an amount."""
    span = "week" if daily.weekly(trend.days) else "day"
    return daily.chart(trend.days, HEIGHT, f"US dollars a {span}")
