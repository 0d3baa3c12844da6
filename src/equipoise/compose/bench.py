"""Which candidates can be asked, by which engine; and why the others cannot."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date

from equipoise.catalog import hardware, models, prices
from equipoise.compose.embedded import embedded_engine, is_embedded
from equipoise.compose.recorded import recorded_answers
from equipoise.config.settings import Settings, secret
from equipoise.domain.endpoint import Endpoint, Operator, Target
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.ports import Engine
from equipoise.domain.request import AnswerFormat, Message, Request, Usage
from equipoise.domain.terms import missing_terms
from equipoise.domain.workload import Candidate, Workload
from equipoise.engines.http import HttpEngine
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.recorded import RecordedEngine
from equipoise.engines.weights import PACKAGED, SMOLLM2, installed
from equipoise.errors import UnpricedTargetError
from equipoise.trials.arm import Arm

CONCURRENCY = {Operator.VENDOR: 4, Operator.SELF: 1}
"""How many questions an endpoint is asked at once that does not say. Of a machine of our own it is
measured how long one request occupies it, so it has one at a time."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The arms of a trial, and the candidates that have none with the reason."""

    arms: tuple[Arm, ...]
    unreachable: Mapping[str, str]


def find_targets(workload: Workload, settings: Settings) -> dict[str, Target]:
    """Every candidate's target; the workload file was checked, so all exist."""
    return {row.id: _target(row, settings) for row in workload.candidates}


async def open_bench(
    stack: AsyncExitStack,
    workload: Workload,
    settings: Settings,
    embedded: LlamaCppEngine | None,
    asked_on: date,
) -> Bench:
    """Make an arm for every candidate that may be asked and can be; engines close with `stack`.

    Data never goes where its class does not let it on the day it is: not even for a trial, not even
    with a key, and not where it would have been let on the day as of which is decided. Recorded
    answers send nothing anywhere.
    """
    arms: list[Arm] = []
    unreachable: dict[str, str] = {}
    own = {SMOLLM2.model: embedded} if embedded is not None else {}
    for candidate, target in zip(
        workload.candidates, find_targets(workload, settings).values(), strict=True
    ):
        if candidate.recorded is not None:
            found = recorded_answers(workload, candidate.recorded, target)
            obstacle = found.lacking or _unpriced(target, asked_on)
        else:
            obstacle = _obstacle(workload, target, asked_on)
        if obstacle:
            unreachable[candidate.id] = obstacle
            continue
        if candidate.recorded is not None:
            replay = RecordedEngine(found.answers)
            arm = _arm(workload, candidate, target, replay, asked_on)
            # It shares nothing with who is asked now, and waits for nobody.
            arms.append(replace(arm, lane=candidate.id, recorded_seconds=replay.seconds))
            continue
        engine: Engine
        if not is_embedded(target.endpoint):
            engine = await stack.enter_async_context(_over_http(target.endpoint))
        else:
            name = target.model.id
            if name not in own:
                other = embedded_engine(settings, PACKAGED[name])
                own[name] = await stack.enter_async_context(other)
            engine = own[name]
        arm = _arm(workload, candidate, target, engine, asked_on)
        arms.append(replace(arm, identity=_identity(target), concurrency=_concurrency(target)))
    return Bench(tuple(arms), unreachable)


def _target(candidate: Candidate, settings: Settings) -> Target:
    endpoint, _, model = candidate.target.partition("/")
    return Target(models.find(model), settings.endpoints[endpoint])


def _obstacle(workload: Workload, target: Target, asked_on: date) -> str:
    endpoint = target.endpoint
    missing = missing_terms(endpoint, workload.data_class, asked_on)
    if missing:
        return (
            f"{workload.data_class.value} data may not go to {endpoint.name}: "
            f"{', '.join(missing)} missing or lapsed"
        )
    if is_embedded(endpoint):
        packaged = PACKAGED.get(target.model.id)
        if packaged is None:
            return f"{target.model.name} is not embedded"
        if packaged is not SMOLLM2 and not installed(packaged):
            return f"the weights of {target.model.name} are not installed. {packaged.install}"
    elif endpoint.base_url is None:
        return f"endpoint {endpoint.id} has no base_url: it does not run yet"
    elif endpoint.api_key is not None and secret(endpoint.api_key) is None:
        return f"no key: {endpoint.api_key.removeprefix('env:')} is not set"
    return _unpriced(target, asked_on)


def _unpriced(target: Target, asked_on: date) -> str:
    """Why no answer of a vendor's could be charged; empty where it can."""
    if target.endpoint.operator is Operator.VENDOR:
        try:
            prices.rate_card(target, asked_on)
        except UnpricedTargetError as error:
            return error.message
    return ""


def _identity(target: Target) -> str:
    """What answers there: the same again gives an answer that another trial may use."""
    endpoint = target.endpoint
    if is_embedded(endpoint):
        return f"sha256 {PACKAGED[target.model.id].sha256}"
    renamed = sorted(endpoint.renamed_fields.items())
    return f"{endpoint.dialect.value} {endpoint.base_url} {renamed}"


def _concurrency(target: Target) -> int:
    """How many questions an endpoint is asked at once."""
    if is_embedded(target.endpoint):
        return 1
    said = target.endpoint.concurrency
    return said if said is not None else CONCURRENCY[target.endpoint.operator]


def _over_http(endpoint: Endpoint) -> HttpEngine:
    return HttpEngine(
        endpoint.base_url or "", endpoint.dialect, secret(endpoint.api_key), endpoint.renamed_fields
    )


def _arm(
    workload: Workload, candidate: Candidate, target: Target, engine: Engine, asked_on: date
) -> Arm:
    capabilities = target.model.capabilities

    def build(messages: tuple[Message, ...]) -> Request:
        return Request(
            model=target.endpoint.served_name(target.model.id),
            messages=messages,
            max_output_tokens=workload.task.max_output_tokens,
            temperature=0.0 if "temperature" in capabilities else None,
            seed=workload.trial.seed if "seed" in capabilities else None,
            answer_format=AnswerFormat("answer", workload.task.schema)
            if workload.task.schema and "json_schema" in capabilities
            else None,
        )

    def cost(usage: Usage, seconds: float) -> int:
        if target.endpoint.operator is Operator.SELF:
            machine = hardware.find(candidate.hardware or "")
            return round(seconds / 3600 * machine.usd_per_hour * PICO_PER_DOLLAR)
        card = prices.rate_card(target, asked_on, usage.input)
        cached_price = card.cached if card.cached is not None else card.input
        plain = usage.input - usage.cached
        return plain * card.input + usage.cached * cached_price + usage.output * card.output

    return Arm(candidate, engine, target.endpoint.id, build, cost)
