"""Everything one decision is made from, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from equipoise.domain.endpoint import Target
from equipoise.domain.evidence import TrialEvidence
from equipoise.domain.workload import Workload


@dataclass(frozen=True, slots=True)
class Case:
    """A workload, what its trial found, and the day.

    `targets` maps candidate ids to their targets; `file` is the workload file as the user named
    it, for the commands that are printed; `inputs` names what the decision rests on, with digests.
    """

    workload: Workload
    trial: TrialEvidence
    targets: Mapping[str, Target]
    now: date
    file: str
    inputs: tuple[tuple[str, str], ...]

    @property
    def requests(self) -> float:
        """Requests a month, as the economics take it."""
        return float(self.workload.requirements.volume.requests_per_month)
