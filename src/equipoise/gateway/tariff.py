"""What an attempt costs, as an integer count of picodollars: by the token, or by the second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from equipoise.domain.hardware import Hardware, RateCard
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.request import Usage

LONGEST_PROMPT = 4_194_304
"""Tokens; no model reads more, and prices are taken to change no further."""

CHARACTERS_PER_TOKEN = 4
"""For a vendor that never said its count. English text; such a cost is marked as estimated."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices in picodollars: per token for a vendor, per hour of a machine for our own.

    `id` names what the price was read from, so that a record can be checked later. `longer` is
    what holds for every token of a request whose prompt has more tokens than `longer_than`.
    """

    id: str
    input: int = 0
    output: int = 0
    cached: int = 0
    per_hour: int = 0
    longer_than: int = 0
    longer: Tariff | None = None

    def cost(self, usage: Usage, seconds: float) -> int:
        """The cost of so many tokens and so long an occupation of our machine."""
        if self.longer is not None and usage.input > self.longer_than:
            return self.longer.cost(usage, seconds)
        plain = usage.input - usage.cached
        tokens = plain * self.input + usage.cached * self.cached + usage.output * self.output
        return tokens + round(seconds * self.per_hour / 3600)


def by_the_token(card_for: Callable[[int], RateCard]) -> Tariff:
    """The tariff of a vendor's rate cards, given the one for a prompt of so many tokens.

    A vendor may ask more of every token once the prompt is long. Where is looked for here, once,
    so that no price is looked up while somebody waits.
    """
    return _from(card_for, 1_000)


def _from(card_for: Callable[[int], RateCard], shortest: int) -> Tariff:
    """What holds for prompts from `shortest` tokens on."""
    tariff = _flat(card_for(shortest))
    low, high = shortest, LONGEST_PROMPT
    if _flat(card_for(high)) == tariff:
        return tariff
    while high - low > 1:
        middle = (low + high) // 2
        if _flat(card_for(middle)) == tariff:
            low = middle
        else:
            high = middle
    return replace(tariff, longer_than=low, longer=_from(card_for, high))


def _flat(card: RateCard) -> Tariff:
    cached = card.cached if card.cached is not None else card.input
    return Tariff(f"{card.target}: {card.source}", card.input, card.output, cached)


def by_the_hour(machine: Hardware) -> Tariff:
    """The tariff of a machine of ours: its own models cost its time, never nothing."""
    return Tariff(
        f"{machine.id}: {machine.price_source}",
        per_hour=round(machine.usd_per_hour * PICO_PER_DOLLAR),
    )


def guess(prompt: str, answer: str) -> Usage:
    """Tokens where the endpoint never said: from the length of the texts."""
    return Usage(-(-len(prompt) // CHARACTERS_PER_TOKEN), -(-len(answer) // CHARACTERS_PER_TOKEN))
