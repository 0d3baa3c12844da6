"""The gateway's process: settings in, an ASGI application out, served by uvicorn."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import uvicorn

from equipoise.catalog import hardware, models, prices
from equipoise.compose.embedded import EMBEDDED, embedded_engine, is_embedded
from equipoise.config.settings import NamedModel, Settings, load_settings, secret
from equipoise.domain.endpoint import Endpoint, Operator, Target
from equipoise.domain.event import Event
from equipoise.domain.ports import Engine, Ledger
from equipoise.domain.record import Record
from equipoise.domain.request import Request
from equipoise.domain.workload import DataClass
from equipoise.engines.http import HttpEngine
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.weights import PACKAGED, SMOLLM2, PackagedWeights
from equipoise.errors import (
    ConfigurationError,
    EquipoiseError,
    LedgerError,
    NotFoundError,
    Problem,
    UnpricedTargetError,
    UnreachableError,
)
from equipoise.gateway.app import Gateway
from equipoise.gateway.snapshot import Service, Snapshot
from equipoise.gateway.tariff import Tariff, by_the_hour, by_the_token
from equipoise.ledger.opening import open_ledger

OWN_MACHINE = "cpu-2vcpu"
"""What the embedded models run on where nobody says: the catalog's smallest machine."""

PATIENCE_SECONDS = 2.0
"""How long whoever asks whether we are ready waits for the ledger."""

_EMBEDDED_MODEL = NamedModel(
    SMOLLM2.model, (f"{EMBEDDED}/{SMOLLM2.model}",), policy=None, workload="default"
)


def make_snapshot(settings: Settings, today: date) -> Snapshot:
    """What the gateway runs on. The embedded model is always there, under its own name.

    Raises ConfigurationError with every name that leads nowhere and every target without a price.
    """
    named = {_EMBEDDED_MODEL.name: _EMBEDDED_MODEL}
    named |= {model.name: model for model in settings.live.models}
    services = {name: _service(settings, model) for name, model in named.items()}
    targets: dict[str, Target] = {}
    tariffs: dict[str, Tariff] = {}
    problems: list[Problem] = []
    for service in services.values():
        if not _names(service):
            reason, advice = "nobody answers for it", "Give it targets, or a policy."
            problems.append(
                Problem(settings.origin, None, f"models.{service.name}", reason, advice)
            )
        for name in _names(service):
            try:
                targets[name] = _target(settings, name)
                tariffs[name] = _tariff(settings, targets[name], today)
            except EquipoiseError as error:
                where = f"models.{service.name}"
                problems.append(Problem(settings.origin, None, where, error.message, error.hint))
    if problems:
        raise ConfigurationError(tuple(problems))
    return Snapshot(services, targets, tariffs, settings.live.max_body_bytes)


def make_gateway(settings: Settings, ledger: Ledger, today: date) -> Gateway:
    """The application, with its engines closed until it is started."""
    pool = EnginePool(embedded_engine(settings), partial(embedded_engine, settings))
    return assemble(make_snapshot(settings, today), pool, ledger)


def assemble(snapshot: Snapshot, pool: EnginePool, ledger: Ledger) -> Gateway:
    """The application of these parts; starting it opens what the targets need."""
    recorder = Recorder(ledger)

    async def ready() -> bool:
        return pool.has_started(snapshot.targets.values()) and await recorder.can_write()

    return Gateway(snapshot, pool.of, recorder.keep, pool.open(snapshot.targets), ready)


