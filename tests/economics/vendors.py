"""A vendor at round prices, and a use of it: a thousand tokens asked, a hundred answered."""

from __future__ import annotations

from equipoise.domain.hardware import RateCard
from equipoise.economics.api.commitment import Commitment
from equipoise.economics.api.path import ApiPath
from equipoise.economics.api.use import Counting, Use
from equipoise.economics.draws import Sampler

from .machines import SOURCE

SAMPLER = Sampler(seed=7, count=300)

# A dollar a million tokens is a million picodollars a token.
CARD = RateCard(
    target="vendor/model",
    input=1_000_000,
    output=4_000_000,
    cached=100_000,
    batch_input=500_000,
    batch_output=2_000_000,
    source=SOURCE,
    changes=(("2027-02-23", 500_000, 2_000_000),),
    cache_write=1_250_000,
)
PLAIN = Use(1_000.0, 100.0)


def path(
    use: Use = PLAIN,
    drawn: Use | None = None,
    commitment: Commitment | None = None,
    card: RateCard = CARD,
) -> ApiPath:
    people = (250.0, "0.02 of an engineer")
    return ApiPath(card, use, drawn or use, SAMPLER.count, *people, commitment)


def unsure(
    use: Use, *, thinks: bool = False, counted: bool = False, tokenizer: str = "a developer"
) -> Use:
    return Counting(thinks, counted).uncertain(use, SAMPLER, tokenizer)
