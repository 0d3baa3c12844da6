"""A reading in, the page out: the whole chain, pure and in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from equipoise.bill.answer import Findings, advise, reasons
from equipoise.bill.assumptions import assumptions
from equipoise.bill.break_even import break_even
from equipoise.bill.ceiling import ceiling, kept_share
from equipoise.bill.counted import Counted, count, span_notes
from equipoise.bill.drafts import Occasion, drafts
from equipoise.bill.facts import DAYS_PER_MONTH, Facts
from equipoise.bill.fleets import FleetPlan, plan_fleets
from equipoise.bill.missing import SHARE_ENDS, inferred_facts, missing_facts
from equipoise.bill.page import BillPage, BreakEven, MissingFact, Trend
from equipoise.bill.reconcile import reconcile
from equipoise.bill.savings import savings
from equipoise.bill.spend import Spending, breakdowns, log_notes, spend
from equipoise.bill.traffic import Month, Run, Traffic, traffic
from equipoise.bill.trend import trend
from equipoise.domain.bill import Reading
from equipoise.economics.draws import Sampler
from equipoise.errors import NothingSpentError

_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """What the page is asked for. `days` overrides the span of a bill that has no days.

    `by` is the user's own column that lines are grouped by.
    """

    today: date
    facts: Facts
    seed: int = 1
    days: float | None = None
    by: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()


def analyse(reading: Reading, question: Question) -> BillPage:
    """Make the page; raises NothingSpentError where no line counts."""
    counted = count(reading, question.today)
    spending = spend(counted)
    if not spending.spent and not spending.unpriced:
        raise NothingSpentError(
            "no line of these exports counts towards a bill",
            hint="Check the days they cover: what lies in the future is set aside.",
        )
    span = _span(_days(spending), question)
    run = _run(counted, spending, question)
    facts, sampler = question.facts, Sampler(question.seed, _DRAWS)
    found = _findings(run, question, sampler)
    advice, answer = advise(found)
    return BillPage(
        today=question.today,
        advice=advice,
        answer=answer,
        reasons=reasons(found),
        first_day=span.first,
        last_day=span.last,
        total_pico=spending.total_pico,
        monthly_usd=run.monthly_usd,
        breakdowns=breakdowns(spending, counted, question.by),
        trend=trend(spending, span, question.today) if question.days is None else Trend((), None),
        reconciliation=reconcile(counted, spending, reading.sources),
        savings=found.savings,
        ceiling=found.ceiling,
        break_even=_break_even(run, plan_fleets(found.traffic, facts), facts, sampler),
        missing=found.missing,
        drafts=found.drafts,
        notes=(
            *reading.notes,
            *counted.notes,
            *log_notes(counted, reading.sources),
            *span_notes(counted, span.first, span.last, question.today),
        ),
        sources=reading.sources,
        assumptions=assumptions(facts, found.traffic),
        inputs=question.inputs,
    )


def _findings(run: Run, question: Question, sampler: Sampler) -> Findings:
    facts = question.facts
    whole = traffic(run, facts)
    own = ceiling(whole, facts, sampler)
    occasion = Occasion(question.today, _whose(run.month, question), kept_share(own))
    return Findings(
        run=run,
        traffic=whole,
        savings=savings(whole, question.today),
        ceiling=own,
        drafts=drafts(traffic(run, facts, by_project=True), facts, occasion)
        # Where the use is spread over more projects than anybody tries one by one.
        or drafts(whole, facts, occasion),
        missing=_missing(run, facts, whole),
    )


def _break_even(
    run: Run, plans: tuple[FleetPlan, ...], facts: Facts, sampler: Sampler
) -> BreakEven | None:
    """None where nothing could be moved, or where a month costs nothing to begin with."""
    if not plans or run.monthly_usd <= 0:
        return None
    return break_even(plans, run.monthly_usd, facts, sampler)


def _days(spending: Spending) -> set[date]:
    return {*(row.line.day for row in spending.spent), *(row.day for row in spending.unpriced)}


def _run(counted: Counted, spending: Spending, question: Question) -> Run:
    """The days that are over: today is not, and would count for less than a day's use.

    Where there is no other day, it counts after all.
    """
    days = _days(spending)
    over = {day for day in days if day < question.today}
    if question.days is not None or not over or over == days:
        return Run(spending, counted, _span(days, question))
    settled = Spending(
        tuple(row for row in spending.spent if row.line.day in over),
        tuple(row for row in spending.unpriced if row.day in over),
    )
    return Run(settled, counted, _span(over, question))


def _span(days: set[date], question: Question) -> Month:
    first, last = min(days), max(days)
    if question.days is not None:
        return Month(last - timedelta(days=round(question.days) - 1), last, question.days)
    return Month(first, last, float((last - first).days + 1))


def _whose(month: Month, question: Question) -> str:
    if question.days == DAYS_PER_MONTH:
        return f"a month, as stated on {question.today.isoformat()}"
    first, last = month.first.isoformat(), month.last.isoformat()
    return first if first == last else f"{first} to {last}"


def _missing(run: Run, facts: Facts, whole: tuple[Traffic, ...]) -> tuple[MissingFact, ...]:
    """All missing facts; where tokens are inferred, the share that is read is one of them."""
    if not any(row.generates for row in whole):
        return ()
    ends = {}
    if any(row.inferred for row in whole):
        ends = {share: traffic(run, replace(facts, input_share=share)) for share in SHARE_ENDS}
    found = (*missing_facts(whole, facts), *inferred_facts(ends, facts))
    return tuple(sorted(found, key=lambda row: -row.width))
