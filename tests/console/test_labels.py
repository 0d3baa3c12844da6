from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.console.charts.labels import LINE, Box, Spot, around, shortened, spread, width
from equipoise.console.charts.scale import Axis

positions = st.lists(st.floats(min_value=-50, max_value=350), min_size=1, max_size=12)


@given(positions)
def test_labels_along_a_line_never_cover_one_another(wanted: list[float]) -> None:
    placed = sorted(spread(wanted, 15, 0, 300))

    assert all(right - left >= 15 - 1e-6 for left, right in pairwise(placed))
    assert placed[0] >= -1e-6
    assert placed[-1] <= 300 + 1e-6


@given(positions)
def test_labels_along_a_line_keep_their_order(wanted: list[float]) -> None:
    placed = spread(wanted, 15, 0, 300)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))

    assert [placed[index] for index in order] == sorted(placed)


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert spread([10, 50, 200], 15, 0, 300) == (10, 50, 200)


def test_two_labels_in_one_place_move_apart_by_the_same_amount() -> None:
    assert spread([100, 100], 16, 0, 300) == (92, 108)


def test_labels_that_cannot_fit_share_what_room_there_is() -> None:
    assert spread([5, 5, 5], 100, 0, 100) == (0, 50, 100)


def _spot(x: float, y: float, text: str) -> Spot:
    return Spot(x, y, y - 20, y + 20, text)


def test_a_label_stands_to_the_right_of_its_point() -> None:
    (place,) = around([_spot(50, 50, "a")], [], Box(0, 0, 300, 100))

    assert (place.align, place.y) == ("left", 50)
    assert place.x > 50


def test_a_label_that_would_leave_the_frame_goes_to_the_left() -> None:
    (place,) = around([_spot(280, 50, "a long name")], [], Box(0, 0, 300, 100))

    assert place.align == "right"
    assert place.x < 280


@given(st.lists(st.tuples(st.integers(20, 280), st.integers(20, 180)), min_size=2, max_size=4))
def test_labels_around_points_avoid_one_another(points: list[tuple[int, int]]) -> None:
    spots = [_spot(x, y, "name") for x, y in points]
    boxes = []
    for spot, place in zip(spots, around(spots, [], Box(0, 0, 300, 200)), strict=True):
        room = width(spot.text)
        left = place.x - {"left": 0, "center": room / 2, "right": room}[place.align]
        boxes.append(Box(left, place.y - LINE / 2, left + room, place.y + LINE / 2))

    assert not any(
        one.overlaps(other) for rank, one in enumerate(boxes) for other in boxes[rank + 1 :]
    )


def test_a_label_that_had_to_go_far_away_is_led_to_its_point() -> None:
    spots = [_spot(50, 100, f"name {rank}") for rank in range(9)]
    places = around(spots, [], Box(0, 0, 600, 200))

    assert not places[0].led
    assert places[-1].led
    assert len({(place.x, place.y) for place in places}) == 9


def test_a_name_without_room_is_cut() -> None:
    assert shortened("gpt-5-mini", 200) == "gpt-5-mini"
    assert shortened("a" * 60, 200).endswith("a…")
    assert width(shortened("a" * 60, 200)) <= 200


@given(
    st.floats(min_value=1e-4, max_value=1e3),
    st.floats(min_value=1.5, max_value=1e6),
    st.floats(min_value=0, max_value=1),
    st.booleans(),
    st.booleans(),
)
def test_an_axis_can_be_read_back(
    low: float, ratio: float, part: float, logarithmic: bool, flipped: bool
) -> None:
    axis = Axis(low, low * ratio, 500, logarithmic, flipped)

    assert axis.pixel(axis.value(500 * part)) == pytest.approx(500 * part, abs=1e-3)


@given(st.floats(min_value=1e-4, max_value=1e3), st.floats(min_value=1.2, max_value=1e6))
def test_ticks_are_few_ascending_and_within_the_axis(low: float, ratio: float) -> None:
    for logarithmic in (True, False):
        axis = Axis(low, low * ratio, 500, logarithmic)
        ticks = axis.ticks(7)

        assert 1 <= len(ticks) <= 8
        assert list(ticks) == sorted(set(ticks))
        assert all(low * (1 - 1e-6) <= tick <= axis.high * (1 + 1e-6) for tick in ticks)


def test_ticks_are_round_numbers() -> None:
    assert Axis(0.75, 1.0, 100).ticks(6) == (0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
    assert Axis(90, 60_000, 100, logarithmic=True).ticks(6) == (
        100,
        300,
        1000,
        3000,
        10_000,
        30_000,
    )
    assert Axis(0.016, 0.048, 100, logarithmic=True).ticks(7) == (0.02, 0.03, 0.04)


def test_an_axis_without_extent_is_refused() -> None:
    with pytest.raises(ValueError, match="low < high"):
        Axis(1, 1, 100)
    with pytest.raises(ValueError, match="positive"):
        Axis(0, 1, 100, logarithmic=True)
