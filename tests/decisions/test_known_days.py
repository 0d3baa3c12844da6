"""Days that are known already: a decision holds until the first of them, a quarter at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision, PlanKind
from equipoise.domain.workload import DataClass

from .cases import TODAY, Ask, Entrant, endpoint, gpt, make_case, small, term, wires

# OpenAI's o3 became cheaper on 10 June 2025: for a decision before that day, an announced change.
BEFORE = date(2025, 6, 1)
CHANGE = date(2025, 6, 10)


def with_terms(*terms: tuple[str, date], name: str = "gpt", accepted: int | None = 396) -> Entrant:
    place = replace(endpoint("openai"), terms=tuple(term(kind, day) for kind, day in terms))
    return replace(gpt(name, accepted), endpoint=place)


def reasoner(accepted: int | None = 396) -> Entrant:
    """A closed model whose price is about to change."""
    row = gpt("o3", accepted)
    place = replace(row.endpoint, served_names={"gpt-4.1-mini": "o3"})
    return replace(row, endpoint=place)


def run(*entrants: Entrant, ask: Ask | None = None) -> Decision:
    return decide(make_case(*entrants, ask=ask), seed=1)


def test_a_decision_holds_for_ninety_days_where_nothing_ends_before() -> None:
    assert run(gpt("gpt", 396)).valid_until == date(2027, 2, 22)
    assert run(gpt()).valid_until == date(2027, 2, 22)


@pytest.mark.parametrize("days", [0, 1, 89, 90, 91])
def test_a_decision_ends_with_the_first_term_that_it_needs(days: int) -> None:
    ends = TODAY + timedelta(days=days)
    decision = run(with_terms(("no_training", ends)))

    assert decision.valid_until == min(ends, TODAY + timedelta(days=90))
    (wire,) = wires(decision, "terms")
    assert wire.on == ends
    assert wire.sentence == (
        "OpenAI: the last day of no_training, without which no internal data may go there"
    )


def test_of_several_terms_the_earliest_counts_and_of_a_renewed_one_the_last() -> None:
    soon, later = TODAY + timedelta(days=10), TODAY + timedelta(days=40)
    confidential = Ask(data_class=DataClass.CONFIDENTIAL)
    both = run(with_terms(("no_training", later), ("zero_retention", soon)), ask=confidential)
    renewed = run(with_terms(("no_training", soon), ("no_training", later)))

    assert both.valid_until == soon
    assert renewed.valid_until == later


def test_a_term_that_the_data_does_not_need_ends_nothing() -> None:
    soon = TODAY + timedelta(days=10)
    public = run(with_terms(("no_training", soon)), ask=Ask(data_class=DataClass.PUBLIC))
    ours = run(small("ours", 399), with_terms(("no_training", soon), accepted=360))

    assert public.valid_until == ours.valid_until == TODAY + timedelta(days=90)
    assert wires(public, "terms") == wires(ours, "terms") == []
    assert ours.plan.kind is PlanKind.OPEN_SELF


def test_an_announced_price_is_a_tripwire_and_the_day_before_it_the_last() -> None:
    decision = run(reasoner(), ask=Ask(now=BEFORE))
    (wire,) = wires(decision, "price")

    assert decision.plan.kind is PlanKind.AS_IS
    assert wire.on == CHANGE
    assert wire.sentence == "o3: from then on $2.00 input, $8.00 output a million tokens"
    assert decision.valid_until == CHANGE - timedelta(days=1)


def test_a_rivals_announced_price_ends_a_decision_too() -> None:
    # Before the change it is far too dear; after it, it may not be.
    rival = reasoner(None)
    decided = run(small("ours", 396), rival, ask=Ask(now=BEFORE))
    undecided = run(small("ours", 340), rival, ask=Ask(now=BEFORE))

    assert decided.plan.kind is PlanKind.OPEN_SELF
    assert decided.valid_until == CHANGE - timedelta(days=1)
    assert undecided.plan.kind is PlanKind.UNDECIDED
    assert undecided.valid_until == CHANGE - timedelta(days=1)
    assert [wire.on for wire in wires(undecided, "price")] == [CHANGE]


def test_the_price_of_somebody_who_is_excluded_ends_nothing() -> None:
    ask = Ask(now=BEFORE, data_class=DataClass.RESTRICTED)

    decision = run(small("ours", 396), reasoner(), ask=ask)

    assert decision.valid_until == BEFORE + timedelta(days=90)
    assert wires(decision, "price") == []


def test_the_price_of_the_day_is_the_one_that_is_charged() -> None:
    before, after = (
        run(reasoner(), ask=Ask(now=day)).plan.monthly_usd or 0.0 for day in (BEFORE, CHANGE)
    )

    assert before - 500.0 == pytest.approx(5 * (after - 500.0))  # people are half a thousand
