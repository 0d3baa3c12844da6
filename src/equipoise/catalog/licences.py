"""The licences the catalog has read, clause by clause."""

from __future__ import annotations

from functools import cache

from license_expression import get_spdx_licensing

from equipoise.catalog import tables
from equipoise.domain.licence import Clause, ClauseEffect, Licence
from equipoise.domain.workload import LicenceUse
from equipoise.errors import UnknownLicenceError


@cache
def licences() -> tuple[Licence, ...]:
    """All licences, in the order of the file."""
    return tuple(_licence(name, row) for name, row in tables.read("licences").items())


def find(licence: str) -> Licence:
    """Look a licence up by its SPDX id or LicenseRef; raises UnknownLicenceError."""
    for row in licences():
        if row.id == licence:
            return row
    raise UnknownLicenceError(
        f"the catalog has not read the licence {licence!r}",
        hint="Have it read, and add its clauses to the catalog; until then no use is cleared.",
    )


def is_spdx(licence: str) -> bool:
    """Whether SPDX lists the id (a LicenseRef is one's own name for a licence it does not list)."""
    if licence.startswith("LicenseRef-"):
        return True
    symbol = get_spdx_licensing().known_symbols.get(licence)
    return symbol is not None and not symbol.is_exception  # an exception is no licence by itself


def _licence(name: str, row: tables.Row) -> Licence:
    return Licence(
        id=name,
        name=row["name"],
        osi_approved=row["osi_approved"],
        grants=frozenset(map(LicenceUse, row["grants"])),
        clauses=tuple(_clause(clause) for clause in row.get("clauses", ())),
        source=tables.source(row["source"]),
    )


def _clause(row: tables.Row) -> Clause:
    return Clause(
        effect=ClauseEffect(row["effect"]),
        text=row["text"],
        section=row["section"],
        uses=frozenset(map(LicenceUse, row.get("uses", ()))),
        metric=row.get("metric"),
        above=row.get("above"),
        domiciles=frozenset(row.get("domiciles", ())),
    )