@dataclass(slots=True)
class Recorder:
    """Writes to the ledger beside the event loop, and knows whether it can."""

    ledger: Ledger
    _last: Record | None = None

    async def keep(self, record: Record) -> None:
        """Keep a record, durable on return; raises LedgerError."""
        self._last = record
        await asyncio.to_thread(self.ledger.append, record)

    async def can_write(self) -> bool:
        """Whether the ledger takes records now.

        It is given the last one once more, which changes nothing, or keeps at last what it could
        not keep before.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.to_thread(self._write_again)
        except (LedgerError, TimeoutError):
            return False
        return True

    def _write_again(self) -> None:
        record = self._last or next(self.ledger.records(), None)
        if record is not None:
            self.ledger.append(record)


@dataclass(slots=True)
class EnginePool:
    """The engines of the process, one an endpoint; an embedded model is a child of its own.

    `optional` makes the engine of a packaged model other than the first.
    """

    embedded: LlamaCppEngine
    optional: Callable[[PackagedWeights], LlamaCppEngine] | None = None
    _open: dict[str, Engine] = field(default_factory=dict)

    @asynccontextmanager
    async def open(self, targets: Mapping[str, Target]) -> AsyncIterator[None]:
        """Open what the targets need."""
        async with AsyncExitStack() as stack:
            for target in targets.values():
                if _engine_of(target) not in self._open:
                    self._open[_engine_of(target)] = await self._enter(stack, target)
            try:
                yield
            finally:
                self._open.clear()

    def has_started(self, targets: Iterable[Target]) -> bool:
        """Whether all that is ours among the targets' endpoints is open."""
        own = {_engine_of(t) for t in targets if t.endpoint.operator is Operator.SELF}
        return all(not isinstance(self._open.get(name), _Absent | None) for name in own)

    def of(self, target: Target) -> Engine:
        """The engine that answers for a target."""
        return self._open[_engine_of(target)]

    async def _enter(self, stack: AsyncExitStack, target: Target) -> Engine:
        endpoint = target.endpoint
        packaged = PACKAGED.get(target.model.id)
        if is_embedded(endpoint) and packaged is SMOLLM2:
            return await stack.enter_async_context(self.embedded)
        if is_embedded(endpoint) and packaged is not None and self.optional is not None:
            return await stack.enter_async_context(self.optional(packaged))
        key = secret(endpoint.api_key)
        if endpoint.base_url is None or (endpoint.api_key is not None and key is None):
            return _Absent(endpoint)
        return await stack.enter_async_context(
            HttpEngine(endpoint.base_url, endpoint.dialect, key, endpoint.renamed_fields)
        )


def _engine_of(target: Target) -> str:
    """What names the engine of a target: its endpoint, or the embedded model itself."""
    return target.id if is_embedded(target.endpoint) else target.endpoint.id


@dataclass(frozen=True, slots=True)
class _Absent:
    """An endpoint that has no address or no key yet: whoever plans with it goes on to the next."""

    endpoint: Endpoint

    async def stream(self, request: Request) -> AsyncGenerator[Event, None]:
        del request
        lacks = "address" if self.endpoint.base_url is None else f"key ({self.endpoint.api_key})"
        raise UnreachableError(
            f"{self.endpoint.name} has no {lacks}", hint="Set it and start again."
        )
        yield  # a generator, like every engine's stream


def main() -> int:
    """Serve until a signal comes; the settings file is the first argument, if any."""
    settings = load_settings(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    ledger = open_ledger(settings.live.ledger_url, full=settings.live.ledger_full)
    try:
        gateway = make_gateway(settings, ledger, datetime.now(UTC).date())
        uvicorn.run(
            gateway,
            host=settings.live.host,
            port=settings.live.port,
            log_level="warning",
            access_log=False,
            lifespan="on",
            server_header=False,
        )
    finally:
        ledger.close()
    return 0


def _service(settings: Settings, model: NamedModel) -> Service:
    declared = settings.live.data_classes.get(model.workload)
    decided = model.policy.data_class if model.policy is not None else None
    classes = [known for known in (declared, decided) if known is not None]
    # Whoever says stricter is believed; undeclared is the strictest.
    strictest = max(classes, key=list(DataClass).index) if classes else DataClass.RESTRICTED
    return Service(model.name, model.workload, strictest, model.targets, model.policy)


def _names(service: Service) -> tuple[str, ...]:
    if service.policy is None:
        return service.targets
    return (*(route.target for route in service.policy.routes), *service.policy.fallbacks)


def _target(settings: Settings, name: str) -> Target:
    endpoint, _, model = name.partition("/")
    if endpoint not in settings.endpoints:
        known = ", ".join(settings.endpoints)
        raise NotFoundError(f"no endpoint {endpoint!r}", hint=f"There are: {known}.")
    return Target(models.find(model), settings.endpoints[endpoint])


def _tariff(settings: Settings, target: Target, today: date) -> Tariff:
    endpoint = target.endpoint
    if endpoint.operator is Operator.SELF:
        machine = settings.live.machines.get(endpoint.id)
        if machine is None and not is_embedded(endpoint):
            raise UnpricedTargetError(
                f"{endpoint.id} is ours, and nobody says which machine's hours it costs",
                hint=f"Write endpoints.{endpoint.id}.hardware: `equipoise catalog hardware`.",
            )
        return by_the_hour(hardware.find(machine or OWN_MACHINE))
    return by_the_token(partial(prices.rate_card, target, today))


if __name__ == "__main__":
    sys.exit(main())
