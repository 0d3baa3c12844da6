"""What the page of a bill calls its values, and its four figures in words."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.bill.page import (
    Advice,
    BillPage,
    BreakEven,
    Range,
    ReconciledRow,
    Reconciliation,
    Saving,
)
from equipoise.console import format as written
from equipoise.console import names
from equipoise.domain.bill import Role

ADVICE = {
    Advice.STAY: "Stay with what you have",
    Advice.STAY_EXCEPT: "Stay, with one exception",
    Advice.TRIAL: "Worth a trial",
    Advice.UNKNOWN: "Not known yet",
}
ROLES = {
    Role.INVOICE: "invoice: what is paid",
    Role.USAGE: "usage report: what was counted",
    Role.LOG: "log: what was seen from our side",
}
MIGRATION = "hosted"  # the kind of a saving that moves to other models


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the large figures: its name, the figure, and what it stands for."""

    term: str
    amount: str
    note: str


def facts(page: BillPage) -> tuple[Fact, ...]:
    """The four figures that a hurried reader takes away."""
    return (_spend(page), _ceiling(page), _break_even(page), _saving(page))


def days(page: BillPage) -> int:
    """How many days the bill spans."""
    return (page.last_day - page.first_day).days + 1


def without_migrating(page: BillPage) -> Saving | None:
    """The largest single saving that keeps the models. Savings overlap: they are not added up."""
    staying = [saving for saving in page.savings if saving.kind != MIGRATION]
    found = max(staying, key=lambda saving: saving.usd.central, default=None)
    return found if found and found.usd.central > 0 else None


def difference(net: Range) -> str:
    """A net saving as what it comes to: "$7,400", or "would cost $9,300 more"."""
    if net.central < 0:
        return f"would cost {written.about(-net.central)} more"
    return written.about(net.central)


def between(net: Range) -> str:
    """The interval of a net saving, its signs in words."""
    low, high = written.about(abs(net.low)), written.about(abs(net.high))
    if low == high and net.low * net.high >= 0:
        return f"{high} {'more' if net.low < 0 else 'saved'}"
    if net.low < 0 < net.high:
        return f"from {low} more to {high} saved"
    if net.high <= 0:
        return f"{high} to {low} more"
    return f"{low} to {high} saved"


def left_over(net: Range) -> str:
    """What is left of the savings once people are paid, as the end of a sentence."""
    interval = f"80{written.NBSP}%: {between(net)}"
    if net.central < 0:
        return f"that is {written.about(-net.central)} more than is saved ({interval})"
    return f"what is left is {written.about(net.central)} ({interval})"


def closed(text: str) -> str:
    """Somebody's sentence with a capital and a full stop."""
    told = written.sentence(text.strip())
    return told if not told or told.endswith((".", "!", "?")) else f"{told}."


def others(found: BreakEven | None) -> tuple[str, ...]:
    """The further bills at which the cheaper side changes, those that read alike once."""
    turns = found.others if found is not None else ()
    return tuple(dict.fromkeys(written.about(bill) for bill in turns))


def compared(reconciliation: Reconciliation) -> ReconciledRow | None:
    """The sum over the models whose list price and invoice are both known; None without one."""
    rows = [row for row in reconciliation.by_model if row.residual_pico is not None]
    if not rows:
        return None
    return ReconciledRow(
        "",
        "",
        sum(row.tokens for row in rows),
        sum(row.list_pico or 0 for row in rows),
        sum(row.invoiced_pico or 0 for row in rows),
    )


def _spend(page: BillPage) -> Fact:
    span = written.counted(days(page), "day")
    note = f"{written.exact_usd(page.total_pico)} in {span}"
    return Fact("Spend a month", written.money(page.monthly_usd), note)


def _ceiling(page: BillPage) -> Fact:
    term = "Most that running it ourselves saves"
    if page.ceiling is None:
        return Fact(term, written.UNKNOWN, "why is said below")
    net = page.ceiling.net
    interval = f"80{written.NBSP}%: {between(net)}"
    return Fact(term, difference(net), f"a month, at equal quality; {interval}")


def _break_even(page: BillPage) -> Fact:
    term = "Break-even bill"
    found = page.break_even
    if found is None:
        return Fact(term, written.UNKNOWN, "why is said below")
    if found.usd is None:
        return Fact(term, "none", "not up to a thousand times today's bill")
    return Fact(term, written.about(found.usd), f"a month; {_reach(found.low, found.high)}")


def _reach(low: float | None, high: float | None) -> str:
    share = f"80{written.NBSP}%: "
    if low is None and high is None:
        return "how sure that is, is not known"
    if high is None:
        return f"{share}from {written.about(low)}, without an upper end"
    if low is None:
        return f"{share}up to {written.about(high)}"
    return f"{share}{written.about(low)} to {written.about(high)}"


def _saving(page: BillPage) -> Fact:
    term = "Most saved without migrating"
    best = without_migrating(page)
    if best is None:
        return Fact(term, "nothing found", "at today's models and prices")
    interval = written.about_range(best.usd.central, best.usd.low, best.usd.high)
    reach = interval.partition(" ")[2]
    return Fact(
        term, written.about(best.usd.central), f"a month {reach}: {names.shown(best.title)}"
    )
