"""Tripwires: at the threshold a rival costs the same, and on this side the chosen is cheaper."""

from __future__ import annotations

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from equipoise.decisions.bar import make_bar
from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.decisions.offers import make_offers
from equipoise.decisions.option import Option, make_options, per_accepted_at, planned_for
from equipoise.decisions.screening import screen
from equipoise.decisions.simulation import simulate
from equipoise.domain.decision import Decision, PlanKind
from equipoise.economics.draws import Sampler
from equipoise.economics.hybrid_path import HybridPath
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.economics.ownership.procurement import on_demand

from .cases import (
    Ask,
    claude,
    gpt,
    hosted,
    large,
    make_case,
    small,
    wires,
)

# Machines against fees alone: no answer is put right, nobody is paid.
MONEY = Ask(rejected_usd=0.0, own_fte=0.05, vendor_fte=0.0)


def options(case: Case) -> list[Option]:
    offers = make_offers(case, Sampler(1))
    return list(make_options(case, screen(case, offers).allowed))


def chosen_option(case: Case, decision: Decision) -> Option:
    names = [share.candidate for share in decision.plan.shares]
    (found,) = [
        row
        for row in options(case)
        if row.kind is decision.plan.kind and [offer.id for offer in row.offers] == names
    ]
    return found


def cost(case: Case, option: Option, requests: float) -> float:
    found = per_accepted_at(case, option, requests)
    assert found is not None
    return found


def cheapest_rival(case: Case, chosen: Option, requests: float) -> float:
    """The least that any good enough rival costs at a volume."""
    offers = make_offers(case, Sampler(1))
    rows = simulate(case, make_options(case, screen(case, offers).allowed), make_bar(case, offers))
    rivals = [row.option for row in rows if row.likely and row.option.names != chosen.names]
    return min(cost(case, rival, requests) for rival in rivals)


def test_a_vendor_is_chosen_below_the_volume_at_which_a_machine_pays() -> None:
    case = make_case(gpt("gpt", 396), large("ours", 396, seconds=0.05), ask=MONEY)
    decision = decide(case, 1)
    (wire,) = wires(decision, "volume")
    gpt_option, ours_option = options(case)[:2]

    assert decision.plan.kind is PlanKind.AS_IS
    assert wire.threshold is not None
    assert wire.threshold > case.requests == wire.current
    assert cost(case, gpt_option, wire.threshold) == pytest.approx(
        cheapest_rival(case, gpt_option, wire.threshold), rel=1e-3
    )
    assert cost(case, gpt_option, case.requests) < cost(case, ours_option, case.requests)
    assert wire.sentence.startswith("flips above 6.9 M requests/month: ")
    assert wire.sentence.endswith(" would cost less per accepted answer")
    assert wire.unit == "requests/month"


@settings(max_examples=25)
@given(
    exponent=st.floats(4.5, 7.5),
    accepted=st.tuples(st.integers(385, 400), st.integers(385, 400)),
    seconds=st.floats(0.05, 0.6),
    own_fte=st.sampled_from([0.01, 0.05, 0.1]),
)
def test_at_a_volume_that_flips_two_costs_meet_and_this_side_is_the_chosen_ones(
    exponent: float, accepted: tuple[int, int], seconds: float, own_fte: float
) -> None:
    requests = round(10**exponent)
    ask = replace(MONEY, requests=requests, own_fte=own_fte)
    case = make_case(small("ours", accepted[0], seconds=seconds), gpt("gpt", accepted[1]), ask=ask)
    decision = decide(case, 1)
    event("flips" if wires(decision, "volume") else "flips nowhere")
    for wire in wires(decision, "volume"):
        at = wire.threshold or 0.0
        chosen = chosen_option(case, decision)
        this_side, far_side = (at * 0.999, at * 1.001)
        if at < requests:
            this_side, far_side = far_side, this_side
        apart = [
            cost(case, chosen, volume) / cheapest_rival(case, chosen, volume)
            for volume in (this_side, far_side)
        ]

        assert apart[0] < 1.0
        # The two are equal there, unless it is the step at which one more machine is needed.
        assert apart[1] > 1.0
        assert _step_between(case, chosen, this_side, far_side) or apart == pytest.approx(
            [1.0, 1.0], abs=2e-3
        )


