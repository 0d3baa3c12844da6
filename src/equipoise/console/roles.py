"""Which candidates a decision chose, and which may not be used."""

from __future__ import annotations

from equipoise.domain.decision import Decision, PlanKind


def chosen(decision: Decision) -> frozenset[str]:
    """The candidates of the chosen plan. Undecided chooses none: its shares are what goes on."""
    if decision.plan.kind is PlanKind.UNDECIDED:
        return frozenset()
    return frozenset(share.candidate for share in decision.plan.shares)


def excluded(decision: Decision) -> frozenset[str]:
    """The candidates that fail a requirement."""
    named = {exclusion.candidate for exclusion in decision.excluded}
    return frozenset(named | {row.candidate for row in decision.candidates if row.excluded})
