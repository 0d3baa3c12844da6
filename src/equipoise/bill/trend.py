"""How spend goes day by day, and by how much it grows a month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import numpy as np

from equipoise.bill.facts import DAYS_PER_MONTH
from equipoise.bill.page import Trend
from equipoise.bill.spend import Spending, is_usage
from equipoise.bill.traffic import Month

_FEWEST_DAYS = 14
_FEWEST_WITH_USE = 7


def trend(spending: Spending, month: Month, today: date) -> Trend:
    """Every day of the span with what was spent on it.

    Growth is the slope of a straight line through the days' use, relative to their mean: charges
    that fall on one day, such as taxes, are no trend, and `today`, not being over, is none either.
    """
    all_days: dict[date, int] = defaultdict(int)
    use: dict[date, int] = defaultdict(int)
    for row in spending.spent:
        all_days[row.line.day] += row.pico
        if is_usage(row.line):
            use[row.line.day] += row.pico
    span = (month.last - month.first).days + 1
    days = [month.first + timedelta(days=number) for number in range(span)]
    amounts = np.array([float(use.get(day, 0)) for day in days if day < today])
    used = sum(day < today for day in use)
    growth = None
    if len(amounts) >= _FEWEST_DAYS and used >= _FEWEST_WITH_USE and amounts.mean() > 0:
        slope = float(np.polyfit(np.arange(len(amounts)), amounts, 1)[0])
        growth = slope * DAYS_PER_MONTH / float(amounts.mean())
    return Trend(tuple((day, all_days.get(day, 0)) for day in days), growth)