def _step_between(case: Case, chosen: Option, *volumes: float) -> bool:
    """Whether a machine is added between two volumes, to what was chosen or to a rival."""
    counts = []
    for volume in sorted(volumes):
        rows = [
            row.path.monthly(volume) for row in options(case) if isinstance(row.path, OwnershipPath)
        ]
        counts.append(rows)
    return not all(map(isclose, *counts))


def test_no_volume_within_a_hundredfold_is_no_tripwire() -> None:
    case = make_case(small("ours", 396), gpt("gpt", 300, tokens=(9_000.0, 0.0, 90.0)))

    assert wires(decide(case, 1), "volume") == []


def test_a_rival_that_is_not_good_enough_is_no_reason_to_flip() -> None:
    poor = hosted("poor", assumed=(0.3, 0.8), tokens=(1.0, 0.0, 1.0))
    decision = decide(make_case(small("ours", 396), poor, ask=Ask(rejected_usd=0.0)), 1)

    assert decision.plan.kind is PlanKind.OPEN_SELF
    assert [wire.subject for wire in decision.tripwires] == ["quality"]


def test_a_rival_that_is_only_assumed_is_named_as_such() -> None:
    rival = large("rival", assumed=(0.9, 1.0))
    decision = decide(make_case(gpt("gpt", 396), rival, ask=MONEY), 1)
    (wire,) = wires(decision, "volume")

    assert "rival" in wire.sentence
    assert wire.sentence.endswith(", if it is as good as the file assumes")


def test_a_split_is_planned_anew_for_the_volume_at_which_it_would_win() -> None:
    # One machine never earns what its people cost; the dozen that a larger volume keeps busy does.
    ask = replace(MONEY, peak=20.0, own_fte=0.02)
    case = make_case(small("ours", 396, seconds=1.0), gpt("gpt", 396), ask=ask)
    decision = decide(case, 1)
    (wire,) = wires(decision, "volume")
    at = wire.threshold or 0.0
    (split,) = [row for row in options(case) if isinstance(row.path, HybridPath)]
    then = planned_for(case, split, at)

    assert decision.plan.kind is PlanKind.AS_IS
    assert "ours and gpt would cost less" in wire.sentence
    assert isinstance(split.path, HybridPath)
    assert isinstance(then.path, HybridPath)
    assert split.path.machines == 1
    assert then.path.machines > 1
    assert cost(case, split, at) == pytest.approx(
        cost(case, chosen_option(case, decision), at), rel=1e-3
    )
    assert then.path.monthly(at) < split.path.monthly(at)


def at_rent(option: Option, machine: str, rent: float) -> Option:
    """The option with another rent for a machine, and the machines as planned."""
    path = option.path
    if option.machine is None or option.machine.id != machine:
        return option
    if isinstance(path, HybridPath):
        return replace(option, path=replace(path, own=_dear(path.own, rent)))
    assert isinstance(path, OwnershipPath)
    return replace(option, path=_dear(path, rent))


def _dear(path: OwnershipPath, rent: float) -> OwnershipPath:
    return replace(path, terms=replace(path.terms, procurement=on_demand(rent)))


@pytest.mark.parametrize("rejected", [0.0, 0.4])
def test_at_the_rent_that_flips_a_rival_costs_the_same_and_the_machines_dearer_rivals_too(
    rejected: float,
) -> None:
    ask = Ask(rejected_usd=rejected, own_fte=0.0, requests=3_000_000)
    case = make_case(
        small("few", 396, shots=6),
        small("many", 392, shots=9, seconds=0.7),
        gpt("gpt", 392),
        ask=ask,
    )
    decision = decide(case, 1)
    (wire,) = wires(decision, "rent")
    rent = wire.threshold or 0.0
    chosen = chosen_option(case, decision)

    def margin(rent: float) -> float:
        rivals = [row for row in options(case) if row.names != chosen.names]
        least = min(cost(case, at_rent(row, "cpu-2vcpu", rent), case.requests) for row in rivals)
        return cost(case, at_rent(chosen, "cpu-2vcpu", rent), case.requests) / least

    assert decision.plan.kind is PlanKind.OPEN_SELF
    assert wire.current == 0.085 < rent
    assert margin(0.085) < margin(rent * 0.99) < 1.0 < margin(rent * 1.01)
    assert margin(rent) == pytest.approx(1.0, rel=1e-6)
    assert wire.sentence.startswith(
        "flips if 2 virtual CPUs, 4 GB (AWS c5.large) costs more than $"
    )
    assert wire.unit == "USD/hour"


