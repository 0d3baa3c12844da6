"""Rows that stand in the exports twice: found, counted once, and said.

Where rows have an identity, equal rows of one file are one row, and unlike rows of one file are
both meant. Of the same row in several files the larger counts: the smaller was exported before
its day was over. Where rows have no identity, equal rows of one file may all be meant; of several
files, each counts as often as it stands in the file that has it most often.
"""

from __future__ import annotations

from equipoise.domain.bill import Note
from equipoise.domain.money import Money
from equipoise.exports.canonical import AMOUNTS, COUNTS
from equipoise.exports.connection import Reader

_MEASURES = "hash(" + ", ".join(f'"{name}"' for name in (*COUNTS, *AMOUNTS)) + ")"
_SIZE = " + ".join(f'abs(coalesce("{name}", 0))' for name in (*COUNTS, *AMOUNTS))

# `again` numbers equal rows of one file, `copy` unlike ones, `place` the files that hold a row.
_NUMBERED = (
    "SELECT *, row_number() OVER (PARTITION BY source, identity, measures) AS again "
    f"FROM (SELECT *, {_MEASURES} AS measures, {_SIZE} AS size FROM ({{relation}}))"
)
_RANKED = {
    True: (
        "SELECT *, row_number() OVER ranks AS place, "
        "measures <> first_value(measures) OVER ranks AS unlike, "
        "cost - first_value(cost) OVER ranks AS apart FROM ("
        "SELECT *, CASE WHEN again > 1 THEN -again ELSE row_number() OVER "
        "(PARTITION BY source, identity, again > 1 ORDER BY size DESC, measures) END "
        f"AS copy FROM ({_NUMBERED})) "
        "WINDOW ranks AS (PARTITION BY identity, copy ORDER BY size DESC, source)"
    ),
    False: (
        "SELECT *, row_number() OVER ranks AS place, false AS unlike, 0 AS apart "
        f"FROM ({_NUMBERED}) WINDOW ranks AS (PARTITION BY identity, again ORDER BY source)"
    ),
}
_REPEATED = {True: "(place > 1 OR again > 1)", False: "place > 1"}


def distinct(
    reader: Reader, relation: str, megabytes: int, *, identified: bool
) -> tuple[str | None, list[Note]]:
    """A relation without its repeated rows, and what was left out; None where none is repeated.

    `relation` has the columns of a line, `source` and `identity`; `identified` says whether rows
    have one.
    """
    (rows,) = reader.row("SELECT sum(rows) FROM lines WHERE NOT left_out")
    # Where two rows have one fingerprint and are not the same, nothing is found below.
    ((different,),) = reader.long(
        f"SELECT count(*) FROM (SELECT 1 FROM ({relation}) GROUP BY fingerprint)",
        "looking for repeated rows",
        megabytes,
    )
    if (rows or 0) == different:
        return None, []
    ranked = _RANKED[identified].format(relation=relation)
    repeated = _REPEATED[identified]
    return f"SELECT * FROM ({ranked}) WHERE NOT {repeated}", _said(reader, ranked, repeated)


def _said(reader: Reader, ranked: str, repeated: str) -> list[Note]:
    rows, unlike, cost, apart = reader.row(
        "SELECT count(*), count(*) FILTER (unlike AND again = 1), coalesce(sum(cost), 0), "
        "coalesce(sum(abs(apart)) FILTER (again = 1), 0) "
        f"FROM ({ranked}) WHERE {repeated}"
    )
    if not rows:
        return []
    money = Money.of(cost)
    left = f", which leaves out {money}" if money.pico else ""
    text = (
        f"{rows:,} {'row stands' if rows == 1 else 'rows stand'} in the exports more than once; "
        f"{'it is' if rows == 1 else 'each is'} counted once{left}"
    )
    notes = [Note("duplicates", text, money.pico)]
    if unlike:
        difference = Money.of(apart)
        money_apart = f"; the amounts are {difference} apart" if difference.pico else ""
        text = (
            f"{unlike:,} of them {'differs' if unlike == 1 else 'differ'} from what is counted: "
            f"the larger of two counts is, as the later export has it{money_apart}"
        )
        notes.append(Note("conflict", text, difference.pico))
    return notes
