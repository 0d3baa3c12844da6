"""What recorded calls cost, by the catalog's prices of their day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial

from equipoise.catalog import endpoints, models, prices
from equipoise.domain.endpoint import Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.model import Weights
from equipoise.domain.request import Usage
from equipoise.errors import UnpricedTargetError
from equipoise.gateway.tariff import Tariff, by_the_token, guess
from equipoise.trials.imports.call import RecordedCall

UNPRICED = "unpriced"
"""The price id of a call whose model the catalog does not price: its cost is not known."""

# Vendors answer with the dated name of a model that was asked for without a date.
_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")


@dataclass(frozen=True, slots=True)
class Price:
    """What a call cost, in picodollars; `estimated` where its tokens or its price are a guess."""

    cost_pico: int
    price_id: str
    estimated: bool


def price_calls(calls: Mapping[str, RecordedCall], today: date) -> dict[str, Price]:
    """Price every call by its key; one without a date at today's prices, which is an estimate.

    A model that several vendors sell under one name has no price here: the log does not say whose
    answer it was.
    """
    return {name: _price(call, today) for name, call in calls.items()}


def undated(model: str) -> str:
    """The name of a model without the date that vendors put behind it."""
    return _DATED.sub("", model)


@cache
def target_of(model: str, day: date) -> Target | None:
    """The only target of the catalog that was sold under a name, with or without its date.

    A closed model under its plain name is its developer's: others sell it under names of their own.
    """
    for name in (model, undated(model)):
        sold = [
            Target(row, endpoint)
            for row in models.models()
            for endpoint in endpoints.endpoints()
            if endpoint.price_provider is not None and endpoint.served_name(row.id) == name
        ]
        # An endpoint has a name for every model; only those with a price sell it.
        priced = [target for target in sold if _card(target, day, 1) is not None]
        own = [target for target in priced if target.endpoint.name == target.model.developer]
        if own and own[0].model.weights is Weights.CLOSED:
            priced = own
        if priced:
            return priced[0] if len(priced) == 1 else None
    return None


def _card(target: Target, day: date, tokens: int) -> RateCard | None:
    try:
        return prices.rate_card(target, day, tokens)
    except UnpricedTargetError:
        return None


def _price(call: RecordedCall, today: date) -> Price:
    day = call.started.date() if call.started is not None else today
    usage = _usage(call)
    tariff = _tariff(call.model, day, call.batch)
    if usage is None or tariff is None:
        return Price(0, UNPRICED, estimated=True)
    # Nobody says what a batch pays for input that was in a cache.
    guessed = call.usage is None or call.started is None or (call.batch and usage.cached > 0)
    return Price(tariff.cost(usage, call.seconds or 0.0), tariff.id, guessed)


def _usage(call: RecordedCall) -> Usage | None:
    """The endpoint's count, or a guess from the texts; None where not even they are known."""
    if call.usage is not None or not call.messages:
        return call.usage
    return guess("\n".join(message.text for message in call.messages), call.answer)


@cache
def _tariff(model: str, day: date, batch: bool) -> Tariff | None:
    target = target_of(model, day)
    if target is None:
        return None
    card_for = partial(prices.rate_card, target, day)
    if not batch:
        return by_the_token(card_for)
    if card_for().batch_input is None:
        return None
    tariff = by_the_token(lambda tokens: _batch_card(card_for(tokens)))
    return replace(tariff, id=f"{tariff.id} (batch)")


def _batch_card(card: RateCard) -> RateCard:
    """A batch's prices in the place of the others; the cheaper of two discounts holds."""
    if card.batch_input is None or card.batch_output is None:
        return card
    cached = min(card.cached, card.batch_input) if card.cached is not None else None
    return replace(
        card,
        input=card.batch_input,
        output=card.batch_output,
        cached=cached if cached is not None else card.batch_input,
    )
