"""What the page calls the values of the domain. One table for each vocabulary."""

from __future__ import annotations

from equipoise.console.format import number, percent, spelled
from equipoise.domain.decision import CandidateRow, Decision, PlanKind, Share
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


def confidence(decision: Decision) -> float | None:
    """How sure a decision is; None for a draft of which nobody has assumed anything either."""
    return decision.confidence if decision.confidence or not decision.stated_lengths else None


def unmeasured(decision: Decision) -> str:
    """That no answer was measured for a draft, and whose count the lengths of its requests are.

    A load test may have measured the speed of a copy of our own.
    """
    lengths = decision.stated_lengths
    if lengths is None:
        return ""
    shared = f", {number(lengths.shared_input)} of them the same in every request,"
    what = "No answer" if decision.evidence else "Nothing"
    return (
        f"{what} was measured: the workload is a draft without items. Its requests are taken to "
        f"hold {number(lengths.input)} tokens{shared if lengths.shared_input else ''} and their "
        f"answers {number(lengths.output)}, as counted by {lengths.measured_by}."
    )


def traffic(shares: tuple[Share, ...]) -> tuple[str, ...]:
    """Who takes the traffic, such as "70 % to gpt-5-mini, closed weights, run by a vendor"."""
    return tuple(
        f"{f'{percent(share.share)} to ' if len(shares) > 1 else ''}{share.candidate}, "
        f"{WEIGHTS[share.weights]}, {OPERATORS[share.operator]}"
        for share in shares
    )
