"""A gateway's ledger as lines of a bill: what its vendors were paid, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from equipoise.config.settings import Settings
from equipoise.domain.bill import BillLine, BillSource, Note, Role, Tokens
from equipoise.domain.endpoint import Operator
from equipoise.domain.money import Money
from equipoise.domain.ports import SummaryRow
from equipoise.ledger.opening import open_ledger

_BY = ("day", "workload", "target")


def ledger_lines(
    path: Path, settings: Settings, source: int
) -> tuple[list[BillLine], BillSource, Sequence[Note]]:
    """The lines of a ledger, its place among the sources, and what is left out of it.

    A workload stands as the project. What our own machines answered is no vendor's bill. Raises
    LedgerError.
    """
    ledger = open_ledger(f"sqlite:///{path}")
    try:
        rows = ledger.summary(_BY)
    finally:
        ledger.close()
    lines: list[BillLine] = []
    own = 0
    for row in rows:
        line = _line(row, settings, source)
        if line is None:
            own += row.requests
        else:
            lines.append(line)
    notes = [_own(own)] if own else []
    estimated = sum(row.estimated_pico for row in rows)
    if estimated:
        text = f"{Money(estimated)} of the ledger's spend are estimated: the vendor never counted"
        notes.append(Note("estimated", text, estimated))
    title = "A gateway's ledger"
    kind = BillSource(path.name, "ledger", title, Role.LOG, "ledger", "UTC", len(rows))
    return lines, kind, notes


def _line(row: SummaryRow, settings: Settings, source: int) -> BillLine | None:
    day, workload, target = row.values
    name, _, model = target.partition("/")
    endpoint = settings.endpoints.get(name)
    if not target or (endpoint is not None and endpoint.operator is Operator.SELF):
        return None
    return BillLine(
        source=source,
        role=Role.LOG,
        provider=(endpoint.price_provider if endpoint is not None else None) or name,
        day=date.fromisoformat(day),
        project=workload,
        model=endpoint.served_name(model) if endpoint is not None else model,
        requests=row.requests,
        tokens=Tokens(
            input=row.input_tokens - row.cached_tokens,
            cached=row.cached_tokens,
            output=row.output_tokens,
        ),
        cost_pico=row.cost_pico,
        rows=row.attempts,
    )


def _own(requests: int) -> Note:
    text = f"{requests:,} requests of the ledger went to no vendor: they are on no vendor's bill"
    return Note("own", text)
