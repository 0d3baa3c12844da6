"""What a vendor asks for one token of each kind, at once or in a batch.

A batch's discount and the cache's do not simply multiply: where a card gives a kind of token no
price of its own, it is billed as input.
"""

from __future__ import annotations

from equipoise.domain.hardware import RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.provenance import Source
from equipoise.economics import sanity

KINDS = ("input", "cached", "cache_write", "output")
"""The kinds of token that text is billed by."""

_PER_MILLION = PICO_PER_DOLLAR // 1_000_000


def usd_per_token(card: RateCard, kind: str, *, batch: bool = False) -> float:
    """Dollars a token of one of `KINDS`; a batch costs the same where the vendor has none."""
    price_in, price_out = card.input, card.output
    if batch and card.batch_input is not None and card.batch_output is not None:
        price_in, price_out = card.batch_input, card.batch_output
    # Input from the cache is never dearer than the same input anew, in a batch or outside.
    cached = min(card.cached, price_in) if card.cached is not None else price_in
    # Writing keeps its premium over input in a batch as well.
    written = float(price_in)
    if card.cache_write is not None:
        written = card.cache_write / card.input * price_in if card.input else card.cache_write
    rates = {"input": price_in, "cached": cached, "cache_write": written, "output": price_out}
    return rates[kind] / PICO_PER_DOLLAR


def stated(
    target: str,
    input_usd: float,
    output_usd: float,
    source: Source,
    *,
    cached_usd: float | None = None,
) -> RateCard:
    """A card from what somebody says, in dollars a million tokens.

    Raises ConfigurationError where that is beyond what tokens can cost, such as dollars a token.
    """
    by_kind = {"input": input_usd, "output": output_usd}
    if cached_usd is not None:
        by_kind["cached"] = cached_usd
    sanity.check(by_kind, dict.fromkeys(by_kind, "usd_per_million_tokens"))
    pico = {kind: round(usd * _PER_MILLION) for kind, usd in by_kind.items()}
    return RateCard(target, pico["input"], pico["output"], pico.get("cached"), None, None, source)
