"""Points at which both cost the same: volume, utilisation and price; or none, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.economics.api.path import ApiPath
from equipoise.economics.break_even_points import (
    Judged,
    break_even_volumes,
    chance_own_is_cheaper,
    needed_price,
    needed_utilisation,
    saving,
    usd_per_million_tokens,
)
from equipoise.economics.ownership.path import OwnershipPath
from equipoise.errors import ConfigurationError

MakeOwn = Callable[..., OwnershipPath]
MakeVendor = Callable[..., ApiPath]


def test_one_crossing_says_which_side_is_ours(own: MakeOwn, vendor: MakeVendor) -> None:
    found = break_even_volumes(own(rate=1e6), vendor(), 1e3, 1e9)

    assert len(found.crossings) == 1
    assert (found.own_cheaper_at_low, found.own_cheaper_at_high) == (False, True)
    assert found.sentence.startswith("Our own is cheaper above ")


def test_a_staircase_is_said_with_all_its_crossings(own: MakeOwn, vendor: MakeVendor) -> None:
    found = break_even_volumes(own(rate=12.0, people_usd=0.0), vendor(people_usd=0.0), 1e5, 1e9)

    assert len(found.crossings) > 5
    assert f"changes {len(found.crossings)} times" in found.sentence


def test_staying_on_the_api_is_an_answer(own: MakeOwn, vendor: MakeVendor) -> None:
    found = break_even_volumes(own(rate=0.01), vendor(), 1e3, 1e7)

    assert found.crossings == ()
    assert found.sentence == "Stay on the API: it is cheaper at every volume looked at."


def test_our_own_may_be_cheaper_everywhere(own: MakeOwn, vendor: MakeVendor) -> None:
    free = own(rate=1e6, usd_per_hour=1e-6, people_usd=0.0)

    assert break_even_volumes(free, vendor(), 1e3, 1e9).sentence == (
        "Our own is cheaper at every volume looked at."
    )


def test_a_model_that_fits_nowhere_stays_on_the_api(vendor: MakeVendor) -> None:
    found = break_even_volumes(None, vendor(), 1e3, 1e9)

    assert found.crossings == ()
    assert found.sentence == "Stay on the API: the model fits on no machine here."


def test_worse_answers_move_the_crossing_up(own: MakeOwn, vendor: MakeVendor) -> None:
    ours, theirs = own(rate=1e6), vendor()
    alike = break_even_volumes(ours, theirs, 1e3, 1e9, (Judged(0.9, 0.01), Judged(0.9, 0.01)))
    plain = break_even_volumes(ours, theirs, 1e3, 1e9)
    worse = break_even_volumes(ours, theirs, 1e3, 1e9, (Judged(0.895, 0.01), Judged(0.9, 0.01)))

    assert alike.crossings[0].requests == pytest.approx(plain.crossings[0].requests)
    assert worse.crossings[0].requests > plain.crossings[0].requests


@pytest.mark.parametrize(("rate", "usd"), [(0.0, 1.0), (1.1, 1.0), (0.5, -1.0)])
def test_a_judgement_that_cannot_be_is_refused(rate: float, usd: float) -> None:
    with pytest.raises(ValueError, match="accepted"):
        Judged(rate, usd)


def test_utilisation_by_hand() -> None:
    # $3 an hour, 1,000 tokens a second: 3.6 million an hour at $2 are worth $7.20.
    found = needed_utilisation(3.0, 1_000.0, 2.0)

    assert found.value == pytest.approx(3 / 7.2)
    assert "41.7%" in found.sentence


def test_a_machine_that_cannot_make_its_rent_is_cheaper_at_no_utilisation() -> None:
    assert needed_utilisation(3.0, 100.0, 2.0).value is None
    assert needed_utilisation(3.0, 0.0, 2.0).value is None


def test_dollars_a_token_are_not_dollars_a_million() -> None:
    with pytest.raises(ConfigurationError) as caught:
        needed_utilisation(3.0, 100.0, 2e-6)

    assert "by the million" in str(caught.value.problems[0])


@given(st.floats(1e4, 1e9))
def test_at_the_needed_price_both_cost_the_same(
    own: MakeOwn, vendor: MakeVendor, requests: float
) -> None:
    ours, theirs = own(rate=12.0), vendor()
    found = needed_price(ours, theirs, requests)

    assert found.value is not None
    assert theirs.people_usd + found.value * requests == pytest.approx(ours.monthly(requests))


def test_the_needed_price_says_which_way_the_answer_turns(own: MakeOwn, vendor: MakeVendor) -> None:
    cheap_api = needed_price(own(rate=2.0), vendor(), 1e5)
    dear_api = needed_price(own(rate=1e6), vendor(), 1e8)

    assert "rises above" in cheap_api.sentence
    assert "falls below" in dear_api.sentence


def test_without_requests_there_is_no_price(own: MakeOwn, vendor: MakeVendor) -> None:
    assert needed_price(own(), vendor(), 0.0).value is None


def test_an_api_whose_people_alone_cost_more_is_worth_no_price(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    found = needed_price(own(people_usd=0.0), vendor(people_usd=1e6), 1e3)

    assert found.value is None
    assert found.sentence.startswith("At no price")


def test_savings_may_be_negative(own: MakeOwn, vendor: MakeVendor) -> None:
    assert saving(own(), vendor(), 0.0) == pytest.approx(250 - own().monthly(0.0))
    assert saving(own(), vendor(), 0.0) < 0 < saving(own(rate=1e6), vendor(), 1e8)


def test_a_million_tokens_by_hand(vendor: MakeVendor) -> None:
    theirs = vendor(people_usd=0.0)  # $0.40 and $1.60 a million, 800 and 40 tokens
    found = usd_per_million_tokens(theirs, 1e6, 840.0)

    assert found.value == pytest.approx((800 * 0.4 + 40 * 1.6) / 840)
    assert usd_per_million_tokens(theirs, 0.0, 840.0).value is None


def test_the_chance_to_be_cheaper_grows_with_the_volume(own: MakeOwn, vendor: MakeVendor) -> None:
    ours, theirs = own(rate=1e6), vendor()
    chances = [chance_own_is_cheaper(ours, theirs, volume) for volume in (1e5, 6e6, 1e8)]

    assert chances[0] == 0.0
    assert 0 < chances[1] < 1
    assert chances[2] == 1.0
