"""Chances: what two offers have in common cannot tell them apart, and equals both win."""

from __future__ import annotations

from dataclasses import replace
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.decisions.bar import make_bar
from equipoise.decisions.case import Case
from equipoise.decisions.decide import decide
from equipoise.decisions.offer import Offer
from equipoise.decisions.offers import make_offers
from equipoise.decisions.option import make_options
from equipoise.decisions.screening import screen
from equipoise.decisions.simulation import Outcome, simulate
from equipoise.domain.decision import PlanKind
from equipoise.economics.api.path import ApiPath
from equipoise.economics.draws import Draws, Sampler
from equipoise.economics.ownership.path import OwnershipPath

from .cases import Ask, Entrant, endpoint, entrant, gpt, hosted, large, make_case, small


def offers(*entrants: Entrant, ask: Ask | None = None) -> list[Offer]:
    return list(make_offers(make_case(*entrants, ask=ask), Sampler(1)).values())


def outcomes(case: Case, seed: int = 1) -> tuple[Outcome, ...]:
    found = make_offers(case, Sampler(seed))
    options = make_options(case, screen(case, found).allowed)
    return simulate(case, options, make_bar(case, found))


def chances(case: Case) -> dict[str, float]:
    return {row.option.names: row.chance_best for row in outcomes(case)}


def own_path(offer: Offer) -> OwnershipPath:
    assert isinstance(offer.path, OwnershipPath)
    return offer.path


def vendor_path(offer: Offer) -> ApiPath:
    assert isinstance(offer.path, ApiPath)
    return offer.path


def test_the_same_weights_are_assumed_to_answer_alike_whoever_runs_them() -> None:
    ours, theirs = offers(large(assumed=(0.84, 0.97)), hosted(assumed=(0.84, 0.97)))

    assert ours.accept is not None
    assert theirs.accept is not None
    assert np.array_equal(ours.accept, theirs.accept)


def test_of_the_same_weights_the_one_believed_better_is_better_in_every_draw() -> None:
    ours, theirs = offers(large(assumed=(0.8, 0.9)), hosted(assumed=(0.84, 0.97)))

    assert ours.accept is not None
    assert theirs.accept is not None
    assert np.all(ours.accept < theirs.accept)


@pytest.mark.parametrize("shots", [0, 6])
def test_other_weights_and_other_shots_draw_apart(shots: int) -> None:
    other = gpt("other", assumed=(0.8, 0.9)) if shots == 0 else hosted("few", assumed=(0.8, 0.9))
    first, second = offers(hosted(assumed=(0.8, 0.9)), replace(other, shots=shots))

    assert first.accept is not None
    assert second.accept is not None
    assert abs(np.corrcoef(first.accept, second.accept)[0, 1]) < 0.1


def test_what_was_measured_of_one_copy_is_no_measurement_of_another() -> None:
    case = make_case(hosted("theirs", 396), large("ours", assumed=(0.86, 0.9)))
    theirs, ours = make_offers(case, Sampler(1)).values()

    assert theirs.measured
    assert not ours.measured
    assert ours.accept_rate == pytest.approx(0.88)


def test_one_machine_has_one_rent_and_a_model_one_speed_on_it() -> None:
    zero, few, other = map(
        own_path, offers(small("zero", 380), small("few", 396, shots=6), large(hardware="h100"))
    )

    assert np.array_equal(_rent(zero), _rent(few))
    assert np.array_equal(zero.rate, few.rate)
    assert not np.array_equal(_rent(zero) / _rent(zero).mean(), _rent(other) / _rent(other).mean())


def _rent(path: OwnershipPath) -> Draws:
    return np.asarray(path.drawn.procurement.monthly_usd)


def test_the_tokens_of_one_developers_models_are_off_together_and_others_apart() -> None:
    copy = endpoint("groq", copy="groq-too")
    mine, same, other = map(
        vendor_path,
        offers(hosted(), entrant("same", "llama-3.1-8b-instruct", copy, None), gpt()),
    )

    assert np.array_equal(mine.drawn.tokenizer_ratio, same.drawn.tokenizer_ratio)
    assert not np.array_equal(mine.drawn.tokenizer_ratio, other.drawn.tokenizer_ratio)


def test_a_vendor_that_counted_its_own_tokens_is_certain_of_them() -> None:
    (measured,) = map(vendor_path, offers(gpt("gpt", 390)))

    assert measured.drawn.tokenizer_ratio == 1.0


def test_two_identical_offers_both_win_and_neither_unsettles_the_other() -> None:
    copy = endpoint("groq", copy="groq-too")
    twin = entrant("twin", "llama-3.1-8b-instruct", copy, None, assumed=(0.9, 1.0))
    won = chances(make_case(hosted("one", assumed=(0.9, 1.0)), twin))

    assert won == {"one": 1.0, "twin": 1.0}


def test_a_hair_of_difference_between_equals_is_a_win_for_the_cheaper() -> None:
    # The same draws, a tenth of a token apart: no noise of our own making splits the chance.
    ask = Ask(rejected_usd=0.0, vendor_fte=0.0)
    copy = endpoint("groq", copy="groq-too")
    longer = (800.0, 0.0, 40.1)
    dear = entrant("dear", "llama-3.1-8b-instruct", copy, None, assumed=(0.9, 1.0), tokens=longer)

    assert chances(make_case(hosted("cheap", assumed=(0.9, 1.0)), dear, ask=ask)) == {
        "cheap": 1.0,
        "dear": 0.0,
    }


def test_a_draw_in_which_nobody_is_good_enough_is_nobodys() -> None:
    case = make_case(gpt(assumed=(0.8, 0.9)), ask=Ask(floor=0.85))

    assert chances(case)["gpt"] == pytest.approx(0.5, abs=0.04)
    assert decide(case, 1).confidence == chances(case)["gpt"]


def test_a_chance_is_what_the_posterior_says() -> None:
    # P(Beta(52.5, 8.5) >= 0.85), by scipy.stats.beta(52.5, 8.5).sf(0.85).
    case = make_case(gpt("gpt", 52, items=60))

    assert chances(case)["gpt"] == pytest.approx(0.6267, abs=0.035)


@settings(max_examples=25)
@given(
    accepted=st.tuples(*[st.integers(320, 400)] * 3),
    requests=st.integers(1, 10**7),
    seed=st.integers(0, 99),
)
def test_chances_over_all_options_add_up_to_at_most_one(
    accepted: tuple[int, int, int], requests: int, seed: int
) -> None:
    case = make_case(
        small("small", accepted[0]),
        hosted("hosted", accepted[1]),
        gpt("gpt", accepted[2]),
        ask=Ask(requests=requests),
    )
    found = [row.chance_best for row in outcomes(case, seed)]

    assert all(0.0 <= chance <= 1.0 for chance in found)
    assert fsum(found) <= 1.0 + 1e-9


def test_nobody_competes_where_no_accept_rate_is_known() -> None:
    assert set(chances(make_case(small(), gpt())).values()) == {0.0}


def test_a_split_is_as_good_as_its_parts_and_good_enough_only_if_both_are() -> None:
    case = make_case(small("ours", 396), gpt("gpt", assumed=(0.8, 0.84)))
    (split,) = [row for row in outcomes(case) if row.option.kind is PlanKind.HYBRID]
    ours, theirs = split.option.shares

    assert split.option.accept_rate == pytest.approx(ours.share * 0.99 + theirs.share * 0.82)
    assert split.chance_best == 0.0
    assert not split.likely
