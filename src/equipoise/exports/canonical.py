"""The fields of a line as SQL over a layout's names, and the checks that nothing is misread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.domain.bill import TOKEN_KINDS
from equipoise.exports.layout import QUOTED as _QUOTED
from equipoise.exports.layout import Layout, spoken_names
from equipoise.exports.quoting import BY, identifier, literal
from equipoise.exports.recognise import Export

TEXTS = ("provider", "project", "key", "model", "tier", "kind", "sku", "currency", "by")
COUNTS = ("requests", *TOKEN_KINDS)
AMOUNTS = ("cost", "credit")
GROUPED = ("source", "left_out", "day", *TEXTS, "long_context", "usd_rate")

_TYPES = {
    "day": "DATE",
    **dict.fromkeys(TEXTS, "VARCHAR"),
    "long_context": "BOOLEAN",
    **dict.fromkeys(COUNTS, "HUGEINT"),
    **dict.fromkeys(AMOUNTS, "DECIMAL(38, 12)"),
    "usd_rate": "DECIMAL(38, 12)",
}
_DEFAULTS = {"currency": "'USD'", "kind": "'usage'", "tier": "'standard'"}
_CALL = re.compile(r"\b(count_of|amount_of|day_of_epoch|day_of)\(")
_ADVICE = {
    "count_of": "Write it as 1234.",
    "amount_of": "Write it as 1234.50.",
    "day_of": "Write it as 2026-10-31.",
}
_WORDS = {
    "count_of": "is no whole number",
    "amount_of": "is no amount",
    "day_of": "is no date",
    "day_of_epoch": "is no moment in seconds since 1970",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A condition no row may meet, and what to say of a row that does.

    `column` and `value` are expressions for where to look and for what stands there.
    """

    column: str
    value: str
    condition: str
    reason: str
    advice: str = ""


def canonical(export: Export, source: int, by: str | None) -> str:
    """The columns of a line, for a select over its layout's names.

    `left_out` are rows that are no data, `failing` those that cannot be read.
    """
    layout = export.layout
    where = layout.where or "true"
    failing = " OR ".join(check.condition for check in checks(export))
    columns = [
        f"{source} AS source",
        f"(({where}) IS NOT TRUE) AS left_out",
        f"(({where}) AND coalesce({failing}, false)) AS failing",
    ]
    columns += [
        f"CAST({_expression(layout, name, by)} AS {kind}) AS {identifier(name)}"
        for name, kind in _TYPES.items()
    ]
    return ", ".join(columns)


def let(layout: Layout, raw: str) -> str:
    """A select over a layout's names with what it lets further names stand for."""
    for name, expression in layout.let.items():
        raw = f"SELECT *, ({expression}) AS {identifier(name)} FROM ({raw})"
    return raw


def checks(export: Export) -> Sequence[Check]:
    """What makes a row unreadable: a value that is not what its macro reads, a count below zero."""
    layout = export.layout
    called = list(dict.fromkeys(_calls(" ".join((*layout.let.values(), *layout.fields.values())))))
    found = [
        Check(
            _column(layout, text),
            text,
            f"(({text}) IS NOT NULL AND {macro}({text}) IS NULL)",
            _WORDS[macro],
            advice=_ADVICE.get(macro, ""),
        )
        for macro, text in called
    ]
    if export.shape.header is not None and export.shape.header.delimiter != ",":
        found += [_comma(layout, text) for macro, text in called if macro == "amount_of"]
    day = layout.fields["day"]
    found.append(Check(_column(layout, day), day, f"({day}) IS NULL", "names no day"))
    found += [
        Check(_column(layout, text), text, f"({text}) < 0", f"comes out below zero ({name})")
        for name, text in layout.fields.items()
        if name in (*COUNTS, "quantity", "usd_rate")
    ]
    if "currency" in layout.fields and "cost" in layout.fields:
        currency, cost = layout.fields["currency"], layout.fields["cost"]
        condition = f"(({cost}) <> 0 AND NOT regexp_full_match({currency}, '[A-Za-z]{{3}}'))"
        advice = "Write its three letters, such as EUR."
        column = _column(layout, currency)
        found.append(Check(column, currency, condition, "is no code of a currency", advice=advice))
    return found


