"""Promises to a vendor: so much spent a month at a discount, or so much capacity, used or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from equipoise.economics.api.quota import Minute
from equipoise.economics.load_curve import LoadCurve
from equipoise.economics.quantity import Quantity, median


class Commitment(Protocol):
    """What is paid regardless, and what is left of the fees."""

    def paid_usd(self) -> float:
        """Dollars a month, whatever is asked."""
        ...

    def left_usd(self, fees: Quantity, mean: Minute, /) -> Quantity:
        """Of fees at list price, what is paid on top; `mean` is the mean minute of the month."""
        ...

    def basis(self) -> str:
        """The terms in words."""
        ...


@dataclass(frozen=True, slots=True)
class CommittedSpend:
    """At least `usd_per_month`, with `discount` taken off every fee. Unspent money is lost."""

    usd_per_month: float
    discount: float

    def paid_usd(self) -> float:
        """The commitment."""
        return self.usd_per_month

    def left_usd(self, fees: Quantity, _mean: Minute, /) -> Quantity:
        """Discounted fees beyond the commitment."""
        left: Quantity = np.maximum(0.0, fees * (1 - self.discount) - self.usd_per_month)
        return left

    def basis(self) -> str:
        """The terms in words."""
        return f"${self.usd_per_month:,.0f} a month committed, {self.discount:.0%} off the list"


@dataclass(frozen=True, slots=True)
class ProvisionedThroughput:
    """Capacity bought by the unit: tokens a minute each way, paid for when idle.

    What exceeds it in the busy hours spills over at list price. `load` is the month's curve: units
    serve what lies below them.
    """

    units: int
    usd_per_unit_month: float
    input_tokens_per_minute: float
    output_tokens_per_minute: float
    load: LoadCurve

    def paid_usd(self) -> float:
        """All units."""
        return self.units * self.usd_per_unit_month

    def left_usd(self, fees: Quantity, mean: Minute, /) -> Quantity:
        """Fees of the share that does not fit under the units; what only waits needs none."""
        if np.max(mean.requests) == 0:
            return fees
        capacity = np.minimum(
            self.units * self.input_tokens_per_minute / np.maximum(mean.all_input(), 1e-12),
            self.units * self.output_tokens_per_minute / np.maximum(mean.output_tokens, 1e-12),
        )
        served = np.array([self.load.served_share(float(one)) for one in np.atleast_1d(capacity)])
        left: Quantity = fees * (1 - (served if np.ndim(capacity) else float(served[0])))
        return left

    def basis(self) -> str:
        """The terms in words."""
        return (
            f"{self.units} units of {self.input_tokens_per_minute:,.0f} input and "
            f"{self.output_tokens_per_minute:,.0f} output tokens a minute at "
            f"${median(self.usd_per_unit_month):,.0f} a month, used or not"
        )
