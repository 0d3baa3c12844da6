"""Logs of other programs into the ledger, and what they say of a workload's traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from equipoise.compose.call_prices import UNPRICED, Price, price_calls
from equipoise.compose.ledgers import written_ledger
from equipoise.config.settings import Settings
from equipoise.domain.endpoint import Operator
from equipoise.domain.ports import Ledger
from equipoise.domain.record import Attempt, Outcome, Record
from equipoise.domain.workload import DataClass
from equipoise.errors import NotFoundError
from equipoise.trials.imports.call import RecordedCall
from equipoise.trials.imports.reading import LogReader, Logs
from equipoise.trials.imports.traffic import Traffic, traffic

PREFIX = "imported-"
"""How the ids of imported records begin."""


@dataclass(frozen=True, slots=True)
class Destination:
    """The workload that imported calls belong to, and the ledger that keeps them."""

    workload: str
    ledger_url: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    `repeated` lines are calls that an earlier line told; `known` calls were in the ledger already;
    `unpriced` maps models without a price to their number of calls. `cost_pico` is of all distinct
    calls, `estimated_pico` a part of it.
    """

    logs: Logs
    traffic: Traffic
    repeated: int
    written: int
    known: int
    cost_pico: int
    estimated_pico: int
    unpriced: Mapping[str, int]


def import_logs(
    files: Sequence[Path], settings: Settings, destination: Destination | None, today: date
) -> Imported:
    """Read, price and sum up; without a destination nothing is written.

    Raises NotFoundError where a file is not there, LedgerError where the ledger takes no more: the
    calls before that are kept, and the same import goes on with the rest.
    """
    reader = LogReader()
    for path in files:
        with _opened(path) as lines:
            reader.read(str(path), lines)
    logs = reader.logs()
    calls = logs.distinct()
    prices = price_calls(calls, today)
    written = known = 0
    if destination is not None and calls:
        data_class = settings.live.data_classes.get(destination.workload, DataClass.RESTRICTED)
        with written_ledger(settings, destination.ledger_url) as ledger:
            records = (
                record_of_call(name, call, prices[name], destination.workload, data_class)
                for name, call in calls.items()
            )
            written = _append(ledger, records)
            known = len(calls) - written
    unpriced: dict[str, int] = {}
    for name, call in calls.items():
        if prices[name].price_id == UNPRICED:
            unpriced[call.model] = unpriced.get(call.model, 0) + 1
    return Imported(
        logs=logs,
        traffic=traffic(calls.values()),
        repeated=len(logs.calls) - len(calls),
        written=written,
        known=known,
        cost_pico=sum(price.cost_pico for price in prices.values()),
        estimated_pico=sum(price.cost_pico for price in prices.values() if price.estimated),
        unpriced=unpriced,
    )


def _append(ledger: Ledger, records: Iterator[Record]) -> int:
    """Keep those that are not there yet; return how many.

    Looked up by id alone: the same call read another day may have found another price, and what is
    written stays.
    """
    there = {record.id for record in ledger.records() if record.id.startswith(PREFIX)}
    count = 0
    for record in records:
        if record.id not in there:
            ledger.append(record)
            count += 1
    return count


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFoundError(f"no file {path}", hint="Check the path of the log.") from error
    with file:
        yield file


def record_of_call(
    name: str, call: RecordedCall, price: Price, workload: str, data_class: DataClass
) -> Record:
    """The record of a call. The ledger has no word for a time not known: it says 1970, and 0 ms."""
    # Half of the digest is enough that no two calls ever share it.
    digest, dash, number = name.partition("-")
    key = f"{PREFIX}{digest[:32]}{dash}{number}"
    started_ms = round(call.started.timestamp() * 1000) if call.started is not None else 0
    total_ms = (call.seconds or 0.0) * 1000
    attempt = Attempt(
        id=f"{key}.1",
        number=1,
        target=f"imported/{call.model}",
        operator=Operator.VENDOR,
        started_ms=started_ms,
        first_token_ms=None,
        total_ms=total_ms,
        usage=call.usage,
        cost_pico=price.cost_pico,
        estimated=price.estimated,
        price_id=price.price_id,
        outcome=Outcome.ANSWERED,
    )
    return Record(
        id=key,
        started_ms=started_ms,
        workload=workload,
        data_class=data_class.value,
        dialect=call.dialect.value,
        model=call.model,
        policy_id="",
        streamed=call.streamed,
        status=200,
        outcome=Outcome.ANSWERED,
        total_ms=total_ms,
        attempts=(attempt,),
    )
