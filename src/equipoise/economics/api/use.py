"""How a workload uses a vendor: lengths, caching, waiting, thinking, retries; in our own tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isclose

import numpy as np

from equipoise.catalog.cost_ranges import cost_range
from equipoise.economics.draws import Sampler
from equipoise.economics.quantity import Quantity, drawn


@dataclass(frozen=True, slots=True)
class Prompts:
    """A part of the requests: their share, mean tokens each way, and whether a long prompt's price
    applies.
    """

    share: float
    input_tokens: Quantity
    output_tokens: Quantity
    long: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """What is asked, per request and in tokens as we count them; quantities may be draws.

    `cached_share` of the input is read from the vendor's cache, `written_share` written to it (at
    its premium), the rest is neither. `batch_share` of requests may wait. `reasoning` is how many
    tokens are billed as output for one that is shown, 1 where the model does not think.
    `tokenizer_ratio` is the vendor's tokens for one of ours; `retry_share` of requests is asked
    again. Raises ValueError for shares that do not add up, or a multiplier that cannot be.
    """

    prompts: tuple[Prompts, ...]
    cached_share: Quantity = 0.0
    written_share: Quantity = 0.0
    batch_share: float = 0.0
    reasoning: Quantity = 1.0
    tokenizer_ratio: Quantity = 1.0
    retry_share: Quantity = 0.0

    def __post_init__(self) -> None:
        if not isclose(sum(part.share for part in self.prompts), 1.0, abs_tol=1e-9):
            raise ValueError("the shares of prompts add up to 1")
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

    def parts(self) -> Iterator[tuple[Prompts, bool, float]]:
        """(prompts, whether they wait, share of all requests), without parts of no share."""
        for part in self.prompts:
            for waits, share in ((False, 1 - self.batch_share), (True, self.batch_share)):
                if part.share * share > 0:
                    yield part, waits, part.share * share

    def billed(self, part: Prompts) -> dict[str, Quantity]:
        """The vendor's tokens that one attempt at such a request is billed for, by kind."""
        sent = part.input_tokens * self.tokenizer_ratio
        return {
            "input": sent * np.maximum(0.0, 1 - self.cached_share - self.written_share),
            "cached": sent * self.cached_share,
            "cache_write": sent * self.written_share,
            "output": part.output_tokens * self.tokenizer_ratio * self.reasoning,
        }


def uncertain(use: Use, sampler: Sampler, *, thinks: bool, counted: bool) -> Use:
    """The same use under uncertainty: the vendor's tokenizer, its thinking, and retries.

    `thinks` is whether the model thinks before it answers; `counted` whether the vendor's own
    counts were used, so that neither tokenizer nor thinking is uncertain.
    """
    retries = drawn(cost_range("retry_share"), sampler, most=1.0)
    if counted:
        return replace(use, retry_share=retries)
    multiplier = drawn(cost_range("reasoning_multiplier"), sampler) if thinks else use.reasoning
    return replace(
        use,
        retry_share=retries,
        tokenizer_ratio=use.tokenizer_ratio * drawn(cost_range("tokenizer_ratio"), sampler),
        reasoning=np.maximum(1.0, multiplier),
    )