def test_a_split_has_a_rent_at_which_it_no_longer_pays() -> None:
    ask = replace(MONEY, peak=20.0, own_fte=0.0, requests=30_000_000)
    case = make_case(small("ours", 396, seconds=1.0), gpt("gpt", 396), ask=ask)
    decision = decide(case, 1)
    (wire,) = wires(decision, "rent")

    assert decision.plan.kind is PlanKind.HYBRID
    assert (wire.threshold or 0) > 0.085


def test_what_rents_nothing_has_no_rent_that_flips_it() -> None:
    decision = decide(make_case(gpt("gpt", 396), small("ours", 396), ask=MONEY), 1)

    assert decision.plan.kind is PlanKind.AS_IS
    assert wires(decision, "rent") == []


def test_a_lone_candidate_has_no_rival_to_flip_to() -> None:
    decision = decide(make_case(small("ours", 396)), 1)

    assert [wire.subject for wire in decision.tripwires] == ["quality"]
    assert decision.tripwires[0].sentence == (
        "reopens if fewer than 85% of ours's answers are accepted"
    )
    assert (decision.tripwires[0].threshold, decision.tripwires[0].current) == (0.85, 0.99)


def test_at_the_accept_rate_that_flips_the_next_one_costs_the_same() -> None:
    case = make_case(small("ours", 396), gpt("gpt", 372))
    decision = decide(case, 1)
    floor, wire = wires(decision, "quality")
    chosen = chosen_option(case, decision)
    rival = next(row for row in options(case) if row.names == "gpt")
    worse = replace(chosen, accept_rate=wire.threshold)

    assert floor.threshold == 0.85
    assert 0.85 < (wire.threshold or 0) < 0.99
    assert cost(case, worse, case.requests) == pytest.approx(cost(case, rival, case.requests))
    assert "gpt would cost less" in wire.sentence


def test_a_rate_below_the_bar_flips_nothing_that_the_bar_does_not() -> None:
    decision = decide(make_case(small("ours", 396), gpt("gpt", 330, tokens=(9e4, 0.0, 9.0))), 1)

    assert len(wires(decision, "quality")) == 1


def test_every_half_of_a_split_has_to_stay_good_enough() -> None:
    ask = replace(MONEY, peak=20.0, own_fte=0.0, requests=30_000_000)
    decision = decide(make_case(small("ours", 396, seconds=1.0), gpt("gpt", 396), ask=ask), 1)

    assert decision.plan.kind is PlanKind.HYBRID
    assert [wire.sentence.split()[6] for wire in wires(decision, "quality")] == ["ours's", "gpt's"]


def test_the_volume_that_the_budget_still_pays_for_is_a_tripwire() -> None:
    case = make_case(gpt("gpt", 396), ask=Ask(budget=700.0))
    (wire,) = wires(decide(case, 1), "budget")
    (option, *_) = options(case)

    assert option.path.monthly(wire.threshold or 0) == pytest.approx(700.0)
    assert wire.sentence.endswith("it would cost more than the budget of $700 a month")


def test_a_budget_that_lasts_a_hundredfold_is_no_tripwire() -> None:
    assert wires(decide(make_case(gpt("gpt", 396), ask=Ask(budget=1e6)), 1), "budget") == []


def test_licence_thresholds_are_those_of_the_models_that_are_chosen() -> None:
    theirs = hosted("llama", 399)
    chosen = decide(make_case(theirs, large("same", assumed=(0.86, 0.87))), 1)
    other = decide(make_case(small("ours", 399), hosted("llama", 370)), 1)

    (wire,) = wires(chosen, "licence")
    assert chosen.plan.kind is PlanKind.OPEN_HOSTED
    assert (wire.threshold, wire.current) == (7e8, 1e6)
    assert wire.unit == "monthly active users"
    assert wire.sentence.startswith("Llama 3.1 8B Instruct: above 700 million monthly active users")
    assert other.plan.kind is PlanKind.OPEN_SELF
    assert wires(other, "licence") == []


def test_while_nothing_is_decided_every_licence_in_the_running_counts_once() -> None:
    decision = decide(make_case(hosted(), large(), gpt(), claude()), 1)

    assert decision.plan.kind is PlanKind.UNDECIDED
    assert len(wires(decision, "licence")) == 1
    assert {wire.subject for wire in decision.tripwires} == {"licence"}
