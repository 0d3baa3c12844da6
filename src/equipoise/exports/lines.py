"""What the query adds up, as lines: amounts in dollars, tiers and kinds as enumerations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from equipoise.domain.bill import TOKEN_KINDS, BillLine, ChargeKind, Note, Tier, Tokens
from equipoise.domain.money import Money
from equipoise.errors import ExportError, Problem
from equipoise.exports.recognise import Export

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_TIERS: Mapping[str, Tier] = {
    **{tier.value: tier for tier in Tier},
    "": Tier.STANDARD,
    "default": Tier.STANDARD,
    "auto": Tier.STANDARD,
    "scale": Tier.PRIORITY,
}
_KINDS: Mapping[str, ChargeKind] = {kind.value: kind for kind in ChargeKind}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of a currency is worth in dollars, as the user says."""

    dollars: Mapping[str, Decimal]

    def said(self, currency: str) -> str:
        """Which rate was taken, in words: the export's own goes before the user's."""
        rate = self.dollars.get(currency)
        if rate is None:
            return "at the rate that the export states"
        return f"at {rate} dollars for one unless the export states its own"

    def convert(self, amount: Decimal, currency: str, per_dollar: Decimal | None) -> Money | None:
        """An amount in dollars: by the export's own rate first, then the user's; None without."""
        if currency == "USD" or not amount:
            return Money.of(amount)
        if per_dollar:
            return Money.of(_EXACT.divide(amount, per_dollar))
        rate = self.dollars.get(currency)
        return Money.of(_EXACT.multiply(amount, rate)) if rate is not None else None


def to_lines(
    rows: Iterable[Row], exports: Sequence[Export], rates: Rates
) -> tuple[list[BillLine], list[Note]]:
    """Lines and what was converted; raises ExportError for a currency without a rate.

    A credit that stands in the row of its charge becomes a line of its own.
    """
    lines: list[BillLine] = []
    foreign: dict[str, Decimal] = {}
    unknown: dict[tuple[int, str], Decimal] = {}
    for row in rows:
        line = _line(row, exports)
        for field in ("cost", "credit"):
            amount, currency = row[field], row["currency"]
            if amount is None:
                continue
            if currency != "USD" and amount:
                foreign[currency] = foreign.get(currency, Decimal(0)) + amount
            money = rates.convert(amount, currency, row["usd_rate"])
            if money is None:
                place = (row["source"], currency)
                unknown[place] = unknown.get(place, Decimal(0)) + amount
            elif field == "cost":
                line = replace(line, cost_pico=money.pico)
            elif money.pico:
                lines.append(_credit(line, money))
        lines.append(line)
    if unknown:
        raise ExportError(
            tuple(_no_rate(exports, *place, total) for place, total in unknown.items())
        )
    notes = [
        Note(
            "currency",
            f"{total:,.2f} {currency} of charges and credits are counted in dollars, "
            f"{rates.said(currency)}",
        )
        for currency, total in sorted(foreign.items())
    ]
    return lines, notes


def _line(row: Row, exports: Sequence[Export]) -> BillLine:
    export = exports[row["source"]]
    sku = row["sku"] or ""
    tier = (row["tier"] or "").lower()
    requests = row["requests"]
    return BillLine(
        source=row["source"],
        role=export.layout.role,
        provider=(row["provider"] or "").lower(),
        day=row["day"],
        project=row["project"] or "",
        key=row["key"] or "",
        model=row["model"] or "",
        tier=_TIERS.get(tier, Tier.STANDARD),
        long_context=bool(row["long_context"]),
        kind=_KINDS.get((row["kind"] or "").lower(), ChargeKind.OTHER),
        sku=sku,
        group=row["by"] or "",
        requests=int(requests) if requests is not None else None,
        tokens=Tokens(*(int(row[name] or 0) for name in TOKEN_KINDS)),
        rows=int(row["rows"]),
    )


def _credit(line: BillLine, money: Money) -> BillLine:
    return replace(
        line,
        kind=ChargeKind.CREDIT,
        requests=None,
        tokens=Tokens(),
        cost_pico=money.pico,
        rows=0,
    )


def _no_rate(exports: Sequence[Export], source: int, currency: str, total: Decimal) -> Problem:
    return Problem(
        str(exports[source].path),
        None,
        "",
        f"{total:,.2f} {currency} cannot be added to dollars without a rate",
        f"Say what one is worth, such as --rate {currency}=1.08.",
    )
