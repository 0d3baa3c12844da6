"""The ledger in memory: the twin that every other ledger has to agree with.

It sums in plain Python, so that what a database says can be held against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from equipoise.domain.ports import SummaryRow
from equipoise.domain.record import Attempt, Outcome, Record
from equipoise.errors import LedgerError
from equipoise.ledger.rows import check_grouping, check_record, other_record

# A call of a request; None stands for a request that was put to no target.
Call = tuple[Record, Attempt | None]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VALUES: dict[str, Callable[[Record, Attempt | None], str]] = {
    "workload": lambda record, _: record.workload,
    "target": lambda _, attempt: attempt.target if attempt else "",
    "model": lambda record, _: record.model,
    "day": lambda record, _: f"{_EPOCH + timedelta(milliseconds=record.started_ms):%Y-%m-%d}",
    "dialect": lambda record, _: record.dialect,
    "outcome": lambda record, _: record.outcome.value,
}


class MemoryLedger:
    """A ledger that keeps everything in this process and forgets it at the end."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._attempts: set[str] = set()
        self._open = True

    def append(self, record: Record) -> None:
        """Keep `record`; the same record again changes nothing.

        Raises LedgerError where the id is another record's, or it cannot be kept exactly.
        """
        self._check_open()
        check_record(record)
        attempts = {attempt.id for attempt in record.attempts}
        kept = self._records.get(record.id)
        if kept == record:
            return
        if kept is not None or attempts & self._attempts:
            raise other_record(record)
        self._records[record.id] = record
        self._attempts |= attempts

    def records(self) -> Iterator[Record]:
        """Every record, in order of arrival."""
        self._check_open()
        return iter(tuple(self._records.values()))

    def summary(self, by: tuple[str, ...] = ("workload",)) -> tuple[SummaryRow, ...]:
        """The sums of each group, in order of its values; ValueError for an unknown grouping."""
        self._check_open()
        check_grouping(by)
        groups: defaultdict[tuple[str, ...], list[Call]] = defaultdict(list)
        for record in self._records.values():
            for attempt in record.attempts or (None,):
                groups[tuple(_VALUES[name](record, attempt) for name in by)].append(
                    (record, attempt)
                )
        return tuple(_summary_row(values, calls) for values, calls in sorted(groups.items()))

    def close(self) -> None:
        """Let go of it: what is asked afterwards is an error, as with any other ledger."""
        self._open = False

    def _check_open(self) -> None:
        if not self._open:
            raise LedgerError("the ledger is closed")


def _summary_row(values: tuple[str, ...], calls: list[Call]) -> SummaryRow:
    requests = {record.id: record for record, _ in calls}.values()
    attempts = [attempt for _, attempt in calls if attempt]
    usages = [attempt.usage for attempt in attempts if attempt.usage]
    return SummaryRow(
        values=values,
        requests=len(requests),
        failed=sum(record.outcome is Outcome.FAILED for record in requests),
        attempts=len(attempts),
        failed_attempts=sum(attempt.outcome is Outcome.FAILED for attempt in attempts),
        input_tokens=sum(usage.input for usage in usages),
        output_tokens=sum(usage.output for usage in usages),
        cached_tokens=sum(usage.cached for usage in usages),
        cost_pico=sum(attempt.cost_pico for attempt in attempts),
        estimated_pico=sum(attempt.cost_pico for attempt in attempts if attempt.estimated),
    )
