"""A decision as the gateway reads it: which targets take a workload's requests, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from equipoise.domain.workload import DataClass


@dataclass(frozen=True, slots=True)
class Route:
    """A target and the share of requests that is put to it first; shares of a policy sum to 1."""

    target: str
    share: float


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force for one workload.

    A request goes to one of `routes` by their shares, then, where that fails for a moment, to the
    others and to `fallbacks` in order. It never says who may see the data: the gateway screens
    every target by `data_class` and its operator's terms all the same. Raises ValueError unless
    there is a route and the shares sum to 1.
    """

    id: str
    workload: str
    data_class: DataClass
    routes: tuple[Route, ...]
    fallbacks: tuple[str, ...]
    decided_on: date
    valid_until: date

    def __post_init__(self) -> None:
        shares = [route.share for route in self.routes]
        # Written so that NaN fails too.
        if not (all(0 <= share <= 1 for share in shares) and abs(sum(shares) - 1) <= 1e-9):
            raise ValueError(f"the shares of a policy's routes must sum to 1; got {shares}")
