"""The page of costs on a terminal: the answer, the vendors, our own and how it may be had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from equipoise.cli.output import Cell, Rows
from equipoise.console.format import count, money, money_range, percent, spelled, volume
from equipoise.console.names import printable
from equipoise.decisions.costing.page import CandidateCost, CostPage, Hinge, OtherPlan, WayCost

_HEADERS = (
    "candidate",
    "target",
    "way",
    "monthly_usd",
    "monthly_low",
    "monthly_high",
    "per_request_usd",
    "per_accepted_usd",
    "machines",
    "utilisation",
    "next_machine_at",
    "start_usd",
    "payback_months",
    "note",
)
_NONE: Sequence[Cell] = (None, None, None)


def cost_rows(page: CostPage) -> Rows:
    """The candidates for a program: a row each as a decision prices it, then one a way."""
    return Rows("equipoise.cost.candidates/1", _HEADERS, list(_rows(page)))


def show_page(page: CostPage) -> None:
    """Print the page for a person."""
    console = Console()
    title = f"{printable(page.title)}: {page.requests_per_month:,} requests a month"
    console.rule(Text(title, style="bold"), align="left")
    console.print(Padding(Text(page.answer), (0, 0, 1, 0)))
    for heading, own in (("at a vendor", False), ("on machines of our own", True)):
        rows = [row for row in page.candidates if row.own is own]
        if rows:
            console.print(_group(heading, rows))
            for row in rows:
                _show_candidate(console, row)
    if page.others:
        console.print(_others(page.others))
    _show_crossings(console, page)
    if page.hinge is not None:
        console.print(_hinge(page.hinge))


def _rows(page: CostPage) -> Iterable[Sequence[Cell]]:
    for row in page.candidates:
        yield (
            row.candidate,
            row.target,
            "",
            *(row.monthly_usd, row.monthly_low, row.monthly_high),
            *(row.per_request_usd, row.per_accepted_usd),
            None if row.machines is None else float(row.machines),
            *(row.utilisation, row.next_machine_at, None, None),
            row.unpriced or "; ".join(row.notes),
        )
        for way in row.ways:
            month = (way.monthly_usd, way.monthly_low, way.monthly_high)
            per = None if way.monthly_usd is None else way.monthly_usd / page.requests_per_month
            yield (
                *(row.candidate, row.target, way.way, *month, per, None, *_NONE),
                *(way.start_usd, way.payback_months, way.unavailable or way.payback),
            )


def _group(heading: str, rows: Sequence[CandidateCost]) -> Table:
    own = any(row.own for row in rows)
    accepted = any(row.accept_rate is not None for row in rows)
    table = _table(heading, "a month", "per request")
    headers = ["per accepted answer"] if accepted else []
    headers += ["machines", "used", "next one at"] if own else []
    for header in headers:
        table.add_column(f"\n{header}", justify="right")
    for row in rows:
        cells = [_month(row.monthly_usd, row.monthly_low, row.monthly_high), ""]
        if row.per_request_usd is not None:
            cells[1] = money(row.per_request_usd)
        if accepted:
            cells.append(_accepted(row))
        if own and row.machines is not None and row.utilisation is not None:
            cells += [
                f"{row.machines} × {row.machine}",
                percent(round(row.utilisation, 3)),
                volume(row.next_machine_at or 0.0),
            ]
        table.add_row(Text(row.candidate), *cells)
    return table


def _accepted(row: CandidateCost) -> str:
    if row.accept_rate is None:
        return "not measured"
    rate = f"{percent(round(row.accept_rate, 3))} of {row.answers}"
    return (
        "none accepted"
        if row.per_accepted_usd is None
        else f"{money(row.per_accepted_usd)}, {rate}"
    )


def _show_candidate(console: Console, row: CandidateCost) -> None:
    indented = [f"{row.candidate}: {row.unpriced}"] if row.unpriced else []
    indented += [
        f"{row.candidate} {spelled(line.kind)} {money(line.usd)}: {line.basis}"
        for line in row.costs
        if line.usd
    ]
    indented += [f"{row.candidate} {note}" for note in row.notes]
    if row.against is not None:
        indented.append(
            f"{row.candidate} beside {row.against.reference}: " + row.against.price_sentence
        )
        indented.append(f"{row.candidate} rent alone: {row.against.utilisation_sentence}")
    for text in indented:
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 2)))
    if row.ways:
        console.print(Padding(_ways(row), (0, 0, 0, 2)))
        for reason in _reasons(row):
            console.print(Padding(Text(reason, style="dim"), (0, 0, 0, 2)))


def _ways(row: CandidateCost) -> Table:
    months = row.ways[0].months
    heading = f"{row.candidate}, over {months} months"
    table = _table(heading, "a month, all in", "at the start", "pays back")
    table.columns[-1].justify = "left"
    for way in row.ways:
        table.add_row(
            spelled(way.way),
            _month(way.monthly_usd, way.monthly_low, way.monthly_high),
            "" if way.start_usd is None else money(way.start_usd),
            _payback(way),
        )
    return table


def _payback(way: WayCost) -> str:
    if way.payback_months is not None:
        return f"after {way.payback_months:.1f} months" if way.payback_months else "at once"
    return "never" if way.payback.startswith("never") else ""


def _reasons(row: CandidateCost) -> Iterable[str]:
    """Why ways do not pay back or cannot be had, each reason once with all it is true of."""
    by_reason: dict[str, list[str]] = {}
    for way in row.ways:
        if way.payback_months is None and (reason := way.unavailable or way.payback):
            by_reason.setdefault(reason, []).append(spelled(way.way))
    for reason, names in by_reason.items():
        yield f"{', '.join(names)}: {reason}"


def _others(plans: Sequence[OtherPlan]) -> Table:
    table = _table("together, or at a discount", "a month", "")
    table.columns[-1].justify = "left"
    for plan in plans:
        names = Text(" and ".join(plan.candidates))
        month = _month(plan.monthly_usd, plan.monthly_low, plan.monthly_high)
        table.add_row(names, month, Text(plan.note))
    return table


def _show_crossings(console: Console, page: CostPage) -> None:
    own = {row.candidate for row in page.candidates if row.own}
    # Two of a kind cross for reasons of price lists; what one asks here is ours against theirs.
    pairs = [p for p in page.pairs if len({p.first, p.second} & own) == 1] or list(page.pairs)
    if pairs:
        console.print("\n[bold]Where they cross[/]")
    for pair in pairs:
        console.print(Padding(Text(pair.sentence), (0, 0, 0, 2)))


def _hinge(found: Hinge) -> Table:
    heading = f"{found.own} less {found.vendor}: {money(found.difference_usd)} a month"
    table = _table(heading, "from", "to", "then the difference is")
    for swing in found.swings:
        table.add_row(
            Text(swing.fact),
            _fact(swing.low),
            f"{_fact(swing.high)} {swing.unit}",
            f"{money(swing.at_low_usd)} to {money(swing.at_high_usd)}",
        )
    return table


def _fact(value: float) -> str:
    return count(value) if value >= 1000 else f"{value:.3g}"


def _month(usd: float | None, low: float | None, high: float | None) -> str:
    return "no price" if usd is None else money_range(usd, low, high)


def _table(first: str, *headers: str) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column(Text(f"\n{first}"), overflow="fold")
    for header in headers:
        table.add_column(f"\n{header}", justify="right")
    return table
