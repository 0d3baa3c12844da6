"""The capability index: known orders hold, and what has no score is not scored low."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.catalog import models
from equipoise.catalog.capability import at_least, capabilities, score_of
from equipoise.domain.model import Weights

SCORES = {row.model: row.score for row in capabilities()}


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ("gpt-4o", "gpt-5"),
        ("gpt-4o-mini", "gpt-4o"),
        ("gpt-4.1-nano", "gpt-4.1-mini"),
        ("gpt-4.1-mini", "gpt-4.1"),
        ("gpt-5-nano", "gpt-5-mini"),
        ("gpt-5-mini", "gpt-5"),
        ("claude-haiku-4-5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5", "claude-opus-4-5"),
        ("gemini-2.5-flash", "gemini-2.5-pro"),
        ("llama-3.1-8b-instruct", "llama-3.3-70b-instruct"),
        ("llama-3.3-70b-instruct", "gpt-4.1"),
    ],
)
def test_known_orders_hold(weaker: str, stronger: str) -> None:
    assert SCORES[weaker] < SCORES[stronger]


def test_the_scale_stands_where_its_authors_anchored_it() -> None:
    assert SCORES["gpt-5"] == 150.0


def test_both_open_and_closed_models_are_scored_and_all_are_of_the_catalog() -> None:
    kinds = {models.find(name).weights for name in SCORES}

    assert kinds == set(Weights)
    assert len(SCORES) >= 40


def test_every_score_is_credited_and_dated_as_its_licence_asks() -> None:
    for row in capabilities():
        assert row.source.name.startswith("Epoch AI, AI Benchmarking Hub")
        assert row.source.name.endswith("CC-BY 4.0")
        assert row.source.checked == date(2026, 4, 19)
        assert 60 < row.score < 170
        assert (row.low, row.high) == (None, None)  # this edition states no intervals


def test_a_model_without_a_score_has_none_rather_than_a_low_one() -> None:
    assert score_of("gpt-6-luna") is None
    assert score_of("no-such-model") is None


def test_a_score_is_found_by_the_models_id() -> None:
    for row in capabilities():
        assert score_of(row.model) is row


@given(st.floats(60, 170))
def test_those_at_least_that_able_are_exactly_those_that_score_so_and_come_ablest_first(
    bar: float,
) -> None:
    names = [model.id for model in at_least(bar)]
    scores = [SCORES[name] for name in names]

    assert set(names) == {name for name, score in SCORES.items() if score >= bar}
    assert scores == sorted(scores, reverse=True)
