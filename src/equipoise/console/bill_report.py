"""The one page of a bill as HTML that needs nothing but itself, on a screen or on paper."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from equipoise.bill.page import BillPage, Breakdown
from equipoise.console import bill_figures, bill_findings, bill_words, names
from equipoise.console import format as written
from equipoise.console.environment import environment
from equipoise.console.figure import Figure

FILTERS = {
    "about": written.about,
    "exact_usd": written.exact_usd,
    "cell_text": names.cell_text,
    "shown": names.shown,
    "one_line": names.one_line,
    "closed": bill_words.closed,
    "left_over": bill_words.left_over,
}


@dataclass(frozen=True, slots=True)
class Part:
    """What is spent by one dimension: its rows, what they add up to, and their chart."""

    breakdown: Breakdown
    pico: int
    title: str
    figure: Figure | None


def render(page: BillPage) -> str:
    """Write the page. The same page gives the same bytes; nothing is loaded from anywhere.

    Whatever the exports hold stands in it as text: escaped, on one line where it is a name, with
    what cannot be shown made visible.
    """
    room = resources.files("equipoise.console")
    css = "".join(room.joinpath(name).read_text("utf-8") for name in ("report.css", "bill.css"))
    made = environment(finalize=_finalize)
    made.filters.update(FILTERS)
    made.globals.update(
        about_range=written.about_range,
        part_of=written.part,
        ADVICE=bill_words.ADVICE,
        ROLES=bill_words.ROLES,
    )
    return made.get_template("bill/page.html").render(
        page=page,
        css=css,
        days=bill_words.days(page),
        facts=bill_words.facts(page),
        parts_of_spend=[_part(each, n) for n, each in enumerate(page.breakdowns, start=1)],
        ladder=bill_figures.of_ladder(page),
        trend=bill_figures.of_trend(page),
        residuals=bill_figures.of_residuals(page),
        reconciled=bill_findings.of_reconciliation(page.reconciliation),
        break_even=bill_figures.of_break_even(page),
        both=bill_words.compared(page.reconciliation),
        others=bill_words.others(page.break_even),
        missing=bill_figures.of_missing(page),
    )


def _part(breakdown: Breakdown, rank: int) -> Part:
    return Part(
        breakdown,
        sum(row.pico for row in breakdown.rows),
        bill_findings.of_spend(breakdown) if breakdown.rows else "",
        bill_figures.of_spend(breakdown, rank),
    )


def _finalize(value: object) -> object:
    """Make every text printable on its way to the page: names also stand in others' sentences.

    Markup, which is a kind of string, is ours: pieces of the page, the style sheet, drawings.
    """
    return names.printable(value) if type(value) is str else value
