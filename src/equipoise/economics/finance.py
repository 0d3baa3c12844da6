"""Money over time: what a price now is worth a month, and what months of payments are worth now.

Payments come at the end of each month. `interest_per_year` is effective: i a month is
(1 + i_year)^(1/12) − 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.economics.draws import Draws
from equipoise.economics.quantity import Quantity


def monthly_rate(interest_per_year: Quantity) -> Quantity:
    """Interest a month for interest a year."""
    rate: Quantity = np.expm1(np.log1p(interest_per_year) / 12)
    return rate


def capital_recovery_factor(interest_per_year: Quantity, months: int) -> Quantity:
    """What a month costs for each dollar now: i(1+i)^n / ((1+i)^n − 1), and 1/n without interest.

    Raises ValueError unless `months` is at least 1.
    """
    if months < 1:
        raise ValueError(f"a life has at least one month; got {months}")
    rate = np.asarray(monthly_rate(interest_per_year))
    # At rates where the formula divides 0 by 0, interest is lost in rounding anyway.
    safe = np.where(rate < 1e-12, 1.0, rate)
    factor = np.where(rate < 1e-12, 1 / months, safe / -np.expm1(-months * np.log1p(safe)))
    return factor if factor.ndim else float(factor)


def sinking_fund_factor(interest_per_year: Quantity, months: int) -> Quantity:
    """What a month is worth for each dollar had after the last: the recovery factor less i."""
    return capital_recovery_factor(interest_per_year, months) - monthly_rate(interest_per_year)


def straight_line(price_usd: Quantity, residual_usd: Quantity, months: int) -> Quantity:
    """What a machine loses a month when its value falls evenly, interest apart."""
    if months < 1:
        raise ValueError(f"a life has at least one month; got {months}")
    return (price_usd - residual_usd) / months


@dataclass(frozen=True, slots=True, eq=False)
class CashFlow:
    """Dollars paid at the start and at the end of each month, and got back after the last."""

    start_usd: float
    monthly_usd: Draws
    end_usd: float = 0.0

    def present_value(self, interest_per_year: float) -> float:
        """What all of it is worth at the start."""
        rate = float(monthly_rate(interest_per_year))
        months = np.arange(1, len(self.monthly_usd) + 1)
        discounts = (1 + rate) ** -months
        paid = float(self.monthly_usd @ discounts)
        return self.start_usd + paid - self.end_usd * float(discounts[-1])

    def annuity(self, interest_per_year: float) -> float:
        """The same worth as one amount every month, so that unlike lives can be compared."""
        months = len(self.monthly_usd)
        factor = capital_recovery_factor(interest_per_year, months)
        return self.present_value(interest_per_year) * float(np.asarray(factor))

    def total(self) -> float:
        """What is paid in all, less what is got back, interest apart."""
        return self.start_usd + float(self.monthly_usd.sum()) - self.end_usd
