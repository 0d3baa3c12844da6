"""The decision record as one HTML page that needs nothing but itself, on a screen or on paper."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from equipoise.console import figure, view
from equipoise.console.charts import crossover
from equipoise.console.environment import environment
from equipoise.console.figure import Figure
from equipoise.domain.decision import CostCurve, Decision, Portfolio


@dataclass(frozen=True, slots=True)
class Chapter:
    """One workload's part of the page."""

    slug: str
    decision: Decision
    plans: tuple[view.PlanRow, ...]
    accounts: tuple[view.Account, ...]
    kinds: tuple[str, ...]
    licences: tuple[view.LicenceRow, ...]
    assumptions: tuple[view.AssumptionRow, ...]
    crossover: Figure | None
    curves: tuple[CostCurve, ...]
    cost_rows: tuple[view.CostRow, ...]
    quality: Figure | None


def render(portfolio: Portfolio) -> str:
    """Write the page. The same portfolio gives the same bytes; nothing is loaded from anywhere."""
    css = resources.files("equipoise.console").joinpath("report.css").read_text("utf-8")
    chapters = [_chapter(decision, n) for n, decision in enumerate(portfolio.decisions, start=1)]
    template = environment().get_template("report.html")
    return template.render(portfolio=portfolio, chapters=chapters, css=css)


def _chapter(decision: Decision, rank: int) -> Chapter:
    slug = view.slug(decision, rank)
    return Chapter(
        slug=slug,
        decision=decision,
        plans=view.plan_rows(decision),
        accounts=view.accounts(decision),
        kinds=view.cost_kinds(decision),
        licences=view.licence_rows(decision),
        assumptions=view.assumption_rows(decision),
        crossover=figure.of_crossover(decision, slug),
        curves=crossover.drawable(decision),
        cost_rows=view.cost_rows(decision),
        quality=figure.of_cost_quality(decision, slug),
    )
