"""A load test of one endpoint: its engine made, its levels run, each kept as soon as it is done."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from equipoise import __version__
from equipoise.catalog import hardware
from equipoise.compose.embedded import embedded_engine, is_embedded
from equipoise.config.problems import suggest
from equipoise.config.settings import Settings, load_settings, secret
from equipoise.domain.endpoint import Endpoint, Operator
from equipoise.domain.load_test import LoadLevel, LoadTest, Objective
from equipoise.domain.ports import Progress
from equipoise.engines.http import HttpEngine
from equipoise.engines.load_test import result_file
from equipoise.engines.load_test.asking import StreamingEngine
from equipoise.engines.load_test.identify import identify
from equipoise.engines.load_test.levels import LevelPlan, Load, run_level
from equipoise.engines.load_test.loops import Limits, Tally
from equipoise.engines.load_test.prompts import PromptMaker
from equipoise.engines.load_test.summary import INTERVAL, summarise
from equipoise.engines.load_test.trace import TracedRequest, read_trace
from equipoise.engines.weights import PACKAGED, SMOLLM2
from equipoise.errors import (
    ConfigurationError,
    NotFoundError,
    Problem,
    UnauthorisedError,
    UnreachableError,
)

# What makes it another test; the day, the command and the levels do not.
_SAME = (
    "endpoint",
    "model",
    "source",
    "engine",
    "hardware",
    "precision",
    "objective",
    "seed",
    "asked",
)


@dataclass(frozen=True, slots=True)
class BenchOrder:
    """What the user asked for. `lengths` are input, output and shared prefix in tokens.

    `out` is the file; where it holds levels of the same test already, only the others are run,
    unless `force` begins anew. `first` bounds the requests that are taken of `trace`.
    """

    endpoint: str
    model: str | None
    config: Path | None
    levels: tuple[LevelPlan, ...]
    lengths: tuple[int, int, int]
    limits: Limits
    warm_up: int
    trace: Path | None
    first: int | None
    seed: int
    objective: Objective
    hardware: str | None
    precision: str | None
    out: Path
    force: bool
    today: date
    command: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the load goes: the endpoint, the model as the catalog and as it calls it."""

    settings: Settings
    endpoint: Endpoint
    model: str

    @property
    def served(self) -> str:
        """What stands in a request."""
        return self.endpoint.served_name(self.model)


def run_engine_bench(order: BenchOrder, progress: Progress) -> LoadTest:
    """Run the levels that the file does not hold yet, and write it after each of them.

    Raises NotFoundError, ConfigurationError, EngineError, or the ProviderError of an endpoint that
    answered nothing at all.
    """
    settings = load_settings(order.config)
    place = _place(order, settings)
    trace = read_trace(order.trace, order.first) if order.trace is not None else ()
    earlier = None
    if order.out.exists() and not order.force:
        earlier, _ = result_file.read(order.out)
    return asyncio.run(_run(order, place, trace, earlier, progress))


async def _run(
    order: BenchOrder,
    place: _Place,
    trace: Sequence[TracedRequest],
    earlier: LoadTest | None,
    progress: Progress,
) -> LoadTest:
    async with _engine(place) as (engine, name):
        test = _empty(order, place, name)
        if earlier is not None:
            _refuse_another(order, test, earlier)
            kept = tuple(row for row in earlier.levels if not row.ended)
            if {_key(plan) for plan in order.levels} <= {_key(row) for row in kept}:
                return earlier
            test = replace(test, measured_on=earlier.measured_on, levels=kept)
        load = Load(
            PromptMaker(place.served, order.seed, *order.lengths),
            order.limits,
            order.warm_up,
            trace,
        )
        return await _levels(order, place, engine, load, test, progress)


async def _levels(
    order: BenchOrder,
    place: _Place,
    engine: StreamingEngine,
    load: Load,
    test: LoadTest,
    progress: Progress,
) -> LoadTest:
    tallies: list[Tally] = []
    key = secret(place.endpoint.api_key)
    done = {_key(level) for level in test.levels}
    for plan in order.levels:
        if _key(plan) in done:
            continue
        tally = await run_level(engine, plan, load, _teller(plan, load, progress))
        tallies.append(tally)
        if tally.through:
            progress.advance(plan.label, tally.through, tally.through)
        level = summarise(plan, tally, order.objective, order.seed)
        if key is not None:
            # Some endpoints repeat the key that they refuse, and the reason goes into the file.
            level = replace(level, ended=level.ended.replace(key, "…"))
        test = replace(test, levels=(*test.levels, level))
        if any(row.samples for row in tallies) or done:
            result_file.write(test, order.out)
        if tally.hopeless:
            break
    _raise_if_silent(test, tallies)
    return test


def _raise_if_silent(test: LoadTest, tallies: Sequence[Tally]) -> None:
    """Where nothing was ever answered, the first failure is what the user has to hear of."""
    if any(level.requests for level in test.levels):
        return
    for failure in (failure for tally in tallies for failure in tally.failures):
        if failure.error is not None:
            raise failure.error


