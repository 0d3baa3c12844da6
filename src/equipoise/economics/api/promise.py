"""What a vendor's promise is worth: whether it reaches what is needed, what a breach pays back."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.catalog.service_levels import ServiceLevel


@dataclass(frozen=True, slots=True)
class PromiseAnswer:
    """Whether a promise reaches the availability needed; `sentence` says so with its source."""

    reaches: bool
    sentence: str


def reaches(level: ServiceLevel, availability: float) -> PromiseAnswer:
    """Compare a promised uptime with the availability that is needed, both shares of time."""
    what = f"{level.vendor}, {level.service}"
    if level.uptime is None:
        return PromiseAnswer(False, f"{what} promises no uptime ({level.source}).")
    met = level.uptime >= availability
    verb = "reaches" if met else "does not reach"
    return PromiseAnswer(
        met,
        f"{what} promises {100 * level.uptime:.6g}% uptime, which {verb} the "
        f"{100 * availability:.6g}% needed ({level.source}).",
    )


def credit_share(level: ServiceLevel, uptime: float) -> float:
    """The share of a month's bill that is given back at a measured uptime, if it is claimed."""
    return max((share for below, share in level.credits if uptime < below), default=0.0)
