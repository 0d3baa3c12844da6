"""A model asked for over a vendor's API, with all that the bill comes to: a cost path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from equipoise.domain.decision import CostLine
from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.economics.api.commitment import Commitment
from equipoise.economics.api.quota import a_minute
from equipoise.economics.api.tariff import usd_per_token
from equipoise.economics.api.use import Use
from equipoise.economics.draws import Draws
from equipoise.economics.drift import STILL, Drift
from equipoise.economics.finance import CashFlow
from equipoise.economics.path import total
from equipoise.economics.quantity import Quantity, median, spread

FEES = ("input", "cached", "cache_write", "output", "retries", "commitment")
"""The kinds of line that a vendor charges: all but people."""

_WORDS = {
    "input": "input tokens",
    "cached": "input tokens read from the cache",
    "cache_write": "input tokens written to the cache",
    "output": "output tokens",
}
_DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class ApiPath:
    """What a vendor charges for a use of its model.

    `use` holds medians and `drawn` the same use as draws, of which there are `count`. `people_usd`
    is a month's. `commitment` is None where nothing is promised.
    """

    card: RateCard
    use: Use
    drawn: Use
    count: int
    people_usd: float
    people_basis: str
    commitment: Commitment | None = None

    def using(self, **shares: float) -> ApiPath:
        """The same with other shares of `Use`, such as `cached_share` or `batch_share`."""
        return replace(self, use=replace(self.use, **shares), drawn=replace(self.drawn, **shares))

    def request_usd(self) -> float:
        """Dollars a request at list price, retries included."""
        return median(_fees(self.card, self.use))

    def tokens(self) -> float:
        """Our own tokens a request, both ways together."""
        return median(self.use.input_tokens) + median(self.use.output_tokens)

    def million_usd(self) -> float:
        """Dollars a million of our own tokens, both ways together: a blended price."""
        return self.request_usd() / self.tokens() * 1e6

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        return self.monthly_at(self.request_usd(), requests)

    def monthly_at(self, request_usd: float, requests: float) -> float:
        """The month at another list price of a request, with the same promises and people."""
        return median(self._paid(requests * request_usd, self.use, requests)) + self.people_usd

    def monthly_draws(self, requests: Quantity) -> Draws:
        """The same under the uncertainty of what the vendor counts, and of `requests` if drawn."""
        fees = requests * spread(_fees(self.card, self.drawn), self.count)
        paid = self._paid(fees, self.drawn, requests)
        return spread(paid, self.count) + self.people_usd

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """One line a kind of token, retries, the commitment's difference, and people."""
        once = self._by_kind(requests)
        fees = total(once)
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

        What is cached or waits is taken to move with the rest. An announced price of nothing is no
        step: a ratio cannot say it.
        """
        billed = {kind: median(count) for kind, count in self.use.billed().items()}
        sent = billed["input"] + billed["cached"] + billed["cache_write"]
        steps = []
        before = (sent * self.card.input + billed["output"] * self.card.output) / PICO_PER_DOLLAR
        for day, price_in, price_out in self.card.changes:
            after = (sent * price_in + billed["output"] * price_out) / PICO_PER_DOLLAR
            if before > 0 and after > 0:
                months = (date.fromisoformat(day) - on).days / _DAYS_PER_MONTH
                steps.append((months, after / before))
            before = after
        return Drift(yearly_ratio, tuple(steps))

    def _paid(self, fees: Quantity, use: Use, requests: Quantity) -> Quantity:
        if self.commitment is None:
            return fees
        left = self.commitment.left_usd(fees, a_minute(use, requests))
        return self.commitment.paid_usd() + left

    def _by_kind(self, requests: float) -> tuple[CostLine, ...]:
        counts = {kind: median(count) for kind, count in self.use.billed().items()}
        waiting = f", {self.use.batch_share:.0%} of them in batches" if self.use.batch_share else ""
        lines = []
        for kind, count in counts.items():
            if count <= 0:
                continue
            usd = sum(
                share * usd_per_token(self.card, kind, batch=waits)
                for waits, share in self.use.parts()
            )
            basis = (
                f"{requests:,.0f} requests{waiting} × {count:,.1f} {self._words(kind)} "
                f"at {_price(usd * 1e6)} a million"
            )
            lines.append(CostLine(kind, requests * count * usd, basis))
        return tuple(lines)

    def _words(self, kind: str) -> str:
        hidden = median(self.use.reasoning)
        thinking = f" (thinking counted {hidden:g} times)" if hidden != 1 else ""
        return f"{_WORDS[kind]}{thinking if kind == 'output' else ''}"


def _price(usd: float) -> str:
    """Dollars as price lists write them: to the cent, and further where a price goes further."""
    return f"${usd:,.2f}" if abs(usd - round(usd, 2)) < 1e-9 else f"${usd:,.4g}"


def _fees(card: RateCard, use: Use) -> Quantity:
    """Dollars a request, retries included."""
    usd: Quantity = 0.0
    billed = use.billed()
    for waits, share in use.parts():
        for kind, tokens in billed.items():
            if np.max(tokens) > 0:
                usd = usd + share * tokens * usd_per_token(card, kind, batch=waits)
    return usd * use.attempts()
