"""A vendor's API with everything it bills: a cost path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.economics.api.commitment import Commitment
from equipoise.economics.api.quota import a_minute
from equipoise.economics.api.tariff import Tariff, usd_per_token
from equipoise.economics.api.use import Use
from equipoise.economics.draws import Draws
from equipoise.economics.drift import STILL, Drift
from equipoise.economics.finance import CashFlow
from equipoise.economics.path import total
from equipoise.economics.quantity import Quantity, median, spread

_WORDS = {
    "input": "input tokens",
    "cached": "input tokens read from the cache",
    "cache_write": "input tokens written to the cache",
    "output": "output tokens",
}


@dataclass(frozen=True, slots=True)
class ApiPath:
    """What a vendor charges for a use of its model.

    `use` holds medians and `drawn` the same use as draws, of which there are `count`. `people_usd`
    is a month's. `commitment` is None where nothing is promised.
    """

    tariff: Tariff
    use: Use
    drawn: Use
    count: int
    people_usd: float
    people_basis: str
    commitment: Commitment | None = None

    def request_usd(self) -> float:
        """Dollars a request at list price, retries included."""
        return median(_fees(self.tariff, self.use))

    def million_usd(self) -> float:
        """Dollars a million of our own tokens, both ways together: a blended price."""
        tokens = sum(
            part.share * (median(part.input_tokens) + median(part.output_tokens))
            for part in self.use.prompts
        )
        return self.request_usd() / tokens * 1e6

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        return total(self.lines(requests))

    def monthly_draws(self, requests: float) -> Draws:
        """The same under the uncertainty of what the vendor counts."""
        fees = requests * spread(_fees(self.tariff, self.drawn), self.count)
        paid = self._paid(fees, self.drawn, requests)
        return spread(paid, self.count) + self.people_usd

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """One line a kind of token, retries, the commitment's difference, and people."""
        once = self._by_kind(requests)
        fees = sum(line.usd for line in once)
        again = median(self.use.retry_share)
        lines = list(once)
        if again:
            lines.append(CostLine("retries", fees * again, f"{again:.2%} of requests asked again"))
        if self.commitment is not None:
            gross = fees * (1 + again)
            paid = median(self._paid(gross, self.use, requests))
            lines.append(CostLine("commitment", paid - gross, self.commitment.basis()))
        return (*lines, CostLine("people", self.people_usd, self.people_basis))

    def cash_flow(
        self, requests: float, months: int, price: Drift = STILL, growth: Drift = STILL
    ) -> CashFlow:
        """Month by month at the median: `price` moves fees, `growth` the requests, people stay."""
        flow = np.empty(months)
        for month in range(months):
            volume = requests * median(growth.factor(month))
            fees = volume * self.request_usd() * median(price.factor(month))
            flow[month] = median(self._paid(fees, self.use, volume)) + self.people_usd
        return CashFlow(0.0, flow)

    def announced(self, on: date, yearly_ratio: float = 1.0) -> Drift:
        """The prices that the vendor has announced, as steps after the day `on`.

        Long prompts and batches are taken to move with the standard price.
        """
        steps = []
        before = median(_fees(Tariff("", self.tariff.standard), self.use))
        for day, row in self.tariff.coming:
            after = median(_fees(Tariff("", row), self.use))
            steps.append(((day - on).days / (365.25 / 12), after / before))
            before = after
        return Drift(yearly_ratio, tuple(steps))

    def _paid(self, fees: Quantity, use: Use, requests: float) -> Quantity:
        if self.commitment is None:
            return fees
        left = self.commitment.left_usd(fees, a_minute(use, requests))
        return self.commitment.paid_usd() + left

    def _by_kind(self, requests: float) -> tuple[CostLine, ...]:
        counts = dict.fromkeys(_WORDS, 0.0)
        usd = dict.fromkeys(_WORDS, 0.0)
        for part, waits, share in self.use.parts():
            row = self.tariff.variant(long=part.long, batch=waits)
            for kind, tokens in self.use.billed(part).items():
                counted = share * median(tokens)
                if counted > 0:
                    counts[kind] += counted
                    usd[kind] += counted * usd_per_token(row, kind)
        waiting = f", {self.use.batch_share:.0%} of them in batches" if self.use.batch_share else ""
        return tuple(
            CostLine(
                kind,
                requests * usd[kind],
                f"{requests:,.0f} requests{waiting} × {counts[kind]:,.1f} {words} "
                f"at ${usd[kind] / counts[kind] * 1e6:,.4g} a million",
            )
            for kind, words in _WORDS.items()
            if counts[kind] > 0
        )


def _fees(tariff: Tariff, use: Use) -> Quantity:
    """Dollars a request, retries included."""
    usd: Quantity = 0.0
    for part, waits, share in use.parts():
        row = tariff.variant(long=part.long, batch=waits)
        for kind, tokens in use.billed(part).items():
            if np.max(tokens) > 0:
                usd = usd + share * tokens * usd_per_token(row, kind)
    return usd * use.attempts()
