"""The volume at which a decision is no longer sure enough, which is nearer than where it flips."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.domain.decision import Decision, PlanKind, Tripwire

from .cases import gpt, large, make_case, small


def at_volume(case: Case, requests: float) -> Case:
    requirements = case.workload.requirements
    volume = replace(requirements.volume, requests_per_month=round(requests))
    return replace(
        case, workload=replace(case.workload, requirements=replace(requirements, volume=volume))
    )


def edges(decision: Decision) -> list[Tripwire]:
    return [wire for wire in decision.tripwires if wire.subject == "confidence"]


@pytest.fixture(scope="module")
def contested() -> Case:
    """A small model of ours beside a large one that is only assumed to be better."""
    return at_volume(make_case(small("ours", 390), large("rival", assumed=(0.95, 1.0))), 20_000)


def test_on_this_side_of_the_volume_it_is_decided_and_beyond_it_is_not(contested: Case) -> None:
    decision = decide(contested, 1)
    (wire,) = [edge for edge in edges(decision) if (edge.threshold or 0) > 20_000]
    assert wire.threshold is not None

    assert decision.plan.kind is not PlanKind.UNDECIDED
    assert decide(at_volume(contested, wire.threshold * 0.97), 1).plan.kind is decision.plan.kind
    assert decide(at_volume(contested, wire.threshold * 1.03), 1).plan.kind is PlanKind.UNDECIDED


def test_the_sentence_says_what_is_asked_for(contested: Case) -> None:
    (doubt,) = [edge for edge in edges(decide(contested, 1)) if (edge.threshold or 0) > 20_000]

    assert doubt.sentence.startswith("reopens above")
    assert "80%" in doubt.sentence
    assert (doubt.current, doubt.unit) == (20_000, "requests/month")


def test_a_choice_without_a_rival_is_sure_at_every_volume() -> None:
    assert edges(decide(make_case(small("ours", 396)), 1)) == []


def test_what_is_undecided_has_no_such_volume() -> None:
    decision = decide(make_case(gpt("gpt", assumed=(0.9, 1.0))), 1)

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert edges(decision) == []
