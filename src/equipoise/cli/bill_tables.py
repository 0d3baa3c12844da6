"""The page of a bill on a terminal: the answer, then what it rests on, in two screens."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from equipoise.bill.answer import usd
from equipoise.bill.page import Advice, BillPage, Breakdown, Ceiling, Range, Reconciliation
from equipoise.bill.record import as_text
from equipoise.cli.output import Rows
from equipoise.console.names import fitted, printable, shown
from equipoise.domain.money import Money

_SHOWN = 6
_STYLES = {
    Advice.STAY: "green",
    Advice.STAY_EXCEPT: "green",
    Advice.TRIAL: "yellow",
    Advice.UNKNOWN: "red",
}
_WIDEST = 60


def spend_rows(page: BillPage) -> Rows:
    """The parts of the spend for a program, a row each."""
    return Rows(
        "equipoise.bill.spend/1",
        ("dimension", "name", "usd", "tokens", "requests"),
        [
            (
                breakdown.dimension,
                as_text(row.name),
                f"{Money(row.pico).dollars:f}",
                str(row.tokens),
                "" if row.requests is None else str(row.requests),
            )
            for breakdown in page.breakdowns
            for row in breakdown.rows
        ],
    )


def show_page(page: BillPage) -> None:
    """Print the page for a person."""
    console = Console()
    console.rule(f"[bold]The bill: {page.first_day} to {page.last_day}[/]", align="left")
    console.print(Padding(Text(page.answer, style=_STYLES[page.advice]), (0, 0, 1, 0)))
    for reason in page.reasons:
        console.print(Padding(Text(reason), (0, 0, 0, 2)))
    growth = "" if page.trend.growth is None else f", {page.trend.growth:+.0%} a month"
    console.print(
        f"\n[bold]Spent[/] {cents(page.total_pico)}: {usd(page.monthly_usd)} a month{growth}"
    )
    for breakdown in page.breakdowns:
        if any(row.name for row in breakdown.rows):
            console.print(_breakdown(breakdown))
    if page.reconciliation.by_model or page.reconciliation.unattributed:
        console.print(_reconciled(page.reconciliation))
    elif page.reconciliation.why:
        console.print(Padding(Text(page.reconciliation.why), (1, 0, 0, 0)))
    if page.savings:
        console.print(_savings(page))
    if page.ceiling is not None:
        console.print(_ceiling(page.ceiling))
    _show_rest(console, page)


def cents(pico: int) -> str:
    """An accounted amount to the cent."""
    amount = Money(abs(pico)).dollars
    sign = "−" if pico < 0 else ""
    return f"{sign}${amount:,.2f}" if amount >= 0.005 or not pico else f"{sign}under a cent"


def _show_rest(console: Console, page: BillPage) -> None:
    even = page.break_even
    if even is not None and even.usd is not None:
        ends = f", eight times in ten between {_end(even.low)} and {_end(even.high)}"
        console.print(f"\n[bold]Break-even[/] at a bill of {usd(even.usd)} a month{ends}")
    elif even is not None:
        console.print("\n[bold]Break-even[/] at no bill up to a thousand times this one")
    if page.missing:
        console.print(_missing(page))
    if page.drafts:
        console.print("\n[bold]Worth a trial first[/]")
        for draft in page.drafts:
            line = (
                f"{draft.title}: {usd(draft.spend_usd)} a month, at most {usd(draft.at_most_usd)}"
            )
            console.print(Padding(Text(f"{line} less with {draft.cheapest}"), (0, 0, 0, 2)))
    for note in page.notes:
        console.print(Padding(Text.assemble(("note ", "dim"), note.text), (0, 0, 0, 2)))


def _breakdown(breakdown: Breakdown) -> Table:
    table = _table(f"by {breakdown.dimension}", "spent", "tokens", "requests")
    shown, rest = breakdown.rows[:_SHOWN], breakdown.rows[_SHOWN:]
    for row in shown:
        requests = "" if row.requests is None else f"{row.requests:,}"
        tokens = f"{row.tokens:,}" if row.tokens else ""
        table.add_row(_name(row.name), cents(row.pico), tokens, requests)
    if rest:
        pico = sum(row.pico for row in rest)
        table.add_row(f"{len(rest):,} more", cents(pico), f"{sum(r.tokens for r in rest):,}", "")
    return table


def _reconciled(found: Reconciliation) -> Table:
    table = _table("reconciled", "at list price", "invoiced", "residual")
    for row in found.by_model[:_SHOWN]:
        known = (row.list_pico, row.invoiced_pico, row.residual_pico)
        table.add_row(_name(row.name), *("unknown" if v is None else cents(v) for v in known))
    if len(found.by_model) > _SHOWN:
        rest = found.by_model[_SHOWN:]
        residual = sum(row.residual_pico or 0 for row in rest)
        table.add_row(f"{len(rest)} more", "", "", cents(residual))
    for part in found.unattributed[:_SHOWN]:
        table.add_row(Text(printable(f"of no model: {part.name}")), "", cents(part.pico), "")
    for part in found.unpriced[:_SHOWN]:
        table.add_row(
            Text(printable(f"no price: {part.name}")), "unknown", "", f"{part.tokens:,} tokens"
        )
    if found.why:
        table.caption = found.why
        table.caption_justify = "left"
    return table


def _savings(page: BillPage) -> Table:
    table = _table("without running anything", "a month", "between")
    for way in page.savings:
        table.add_row(way.title, usd(way.usd.central), _between(way.usd))
    return table


def _ceiling(found: Ceiling) -> Table:
    table = _table("running it ourselves, at most", "a month", "")
    for fleet in found.fleets:
        what = f"{fleet.machines} × {fleet.hardware}, {fleet.stand_in_name}"
        table.add_row(Text(what), usd(fleet.gain_usd), f"for {', '.join(fleet.billed)}"[:60])
    people = f"{found.engineers:g} engineers"
    table.add_row(people, usd(-found.staff_usd), "")
    table.add_row("[bold]the ceiling[/]", usd(found.net.central), _between(found.net))
    return table


def _missing(page: BillPage) -> Table:
    table = _table("not on the bill", "moves the ceiling by", "taken as")
    for fact in page.missing:
        table.add_row(fact.fact, usd(fact.width), fact.assumed)
    return table


def _table(first: str, *headers: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(f"\n{first}", overflow="fold")
    for header in headers:
        table.add_column(f"\n{header}", justify="right")
    return table


def _name(name: str) -> Text:
    return Text(fitted(shown(name), _WIDEST))


def _between(found: Range) -> str:
    return f"{usd(found.low)} to {usd(found.high)}"


def _end(amount: float | None) -> str:
    return "no bill at all" if amount is None else usd(amount)
