"""Closed models: each is priced where its developer sells it, and its sibling is cheaper."""

from __future__ import annotations

from datetime import date

import pytest

from equipoise.catalog import models
from equipoise.catalog.endpoints import endpoints
from equipoise.catalog.prices import rate_card
from equipoise.domain.endpoint import Endpoint, Target
from equipoise.domain.hardware import RateCard
from equipoise.domain.model import Model, Weights

TODAY = date(2026, 11, 24)
SOLD_BY = {
    "OpenAI": "openai",
    "Anthropic": "anthropic",
    "Google": "google",
    "Mistral AI": "mistral",
    "xAI": "xai",
}
ENDPOINTS = {row.id: row for row in endpoints()}
CLOSED = [model for model in models.models() if model.weights is Weights.CLOSED]
LARGER = [model for model in CLOSED if model.smaller is not None]


def sold(model: Model) -> RateCard:
    """What its developer asks for a model."""
    endpoint: Endpoint = ENDPOINTS[SOLD_BY[model.developer]]
    return rate_card(Target(model, endpoint), TODAY)


def line(model: Model) -> list[str]:
    """A model's siblings down to the smallest; ends where one comes again."""
    names = [model.id]
    while model.smaller is not None and model.smaller not in names:
        model = models.find(model.smaller)
        names.append(model.id)
    return names


def test_every_developer_of_closed_models_has_an_endpoint() -> None:
    assert {model.developer for model in CLOSED} == set(SOLD_BY)


@pytest.mark.parametrize("model", CLOSED, ids=lambda row: row.id)
def test_every_closed_model_has_a_price_where_its_developer_sells_it(model: Model) -> None:
    assert 0 < sold(model).input <= sold(model).output


@pytest.mark.parametrize("model", LARGER, ids=lambda row: row.id)
def test_a_sibling_is_of_the_same_developer_and_cheaper_both_ways(model: Model) -> None:
    assert model.smaller is not None
    sibling = models.find(model.smaller)

    assert (sibling.developer, sibling.weights) == (model.developer, Weights.CLOSED)
    assert sold(sibling).input < sold(model).input
    assert sold(sibling).output < sold(model).output
    assert model.capabilities >= {"chat"} or "chat" in sibling.capabilities


def test_only_closed_models_name_a_sibling() -> None:
    assert all(row.smaller is None for row in models.models() if row.weights is Weights.OPEN)


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        ("gpt-5", ["gpt-5", "gpt-5-mini", "gpt-5-nano"]),
        ("gpt-6-astra", ["gpt-6-astra", "gpt-6-sol", "gpt-6-luna"]),
        ("claude-opus-5-5", ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]),
        ("gemini-2.5-pro", ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"]),
    ],
)
def test_a_line_of_siblings_leads_down_to_the_smallest(largest: str, expected: list[str]) -> None:
    assert line(models.find(largest)) == expected


def test_no_line_of_siblings_comes_round() -> None:
    for model in LARGER:
        assert models.find(line(model)[-1]).smaller is None, model.id
