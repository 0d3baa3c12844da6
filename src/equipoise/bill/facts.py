"""What a bill does not say and its reader may: facts with a value to begin with and its ends."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ceiling takes for granted where no export tells.

    `tokens_per_request` is used where requests are not counted; `input_share` is the share of
    tokens that is read, used where only money is known. `latency_seconds` is what an answer may
    take at the 95th percentile. `quality_slack` is how many points of the capability index a
    stand-in may lie below what it stands in for. `engineers` are full-time equivalents.
    """

    engineers: float = 2.0
    engineer_usd_per_year: float = 200_000.0
    peak_to_mean: float = 3.0
    availability: float = 0.999
    latency_seconds: float = 30.0
    tokens_per_request: float = 1_500.0
    input_share: float = 0.8
    quality_slack: float = 0.0

    @property
    def staff_usd(self) -> float:
        """What the engineers cost a month."""
        return self.engineers * self.engineer_usd_per_year / 12


PEAK_ENDS = (1.5, 6.0)
"""Traces of production traffic: ten-minute peaks of 1.9 to 3.3 times the mean over two weeks
(ServeGen, 2025), one-minute peaks of 1.5 to 4.2 (Azure, 2023); wider, being other people's."""

LATENCY_ENDS = (5.0, 120.0)
"""From a chat that people wait for to work in the background."""

TOKENS_ENDS = (400.0, 8_000.0)
"""From a short classification to an answer over documents."""

QUALITY_ENDS = (5.0, -5.0)
"""Points of the capability index: a step between neighbouring generations is about five."""
