"""Crossings: all of them, of lines and of staircases, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import ceil, floor, log10

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.economics.api.path import ApiPath
from equipoise.economics.break_even_points import chance_own_is_cheaper
from equipoise.economics.crossover import Cost, crossings, unsure, volumes
from equipoise.economics.hybrid_path import HybridPath
from equipoise.economics.ownership.path import OwnershipPath

MakeOwn = Callable[..., OwnershipPath]
MakeVendor = Callable[..., ApiPath]


def line(fixed: float, each: float) -> Cost:
    return lambda volume: fixed + each * volume


def stairs(height: float, width: float) -> Cost:
    return lambda volume: height * ceil(volume / width)


def rising(start: float, end: float) -> Cost:
    """A chance of none up to `start` and all from `end` on, even in between by the logarithm."""

    def chance(volume: float) -> float:
        share = (log10(volume) - log10(start)) / (log10(end) - log10(start))
        return min(1.0, max(0.0, share))

    return chance


def known(step: float) -> list[tuple[float, bool]]:
    """Where $10 a hundred in steps meets $10·(1 + 1/step) a hundred by the piece.

    Step n costs 10n up to 100n; the line passes it at 100n·step/(step + 1), until n is `step`.
    """
    found: list[tuple[float, bool]] = []
    for n in range(1, floor(step) + 1):
        found += [(100 * n * step / (step + 1), True), (100 * n, False)]
    last = 100 * (floor(step) + 1) * step / (step + 1)
    return [*found, (last, True)] if last > 100 * floor(step) else found


def test_a_fixed_cost_crosses_a_price_by_the_piece_once() -> None:
    (found,) = crossings(line(0, 0.01), line(500, 0), 1, 1e6)

    assert found.requests == pytest.approx(50_000)
    assert found.first_is_cheaper_below


def test_the_other_way_round_the_other_is_cheaper_below() -> None:
    (found,) = crossings(line(500, 0), line(0, 0.01), 1, 1e6)

    assert found.requests == pytest.approx(50_000)
    assert not found.first_is_cheaper_below


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (line(0, 1), line(1, 1)),
        (line(0, 1), line(0, 1)),
        (line(0, 1), line(0, 2)),
        (line(100, 0), stairs(100.5, 50)),
        (line(0, 0.2), line(1e9, 0)),
    ],
)
def test_there_is_none_where_there_is_none(first: Cost, second: Cost) -> None:
    assert crossings(first, second, 1, 1e6) == ()
    assert crossings(second, first, 1, 1e6) == ()


# Over the widest range a cell of the first grid holds dozens of steps.
@pytest.mark.parametrize("high", [1e4, 1e6, 1e30, 1e200])
@pytest.mark.parametrize("step", [1.5, 5.5, 10.5, 20.9, 40.9])
def test_a_staircase_crosses_a_line_at_every_step_until_it_is_always_cheaper(
    step: float, high: float
) -> None:
    by_the_piece = line(0, 0.1 * (1 + 1 / step))
    found = crossings(by_the_piece, stairs(10, 100), 1, high)

    assert [row.requests for row in found] == pytest.approx([at for at, _ in known(step)])
    assert [row.first_is_cheaper_below for row in found] == [below for _, below in known(step)]


def test_the_same_crossings_are_found_by_the_request_as_by_the_month() -> None:
    by_the_piece, steps = line(0, 0.1 * (1 + 1 / 20.9)), stairs(10, 100)
    found = crossings(lambda v: by_the_piece(v) / v, lambda v: steps(v) / v, 1, 1e6)

    assert [row.requests for row in found] == pytest.approx([at for at, _ in known(20.9)])


@pytest.mark.parametrize("by", ["month", "request"])
def test_straight_costs_are_not_looked_at_more_closely_than_they_need(by: str) -> None:
    asked: list[float] = []

    def near(volume: float) -> float:
        asked.append(volume)
        return (5_000 + 0.100 * volume) / (volume if by == "request" else 1)

    def nearly(volume: float) -> float:
        return (5_010 + 0.099 * volume) / (volume if by == "request" else 1)

    (found,) = crossings(near, nearly, 1, 1e6)

    assert found.requests == pytest.approx(10_000)
    assert len(asked) < 900


@given(
    st.tuples(st.floats(0, 1e4), st.floats(1e-3, 10)),
    st.tuples(st.floats(1, 1e4), st.floats(10, 1e4)),
)
@settings(max_examples=50)
def test_swapping_the_paths_finds_the_same_volumes_the_other_way_round(
    slope: tuple[float, float], step: tuple[float, float]
) -> None:
    there = crossings(line(*slope), stairs(*step), 1, 1e5)
    back = crossings(stairs(*step), line(*slope), 1, 1e5)

    assert [row.requests for row in there] == [row.requests for row in back]
    assert [row.first_is_cheaper_below for row in there] == [
        not row.first_is_cheaper_below for row in back
    ]


@given(
    st.tuples(st.floats(0, 1e4), st.floats(1e-3, 10)),
    st.tuples(st.floats(1, 1e4), st.floats(10, 1e4)),
)
@settings(max_examples=50)
def test_crossings_alternate_and_the_cheaper_side_is_cheaper(
    slope: tuple[float, float], step: tuple[float, float]
) -> None:
    first, second = line(*slope), stairs(*step)
    found = crossings(first, second, 1, 1e5)

    assert [row.requests for row in found] == sorted(row.requests for row in found)
    for before, after in pairwise(found):
        assert before.first_is_cheaper_below is not after.first_is_cheaper_below
    for row in found:
        below, above = row.requests * (1 - 1e-9), row.requests * (1 + 1e-9)
        cheap, dear = (first, second) if row.first_is_cheaper_below else (second, first)
        assert cheap(below) <= dear(below) * (1 + 1e-8)
        assert dear(above) <= cheap(above) * (1 + 1e-8)


def test_no_crossing_of_real_paths_is_left_out(own: MakeOwn, vendor: MakeVendor) -> None:
    # Three machines and more: the steps and the spares of a park against a vendor's line.
    ours, theirs = own(rate=12.0, people_usd=0.0), vendor(people_usd=0.0)
    found = crossings(ours.monthly, theirs.monthly, 1e5, 1e9)

    grid = [1e5 * 1.0005**n for n in range(18_421)]
    signs = [ours.monthly(volume) < theirs.monthly(volume) for volume in grid]
    changes = sum(one is not other for one, other in pairwise(signs))
    assert len(found) == changes > 5
    assert found[-1].first_is_cheaper_below is False


def test_a_hybrid_crosses_the_vendor_it_overflows_to_where_its_rent_pays(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    theirs = vendor()
    hybrid = HybridPath(own(rate=20.0, people_usd=500.0), theirs, machines=1)
    (found,) = crossings(theirs.monthly, hybrid.monthly, 1e4, 1e9)

    assert found.first_is_cheaper_below
    # One machine and half a person against the fees that it saves.
    saved = hybrid.own_share(found.requests) * found.requests * theirs.request_usd()
    assert saved == pytest.approx(3.0 * 730 + 500.0)


def test_paths_that_cost_the_same_for_a_while_cross_where_they_part() -> None:
    level = line(100, 0)

    def dented(volume: float) -> float:
        return min(100.0, volume) if volume < 200 else volume - 100

    (found,) = crossings(dented, level, 1, 1e4)

    assert found.requests == pytest.approx(200)
    assert found.first_is_cheaper_below


@pytest.mark.parametrize(("low", "high"), [(0, 10), (-1, 10), (10, 10), (10, 1)])
def test_a_range_that_is_none_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="0 < low < high"):
        crossings(line(0, 1), line(1, 0), low, high)
    with pytest.raises(ValueError, match="0 < low < high"):
        unsure(rising(1, 2), low, high, level=0.8)


def test_doubt_lies_where_neither_is_cheaper_in_nine_draws_of_ten() -> None:
    # From 10^4 to 10^6: a tenth of the way up is 10^4.2, nine tenths are 10^5.8.
    found = unsure(rising(1e4, 1e6), 1e2, 1e8, level=0.8)

    assert found == pytest.approx((10**4.2, 10**5.8), rel=2e-3)
    falling = unsure(lambda volume: 1 - rising(1e4, 1e6)(volume), 1e2, 1e8, level=0.8)
    assert falling == pytest.approx((10**4.2, 10**5.8), rel=2e-3)


def test_more_sureness_asked_for_is_more_doubt() -> None:
    strict = unsure(rising(1e4, 1e6), 1e2, 1e8, level=0.9)

    assert strict == pytest.approx((10**4.1, 10**5.9), rel=2e-3)
    assert unsure(rising(1e4, 1e6), 1e2, 1e8, level=0.0) is None


def test_doubt_beyond_the_range_ends_with_it() -> None:
    assert unsure(lambda volume: 0.5, 1e2, 1e8, level=0.8) == (1e2, 1e8)
    low = unsure(rising(1e1, 1e4), 1e2, 1e8, level=0.8)
    high = unsure(rising(1e6, 1e9), 1e2, 1e8, level=0.8)

    assert low is not None
    assert high is not None
    assert (low[0], high[1]) == (1e2, 1e8)
    assert (low[1], high[0]) == pytest.approx((10**3.7, 10**6.3), rel=2e-3)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.9, 1.0])
def test_where_one_is_surely_cheaper_at_every_volume_there_is_no_doubt(chance: float) -> None:
    assert unsure(lambda volume: chance, 1e2, 1e8, level=0.8) is None


def test_doubts_apart_are_one_stretch_from_the_first_to_the_last() -> None:
    def twice(volume: float) -> float:
        return 0.5 if 1e3 <= volume <= 1e4 or 1e6 <= volume <= 1e7 else 0.0

    assert unsure(twice, 1e2, 1e8, level=0.8) == pytest.approx((1e3, 1e7), rel=2e-3)


@given(st.floats(2.5, 4.9), st.floats(1.0, 2.5), st.floats(0.1, 0.95))
def test_both_ends_of_a_doubt_are_in_doubt_and_a_little_beyond_them_there_is_none(
    start: float, decades: float, level: float
) -> None:
    chance = rising(10**start, 10 ** (start + decades))
    found = unsure(chance, 1e2, 1e8, level)

    sure = (1 + level) / 2
    if found is None:
        assert level * decades < 0.15  # narrower than what lies between two looks
        return
    low, high = found
    assert 1 - sure < chance(low) <= chance(high) < sure
    assert chance(low / 1.003) <= 1 - sure
    assert chance(high * 1.003) >= sure


def test_the_doubt_of_real_paths_holds_their_crossing(own: MakeOwn, vendor: MakeVendor) -> None:
    ours, theirs = own(rate=1e6), vendor()
    (crossing,) = crossings(ours.monthly, theirs.monthly, 1e3, 1e9)
    found = unsure(partial(chance_own_is_cheaper, ours, theirs), 1e3, 1e9, level=0.8)

    assert found is not None
    low, high = found
    assert low < crossing.requests < high
    assert chance_own_is_cheaper(ours, theirs, low * 0.99) <= 0.1 + 0.005
    assert chance_own_is_cheaper(ours, theirs, high * 1.01) >= 0.9 - 0.005


def test_a_chart_looks_as_far_down_as_up() -> None:
    looked = volumes(1_000.0)
    middle = len(looked) // 2

    assert looked[middle] == pytest.approx(1e3)
    assert (looked[0], looked[-1]) == pytest.approx((1e3 / 10**1.5, 1e3 * 10**1.5))
    assert volumes(0.0, decades=1, count=3) == pytest.approx([0.1, 1.0, 10.0])


def test_a_staircase_with_spares_is_followed_by_the_request_too(
    own: MakeOwn, vendor: MakeVendor
) -> None:
    ours = own(rate=12.0, people_usd=0.0)
    theirs = vendor(people_usd=0.0).using(cached_share=0.5)
    by_month = crossings(ours.monthly, theirs.monthly, 1e6, 1e8)
    by_request = crossings(lambda v: ours.monthly(v) / v, lambda v: theirs.monthly(v) / v, 1e6, 1e8)

    assert [row.requests for row in by_request] == pytest.approx([r.requests for r in by_month])
