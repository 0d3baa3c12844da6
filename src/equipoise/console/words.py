"""What the page calls the values of the domain. One table for each vocabulary."""

from __future__ import annotations

from equipoise.console.format import percent, spelled
from equipoise.domain.decision import CandidateRow, PlanKind, Share
from equipoise.domain.endpoint import Operator
from equipoise.domain.evidence import Standing
from equipoise.domain.licence import LicenceStatus
from equipoise.domain.model import Weights

PLANS = {
    PlanKind.AS_IS: "As is",
    PlanKind.OPTIMISED: "As is, optimised",
    PlanKind.OPEN_HOSTED: "Open weights, hosted by a vendor",
    PlanKind.OPEN_SELF: "Open weights, run by ourselves",
    PlanKind.HYBRID: "Hybrid",
    PlanKind.UNDECIDED: "Undecided",
}
WEIGHTS = {Weights.OPEN: "open weights", Weights.CLOSED: "closed weights"}
OPERATORS = {Operator.SELF: "run by ourselves", Operator.VENDOR: "run by a vendor"}

_STANDINGS = {
    Standing.MET: "meets the bar",
    Standing.NOT_MET: "misses the bar",
    Standing.OPEN: "still open",
    Standing.UNMEASURED: "not measured",
}
_LICENCE_STATUSES = {
    LicenceStatus.ALLOWED: "allowed",
    LicenceStatus.OBLIGATIONS: "allowed, with obligations",
    LicenceStatus.UNKNOWN: "unknown",
    LicenceStatus.NEEDS_LICENCE: "needs a licence",
    LicenceStatus.FORBIDDEN: "forbidden",
}


def standing(value: str) -> str:
    """How a candidate stands against the quality bar, in words."""
    return next((text for key, text in _STANDINGS.items() if key == value), spelled(value))


def licence_status(value: str) -> str:
    """The outcome of a licence screen, in words."""
    return next((text for key, text in _LICENCE_STATUSES.items() if key == value), spelled(value))


def basis(row: CandidateRow) -> str:
    """What a candidate's accept rate rests on: so many items, or an assumption, or nothing."""
    if row.items:
        return f"measured on {row.items:,} items"
    return "not known" if row.rate is None else "assumed"


def traffic(shares: tuple[Share, ...]) -> tuple[str, ...]:
    """Who takes the traffic, such as "70 % to gpt-5-mini, closed weights, run by a vendor"."""
    return tuple(
        f"{f'{percent(share.share)} to ' if len(shares) > 1 else ''}{share.candidate}, "
        f"{WEIGHTS[share.weights]}, {OPERATORS[share.operator]}"
        for share in shares
    )
