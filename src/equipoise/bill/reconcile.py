"""Usage at dated list prices beside what was invoiced: by model, by day, and what is left over.

Nothing is forced to agree. What the price list does not explain is the residual; what belongs to
no model, or has no price, is listed by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from equipoise.bill.counted import Counted
from equipoise.bill.page import ReconciledRow, Reconciliation, SpendRow
from equipoise.bill.spend import Coverage, Spending, coverage, is_usage, listed_cost, model_of
from equipoise.domain.bill import BillLine, BillSource

Key = tuple[str, str]


def reconcile(
    counted: Counted, spending: Spending, sources: Sequence[BillSource]
) -> Reconciliation:
    """Compare what was charged with what the price list says it should have been.

    A vendor's charges are compared with its usage report; without one, with the quantities that
    the charges themselves state, or with a log. Days are compared only where both sides cut them
    in the same time zone. Every charge stands in one row by model or is unattributed: together
    they are the invoice, to the last picodollar.
    """
    charges = _charges(counted)
    usage = _usage(counted, charges)
    metered = coverage(usage)
    pairs = {line.provider for line in charges} & {line.provider for line in usage}
    of_models = [line for line in charges if line.model and is_usage(line)]
    # What was charged on days of which no usage is known must not look like a residual.
    compared = [line for line in of_models if line.provider not in pairs or metered.holds(line)]
    by_model = _rows(usage, compared, lambda line: (line.provider, model_of(line)))
    same_days = [name for name in pairs if _zones(counted, name, sources) <= 1]
    by_day = _rows(
        [line for line in usage if line.provider in same_days],
        [line for line in of_models if line.provider in same_days],
        lambda line: (line.provider, line.day.isoformat()),
    )
    apart = set(map(id, compared))
    return Reconciliation(
        by_model=tuple(sorted(by_model, key=lambda row: (-_size(row), row.provider, row.name))),
        by_day=tuple(sorted(by_day, key=lambda row: (row.name, row.provider))),
        unattributed=_named([line for line in charges if id(line) not in apart], _charged_for),
        unpriced=_named(spending.unpriced, _used),
        compared=bool(pairs),
        why=_why(charges, usage, pairs, same_days),
    )


def _charges(counted: Counted) -> list[BillLine]:
    """What is charged: a vendor's invoice, or the amounts that a log of ours states without one."""
    invoiced = {line.provider for line in counted.invoice}
    stated = [line for line in counted.log if line.cost_pico is not None]
    return [*counted.invoice, *(line for line in stated if line.provider not in invoiced)]


def _usage(counted: Counted, charges: Sequence[BillLine]) -> list[BillLine]:
    """The usage of the days that a vendor's charges cover; all of it where there are none."""
    charged = coverage(charges)
    usage: list[BillLine] = []
    for lines in (counted.usage, counted.invoice, counted.log):
        claimed = coverage(usage)
        usage += [
            line
            for line in lines
            if line.tokens.total
            and line.model
            and not claimed.holds(line)
            and _in_reach(charged, line)
        ]
    return usage


def _in_reach(charged: Coverage, line: BillLine) -> bool:
    return line.provider not in charged.spans or charged.holds(line)


def _charged_for(line: BillLine) -> str:
    what = line.sku or line.model or "no description"
    if line.model and is_usage(line):
        return f"{what}, on days of which no usage is known"
    return f"{what} ({line.kind.value})"


def _used(line: BillLine) -> str:
    return f"{line.provider or 'unnamed vendor'}/{line.model or line.sku or 'no description'}"


def _rows(
    usage: Iterable[BillLine], charges: Iterable[BillLine], key: Callable[[BillLine], Key]
) -> list[ReconciledRow]:
    tokens: dict[Key, int] = defaultdict(int)
    listed: dict[Key, int | None] = {}
    invoiced: dict[Key, int] = {}
    for line in usage:
        cost, place = listed_cost(line), key(line)
        tokens[place] += line.tokens.total
        # One line without a price leaves the sum unknown.
        known = listed.get(place, 0)
        listed[place] = None if cost is None or known is None else known + cost
    for line in charges:
        invoiced[key(line)] = invoiced.get(key(line), 0) + (line.cost_pico or 0)
    return [
        ReconciledRow(*place, tokens[place], listed.get(place), invoiced.get(place))
        for place in dict.fromkeys((*listed, *invoiced))
    ]


def _size(row: ReconciledRow) -> int:
    return abs(row.invoiced_pico or row.list_pico or 0)


def _zones(counted: Counted, provider: str, sources: Sequence[BillSource]) -> int:
    used = {line.source for line in counted.lines if line.provider == provider}
    return len({sources[index].zone for index in used})


def _named(lines: Iterable[BillLine], name: Callable[[BillLine], str]) -> tuple[SpendRow, ...]:
    pico: dict[str, int] = defaultdict(int)
    tokens: dict[str, int] = defaultdict(int)
    requests: dict[str, int] = defaultdict(int)
    for line in lines:
        pico[name(line)] += line.cost_pico or 0
        tokens[name(line)] += line.tokens.total
        requests[name(line)] += line.requests or 0
    ordered = sorted(pico, key=lambda known: (-abs(pico[known]), -tokens[known], known))
    rows = (
        SpendRow(known, pico[known], tokens[known], requests[known] or None) for known in ordered
    )
    return tuple(row for row in rows if row.pico or row.tokens or row.requests)


def _why(
    charges: Sequence[BillLine],
    usage: Sequence[BillLine],
    pairs: set[str],
    same_days: Sequence[str],
) -> str:
    if not charges:
        return "no export says what was invoiced: amounts are usage at list price"
    if not usage:
        return "no export counts tokens: the invoiced amounts cannot be checked against prices"
    if not pairs:
        return "usage and invoice are of different vendors, or of different days"
    apart = sorted(pairs.difference(same_days))
    if apart:
        names = ", ".join(apart)
        return f"{names}: usage and invoice cut days in different time zones, so days are left out"
    return ""
