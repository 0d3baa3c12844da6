"""Whether a vendor lets us ask that much: its limits a minute against the busiest hour.

A plan beyond the limits of its tier is not slower or dearer: it fails. It may fit a higher tier,
which money and time open. What waits in a batch has a queue of its own and does not count here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from equipoise.catalog.vendor_limits import UsageTier, VendorLimits
from equipoise.economics.api.use import Use
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import Quantity, median


@dataclass(frozen=True, slots=True)
class Minute:
    """What a vendor is asked in one minute: requests, and its own tokens by kind."""

    requests: Quantity
    input_tokens: Quantity
    cached_tokens: Quantity
    output_tokens: Quantity

    def all_input(self) -> Quantity:
        """Input anew and from the cache."""
        return self.input_tokens + self.cached_tokens


@dataclass(frozen=True, slots=True)
class QuotaAnswer:
    """Whether it fits, and where.

    `tier` is the lowest that carries it, or the one asked about; `binding` the limit that is
    nearest in it and `used` the share of that which the busiest minute takes. `known` is False
    where no limits are known: nothing is then said of whether it fits.
    """

    known: bool
    fits: bool
    tier: str | None
    binding: str
    used: float | None
    sentence: str


def a_minute(use: Use, requests: Quantity, times_mean: float = 1.0) -> Minute:
    """The mean minute of a month of `requests`, or one `times_mean` busier, without what waits.

    Within its busiest hour traffic is not even either: give the peak to the mean by the minute
    where that is known.
    """
    rate = requests / (HOURS_PER_MONTH * 60) * times_mean * use.attempts()
    asked, tokens = rate * (1 - use.batch_share), use.billed()
    return Minute(
        requests=asked,
        input_tokens=asked * (tokens["input"] + tokens["cache_write"]),
        cached_tokens=asked * tokens["cached"],
        output_tokens=asked * tokens["output"],
    )


def quota(limits: VendorLimits | None, busiest: Minute, tier: str | None = None) -> QuotaAnswer:
    """The lowest tier that carries the busiest minute, or whether `tier` does.

    Raises LookupError for a tier that the vendor does not have.
    """
    if limits is None:
        sentence = "No limits are known for this model: ask the vendor before relying on it."
        return QuotaAnswer(False, False, None, "", None, sentence)
    if tier is not None:
        found = next((row for row in limits.tiers if row.tier == tier), None)
        if found is None:
            raise LookupError(f"{limits.vendor} has no tier {tier!r}")
        return _answer(limits, found, busiest)
    answers = [_answer(limits, row, busiest) for row in limits.tiers]
    return next((answer for answer in answers if answer.fits), answers[-1])


def _answer(limits: VendorLimits, tier: UsageTier, busiest: Minute) -> QuotaAnswer:
    binding, used = max(_shares(limits, tier, busiest).items(), key=lambda row: row[1])
    fits = used <= 1
    last = tier is limits.tiers[-1]
    if fits:
        verdict = f"tier {tier.tier} of {limits.vendor} carries it"
    elif last:
        verdict = f"it exceeds the highest published tier of {limits.vendor}: agree on more first"
    else:
        verdict = f"it exceeds tier {tier.tier} of {limits.vendor}: a higher tier is needed"
    sentence = f"The busiest minute takes {used:.0%} of its {binding} a minute; {verdict}."
    return QuotaAnswer(True, fits, tier.tier, binding, used, sentence)


def _shares(limits: VendorLimits, tier: UsageTier, busiest: Minute) -> dict[str, float]:
    counted = busiest.all_input() if limits.cached_counts else busiest.input_tokens
    asked = {
        "requests": (busiest.requests, tier.requests_per_minute),
        "tokens": (counted + busiest.output_tokens, tier.tokens_per_minute),
        "input tokens": (counted, tier.input_tokens_per_minute),
        "output tokens": (busiest.output_tokens, tier.output_tokens_per_minute),
    }
    return {
        name: median(np.asarray(amount)) / most
        for name, (amount, most) in asked.items()
        if most is not None
    }