def _teller(plan: LevelPlan, load: Load, progress: Progress) -> Callable[[int], None]:
    """Tells how far a level is; where only time ends it, the total is what it is heading for."""
    began = time.monotonic()
    known = load.limits.requests
    if load.trace and plan.speed is not None:
        known = min(known or len(load.trace), len(load.trace))

    def told(through: int) -> None:
        total = known
        if total is None and load.limits.seconds is not None:
            passed = max(time.monotonic() - began, 1e-3)
            total = max(through + 1, round(through * load.limits.seconds / passed))
        progress.advance(plan.label, through, max(through, total or through))

    return told


def _key(level: LoadLevel | LevelPlan) -> tuple[object, ...]:
    # The file keeps nine digits of a number, and a rate that was written is the one it was.
    rate, speed = (float(f"{row:.9g}") if row else None for row in (level.rate, level.speed))
    return level.arrival, level.concurrency, rate, speed


def _empty(order: BenchOrder, place: _Place, engine: str) -> LoadTest:
    machine = order.hardware or place.settings.live.machines.get(place.endpoint.id)
    if machine is not None:
        hardware.find(machine)
    inputs, outputs, shared = order.lengths
    asked: dict[str, str | float | None] = {
        "seconds": order.limits.seconds,
        "requests": order.limits.requests,
        "timeout": order.limits.timeout,
        "warm-up": order.warm_up,
    }
    if order.trace is None:
        asked |= {"input-tokens": inputs, "output-tokens": outputs, "shared-tokens": shared}
    else:
        digest = hashlib.sha256(order.trace.read_bytes()).hexdigest()
        asked |= {"trace": f"sha256 {digest}", "first": order.first}
    return LoadTest(
        endpoint=place.endpoint.id,
        model=place.model,
        measured_on=order.today,
        levels=(),
        source=f"equipoise {__version__}",
        engine=engine,
        hardware=machine,
        precision=order.precision,
        shared_tokens=shared if order.trace is None else 0.0,
        objective=order.objective,
        interval=INTERVAL,
        seed=order.seed,
        asked={key: value for key, value in asked.items() if value is not None},
        command=order.command,
    )


def _refuse_another(order: BenchOrder, test: LoadTest, earlier: LoadTest) -> None:
    """A file holds one test; raises ConfigurationError where it holds another one."""
    now, then = result_file.to_value(test), result_file.to_value(earlier)
    differing = [name for name in _SAME if now[name] != then[name]]
    if differing:
        reason = f"holds another test, which differs in {', '.join(differing)}"
        advice = "Name another file with --out, or begin anew with --force."
        raise ConfigurationError((Problem(str(order.out), None, "", reason, advice),))


def _place(order: BenchOrder, settings: Settings) -> _Place:
    endpoint = settings.endpoints.get(order.endpoint)
    if endpoint is None:
        raise NotFoundError(
            f"no endpoint {order.endpoint!r}",
            hint=f"{suggest(order.endpoint, settings.endpoints)} Your own stand in equipoise.toml: "
            "[endpoints.NAME] with base_url.",
        )
    names = list(endpoint.served_names)
    only = SMOLLM2.model if is_embedded(endpoint) else names[0] if len(names) == 1 else None
    model = order.model or only
    if model is None:
        raise NotFoundError(
            f"which model at {endpoint.id}?", hint="Name it with --model, as the endpoint does."
        )
    if is_embedded(endpoint) and model not in PACKAGED:
        raise NotFoundError(f"{model!r} is not embedded", hint=suggest(model, PACKAGED))
    return _Place(settings, endpoint, model)


@asynccontextmanager
async def _engine(place: _Place) -> AsyncIterator[tuple[StreamingEngine, str]]:
    """The engine, and what it is; nobody but the endpoint that was named is asked."""
    endpoint = place.endpoint
    if is_embedded(endpoint):
        async with embedded_engine(place.settings, PACKAGED[place.model]) as embedded:
            yield embedded, f"llama.cpp, by xllamacpp {version('xllamacpp')}"
        return
    key = secret(endpoint.api_key)
    if endpoint.base_url is None:
        hint = f"Write endpoints.{endpoint.id}.base_url into equipoise.toml."
        raise UnreachableError(f"endpoint {endpoint.id} has no base_url", hint=hint)
    if endpoint.api_key is not None and key is None:
        name = endpoint.api_key.removeprefix("env:")
        raise UnauthorisedError(f"no key: {name} is not set", hint=f"Run: export {name}=…")
    # A vendor does not say what it runs, and is asked nothing that it does not sell.
    own = endpoint.operator is Operator.SELF
    name = await identify(endpoint.base_url, key) if own else ""
    http = HttpEngine(endpoint.base_url, endpoint.dialect, key, endpoint.renamed_fields)
    async with http:
        yield http, name
