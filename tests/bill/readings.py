"""Readings to analyse, built line by line, and the page that comes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from equipoise.bill.analyse import Question, analyse
from equipoise.bill.counted import Counted, count
from equipoise.bill.facts import DAYS_PER_MONTH, Facts
from equipoise.bill.page import BillPage, Breakdown
from equipoise.bill.spend import spend
from equipoise.bill.traffic import Month, Run, Traffic, traffic
from equipoise.domain.bill import BillLine, BillSource, ChargeKind, Reading, Role, Tier, Tokens
from equipoise.domain.money import Money

TODAY = date(2026, 11, 24)
DAY = date(2026, 11, 1)
MILLION = 1_000_000
FACTS = Facts()
TEN_MILLION = Tokens(input=8 * MILLION, output=2 * MILLION)
"""Six dollars' worth of gpt-5-mini."""
UNCOUNTED = Tokens()


def source(
    name: str = "usage.json",
    role: Role = Role.USAGE,
    service: str = "api",
    layout: str = "",
    zone: str = "UTC",
) -> BillSource:
    return BillSource(name, layout or f"{role.value}s", name, role, service, zone, 1)


USAGE = source()
INVOICE = source("costs.csv", Role.INVOICE, "costs")
LOG = source("proxy.jsonl", Role.LOG, "proxy")


def pico(dollars: str) -> int:
    return Money.of(Decimal(dollars)).pico


def usage(
    model: str = "gpt-5-mini",
    tokens: Tokens = TEN_MILLION,
    *,
    day: date = DAY,
    provider: str = "openai",
    project: str = "",
    key: str = "",
    requests: int | None = None,
    tier: Tier = Tier.STANDARD,
) -> BillLine:
    """What a usage report counted; the first of the sources."""
    return BillLine(
        0, Role.USAGE, provider, day, project, key, model, tier, requests=requests, tokens=tokens
    )


def charge(
    dollars: str,
    model: str = "gpt-5-mini",
    *,
    day: date = DAY,
    provider: str = "openai",
    project: str = "",
    kind: ChargeKind = ChargeKind.USAGE,
    sku: str = "",
    tokens: Tokens = UNCOUNTED,
) -> BillLine:
    """What an invoice charges; the second of the sources."""
    return BillLine(
        1,
        Role.INVOICE,
        provider,
        day,
        project,
        model=model,
        kind=kind,
        sku=sku,
        tokens=tokens,
        cost_pico=pico(dollars),
    )


def logged(
    model: str = "gpt-5-mini",
    tokens: Tokens = TEN_MILLION,
    *,
    day: date = DAY,
    provider: str = "openai",
    dollars: str | None = None,
    project: str = "",
    requests: int | None = None,
) -> BillLine:
    """What a log of ours saw; the third of the sources."""
    return BillLine(
        2,
        Role.LOG,
        provider,
        day,
        project,
        model=model,
        requests=requests,
        tokens=tokens,
        cost_pico=pico(dollars) if dollars is not None else None,
    )


def reading(*lines: BillLine, sources: Iterable[BillSource] = (USAGE, INVOICE, LOG)) -> Reading:
    return Reading(lines, tuple(sources))


def daily(line: BillLine, days: int, last: date = TODAY - timedelta(days=1)) -> list[BillLine]:
    """The same line on each of so many days, up to and with the last."""
    return [replace(line, day=last - timedelta(days=n)) for n in range(days)]


def page(*lines: BillLine, facts: Facts = FACTS, seed: int = 1, by: str | None = None) -> BillPage:
    return analyse(reading(*lines), Question(TODAY, facts, seed, by=by))


def stated(
    dollars: str, model: str, provider: str = "openai", facts: Facts = FACTS, seed: int = 1
) -> BillPage:
    """The page of a month's sum for one model."""
    line = charge(dollars, model, provider=provider, day=TODAY - timedelta(days=1))
    return analyse(reading(line), Question(TODAY, facts, seed, days=DAYS_PER_MONTH))


def run(*lines: BillLine, days: float | None = None) -> Run:
    """Lines as a run of the days that they span, or of so many."""
    counted = counting(*lines)
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    return Run(spend(counted), counted, Month(first, last, days or (last - first).days + 1.0))


def rows(*lines: BillLine, by_project: bool = False, days: float | None = None) -> list[Traffic]:
    return list(traffic(run(*lines, days=days), FACTS, by_project=by_project))


def month_of(*lines: BillLine) -> list[Traffic]:
    """Traffic of lines that are a month already."""
    return rows(*lines, days=DAYS_PER_MONTH)


def counting(*lines: BillLine) -> Counted:
    return count(reading(*lines), TODAY)


def parts(breakdowns: Iterable[Breakdown], dimension: str) -> dict[str, int]:
    """A dimension's rows by name."""
    (found,) = [row for row in breakdowns if row.dimension == dimension]
    return {row.name: row.pico for row in found.rows}
