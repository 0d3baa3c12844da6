"""A bar relative to the incumbent: on the same items, and unknown where it is."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.decisions.bar import make_bar
from equipoise.decisions.decide import decide
from equipoise.decisions.offers import make_offers
from equipoise.domain.decision import PlanKind
from equipoise.domain.evidence import Standing
from equipoise.domain.workload import DataClass, StoppingRule
from equipoise.economics.draws import Sampler

from .cases import (
    Ask,
    Entrant,
    claude,
    gpt,
    hosted,
    kinds,
    large,
    make_case,
    reasons,
    small,
    wires,
)

ASK = Ask(below=("gpt", 0.05), incumbent="gpt")
INCUMBENT = gpt("gpt", 360, standing=Standing.MET)


def passes(*entrants: Entrant, name: str, ask: Ask = ASK) -> float:
    case = make_case(*entrants, ask=ask)
    offers = make_offers(case, Sampler(1))
    return float(np.mean(make_bar(case, offers).passed_by(offers[name])))


def test_a_candidate_shown_not_to_be_worse_is_chosen_where_it_is_cheaper() -> None:
    rival = hosted("hosted", 358, standing=Standing.MET, paired=(4, 6))
    ask = Ask(below=("gpt", 0.05), incumbent="gpt", rejected_usd=0.0, requests=10_000_000)
    decision = decide(make_case(INCUMBENT, rival, ask=ask), 1)

    assert decision.plan.kind is PlanKind.OPEN_HOSTED
    assert decision.quality_floor is None


def test_pairs_count_rather_than_rates_so_that_equals_are_seen_to_be_equal() -> None:
    # 92.5 % of 80 against 92.5 %: the items on which the two differ are four.
    incumbent = gpt("gpt", 74, items=80, standing=Standing.MET)
    paired = hosted("hosted", 74, items=80, standing=Standing.MET, paired=(2, 2))
    unpaired = hosted("hosted", 74, items=80, standing=Standing.MET)

    assert passes(incumbent, paired, name="hosted") > 0.96
    assert passes(incumbent, unpaired, name="hosted") < 0.93


@pytest.mark.parametrize(("pairs", "chance"), [((0, 0), 1.0), ((20, 0), 1.0), ((0, 60), 0.0)])
def test_pairs_that_point_one_way_settle_it(pairs: tuple[int, int], chance: float) -> None:
    rival = hosted("hosted", 360, standing=Standing.OPEN, paired=pairs)

    assert passes(INCUMBENT, rival, name="hosted") == pytest.approx(chance, abs=0.002)


def test_a_difference_is_spread_as_the_posterior_of_the_two_kinds_of_item() -> None:
    case = make_case(INCUMBENT, hosted("hosted", 350, paired=(10, 20)), ask=ASK)
    difference = make_offers(case, Sampler(1))["hosted"].difference

    # The variance of a difference of two multinomial shares, (p + q − (p − q)²) / n.
    assert difference is not None
    assert np.mean(difference) == pytest.approx(-10 / 400, abs=0.002)
    assert np.std(difference) == pytest.approx(((30 / 400 - (10 / 400) ** 2) / 400) ** 0.5, rel=0.1)


def test_the_incumbent_always_meets_its_own_bar() -> None:
    decision = decide(make_case(INCUMBENT, ask=ASK), 1)

    assert passes(INCUMBENT, name="gpt") == 1.0
    assert decision.plan.kind is PlanKind.AS_IS
    assert wires(decision, "quality") == []  # it cannot fall below itself


def test_rivals_that_were_not_asked_are_compared_with_what_the_incumbent_did() -> None:
    assert passes(INCUMBENT, hosted(assumed=(0.95, 1.0)), name="hosted") == 1.0
    assert passes(INCUMBENT, hosted(assumed=(0.6, 0.7)), name="hosted") == 0.0


def test_nobody_is_good_enough_where_nobody_knows_how_good_the_incumbent_is() -> None:
    rival = hosted("hosted", 399, standing=Standing.OPEN)
    decision = decide(make_case(gpt(), rival, ask=ASK), 1)

    assert passes(gpt(), rival, name="hosted") == 0.0
    assert passes(gpt(), rival, name="gpt") == 0.0
    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.confidence == 0.0


def test_an_assumed_incumbent_is_compared_with_as_assumed_and_nothing_is_proven_by_it() -> None:
    rival = hosted("hosted", 399, standing=Standing.OPEN)
    decision = decide(make_case(gpt(assumed=(0.8, 0.9)), rival, ask=ASK), 1)

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert decision.confidence > 0.9
    assert kinds(decision)[PlanKind.OPEN_HOSTED].chance_best == decision.confidence


def test_an_incumbent_without_answers_is_asked_before_everybody() -> None:
    rival = hosted("hosted", 399, standing=Standing.OPEN)
    step = decide(make_case(claude(), gpt(), rival, ask=ASK), 1).next_measurement

    assert step is not None
    assert step.what == "ask the same 60 items of gpt"


def test_an_incumbent_of_ours_without_answers_is_asked_on_its_machine() -> None:
    ask = Ask(below=("large", 0.05), incumbent="large")
    step = decide(make_case(large(), claude(), ask=ask), 1).next_measurement

    assert step is not None
    assert step.what.startswith("rent NVIDIA H100")


def test_where_the_incumbent_may_not_be_asked_no_measurement_helps_and_the_answer_says_so() -> None:
    ask = Ask(below=("gpt", 0.05), incumbent="gpt", data_class=DataClass.RESTRICTED)
    rival = small("small", 399, standing=Standing.OPEN)
    decision = decide(make_case(gpt(), rival, large(), ask=ask), 1)

    assert decision.next_measurement is None
    assert "compares with gpt, which is not measured and may not be asked" in decision.answer
    assert {row.needed for row in decision.needed} == {None}
    assert decision.needed[0].sentence == "nobody can say what large needs: gpt is not measured"


def test_an_incumbent_that_is_excluded_but_measured_still_sets_the_bar() -> None:
    ask = Ask(below=("gpt", 0.05), incumbent="gpt", data_class=DataClass.RESTRICTED)
    rival = small("small", 362, standing=Standing.MET, paired=(6, 4))
    decision = decide(make_case(INCUMBENT, rival, ask=ask), 1)

    assert reasons(decision) == {("gpt", "data_class")}
    assert decision.plan.kind is PlanKind.OPEN_SELF
    (bar,) = [row for row in wires(decision, "quality") if row.threshold == pytest.approx(0.85)]
    assert bar.sentence.startswith("reopens if fewer than 85%")


def test_what_is_worse_is_excluded_with_the_margin_in_points() -> None:
    rival = hosted("hosted", 320, standing=Standing.NOT_MET, paired=(0, 40))
    decision = decide(make_case(INCUMBENT, rival, ask=ASK), 1)

    assert reasons(decision) == {("hosted", "quality")}
    assert decision.excluded[0].reason.endswith("more than 5 points below gpt")


@pytest.mark.parametrize("standing", [Standing.MET, Standing.NOT_MET, Standing.OPEN])
def test_a_standing_by_the_betting_rule_is_taken_as_it_is(standing: Standing) -> None:
    # 380 of 400 would pass any fixed test of a floor of 85 %; what the plan's own rule says counts.
    ask = Ask(stopping=StoppingRule.BETTING)
    decision = decide(make_case(gpt("gpt", 380, standing=standing), ask=ask), 1)
    kind = PlanKind.AS_IS if standing is Standing.MET else PlanKind.UNDECIDED

    assert decision.candidates[0].standing == standing.value
    assert decision.plan.kind is kind
    assert bool(decision.excluded) is (standing is Standing.NOT_MET)
    assert f"the bar is {standing.value.replace('_', ' ')}" in decision.evidence[0].claim
