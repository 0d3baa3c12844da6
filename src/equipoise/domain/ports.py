"""What a room asks of the outside world: three small protocols."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Protocol

from equipoise.domain.event import Event
from equipoise.domain.record import Record
from equipoise.domain.request import Request


class Engine(Protocol):
    """Something that answers."""

    def stream(self, request: Request) -> AsyncIterator[Event]:
        """Answer `request` piece by piece; raises ProviderError or EngineError."""
        ...


class Progress(Protocol):
    """Somebody who wants to see how long work goes on."""

    def advance(self, label: str, done: int, total: int) -> None:
        """Say that `done` of `total` steps of `label` are through."""
        ...


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """What one group of requests came to.

    `values` are the group's, in the order asked for: a day is `2026-03-01` in UTC, the target of a
    request that was put to none is empty. A request that several targets tried counts once for
    each of them in `requests` when grouped by target. `failed` counts requests, `failed_attempts`
    the calls that failed though another may have answered. Tokens that an endpoint never counted
    are not in the sums. Money is in picodollars; `estimated_pico` is a part of `cost_pico`.
    """

    values: tuple[str, ...]
    requests: int
    failed: int
    attempts: int
    failed_attempts: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_pico: int
    estimated_pico: int


class Ledger(Protocol):
    """Where records are kept; each raises LedgerError where the store cannot do it."""

    def append(self, record: Record) -> None:
        """Keep `record`; it is durable on return. The same record again changes nothing."""
        ...

    def records(self) -> Iterator[Record]:
        """Every record, in order of arrival."""
        ...

    def summary(self, by: tuple[str, ...] = ("workload",)) -> tuple[SummaryRow, ...]:
        """The sums of each group, in order of its values; ValueError for an unknown grouping."""
        ...

    def close(self) -> None:
        """Let go of the store; nothing can be asked of this ledger any more."""
        ...
