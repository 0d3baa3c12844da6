"""What a vendor's price list asks of a model as it is billed, kind of token by kind of token.

`prices.py` makes rate cards for targets of the catalog; here any billed name of any vendor that
the price data knows is looked up, at any day of a bill, in any tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version

from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TieredPrices

from equipoise.domain.bill import TOKEN_KINDS, Tier, Tokens
from equipoise.domain.money import PICO_PER_DOLLAR

# The data's own names of the kinds of token, and the kind at whose price each is billed where the
# list gives it none: what a cache holds is input all the same.
_UNITS: dict[str, tuple[str, ...]] = {
    "input": ("input_mtok",),
    "cached": ("cache_read_mtok", "input_mtok"),
    "cache_write": ("cache_write_mtok", "input_mtok"),
    "cache_write_hour": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "output": ("output_mtok",),
    "audio_input": ("input_audio_mtok", "input_mtok"),
    "audio_output": ("output_audio_mtok", "output_mtok"),
}
# Prices of what text models neither read nor write: a model that has one of them is no such model.
_MEDIA = (
    "input_image_mtok",
    "input_audio_mtok",
    "input_video_mtok",
    "output_image_mtok",
    "output_audio_mtok",
    "output_video_mtok",
)
_CONTEXTS = {
    Tier.STANDARD: None,
    Tier.BATCH: {"processing": "batch"},
    Tier.FLEX: {"service_tier": "flex"},
    Tier.PRIORITY: {"service_tier": "priority"},
}
_PER_MILLION = PICO_PER_DOLLAR // 1_000_000
_NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListPrice:
    """Picodollars a token by kind, in the order of `TOKEN_KINDS`; None where the list has none.

    `model` is the id under which the price data knows the billed name; `media` says that images,
    sound or video have prices of their own.
    """

    provider: str
    model: str
    rates: tuple[int | None, ...]
    media: bool = False

    def rate(self, kind: str) -> int | None:
        """The price of one kind of token."""
        return self.rates[TOKEN_KINDS.index(kind)]

    def cost(self, tokens: Tokens) -> int | None:
        """What so many tokens cost, exactly; None where one of their kinds has no price."""
        total = 0
        for kind, rate in zip(TOKEN_KINDS, self.rates, strict=True):
            count = getattr(tokens, kind)
            if count and rate is None:
                return None
            total += count * (rate or 0)
        return total


@lru_cache(maxsize=1 << 16)
def list_price(
    provider: str, billed: str, on: date, tier: Tier = Tier.STANDARD, *, long_prompt: bool = False
) -> ListPrice | None:
    """The price list's entry for a billed name on a day; None where it knows none.

    `long_prompt` takes the tier of the longest prompts. Where prices depend on the hour, noon UTC
    counts. A price of nothing is a price: that of a free model.
    """
    model = _find(provider, billed)
    if model is None:
        return None
    found = _prices(model, on, tier)
    rates = tuple(_rate(found, names, long_prompt) for names in _UNITS.values())
    media = any(getattr(found, name, None) is not None for name in _MEDIA)
    known = any(rate is not None for rate in rates)
    return ListPrice(provider, model.id, rates, media) if known else None


def listed_name(provider: str, billed: str) -> str | None:
    """The id under which the price data knows a billed name; None where it does not."""
    model = _find(provider, billed)
    return model.id if model is not None else None


def announced(provider: str, billed: str, after: date) -> tuple[tuple[date, ListPrice], ...]:
    """The days after `after` from which the vendor has announced other prices, in order."""
    model = _find(provider, billed)
    rows = model.prices if model is not None and isinstance(model.prices, list) else []
    days = sorted(
        row.constraint.start_date
        for row in rows
        if isinstance(row.constraint, StartDateConstraint) and row.constraint.start_date > after
    )
    found = ((day, list_price(provider, billed, day)) for day in days)
    return tuple((day, price) for day, price in found if price is not None)


def price_data() -> str:
    """The package the prices are from, with its version."""
    return f"genai-prices {version('genai-prices')}"


@lru_cache(maxsize=1 << 16)
def _find(provider: str, billed: str) -> ModelInfo | None:
    try:
        _, model = get_snapshot().find_provider_model(billed, None, provider, None)
    except LookupError:
        return None
    return model


def _prices(model: ModelInfo, on: date, tier: Tier) -> ModelPrice:
    """The prices of a day in a tier.

    The data dates a tier's prices from the day they were looked up, not from the day they began:
    before it they are taken to be the same, as long as the standard price was.
    """
    context = _CONTEXTS[tier]
    standard = model.get_prices(_at(on))
    if context is None:
        return standard
    starts = [
        row.constraint.start_date
        for row in model.price_variants or ()
        if isinstance(row.constraint, StartDateConstraint)
        and all(context.get(key) == value for key, value in row.when.items())
    ]
    first = max(on, min(starts, default=on))
    same = model.get_prices(_at(first)) == standard
    return model.get_prices(_at(first if same else on), context)


def _at(day: date) -> datetime:
    return datetime.combine(day, _NOON)


def _rate(prices: ModelPrice, names: tuple[str, ...], long_prompt: bool) -> int | None:
    for name in names:
        price = getattr(prices, name, None)
        if price is not None:
            return _pico(price, long_prompt)
    return None


def _pico(price: Decimal | TieredPrices, long_prompt: bool) -> int:
    if isinstance(price, TieredPrices):
        price = price.tiers[-1].price if long_prompt and price.tiers else price.base
    return int((price * _PER_MILLION).to_integral_value())
