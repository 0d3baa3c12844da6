"""The endpoints the catalog knows, with the terms that were read of each."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from equipoise.catalog import tables
from equipoise.domain.endpoint import Dialect, Endpoint, Operator, Term

# Vendors change their terms about once a year; a term not read again by then fails closed.
TERM_LIFE = timedelta(days=365)


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All endpoints, in the order of the file."""
    return tuple(_endpoint(name, row) for name, row in tables.read("endpoints").items())


def _endpoint(name: str, row: tables.Row) -> Endpoint:
    return Endpoint(
        id=name,
        name=row["name"],
        dialect=Dialect(row["dialect"]),
        operator=Operator(row["operator"]),
        base_url=row.get("base_url"),
        api_key=row.get("api_key"),
        region=row["region"],
        terms=tuple(_term(term) for term in row.get("terms", ())),
        served_names=row.get("served_names", {}),
        renamed_fields=row.get("renamed_fields", {}),
        price_provider=row.get("price_provider"),
        source=tables.source(row["source"]),
    )


def _term(row: tables.Row) -> Term:
    cited = tables.source(row["source"])
    read = cited.checked or date.min  # a term that nobody dated has lapsed
    return Term(row["kind"], row["text"], cited, read + TERM_LIFE)
