"""Who could take over what a log's model answers: the same ways that a bill's drafts name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from equipoise.bill.facts import Facts
from equipoise.bill.fleets import plan_fleets
from equipoise.bill.savings import cheapest_host
from equipoise.bill.traffic import Traffic as Billed
from equipoise.catalog.list_prices import list_price
from equipoise.compose.call_prices import target_of
from equipoise.domain.bill import Tokens
from equipoise.domain.endpoint import Target
from equipoise.trials.imports.traffic import Traffic

_OWN = "own"


@dataclass(frozen=True, slots=True)
class Suggested:
    """A candidate to write down; `hardware` is where our own copy would run."""

    id: str
    target: str
    hardware: str = ""


def incumbent_of(model: str, today: date) -> Target | None:
    """The catalog's only target that a log's model can be; None where there is none."""
    return target_of(model, today)


def suggested(incumbent: Target | None, found: Traffic, today: date) -> list[Suggested]:
    """The incumbent, its smaller sibling, the cheapest host of an open model, and our own copy.

    The last two follow from public scores of capability and say nothing of the task at hand.
    Nothing is suggested beside a model that the catalog does not know, or whose tokens no log
    counts.
    """
    return list(_suggested(incumbent, found, today))


def _suggested(incumbent: Target | None, found: Traffic, today: date) -> Iterator[Suggested]:
    if incumbent is None:
        return
    model, endpoint = incumbent.model, incumbent.endpoint
    yield Suggested(model.id, f"{endpoint.id}/{model.id}")
    if model.smaller is not None:
        yield Suggested(model.smaller, f"{endpoint.id}/{model.smaller}")
    billed = _billed(incumbent, found, today)
    if billed is None:
        return
    host = cheapest_host(billed, today)
    if host is not None:
        yield Suggested(f"{host[1]}-hosted", f"{host[0]}/{host[1]}")
    for plan in plan_fleets((billed,), Facts())[:1]:
        own = plan.stand_in.model.id
        yield Suggested(f"{own}-own", f"{_OWN}/{own}", plan.machine.id)


def _billed(incumbent: Target, found: Traffic, today: date) -> Billed | None:
    """The log as a month of a bill; None without tokens."""
    provider = incumbent.endpoint.price_provider
    if provider is None or found.input_tokens is None or found.output_tokens is None:
        return None
    name = incumbent.endpoint.served_name(incumbent.model.id)
    requests = found.requests_per_month or found.requests
    tokens = Tokens(
        input=round(found.input_tokens.mean * requests),
        output=max(round(found.output_tokens.mean * requests), 1),
    )
    row = Billed(
        provider=provider,
        billed=name,
        project="",
        model=incumbent.model,
        price=list_price(provider, name, today),
        priced=today,
        spend_usd=0.0,
        tokens=tokens,
        batched=Tokens(),
        requests=float(requests),
        inferred=False,
    )
    return row if row.tokens.prompt else None
