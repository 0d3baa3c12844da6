"""A vendor's endpoint: fees by the token, and the people who look after the integration."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.domain.decision import CostLine
from equipoise.domain.evidence import Lengths
from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR, Money
from equipoise.economics.draws import Draws
from equipoise.economics.path import total


@dataclass(frozen=True, slots=True)
class VendorPath:
    """What the vendor charges for requests of these lengths.

    `token_ratio` draws how many tokens the vendor counts for one of ours, around a median of 1;
    exactly 1 where the vendor counted itself. `cached_share` is the part of the
    input at the cached price, `batch` whether everything goes through the batch service.
    `people_usd` is per month.
    """

    card: RateCard
    lengths: Lengths
    token_ratio: Draws
    people_usd: float
    people_basis: str
    cached_share: float = 0.0
    batch: bool = False

    def request_usd(self) -> float:
        """Dollars a request, at our own token counts."""
        price_in, price_out = self._prices()
        plain = self.lengths.input * (1 - self.cached_share)
        cached = self.lengths.input * self.cached_share
        pico = plain * price_in + cached * self._cached_price() + self.lengths.output * price_out
        return pico / PICO_PER_DOLLAR

    def monthly(self, requests: float) -> float:
        """The cost of so many requests a month at the median."""
        return total(self.lines(requests))

    def monthly_draws(self, requests: float) -> Draws:
        """The same under uncertainty: only the vendor's tokenizer is uncertain here."""
        drawn: Draws = requests * self.request_usd() * self.token_ratio + self.people_usd
        return drawn

    def lines(self, requests: float) -> tuple[CostLine, ...]:
        """Fees and people."""
        fees = requests * self.request_usd()
        price_in, price_out = self._prices()
        cached = (
            f", {self.cached_share:.1%} of them cached at {_per_million(self._cached_price())}"
            if self.cached_share
            else ""
        )
        basis = (
            f"{requests:,.0f} requests × ({self.lengths.input:,.1f} input tokens at "
            f"{_per_million(price_in)}{cached} + {self.lengths.output:,.1f} output at "
            f"{_per_million(price_out)} a million){' in batches' if self.batch else ''}"
        )
        return (
            CostLine("fees", fees, basis),
            CostLine("people", self.people_usd, self.people_basis),
        )

    def _prices(self) -> tuple[int, int]:
        if self.batch and self.card.batch_input is not None and self.card.batch_output is not None:
            return self.card.batch_input, self.card.batch_output
        return self.card.input, self.card.output

    def _cached_price(self) -> int:
        """Input from the cache: never dearer than the same input anew, in a batch or outside."""
        price_in, _ = self._prices()
        return min(self.card.cached, price_in) if self.card.cached is not None else price_in


def _per_million(pico_per_token: int) -> str:
    return str(Money(pico_per_token * 1_000_000))
