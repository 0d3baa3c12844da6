"""A decision on a terminal: the answer, then what it rests on, in one screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from equipoise.cli.output import Rows
from equipoise.console.format import money, percent
from equipoise.console.words import PLANS
from equipoise.domain.decision import CandidateRow, Decision, PlanKind, Portfolio

_HEADERS = ("workload", "plan", "targets", "confidence", "monthly_usd", "per_accepted_usd")


def show_verdict(decision: Decision) -> None:
    """Print one decision for a person."""
    console = Console()
    console.rule(f"[bold]{escape(decision.title)}[/]  ({escape(decision.workload)})", align="left")
    style = "yellow" if decision.plan.kind is PlanKind.UNDECIDED else "green"
    console.print(Padding(f"[{style}]{escape(decision.answer)}[/]", (0, 0, 1, 0)))
    console.print(_candidates(decision))
    for line in _draft(decision):
        console.print(Padding(line, (0, 0, 0, 2)))
    for row in decision.excluded:
        line = f"[dim]excluded[/] {escape(row.candidate)}: {row.constraint}: {escape(row.reason)}"
        console.print(Padding(line, (0, 0, 0, 2)))
    for tripwire in decision.tripwires[:4]:
        console.print(Padding(f"[dim]tripwire[/] {escape(tripwire.sentence)}", (0, 0, 0, 2)))
    console.print(f"[dim]holds until[/] {decision.valid_until.isoformat()}\n")


def _draft(decision: Decision) -> Iterator[str]:
    """What is known where nothing is measured yet: what each plan costs, and what it would take."""
    if decision.stated_lengths is None:
        return
    for plan in decision.plans:
        if plan.monthly_usd is not None and plan.kind is not PlanKind.UNDECIDED:
            names = " and ".join(share.candidate for share in plan.shares)
            yield f"[dim]plan[/] {PLANS[plan.kind]}: {escape(names)}, {money(plan.monthly_usd)}"
    for need in decision.needed:
        yield f"[dim]needed[/] {escape(need.sentence)}"


def verdict_rows(portfolio: Portfolio) -> Rows:
    """The decisions for a program, a row a workload."""
    return Rows(
        "equipoise.decisions/1",
        _HEADERS,
        [
            (
                decision.workload,
                decision.plan.kind.value,
                ",".join(share.target for share in decision.plan.shares),
                decision.confidence,
                decision.plan.monthly_usd,
                decision.plan.per_accepted_usd,
            )
            for decision in portfolio.decisions
        ],
    )


def _candidates(decision: Decision) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for header in ("candidate", "accepted", "a month", "per accepted answer", "p95"):
        table.add_column(header, justify="left" if header == "candidate" else "right")
    for row in decision.candidates:
        style = "dim" if row.excluded else ""
        table.add_row(*_cells(row), style=style)
    return table


def _cells(row: CandidateRow) -> tuple[str, ...]:
    assumed = "" if row.items else " assumed"
    return (
        escape(row.candidate),
        "unknown" if row.rate is None else f"{percent(row.rate)}{assumed}",
        "no price" if row.monthly_usd is None else money(row.monthly_usd),
        "" if row.per_accepted_usd is None else money(row.per_accepted_usd),
        "" if row.p95_seconds is None else f"{row.p95_seconds:.2f} s",
    )
