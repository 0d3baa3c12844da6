"""The quality bar: a floor, or at most a margin below the incumbent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.decisions.case import Case
from equipoise.decisions.offer import Offer

_NEVER, _ALWAYS = np.zeros(1, dtype=bool), np.ones(1, dtype=bool)


@dataclass(frozen=True, slots=True)
class Bar:
    """A `floor`, or an `incumbent`, excluded or not, and the `margin` below it."""

    floor: float | None
    incumbent: Offer | None
    margin: float = 0.0

    @property
    def needed(self) -> float | None:
        """The accept rate that just passes; None where nobody knows the incumbent's."""
        if self.incumbent is None:
            return self.floor
        rate = self.incumbent.accept_rate
        return None if rate is None else max(0.0, rate - self.margin)

    def passed_by(self, offer: Offer) -> NDArray[np.bool_]:
        """Draw by draw, whether an offer is good enough; never where nobody can say.

        Against an incumbent the answers to the same items count, pair by pair, where there are
        any: taken as independent, two equal rates would seem further apart than they are.
        """
        if offer.accept is None:
            return _NEVER
        if self.incumbent is None:
            return offer.accept >= (self.floor or 0.0)
        if offer.id == self.incumbent.id:
            return _ALWAYS
        if offer.difference is not None:
            return offer.difference >= -self.margin
        if self.incumbent.accept is None:
            return _NEVER
        return offer.accept >= self.incumbent.accept - self.margin

    def likely(self, offers: Iterable[Offer]) -> bool:
        """Whether all of the offers are good enough as far as is known."""
        return all(self._likely(offer) for offer in offers)

    def _likely(self, offer: Offer) -> bool:
        if offer.accept_rate is None or self.needed is None:
            return False
        return offer.proven or offer.accept_rate >= self.needed


def make_bar(case: Case, offers: Mapping[str, Offer]) -> Bar:
    """The bar that the workload sets."""
    requirements = case.workload.requirements
    relative = requirements.non_inferiority
    if relative is None:
        return Bar(requirements.quality_floor, None)
    return Bar(None, offers[relative.incumbent], relative.margin)