def _comma(layout: Layout, text: str) -> Check:
    """Where cells are not parted by commas, "1,234" is one and a bit as likely as a thousand."""
    return Check(
        _column(layout, text),
        text,
        f"coalesce(regexp_full_match({text}, '[^.,]*,\\d{{3}}'), false)",
        "may be a thousand times as much: its comma is that of thousands or that of decimals",
        advice=_ADVICE["amount_of"],
    )


def _names(layout: Layout, expression: str) -> list[str]:
    """The names of an export's own that an expression speaks of, also by way of others."""
    names: list[str] = []
    for name in spoken_names(expression):
        if name in layout.let:
            names += _names(layout, layout.let[name])
        elif name in layout.mentioned:
            names.append(name)
    return list(dict.fromkeys(names))


def _column(layout: Layout, expression: str) -> str:
    """An expression for the column that a value comes from: the one that holds just this."""
    names = _names(layout, expression)
    if not names:
        return "'a value'"
    whens = " ".join(
        f"WHEN {identifier(name)} = CAST(({expression}) AS VARCHAR) THEN {literal(name)}"
        for name in names
    )
    return f"CASE {whens} ELSE {literal(names[0])} END"


def _calls(expressions: str) -> Iterable[tuple[str, str]]:
    """Each macro that is called, with what stands between its brackets."""
    # Brackets inside of quotes are none: both are looked for where quoted text is blanked out.
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), expressions)
    for call in _CALL.finditer(bare):
        depth, end = 1, call.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(bare[end], 0)
            end += 1
        yield call.group(1), expressions[call.end() : end - 1].strip()


def identity(layout: Layout) -> str:
    """A row's identity as one number; layouts without one are told apart by all they hold."""
    if not layout.identity:
        return "row_hash"
    names = ", ".join(identifier(name) for name in layout.identity)
    values = ", ".join(f"coalesce({identifier(name)}, '')" for name in layout.identity)
    # A row that leaves all of its identity empty is like no other.
    return (
        f"CASE WHEN coalesce({names}) IS NULL THEN md5_number(CAST(uuid() AS VARCHAR)) "
        f"ELSE md5_number(concat_ws(chr(31), {values})) END"
    )


def fingerprint(layout: Layout) -> str:
    """Half as many bits, reckoned far faster: what differs here is not the same row."""
    if not layout.identity:
        return "hash(row_hash)"
    return f"hash({', '.join(map(identifier, layout.identity))})"


def totals(relation: str) -> str:
    """The lines of a relation: its rows that agree in everything but their numbers, added up."""
    return _summed(relation, "count(*) AS rows, count(*) FILTER (failing) AS failing")


def added(lines: str) -> str:
    """Lines that agree in everything but their numbers, added up."""
    return _summed(lines, "sum(rows)::BIGINT AS rows, sum(failing)::BIGINT AS failing")


def _summed(relation: str, counts: str) -> str:
    grouped = ", ".join(identifier(name) for name in GROUPED)
    sums = ", ".join(
        f"sum({identifier(name)}) AS {identifier(name)}" for name in (*COUNTS, *AMOUNTS)
    )
    return f"SELECT {grouped}, {sums}, {counts} FROM ({relation}) GROUP BY {grouped}"


def _expression(layout: Layout, name: str, by: str | None) -> str:
    if name == "by":
        return BY if by is not None else "NULL"
    if name == "provider" and layout.provider:
        return literal(layout.provider)
    given = layout.fields.get(name)
    if given is None and name in TOKEN_KINDS and "meter" in layout.fields:
        meter, quantity = layout.fields["meter"], layout.fields["quantity"]
        return f"CASE WHEN ({meter}) = {literal(name)} THEN ({quantity}) END"
    if name == "currency" and given is not None:
        return f"coalesce(upper({given}), 'USD')"
    if given is not None and name in _DEFAULTS:
        return f"coalesce({given}, {_DEFAULTS[name]})"
    return given if given is not None else _DEFAULTS.get(name, "NULL")
