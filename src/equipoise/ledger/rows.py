"""A record as rows and back: the columns that every store and every export share.

Also what a record must be to be kept anywhere, so that no store takes what another refuses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from equipoise.domain.endpoint import Operator
from equipoise.domain.record import Attempt, Outcome, Record
from equipoise.domain.request import Usage
from equipoise.errors import LedgerError

Value = str | int | float | None
Row = dict[str, Value]


class Columns(Protocol):
    """A row as a database's own client gives it."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of a column."""
        ...


GROUPINGS = ("workload", "target", "model", "day", "dialect", "outcome")

# SQLite, PostgreSQL and Parquet count in 64 bits; a day has four digits for its year until 9999.
_WHOLE = 2**63
_LAST_MS = 253_402_300_799_999


def request_row(record: Record) -> Row:
    """The columns of a request."""
    return {
        "id": record.id,
        "started_ms": record.started_ms,
        "workload": record.workload,
        "data_class": record.data_class,
        "dialect": record.dialect,
        "model": record.model,
        "policy_id": record.policy_id,
        "streamed": record.streamed,
        "status": record.status,
        "outcome": record.outcome,
        "total_ms": record.total_ms,
    }


def attempt_row(attempt: Attempt) -> Row:
    """The columns of an attempt; those of its usage are None where the endpoint never said."""
    usage = attempt.usage
    return {
        "attempt_number": attempt.number,
        "attempt_id": attempt.id,
        "target": attempt.target,
        "operator": attempt.operator,
        "attempt_started_ms": attempt.started_ms,
        "first_token_ms": attempt.first_token_ms,
        "attempt_total_ms": attempt.total_ms,
        "input_tokens": usage.input if usage else None,
        "output_tokens": usage.output if usage else None,
        "cached_tokens": usage.cached if usage else None,
        "reasoning_tokens": usage.reasoning if usage else None,
        "cost_pico": attempt.cost_pico,
        "estimated": attempt.estimated,
        "price_id": attempt.price_id,
        "attempt_outcome": attempt.outcome,
        "error": attempt.error,
    }


def flat_rows(record: Record) -> Iterator[Row]:
    """One row an attempt with its request's columns; one without them where there was none."""
    request = request_row(record)
    if not record.attempts:
        yield request
    for attempt in record.attempts:
        yield request | attempt_row(attempt)


def record_of(rows: Sequence[Columns]) -> Record:
    """The record of a request's joined rows: one an attempt, or one without any."""
    first = rows[0]
    return Record(
        id=first["id"],
        started_ms=first["started_ms"],
        workload=first["workload"],
        data_class=first["data_class"],
        dialect=first["dialect"],
        model=first["model"],
        policy_id=first["policy_id"],
        streamed=bool(first["streamed"]),
        status=first["status"],
        outcome=Outcome(first["outcome"]),
        total_ms=first["total_ms"],
        attempts=tuple(_attempt_of(row) for row in rows if row["attempt_id"] is not None),
    )


def _attempt_of(row: Columns) -> Attempt:
    names = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
    counted = row["input_tokens"] is not None
    return Attempt(
        id=row["attempt_id"],
        number=row["attempt_number"],
        target=row["target"],
        operator=Operator(row["operator"]),
        started_ms=row["attempt_started_ms"],
        first_token_ms=row["first_token_ms"],
        total_ms=row["attempt_total_ms"],
        usage=Usage(*(row[name] for name in names)) if counted else None,
        cost_pico=row["cost_pico"],
        estimated=bool(row["estimated"]),
        price_id=row["price_id"],
        outcome=Outcome(row["attempt_outcome"]),
        error=row["error"],
    )


def check_record(record: Record) -> None:
    """Raise LedgerError where a record cannot be kept exactly as it is."""
    if not 0 <= record.started_ms <= _LAST_MS:
        raise LedgerError(
            f"record {record.id!r} starts at {record.started_ms} ms",
            hint="Give milliseconds since 1970 UTC, before the year 10000.",
        )
    numbers = [attempt.number for attempt in record.attempts]
    ids = {attempt.id for attempt in record.attempts}
    if numbers != sorted(set(numbers)) or len(ids) < len(numbers):
        raise LedgerError(
            f"record {record.id!r} has attempts out of order, or one of them twice",
            hint="Number the attempts upwards and give each its own id.",
        )
    for row in flat_rows(record):
        for column, value in row.items():
            if not _exact(value):
                raise LedgerError(
                    f"record {record.id!r}: {column} cannot be kept exactly",
                    hint="Whole numbers have 64 bits, others are finite, and text is Unicode.",
                )


def _exact(value: Value) -> bool:
    match value:
        case int():
            return -_WHOLE <= value < _WHOLE
        case float():
            return math.isfinite(value)
        case str():
            # A lone surrogate, half of a character, has no bytes in UTF-8.
            return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
    return True


def check_grouping(by: tuple[str, ...]) -> None:
    """Raise ValueError where a summary is asked for by something that is no column of it."""
    unknown = [name for name in by if name not in GROUPINGS]
    if unknown:
        raise ValueError(f"cannot group by {unknown[0]!r}; take any of {', '.join(GROUPINGS)}")


def other_record(record: Record) -> LedgerError:
    """The error for a record whose id, or an attempt's, is taken by another."""
    return LedgerError(
        f"the ledger holds another record under the id {record.id!r}, or under an attempt's",
        hint="Give every request and every attempt an id of its own; what is written stays.",
    )
