"""How a workload uses a vendor: lengths, caching, waiting, thinking, retries; in our own tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from equipoise.catalog.cost_ranges import CostRange, cost_range
from equipoise.economics.draws import Sampler
from equipoise.economics.quantity import Quantity, drawn


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked, per request and in tokens as we count them; quantities may be draws.

    `cached_share` of the input is read from the vendor's cache, `written_share` written to it (at
    its premium), the rest is neither. `batch_share` of requests may wait. `reasoning` is how many
    tokens are billed as output for one that is shown, 1 where the model does not think.
    `tokenizer_ratio` is the vendor's tokens for one of ours; `retry_share` of requests is asked
    again. Raises ValueError for shares that do not add up, or a multiplier that cannot be.
    """

    input_tokens: Quantity
    output_tokens: Quantity
    cached_share: Quantity = 0.0
    written_share: Quantity = 0.0
    batch_share: float = 0.0
    reasoning: Quantity = 1.0
    tokenizer_ratio: Quantity = 1.0
    retry_share: Quantity = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.batch_share <= 1:
            raise ValueError(
                f"the share that may wait lies between 0 and 1; got {self.batch_share}"
            )
        least = min(np.min(self.cached_share), np.min(self.written_share))
        if least < 0 or np.max(self.cached_share + self.written_share) > 1 + 1e-9:
            raise ValueError("cached and written input are parts of the input")
        if np.min(self.reasoning) < 1 or np.min(self.tokenizer_ratio) <= 0:
            raise ValueError("thinking adds tokens, and every tokenizer makes some")
        if np.min(self.retry_share) < 0:
            raise ValueError("a request is not asked fewer than one time")

    def attempts(self) -> Quantity:
        """Billed requests for one that is answered."""
        return 1 + self.retry_share

    def parts(self) -> tuple[tuple[bool, float], ...]:
        """(whether they wait, share of all requests), without a part of no share."""
        parts = ((False, 1 - self.batch_share), (True, self.batch_share))
        return tuple(part for part in parts if part[1] > 0)

    def billed(self) -> dict[str, Quantity]:
        """The vendor's tokens that one attempt at a request is billed for, by kind."""
        sent = self.input_tokens * self.tokenizer_ratio
        return {
            "input": sent * np.maximum(0.0, 1 - self.cached_share - self.written_share),
            "cached": sent * self.cached_share,
            "cache_write": sent * self.written_share,
            "output": self.output_tokens * self.tokenizer_ratio * self.reasoning,
        }


@dataclass(frozen=True, slots=True)
class Counting:
    """What is uncertain of a use: whether the model thinks, and whether the vendor itself counted.

    Where it did, neither its tokenizer nor its thinking is uncertain. `known` holds what the
    organisation knows, by the ids of the ranges.
    """

    thinks: bool = False
    counted: bool = False
    known: tuple[tuple[str, float], ...] = ()

    def expected(self, use: Use) -> Use:
        """The use at the middle of all of it."""
        return self._with(use, lambda row: row.middle)

    def uncertain(self, use: Use, sampler: Sampler, tokenizer: str) -> Use:
        """The use in draws; `tokenizer` names whose it is: one developer's models share them."""

        def drawing(row: CostRange) -> Quantity:
            if row.id != "tokenizer_ratio":
                return drawn(row, sampler)
            return sampler.within(f"tokens/{tokenizer}", row.low, row.middle, row.high)

        return self._with(use, drawing)

    def _with(self, use: Use, of: Callable[[CostRange], Quantity]) -> Use:
        known = dict(self.known)

        def figure(name: str) -> Quantity:
            return known[name] if name in known else of(cost_range(name))

        use = replace(use, retry_share=np.minimum(figure("retry_share"), 1.0))
        if self.counted:
            return use
        hidden = figure("reasoning_multiplier") if self.thinks else 1.0
        ratio = use.tokenizer_ratio * figure("tokenizer_ratio")
        return replace(use, reasoning=np.maximum(1.0, hidden), tokenizer_ratio=ratio)
