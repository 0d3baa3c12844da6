"""What each chart of a bill shows, as the sentence above it that a screen reader says."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.bill.page import (
    BillPage,
    Breakdown,
    BreakEven,
    MissingFact,
    Reconciliation,
    Saving,
    Trend,
)
from equipoise.console import bill_words, names
from equipoise.console import format as written
from equipoise.console.charts import bill_ladder, missing_facts, residuals


def of_ladder(page: BillPage) -> str:
    """What running it ourselves comes to, and the best that can be had without."""
    bill = written.money(page.monthly_usd)
    best = bill_words.without_migrating(page)
    saved = _saving(best) if best else ""
    if page.ceiling is None or not bill_ladder.paying(page.ceiling):
        return f"Of {bill} a month, {_lower(saved)}" if saved else f"{bill} a month is spent today"
    net = page.ceiling.net.central
    if net < 0:
        own = f"Running open weights ourselves would cost {written.about(-net)} a month more"
        return f"{own} than today's {bill}{f'; {_lower(saved)}' if saved else ''}"
    own = f"Running open weights ourselves would save at most {written.about(net)} of {bill}"
    return f"{own} a month{f'; {_lower(saved)}' if saved else ''}"


def of_spend(breakdown: Breakdown) -> str:
    """Whose the largest part is."""
    dimension = names.shown(breakdown.dimension)
    whole = sum(row.pico for row in breakdown.rows)
    first = breakdown.rows[0]
    share = written.part(first.pico, whole)
    if not share:
        return f"What is spent by {dimension}"
    if len(breakdown.rows) == 1:
        name = f"is for {names.shown(first.name)}" if names.one_line(first.name) else "names none"
        return f"By {dimension}: all of it, {written.exact_usd(whole)}, {name}"
    if not names.one_line(first.name):
        return f"By {dimension}: {share} of the spend names none"
    return f"By {dimension}: {names.shown(first.name)} is {share} of the spend"


def of_trend(trend: Trend) -> str:
    """Whether spending grows."""
    amounts = [amount for _, amount in trend.days]
    mean = written.exact_usd(sum(amounts) // len(amounts))
    if trend.growth is None:
        return f"{mean} a day on average; under two weeks tell of no trend"
    if abs(trend.growth) < 0.005:
        return f"{mean} a day on average, neither growing nor falling"
    verb = "grows" if trend.growth > 0 else "falls"
    return f"Spending {verb} by {written.percent(_rounded(abs(trend.growth)))} a month"


def of_residuals(reconciliation: Reconciliation) -> str:
    """On which day the invoices are furthest from list price."""
    days = residuals.days(reconciliation)
    when, amount = max(days, key=lambda day: (abs(day[1]), day[0]))
    side = "above" if amount > 0 else "below"
    exact = written.exact_usd(abs(amount))
    return f"The day furthest from list price is {written.day(when)}, {exact} {side} it"


def of_reconciliation(reconciliation: Reconciliation) -> str:
    """How far list prices explain the invoices, over the models where both are known."""
    if not reconciliation.compared:
        why = reconciliation.why or "no usage and invoice tell of the same model"
        return f"There is nothing to compare: {why.rstrip('.')}."
    whole = bill_words.compared(reconciliation)
    if whole is None:
        return "Days can be compared, models cannot: none has both a list price and an invoice."
    listed, residual = whole.list_pico or 0, whole.residual_pico or 0
    of_both = f"{written.exact_usd(listed)} at list price"
    if residual == 0:
        return f"The invoices are what list prices make of the usage, {of_both}."
    side = "above" if residual > 0 else "below"
    share = written.part(abs(residual), listed)
    amount = written.exact_usd(abs(residual))
    told = f"{amount} ({share})" if share else amount
    return f"The invoices are {told} {side} what list prices make of the usage, {of_both}."


def of_break_even(found: BreakEven, bill: float) -> str:
    """From which bill on running it ourselves saves, beside today's."""
    if found.usd is None:
        return "No bill up to a thousand times today's makes running it ourselves save"
    start = f"Running it ourselves saves from a bill of {written.about(found.usd)} a month"
    times = found.usd / bill if bill > 0 else 0.0
    if times > 1:
        return f"{start}, {written.number(float(f'{times:.2g}'))} times today's"
    return f"{start}; today's {written.money(bill)} is beyond that"


def of_missing(facts: Sequence[MissingFact]) -> str:
    """Which fact would tell most."""
    widest = missing_facts.drawable(facts)[0]
    fact, width = names.shown(widest.fact), written.about(widest.width)
    return f"{_title(fact)} is what matters most: it moves the ceiling by {width} a month"


def _saving(best: Saving) -> str:
    """The best way as a sentence; one with a condition after a comma gets the second comma."""
    comma = "," if "," in best.title else ""
    return f"{_title(best.title)}{comma} saves {written.about(best.usd.central)}"


def _rounded(share: float) -> float:
    return float(f"{share:.2g}")


def _title(text: str) -> str:
    return written.sentence(names.shown(text))


def _lower(text: str) -> str:
    """The sentence as one that follows another: acronyms and names in capitals stay."""
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"
