"""What a vendor asks by the token on a day, in each of its variants: short or long, now or later.

A batch's discount and the cache's do not simply multiply: each variant is the price list's own row.
Where a list gives a kind of token no price in a batch, it is billed there as input.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from equipoise.catalog.list_prices import ListPrice, announced, list_price, price_data
from equipoise.domain.bill import Tier
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.economics import sanity
from equipoise.errors import UnpricedTargetError

_PER_MILLION = PICO_PER_DOLLAR // 1_000_000
KINDS = ("input", "cached", "cache_write", "output")
"""The kinds of token that text is billed by."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices in picodollars a token, by kind and variant.

    `long`, `batch` and `batch_long` are None where the vendor has no other price for them. `coming`
    are the days from which other standard prices are announced. `source` names the price list.
    """

    target: str
    standard: ListPrice
    long: ListPrice | None = None
    batch: ListPrice | None = None
    batch_long: ListPrice | None = None
    coming: tuple[tuple[date, ListPrice], ...] = ()
    source: str = ""

    def variant(self, *, long: bool, batch: bool) -> ListPrice:
        """The row that such a request is billed by."""
        if batch and self.batch is not None:
            return (self.batch_long or self.batch) if long else self.batch
        return (self.long or self.standard) if long else self.standard


def tariff(provider: str, billed: str, on: date) -> Tariff:
    """Look up every variant for a day.

    Raises UnpricedTargetError where the list has no price of input and output, and
    ConfigurationError where one of them is beyond what tokens can cost.
    """
    standard = list_price(provider, billed, on)
    if standard is None or standard.rate("input") is None or standard.rate("output") is None:
        raise UnpricedTargetError(
            f"no price is known for {provider}/{billed}: {price_data()} has none for both ways",
            hint="Leave it out, or give the prices yourself.",
        )
    long = list_price(provider, billed, on, long_prompt=True)
    batch = list_price(provider, billed, on, Tier.BATCH)
    batch_long = list_price(provider, billed, on, Tier.BATCH, long_prompt=True)
    found = Tariff(
        target=f"{provider}/{billed}",
        standard=standard,
        long=_other(long, standard),
        batch=_other(batch, standard),
        batch_long=_other(batch_long, batch),
        coming=announced(provider, billed, on),
        source=price_data(),
    )
    _checked(found)
    return found


def stated(
    target: str, input_usd: float, output_usd: float, *, cached_usd: float | None = None
) -> Tariff:
    """A tariff from what somebody says, in dollars a million tokens.

    Raises ConfigurationError where that is beyond what tokens can cost, such as dollars a token.
    """
    cached = input_usd if cached_usd is None else cached_usd
    by_kind = {"input": input_usd, "cached": cached, "output": output_usd}
    sanity.check(by_kind, dict.fromkeys(by_kind, "usd_per_million_tokens"))
    rates = (input_usd, cached, input_usd, input_usd, output_usd, input_usd, output_usd)
    row = ListPrice("stated", target, tuple(round(rate * _PER_MILLION) for rate in rates))
    return Tariff(target, row, source="as stated")


def usd_per_token(row: ListPrice, kind: str) -> float:
    """Dollars a token of one kind; raises UnpricedTargetError where it has no price."""
    rate = row.rate(kind)
    if rate is None:
        raise UnpricedTargetError(
            f"{row.provider}/{row.model} has no price for {kind} tokens",
            hint="Give the price yourself, or leave such tokens out.",
        )
    return rate / PICO_PER_DOLLAR


def _other(row: ListPrice | None, than: ListPrice | None) -> ListPrice | None:
    same = row is None or than is None or row.rates == than.rates
    return None if same else row


def _checked(found: Tariff) -> None:
    rows = (found.standard, found.long, found.batch, found.batch_long)
    for row in (row for row in rows if row is not None):
        figures = {kind: (row.rate(kind) or 0) / _PER_MILLION for kind in KINDS if row.rate(kind)}
        sanity.check(figures, dict.fromkeys(figures, "usd_per_million_tokens"))
