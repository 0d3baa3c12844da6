"""Which open models could stand in for a billed one, and why."""

from __future__ import annotations

from equipoise.bill.stand_ins import stand_ins
from equipoise.bill.traffic import Traffic
from equipoise.catalog.capability import score_of

from .readings import charge, month_of


def of(model: str, provider: str = "openai") -> Traffic:
    return month_of(charge("10", model, provider=provider))[0]


def test_open_weights_stand_in_for_themselves() -> None:
    (found,) = stand_ins(of("llama-3.3-70b-versatile", "groq"), 0.0)

    assert (found.model.id, found.why) == ("llama-3.3-70b-instruct", "the same weights")


def test_a_stand_in_scores_at_least_as_high_and_the_least_able_come_first() -> None:
    found = stand_ins(of("gpt-4o-mini"), 0.0)
    scores = [row.score for one in found if (row := score_of(one.model.id)) is not None]
    billed = score_of("gpt-4o-mini")

    assert billed is not None
    assert len(scores) == len(found) == 12
    assert scores == sorted(scores)
    assert scores[0] >= billed.score
    assert found[0].why.startswith("scores ")


def test_slack_lets_less_able_models_stand_in() -> None:
    strict, lenient = (
        {row.model.id for row in stand_ins(of("gpt-5-mini"), slack)} for slack in (0.0, 5.0)
    )

    assert strict < lenient


def test_where_none_is_as_able_the_ablest_is_named_and_what_it_lacks() -> None:
    (found,) = stand_ins(of("gpt-5.4"), 0.0)

    assert found.why.startswith("no open model scores as high as gpt-5.4 (156); this one comes")


def test_a_model_without_a_score_gets_the_ablest() -> None:
    (known,) = stand_ins(of("gpt-5.6-sol"), 0.0)
    (unknown,) = stand_ins(of("no-such-model"), 0.0)

    assert known.model == unknown.model
    assert unknown.why == (
        "no-such-model has no public score: the ablest open model the catalog can size"
    )
