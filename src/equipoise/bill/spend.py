"""What is spent: one amount a line, from the invoice where there is one, else usage at list price.

The lines here are a partition of the whole: whatever they are grouped by, the parts add up to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from equipoise.bill.counted import Counted
from equipoise.bill.page import Breakdown, SpendRow
from equipoise.catalog.list_prices import list_price, listed_name
from equipoise.domain.bill import BillLine, BillSource, ChargeKind, Note, Role, Tokens
from equipoise.domain.money import Money


class Basis(StrEnum):
    """Where an amount comes from."""

    INVOICED = "invoiced"
    STATED = "stated"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Spent:
    """A line with its amount."""

    line: BillLine
    pico: int
    basis: Basis


_NAMED = 5


@dataclass(frozen=True, slots=True)
class Coverage:
    """By vendor, the first and last day of each source that tells of it."""

    spans: Mapping[str, tuple[tuple[date, date], ...]]

    def holds(self, line: BillLine) -> bool:
        """Whether a line lies on a day that is covered."""
        return any(first <= line.day <= last for first, last in self.spans.get(line.provider, ()))


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent, and the lines that no price is known for: their cost is unknown, not zero."""

    spent: tuple[Spent, ...]
    unpriced: tuple[BillLine, ...]

    @property
    def total_pico(self) -> int:
        """The whole."""
        return sum(row.pico for row in self.spent)


def listed_cost(line: BillLine) -> int | None:
    """Tokens times the price list of the day; None where it has no price."""
    if not line.model or not line.tokens.total:
        return None
    price = list_price(
        line.provider, line.model, line.day, line.tier, long_prompt=line.long_context
    )
    return price.cost(line.tokens) if price is not None else None


def spend(counted: Counted) -> Spending:
    """Take each vendor's day from its invoice, else from its usage report, else from the logs.

    An export of invoices covers every day between its first and its last.
    """
    spent: list[Spent] = []
    unpriced: list[BillLine] = []
    told: list[BillLine] = []
    for role in Role:
        covered = coverage(told)
        lines = [line for line in counted.of(role) if not covered.holds(line)]
        for line in lines:
            row = _spent(line)
            if row is not None:
                spent.append(row)
            elif line.tokens.total or line.requests:
                unpriced.append(line)
        told += lines
    return Spending(tuple(spent), tuple(unpriced))


def log_notes(counted: Counted, sources: Sequence[BillSource]) -> Iterable[Note]:
    """Logs of days that a vendor's own reports cover: what they saw is not added to these."""
    reports = (*counted.invoice, *counted.usage)
    known = coverage(reports)
    reported = {(line.provider, model_of(line)) for line in reports}
    by_source: dict[int, list[BillLine]] = defaultdict(list)
    for line in counted.log:
        if known.holds(line):
            by_source[line.source].append(line)
    for source, lines in by_source.items():
        rows = sum(line.rows for line in lines)
        pico = sum(row.pico for line in lines if (row := _spent(line)) is not None)
        unseen = sorted({ln.model for ln in lines if (ln.provider, model_of(ln)) not in reported})
        also = f"; no report names {', '.join(unseen[:_NAMED])}" if any(unseen) else ""
        yield Note(
            "covered",
            f"{sources[source].name}: {rows:,} {'row' if rows == 1 else 'rows'} ({Money(pico)}) of "
            f"days that the vendor's own reports cover are not added to these{also}",
            pico or None,
        )


def model_of(line: BillLine) -> str:
    """One name for a model however it is billed: that of the price list, where it knows it."""
    return listed_name(line.provider, line.model) or line.model


def coverage(lines: Iterable[BillLine]) -> Coverage:
    """The days that each source covers of each vendor."""
    ends: dict[tuple[str, int], tuple[date, date]] = {}
    for line in lines:
        first, last = ends.get((line.provider, line.source), (line.day, line.day))
        ends[line.provider, line.source] = min(first, line.day), max(last, line.day)
    spans: dict[str, set[tuple[date, date]]] = defaultdict(set)
    for (provider, _), span in ends.items():
        spans[provider].add(span)
    return Coverage({provider: tuple(sorted(found)) for provider, found in spans.items()})


