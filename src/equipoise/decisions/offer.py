"""A candidate as an offer: its target, what it would cost, how good it is, what that rests on."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.decisions.measured_load import Reading
from equipoise.domain.endpoint import Operator, Target
from equipoise.domain.evidence import QualityEvidence, Standing
from equipoise.domain.workload import Candidate
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Draws
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.throughput.serving import ServingRate

Path = ApiPath | OwnershipPath


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate, priced where it can be.

    `path` is None where it has no price or its weights do not fit, and `unpriced` says why.
    `accept` draws its accept rate: measured, assumed, or None where nobody has said anything;
    `difference` draws how far it lies above the incumbent's, where both answered the same items.
    `rate` is what one replica of ours serves; `measured_rate` whether that was measured, and
    `load` what was read from a load test, where there is one.
    """

    candidate: Candidate
    target: Target
    quality: QualityEvidence
    path: Path | None
    accept: Draws | None
    difference: Draws | None = None
    unpriced: str = ""
    rate: ServingRate | None = None
    measured_rate: bool = False
    load: Reading | None = None

    @property
    def id(self) -> str:
        """The candidate's id."""
        return self.candidate.id

    @property
    def own(self) -> bool:
        """Whether we would run it ourselves."""
        return self.target.endpoint.operator is Operator.SELF

    @property
    def proven(self) -> bool:
        """Whether a measurement shows that it meets the quality bar."""
        return self.quality.standing is Standing.MET

    @property
    def measured(self) -> bool:
        """Whether it has answers at all."""
        return self.quality.standing is not Standing.UNMEASURED

    @property
    def accept_rate(self) -> float | None:
        """The accept rate that costs are stated at: as counted, else the middle of the assumed."""
        if self.measured:
            return self.quality.rate
        assumed = self.candidate.assumed
        return (assumed.low + assumed.high) / 2 if assumed is not None else None
