"""Which items a large file gives: the same for one seed, whatever the order of its rows."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.workload import Item
from equipoise.trials.items.draw import MOST_HELD, Draw

SIZES = st.lists(st.integers(0, 50), min_size=1, max_size=60)


def item(number: int) -> Item:
    return Item(f"i{number}", "x", "y")


def drawn(numbers: list[int], sizes: list[int], seed: int, wanted: int | None) -> set[str]:
    draw = Draw(seed, wanted, most_held=20, most_bytes=300)
    for order, number in enumerate(numbers):
        draw.offer(order, item(number), sizes[number])
    return {kept.id for kept in draw.kept()}


@given(SIZES, st.integers(0, 9), st.integers(1, 30), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    sizes: list[int], seed: int, wanted: int, shuffler: random.Random
) -> None:
    numbers = list(range(len(sizes)))
    shuffled = shuffler.sample(numbers, len(numbers))

    assert drawn(numbers, sizes, seed, wanted) == drawn(shuffled, sizes, seed, wanted)


@given(SIZES, st.integers(0, 9), st.integers(1, 30))
def test_as_many_are_kept_as_are_wanted_and_no_more_than_there_is_room_for(
    sizes: list[int], seed: int, wanted: int
) -> None:
    kept = drawn(list(range(len(sizes))), sizes, seed, wanted)

    assert len(kept) >= min(wanted, len(sizes))
    if len(kept) > wanted:
        assert len(kept) <= 20
        assert sum(sizes[int(name[1:])] for name in kept) <= 300


@given(SIZES, st.integers(0, 9), st.integers(1, 29))
def test_whoever_asks_for_more_keeps_what_fewer_had(
    sizes: list[int], seed: int, wanted: int
) -> None:
    numbers = list(range(len(sizes)))

    assert drawn(numbers, sizes, seed, wanted) <= drawn(numbers, sizes, seed, wanted + 1)


def test_a_small_file_is_kept_whole_in_its_own_order() -> None:
    draw = Draw(seed=1, wanted=10)
    for order in range(1_000):
        draw.offer(order, item(1_000 - order), 10)

    assert [kept.id for kept in draw.kept()] == [f"i{1_000 - order}" for order in range(1_000)]
    assert MOST_HELD > 1_000


def test_another_seed_draws_others() -> None:
    numbers, sizes = list(range(200)), [1] * 200

    assert drawn(numbers, sizes, 1, 10) != drawn(numbers, sizes, 2, 10)
    assert len(drawn(numbers, sizes, 1, None)) == 200


def test_every_item_is_as_likely_as_any_other() -> None:
    numbers, sizes = list(range(40)), [1] * 40
    often = [0] * 40
    for seed in range(400):
        for name in drawn(numbers, sizes, seed, 1):
            often[int(name[1:])] += 1

    # 20 of 40 in each of 400 draws: 200 each, give or take five standard deviations of 10.
    assert min(often) > 150
    assert max(often) < 250