def breakdowns(spending: Spending, counted: Counted, group: str | None) -> tuple[Breakdown, ...]:
    """What is spent by vendor, project, key and model, and by the user's own column."""
    dimensions: dict[str, Callable[[BillLine], str]] = {
        "vendor": lambda line: line.provider,
        "project": lambda line: line.project,
        "key": lambda line: line.key,
        "model": lambda line: line.model,
    }
    if group is not None:
        dimensions[group] = lambda line: line.group
    return tuple(Breakdown(name, _rows(spending, counted, of)) for name, of in dimensions.items())


def _rows(
    spending: Spending, counted: Counted, of: Callable[[BillLine], str]
) -> tuple[SpendRow, ...]:
    """Rows that add up to the whole.

    An invoice that does not name what a usage report of the same vendor does takes its names from
    there, at list price; what the price list does not explain has no name.
    """
    pico: dict[str, int] = defaultdict(int)
    tokens: dict[str, int] = defaultdict(int)
    requests: dict[str, int | None] = {}
    sides: dict[tuple[str, bool], list[Spent]] = defaultdict(list)
    for row in spending.spent:
        sides[row.line.provider, row.line.role is Role.INVOICE].append(row)
    explained = explaining(counted)
    for (provider, is_invoice), rows in sides.items():
        named = rows
        if is_invoice and not any(of(row.line) for row in rows):
            named = _detailed(rows, explained.get(provider, ()), of)
        for row in named:
            name = of(row.line)
            pico[name] += row.pico
            tokens[name] += row.line.tokens.total
            if row.line.requests is not None:
                requests[name] = (requests.get(name) or 0) + row.line.requests
    ordered = sorted(pico, key=lambda name: (-pico[name], name))
    return tuple(SpendRow(name, pico[name], tokens[name], requests.get(name)) for name in ordered)


def explaining(counted: Counted) -> dict[str, list[BillLine]]:
    """By vendor, what else tells of the days that its invoice covers: its usage report, else logs.

    None of it is spend: the invoice is.
    """
    covered = coverage(counted.invoice)
    found: dict[str, list[BillLine]] = {}
    for lines in (counted.usage, counted.log):
        of_role: dict[str, list[BillLine]] = defaultdict(list)
        for line in lines:
            if covered.holds(line):
                of_role[line.provider].append(line)
        found = {**of_role, **found}
    return found


def _detailed(
    rows: Sequence[Spent], beside: Sequence[BillLine], of: Callable[[BillLine], str]
) -> list[Spent]:
    """The lines beside an invoice that have a name and a price, and what they leave of it."""
    if not any(of(line) for line in beside):
        return list(rows)
    named: list[Spent] = []
    rest = sum(row.pico for row in rows)
    tokens, requests = Tokens(), 0
    for line in beside:
        cost = listed_cost(line)
        if of(line) and cost is not None:
            named.append(Spent(line, cost, Basis.LISTED))
            rest -= cost
        else:
            tokens += line.tokens
            requests += line.requests or 0
    first = rows[0].line
    nameless = BillLine(
        first.source,
        Role.INVOICE,
        first.provider,
        first.day,
        tokens=tokens,
        requests=requests or None,
    )
    return [*named, Spent(nameless, rest, Basis.INVOICED)]


def _spent(line: BillLine) -> Spent | None:
    if line.cost_pico is not None:
        basis = Basis.INVOICED if line.role is Role.INVOICE else Basis.STATED
        return Spent(line, line.cost_pico, basis)
    cost = listed_cost(line)
    return Spent(line, cost, Basis.LISTED) if cost is not None else None


def is_usage(line: BillLine) -> bool:
    """Whether a line is charged for use, not a tax, a credit or a purchase in advance."""
    return line.kind is ChargeKind.USAGE
