"""The budget, the one constraint on a whole plan: two candidates may fit in it only together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from equipoise.decisions.case import Case
from equipoise.decisions.option import Option
from equipoise.decisions.screening import Screened
from equipoise.domain.decision import Exclusion


def within_budget(
    case: Case, screened: Screened, options: tuple[Option, ...]
) -> tuple[Screened, tuple[Option, ...]]:
    """Drop every option that costs more than the budget, and exclude whoever is left without one.

    Looked at one by one, a split that costs less than either of its sides would be lost, and one
    that pays the people of both sides would slip through.
    """
    budget = case.workload.requirements.budget_usd_per_month
    if budget is None:
        return screened, options
    kept = tuple(row for row in options if row.path.monthly(case.requests) <= budget)
    used = {offer.id for option in kept for offer in option.offers}
    dear = tuple(
        Exclusion(name, offer.target.id, "budget", _reason(case, name, options, budget))
        for name, offer in screened.allowed.items()
        if name not in used
    )
    allowed = {name: offer for name, offer in screened.allowed.items() if name in used}
    return replace(screened, allowed=allowed, excluded=(*screened.excluded, *dear)), kept


def _reason(case: Case, name: str, options: Iterable[Option], budget: float) -> str:
    ways = [row for row in options if name in {offer.id for offer in row.offers}]
    least = min(row.path.monthly(case.requests) for row in ways)
    return f"at least ${least:,.2f} a month, the budget is ${budget:,.2f}"
